/** What the editor costs: activation, and how late the extension host's event loop gets while a sample trains. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PytorchReader } from '../../src/formats/pytorch/reader';
import type { Row } from './main';

/** What an edit costs until the models of a file of 300 lines are known again: median of the edits of each kind. */
async function readingRows(say: (text: string) => void): Promise<Row[]> {
  const root = join(__dirname, '../../..');
  const part = (name: string) => readFileSync(join(root, 'test/reference/pytorch', `${name}.py`), 'utf8');
  const text = ['gpt', 'resnet', 'vit', 'lenet'].map(part).join('\n\n');
  const lines = text.split('\n').length;
  const file = '/bench/model.py';
  const reader = new PytorchReader({ distFolder: join(root, 'dist') });
  const edits: Record<string, (i: number) => string> = {
    'inside of __init__': i =>
      text.replace('nn.Linear(84, num_classes)', `nn.Linear(84, num_classes + ${i})`),
    'inside of forward': i => text.replace('return self.fc3(', `y${i} = x\n        return self.fc3(`),
    'inside of a block that another class repeats': i =>
      text.replace(
        'self.attn = CausalSelfAttention(config)',
        `y${i} = 1\n        self.attn = CausalSelfAttention(config)`,
      ),
    'of a docstring': i => text.replace('A small GPT', `A small GPT ${i}`),
    'of a comment': i => text.replace('\nclass ', `\n# note ${i}\nclass `),
  };
  const rows: Row[] = [];
  try {
    await reader.read({ file, texts: { [file]: text } });
    for (const [kind, edit] of Object.entries(edits)) {
      if (edit(0) === text) throw new Error(`the bench's file has no place for an edit ${kind}`);
      const times: number[] = [];
      for (let i = 0; i < 15; i++) {
        const edited = edit(i);
        const start = performance.now();
        await reader.read({ file, texts: { [file]: edited } });
        times.push(performance.now() - start);
      }
      const vitrine = times.sort((a, b) => a - b)[times.length >> 1]!;
      const name = `models of ${lines} lines after an edit ${kind}, median`;
      rows.push({ name, unit: 'ms', vitrine, peers: {}, ratios: {} });
      say(`${name}: ${vitrine.toFixed(1)} ms`);
    }
  } finally {
    await reader.dispose();
  }
  return rows;
}

export async function editorRows(only: string, say: (text: string) => void): Promise<Row[]> {
  const reading = 'models after an edit'.includes(only) ? await readingRows(say) : [];
  return [...reading, ...(await hostRows(only, say))];
}

async function hostRows(only: string, say: (text: string) => void): Promise<Row[]> {
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
