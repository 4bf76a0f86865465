/**
 * npm run package: makes the .vsix from a release build and checks what is in it.
 *
 *   node test/harness/package.mjs [FILE]
 */
import fs from 'node:fs';
import path from 'node:path';
import { log } from './log.mjs';
import { out, root } from './paths.mjs';
import { sh } from './server.mjs';

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const file = path.resolve(process.argv[2] ?? path.join(root, `${manifest.name}-${manifest.version}.vsix`));

/** What a user needs; the first build that forgets one of them fails here and not on a user's machine. */
const needed = [
  'package.json',
  'package.nls.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'dist/extension.js',
  'dist/service.js',
  'dist/python.js',
  'dist/cli.js',
  'dist/media/panel.js',
  'dist/pyodide/pyodide.asm.wasm',
  'dist/pyodide/python_stdlib.zip',
  'dist/pyodide/snapshot.bin',
  'dist/python/',
  'media/icon.png',
  'media/schemas/experiment.schema.json',
  'media/samples/',
];
const unwanted = [
  /^src\//,
  /^test\//,
  /^out\//,
  /^node_modules\//,
  /\.map$/,
  /\.ts$/,
  /^\.ci/,
  /^media\/pictures\//,
];
const megabytes = 25;

const run = (script, args, cwd) =>
  sh(process.execPath, [path.join(root, script), ...args], { cwd, shell: false });

/** What goes into the package is laid out on its own: the build in dist/ stays as it is, and nothing old slips in. */
const stage = path.join(out, 'package');
fs.rmSync(stage, { recursive: true, force: true });
fs.mkdirSync(stage, { recursive: true });
const { scripts: _, devDependencies: __, dependencies: ___, private: ____, ...shipped } = manifest;
fs.writeFileSync(path.join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
const parts = ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore', 'media', 'l10n', 'docs'];
for (const name of [...parts, ...fs.readdirSync(root).filter(f => /^package\.nls.*\.json$/.test(f))])
  if (fs.existsSync(path.join(root, name)))
    fs.cpSync(path.join(root, name), path.join(stage, name), { recursive: true });
run('esbuild.js', ['--release', `--dist=${path.join(stage, 'dist')}`], root);
fs.mkdirSync(path.dirname(file), { recursive: true });
const options = [
  '--no-dependencies',
  '--allow-missing-repository',
  '--no-rewrite-relative-links',
  '--out',
  file,
];
run('node_modules/@vscode/vsce/vsce', ['package', ...options], stage);

const entries = namesInZip(file);
const problems = [];
for (const name of needed)
  if (!entries.some(e => (name.endsWith('/') ? e.startsWith(name) : e.toLowerCase() === name.toLowerCase())))
    problems.push(`${name} is not in the package`);
for (const e of entries)
  if (unwanted.some(u => u.test(e))) problems.push(`${e} should not be in the package`);
const size = fs.statSync(file).size / 2 ** 20;
if (size > megabytes) problems.push(`the package has ${size.toFixed(1)} MB, more than ${megabytes}`);
log(`${file}: ${size.toFixed(1)} MB, ${entries.length} files`);
if (problems.length) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}

/** Names of the files below extension/ in a .vsix, from the central directory of the zip archive. */
function namesInZip(zip) {
  const bytes = fs.readFileSync(zip);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  return Array.from({ length: bytes.readUInt16LE(end + 10) }, () => {
    const [name, extra, comment] = [28, 30, 32].map(o => bytes.readUInt16LE(at + o));
    const text = bytes.toString('utf8', at + 46, at + 46 + name);
    at += 46 + name + extra + comment;
    return text;
  })
    .filter(n => n.startsWith('extension/'))
    .map(n => n.slice('extension/'.length));
}
