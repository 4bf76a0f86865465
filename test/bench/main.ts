/**
 * `npm run bench [-- --json] [--seconds S] [--only TEXT] [--no-peers] [--no-editor]
 * [--profile] [--threads 1,2] [--backend NAME] [--large] [--memory]`: Vitrine beside its peers in the same run, on as many threads.
 * `--backend webgpu` adds the GPU's turn, and PyTorch's on CUDA where it has it; `--large` adds nets that want one.
 * Prints a table in Markdown; with --json the same as JSON on standard output. A ratio says how many times faster
 * Vitrine is than that peer.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendName } from '../../src/engine/engine';
import type { Profile } from '../../src/engine/executors/profile';
import { threadCount } from '../../src/engine/executors/threads';
import { editorRows } from './editor';
import { explainRows } from './explain';
import { measureMemory, memoryTable } from './memory';
import type { Peer, PeerSession, Prepared, Workload } from './peer';
import { largeWorkloads, workloads } from './peer';
import { peers as brain } from './peers/brain';
import { peers as onnxruntime } from './peers/onnxruntime';
import { peersOn as pytorch } from './peers/pytorch';
import { peers as tfjs } from './peers/tfjs';
import { vitrine } from './vitrine';

export interface Row {
  name: string;
  unit: string;
  vitrine: number;
  peers: Record<string, number>;
  ratios: Record<string, number>;
}

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '0.6' },
    only: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    threads: { type: 'string' },
    'no-editor': { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    /** For processes that the bench itself starts. */
    'measure-memory': { type: 'boolean', default: false },
    backend: { type: 'string', default: 'auto' },
    large: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
/** Everything on one thread, then what gains from more on as many as there are cores. */
const threads = options.threads ? options.threads.split(',').map(Number) : [...new Set([1, threadCount(0)])];
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Installs the peers' packages outside the checkout, once. */
function requirePeers(peers: readonly Peer[]): NodeJS.Require {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vitrine', 'bench-peers');
  mkdirSync(folder, { recursive: true });
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{"private":true}');
  const wanted = new Map(peers.flatMap(p => Object.entries(p.packages)));
  const missing = [...wanted].filter(([name]) => !existsSync(join(folder, 'node_modules', name)));
  if (missing.length > 0) {
    say(`installing ${missing.map(([n]) => n).join(', ')} for the comparison …`);
    const names = missing.map(([name, version]) => `${name}@${version}`);
    spawnSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...names], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return createRequire(manifest);
}

/**
 * Rounds in which each contestant has its turn. The shortest call counts, as other work on the machine only makes calls
 * longer.
 */
const ROUNDS = 3;

/** Microseconds of the shortest call in one round. */
async function time(prepared: Prepared, duration: number): Promise<number> {
  if ('measure' in prepared) return prepared.measure(duration);
  await prepared.begin?.();
  const first = performance.now();
  await prepared.call();
  // What takes long is not called more often than it must be.
  const slow = performance.now() - first > 300;
  for (let i = 0; i < 4 && !slow; i++) await prepared.call();
  let shortest = Number.POSITIVE_INFINITY;
  let calls = 0;
  const end = performance.now() + duration * 1000;
  while (performance.now() < end || calls++ < (slow ? 1 : 3)) {
    const start = performance.now();
    await prepared.call();
    shortest = Math.min(shortest, (performance.now() - start) * 1000);
  }
  return shortest;
}

/** The kernels that most of the time of a call goes to. */
async function sayProfile(profile: Profile, call: () => Promise<void> | void): Promise<void> {
  for (const e of profile.values()) Object.assign(e, { calls: 0, shortest: Number.POSITIVE_INFINITY });
  const calls = 50;
  for (let i = 0; i < calls; i++) await call();
  const entries = [...profile]
    .filter(([, e]) => e.calls > 0)
    .map(([label, e]) => ({ label, times: e.calls / calls, us: (e.shortest * e.calls * 1000) / calls }))
    .sort((a, b) => b.us - a.us);
  const total = entries.reduce((sum, e) => sum + e.us, 0);
  say(`${total.toFixed(0)} µs in kernels`);
  for (const { label, times, us } of entries.slice(0, 40)) {
    const cells = [
      `${us.toFixed(1)} µs`.padStart(12),
      `${((us / total) * 100).toFixed(1)} %`.padStart(7),
      `${Math.round(times)} times`.padStart(9),
    ];
    say(`${cells.join(' ')}  ${label}`);
  }
  profile.clear();
}

