/**
 * npm test: every check there is, in order, then what failed and a table of what each said, so that the end of the
 * output is enough to know what to mend. Fails if a step fails or ran no test. The last line is "N passed, N failed":
 * the sum over all mocha tests.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { seconds } from './log.mjs';
import { cache, out, root, temporary } from './paths.mjs';

const dir = temporary('results');
const vsix = path.join(out, 'vitrine.vsix');
const bin = name => path.join('node_modules', name);
const node = (...args) => [process.execPath, ...args];

/** Steps with `tests` are mocha runs, which write their counts to a file. */
const steps = [
  { name: 'lint', run: node(bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.') },
  { name: 'types', run: node(bin('typescript/bin/tsc'), '--noEmit') },
  { name: 'build', run: node('esbuild.js', '--tests') },
  { name: 'public models', run: node('test/harness/corpus.mjs') },
  { name: 'unit tests', tests: true, run: node('test/harness/unit.mjs') },
  { name: 'suite in VS Code', tests: true, run: node('test/harness/vscode.mjs') },
  { name: 'package', run: node('test/harness/package.mjs', vsix) },
  {
    name: 'package in VS Code',
    tests: true,
    run: node('test/harness/vscode.mjs', '--vsix', vsix, '--grep', 'smoke'),
  },
  { name: 'UI tests', tests: true, run: node('test/harness/ui.mjs', '--vsix', vsix) },
];

fs.mkdirSync(cache, { recursive: true });
const rows = [];
for (const { name, run, tests } of steps) {
  console.log(`\n=== ${name}`);
  const from = Date.now();
  const file = path.join(dir, `${rows.length}.json`);
  const env = { ...process.env, ...(tests && { VITRINE_TEST_RESULTS: file }) };
  const [command, ...args] = run;
  const r = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  const counts = tests && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  const ran = counts ? counts.passes + counts.failures : 0;
  const ok = r.status === 0 && (!tests || (ran > 0 && counts.failures === 0));
  rows.push({ name, ok, time: seconds(from), counts });
  // Nothing after a broken build says anything.
  if (!ok && name === 'build') break;
}
fs.rmSync(dir, { recursive: true, force: true });

const sum = key => rows.reduce((n, r) => n + (r.counts?.[key] ?? 0), 0);
for (const { name, counts } of rows)
  for (const { title, message } of counts?.failed ?? [])
    console.log(`\n${name}: ${title}\n  ${message.trim().split('\n').slice(0, 8).join('\n  ')}`);
console.log('');
for (const { name, ok, time, counts } of rows) {
  const said = counts ? `${counts.passes} passed, ${counts.failures} failed, ${counts.pending} skipped` : '';
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(20)} ${`${time}s`.padStart(7)}  ${said}`);
}
console.log(`\n${sum('passes')} passed, ${sum('failures')} failed`);
process.exitCode = rows.length === steps.length && rows.every(r => r.ok) ? 0 : 1;
