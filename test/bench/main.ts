/**
 * `npm run bench [-- --json] [--seconds S] [--only TEXT] [--no-peers] [--profile] [--threads N]`: Vitrine beside its peers in the same run.
 * Prints a table in Markdown; with --json the same as JSON on standard output. A ratio says how many times faster
 * Vitrine is than that peer.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Profile } from '../../src/engine/executors/webasm';
import { editorRows } from './editor';
import type { Peer, PeerSession, Prepared } from './peer';
import { workloads } from './peer';
import { peers as brain } from './peers/brain';
import { peers as pytorch } from './peers/pytorch';
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
    seconds: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    'no-peers': { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
});
const seconds = Number(options.seconds);
const threads = Number(options.threads);
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

/** Median microseconds per call, after a warm-up. */
async function time(prepared: Prepared): Promise<number> {
  if ('measure' in prepared) return prepared.measure(seconds);
  for (let i = 0; i < 5; i++) await prepared.call();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || times.length < 5) {
    const start = performance.now();
    await prepared.call();
    times.push((performance.now() - start) * 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
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
  const all = options['no-peers'] ? [] : [...tfjs, ...brain, ...pytorch];
  const require = requirePeers(all);
  const sessions: [string, PeerSession][] = [];
  for (const peer of all) {
    try {
      const session = await peer.load(require);
      if (session) sessions.push([peer.name, session]);
      else say(`${peer.name}: not on this machine`);
    } catch (e) {
      say(`${peer.name}: ${(e as Error).message.split('\n')[0]}`);
    }
  }
  const profile: Profile | undefined = options.profile ? new Map() : undefined;
  const ours = await vitrine(threads, profile);
  for (const w of workloads) {
    for (const mode of ['train', 'infer'] as const) {
      const name = `${w.name}, batch ${w.batch}, ${mode === 'train' ? 'training step' : 'inference'}`;
      if (!name.includes(options.only)) continue;
      const row: Row = { name, unit: 'µs', vitrine: Number.NaN, peers: {}, ratios: {} };
      for (const [peer, session] of [['vitrine', ours] as const, ...sessions]) {
        try {
          const prepared = await session.prepare(w, mode);
          if (!prepared) continue;
          const us = await time(prepared);
          if (peer === 'vitrine' && profile && 'call' in prepared) await sayProfile(profile, prepared.call);
          prepared.dispose?.();
          if (peer === 'vitrine') row.vitrine = us;
          else row.peers[peer] = us;
        } catch (e) {
          say(`${peer}: ${name}: ${(e as Error).message.split('\n')[0]}`);
        }
      }
      for (const [peer, us] of Object.entries(row.peers)) row.ratios[peer] = us / row.vitrine;
      rows.push(row);
      say(`${name}: ${row.vitrine.toFixed(1)} µs`);
    }
  }
  for (const [, session] of sessions) session.dispose?.();
  ours.dispose?.();
  return rows;
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
  const rows = [...(await engineRows()), ...(await editorRows(options.only, say))];
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