async function engineRows(): Promise<Row[]> {
  const rows: Row[] = [];
  // What runs on a GPU is held to what else runs there, and to ourselves without it.
  const onGpu = options.backend === 'webgpu';
  const js = onGpu ? [] : [...tfjs, ...brain, ...onnxruntime];
  const all = options['no-peers'] ? [] : [...js, ...pytorch(onGpu)];
  const require = requirePeers(all);
  const profile: Profile | undefined = options.profile ? new Map() : undefined;
  const ours = await vitrine(profile, options.backend as BackendName | 'auto');
  const sessions: [string, PeerSession][] = [['vitrine', ours]];
  if (onGpu && !options.profile) sessions.push(['vitrine-webasm', await vitrine(undefined, 'webasm')]);
  for (const peer of all) {
    try {
      const session = await peer.load(require);
      if (session) sessions.push([peer.name, session]);
      else say(`${peer.name}: not on this machine`);
    } catch (e) {
      say(`${peer.name}: ${(e as Error).message.split('\n')[0]}`);
    }
  }
  for (const count of threads) {
    for (const w of options.large ? [...workloads, ...largeWorkloads] : workloads) {
      // What is too small to share has nothing to show.
      if (count > 1 && w.name === 'Net 2-5-1') continue;
      for (const mode of ['train', 'infer'] as const) {
        const what =
          w.kind === 'gemm'
            ? w.name
            : `${w.name}, batch ${w.batch}, ${mode === 'train' ? 'training step' : 'inference'}`;
        const name = count > 1 ? `${what}, ${count} threads` : what;
        if (!name.includes(options.only) || (w.kind === 'gemm' && mode === 'train')) continue;
        const row = await measured(name, w, mode, count, sessions, profile);
        rows.push(row);
        say(`${name}: ${row.vitrine.toFixed(1)} µs`);
      }
    }
  }
  for (const [, session] of sessions) session.dispose?.();
  return rows;
}

async function measured(
  name: string,
  w: Workload,
  mode: 'train' | 'infer',
  count: number,
  sessions: readonly [string, PeerSession][],
  profile: Profile | undefined,
): Promise<Row> {
  const row: Row = { name, unit: 'µs', vitrine: Number.NaN, peers: {}, ratios: {} };
  const prepared = new Map<string, Prepared>();
  const best = new Map<string, number>();
  const failed = (peer: string, e: unknown) => {
    say(`${peer}: ${name}: ${(e as Error).message.split('\n')[0]}`);
    prepared.delete(peer);
  };
  for (const [peer, session] of sessions) {
    try {
      const p = await session.prepare(w, mode, count);
      if (p) prepared.set(peer, p);
    } catch (e) {
      failed(peer, e);
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [peer, p] of prepared) {
      // Far behind: once is enough.
      if (round > 0 && (best.get(peer) ?? 0) > 500_000) continue;
      try {
        const us = await time(p, seconds / ROUNDS);
        best.set(peer, Math.min(best.get(peer) ?? Number.POSITIVE_INFINITY, us));
      } catch (e) {
        failed(peer, e);
      }
    }
  }
  const own = prepared.get('vitrine');
  if (profile && own && 'call' in own) await sayProfile(profile, own.call);
  for (const p of prepared.values()) p.dispose?.();
  row.vitrine = best.get('vitrine') ?? Number.NaN;
  for (const [peer, us] of best) {
    if (peer === 'vitrine') continue;
    row.peers[peer] = us;
    row.ratios[peer] = us / row.vitrine;
  }
  return row;
}

function markdown(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(r => Object.keys(r.peers)))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const number = (x: number | undefined): string =>
    x === undefined ? '' : x >= 100 ? x.toFixed(0) : x.toPrecision(3);
  return [
    line(['what', 'unit', 'vitrine', ...names.flatMap(n => [n, 'ratio'])]),
    line(['---', '---', '---:', ...names.flatMap(() => ['---:', '---:'])]),
    ...rows.map(r =>
      line([
        r.name,
        r.unit,
        number(r.vitrine),
        ...names.flatMap(n => [
          number(r.peers[n]),
          r.ratios[n] === undefined ? '' : `${r.ratios[n].toFixed(2)}×`,
        ]),
      ]),
    ),
  ].join('\n');
}

async function main(): Promise<void> {
  if (options['measure-memory']) return measureMemory();
  if (options.memory) return void process.stdout.write(`${await memoryTable(options.only)}\n`);
  const rows = [
    ...(await engineRows()),
    // Explanations are timed on the CPU, where Captum is.
    ...(options.backend === 'webgpu'
      ? []
      : await explainRows(options.only, seconds, !options['no-peers'], say)),
    ...(options['no-editor'] ? [] : await editorRows(options.only, say)),
  ];
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}`;
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, rows })}\n`);
  else process.stdout.write(`${machine}\n\n${markdown(rows)}\n`);
}

main().then(
  () => process.exit(0),
  e => {
    console.error(e);
    process.exit(1);
  },
);
