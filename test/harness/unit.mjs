/**
 * The unit tests: a mocha process for each folder of test/unit, one after another, so that what a suite leaves in memory
 * (interpreters, samples read, compiled kernels) goes with its process. Arguments are mocha's: `--grep idea`.
 * Folders can be named first: `node test/harness/unit.mjs engine data --grep idea`.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { vulkanLoader } from './browser.mjs';
import { root, temporary } from './paths.mjs';

const built = path.join(root, 'out', 'test', 'unit');
const isFolder = name =>
  fs.existsSync(path.join(built, name)) && fs.statSync(path.join(built, name)).isDirectory();
const args = process.argv.slice(2);
const options = args.findIndex(a => a.startsWith('-'));
const named = options < 0 ? args : args.slice(0, options);
const unknown = named.find(name => !isFolder(name));
if (unknown !== undefined) {
  console.error(
    `test/unit has no folder ${unknown}: there are ${fs.readdirSync(built).filter(isFolder).join(', ')}.`,
  );
  process.exit(2);
}
const folders = named.length ? named : fs.readdirSync(built).filter(isFolder).sort();

const dir = temporary('unit');
const libraries = [vulkanLoader(), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
const total = { passes: 0, failures: 0, pending: 0, failed: [] };
const failed = [];
for (const folder of folders) {
  console.log(`\n--- test/unit/${folder}`);
  const file = path.join(dir, `${folder}.json`);
  const r = spawnSync(
    process.execPath,
    [
      path.join('node_modules', 'mocha', 'bin', 'mocha.js'),
      '--reporter',
      './test/harness/reporter.mjs',
      `out/test/unit/${folder}/**/*.test.js`,
      ...(options < 0 ? [] : args.slice(options)),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        VITRINE_TEST_RESULTS: file,
        ...(libraries && { LD_LIBRARY_PATH: libraries }),
      },
    },
  );
  const counts = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  for (const key of ['passes', 'failures', 'pending']) total[key] += counts?.[key] ?? 0;
  total.failed.push(...(counts?.failed ?? []));
  // A process that was killed has no counts, and mocha's status alone would hide it behind the others'.
  if (r.status !== 0 || !counts)
    failed.push(counts ? folder : `${folder} (ended early: ${r.signal ?? `status ${r.status}`})`);
  if (!counts) total.failed.push({ title: `test/unit/${folder}`, message: failed.at(-1) });
}
fs.rmSync(dir, { recursive: true, force: true });
console.log(`\n${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
if (failed.length) console.log(`failed in ${failed.join(', ')}`);
if (process.env.VITRINE_TEST_RESULTS)
  fs.writeFileSync(process.env.VITRINE_TEST_RESULTS, JSON.stringify(total));
process.exitCode = failed.length ? 1 : 0;
