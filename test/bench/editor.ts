/** What the editor costs: activation, and how late the extension host's event loop gets while a sample trains. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from './main';

export async function editorRows(only: string, say: (text: string) => void): Promise<Row[]> {
  if (!'extension activation, event loop'.includes(only)) return [];
  const root = join(__dirname, '../../..');
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-figures-'));
  const to = join(folder, 'figures.json');
  say('starting VS Code to measure the extension …');
  const run = spawnSync(process.execPath, [join(root, 'test/harness/vscode.mjs'), '--grep', 'figures'], {
    env: { ...process.env, VITRINE_FIGURES: to },
    encoding: 'utf8',
  });
  const figures = existsSync(to) ? (JSON.parse(readFileSync(to, 'utf8')) as Figures) : undefined;
  rmSync(folder, { recursive: true, force: true });
  if (!figures) {
    say(`VS Code gave no figures:\n${`${run.stdout}${run.stderr}`.split('\n').slice(-8).join('\n')}`);
    return [];
  }
  const row = (name: string, vitrine: number): Row => ({ name, unit: 'ms', vitrine, peers: {}, ratios: {} });
  return [
    row('extension activation, its own time', figures.activation),
    row('event loop of the extension host while training, 99th percentile late', figures.delay.p99),
    row('event loop of the extension host while training, latest', figures.delay.max),
    row('event loop of the extension host while training, longest blocked', figures.delay.blocked),
  ];
}

interface Figures {
  activation: number;
  delay: { mean: number; p99: number; max: number; blocked: number };
}
