/**
 * Fetches what the tests of public model definitions read, into the cache and never into the checkout:
 *
 *     node test/harness/corpus.mjs                  packages of pytorch_public.txt (6 MB), by pip; part of npm test
 *     node test/harness/corpus.mjs --large          those of pytorch_public_large.txt, too (19 MB in all)
 *     node test/harness/corpus.mjs --repositories   repositories at the commits of pytorch_public.json, by git
 *
 * The code is read by the reader under test and not run. Without pip or a network it says so and goes on: the tests
 * are then pending, or fail where CI is set.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cache, root } from './paths.mjs';

const reference = path.join(root, 'test/reference');
const flags = new Set(process.argv.slice(2));

function run(command, args) {
  const r = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 300_000,
  });
  return { ok: r.status === 0, said: `${r.error?.message ?? ''}${r.stderr ?? ''}`.trim() };
}

/** How pip is started here; installed first on a Debian that lacks it, where that is allowed. */
function pip() {
  const ways = [['python3', '-m', 'pip'], ['pip3'], ['python', '-m', 'pip'], ['pip']];
  const found = () => ways.find(([command, ...args]) => run(command, [...args, '--version']).ok);
  if (found() || !process.env.CI || process.getuid?.() !== 0 || !run('apt-get', ['--version']).ok)
    return found();
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'python3-pip']);
  return found();
}

function packages() {
  const lists = ['pytorch_public.txt', ...(flags.has('--large') ? ['pytorch_public_large.txt'] : [])];
  const folder = path.join(cache, 'packages');
  for (const list of lists) {
    const file = path.join(reference, list);
    const digest = createHash('sha256').update(fs.readFileSync(file)).digest('hex');
    const mark = path.join(folder, `.${list}`);
    if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === digest) continue;
    const way = pip();
    if (!way) {
      console.log('public models: no pip here (python3 -m pip), so their tests are skipped.');
      return;
    }
    // Whatever this machine is, the same files: of compiled packages, too, only the Python files are looked at.
    const system = ['macosx_11_0_arm64', 'any'].flatMap(p => ['--platform', p]);
    const python = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--abi', 'none'];
    const args = [
      '--no-deps',
      '--require-hashes',
      '--only-binary=:all:',
      '--no-compile',
      '--upgrade',
      '--quiet',
    ];
    const to = ['--target', folder, '-r', file];
    const r = run(way[0], [...way.slice(1), 'install', ...args, ...system, ...python, ...to]);
    if (!r.ok) {
      console.log(`public models: pip could not fetch ${list}, so their tests are skipped.\n${r.said}`);
      return;
    }
    fs.writeFileSync(mark, digest);
  }
  console.log(`public models: in ${folder}`);
}

function repositories() {
  const { commits } = JSON.parse(fs.readFileSync(path.join(reference, 'pytorch_public.json'), 'utf8'));
  for (const [name, commit] of Object.entries(commits)) {
    const folder = path.join(cache, 'corpus', name.replace('/', '+'));
    const git = (...args) => run('git', ['-C', folder, ...args]);
    if (fs.existsSync(folder) && git('cat-file', '-e', `${commit}^{tree}`).ok) continue;
    fs.mkdirSync(folder, { recursive: true });
    const r = [
      ['init', '-q'],
      ['fetch', '-q', '--depth', '1', `https://github.com/${name}.git`, commit],
      ['checkout', '-q', '--detach', commit],
    ].map(args => git(...args));
    console.log(
      r.every(x => x.ok) ? `${name}: ${commit}` : `${name}: not fetched. ${r.map(x => x.said).join(' ')}`,
    );
  }
}

fs.mkdirSync(cache, { recursive: true });
if (flags.has('--repositories')) repositories();
else packages();
