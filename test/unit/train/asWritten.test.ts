/** Scripts that train, as PyTorch trains them: the loss of every step. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { launch } from '../../../src/train/launch';
import { openRun } from '../../../src/train/open/openRun';
import { generateText } from '../../../src/train/predict/generateText';
import { experimentAsWritten, tensorsOf, trainingOf } from '../../../src/train/setup/asWritten';

const reference = path.resolve('test/reference');
const distFolder = path.resolve('dist');
const expected = JSON.parse(readFileSync(path.join(reference, 'training_scripts.json'), 'utf8')) as Record<
  string,
  number[]
>;

describe('training as a script says', () => {
  let engine: Engine;
  let folder: string;

  before(async () => {
    engine = await createEngine({ backend: 'webasm', threads: 1 });
    folder = await mkdtemp(path.join(tmpdir(), 'vitrine-script-'));
    await cp(path.join(reference, 'training_scripts'), folder, { recursive: true });
  });
  after(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const write = async (name: string, text: string) => {
    const file = path.join(folder, `${name}.py`);
    await writeFile(file, text);
    return file;
  };

  async function losses(file: string): Promise<{ losses: number[]; scale: number; test: unknown }> {
    const training = await trainingOf({ file }, { distFolder });
    const experiment = file.replace(/py$/, 'vitrine.json');
    await writeFile(experiment, await experimentAsWritten(training, file, folder));
    const out: number[] = [];
    const { done } = await launch({
      experiment,
      distFolder,
      engineFor: async () => engine,
      onEvent: e => {
        // All rows are one step, so that an epoch's loss is its step's, before the update.
        if (e.event === 'epoch') out.push(e.train['loss']!);
      },
    });
    const record = await done;
    return { losses: out, scale: training.scale, test: record.state };
  }

  for (const name of readdirSync(path.join(reference, 'training_scripts')).filter(f => f.endsWith('.py'))) {
    it(`gives PyTorch's losses, step by step: ${name}`, async () => {
      const file = path.join(folder, name);
      const want = expected[path.basename(name, '.py')]!;
      const got = await losses(file);
      assert.equal(got.losses.length, want.length);
      got.losses.forEach((loss, step) => {
        const scaled = loss * got.scale;
        const error = Math.abs(scaled - want[step]!) / Math.max(Math.abs(want[step]!), 1e-3 * want[0]!);
        assert.ok(error < 1e-4, `step ${step}: ${scaled}, PyTorch has ${want[step]}`);
      });
    });
  }

  it('writes no experiment that could not be trained', async () => {
    const file = await write(
      'two',
      'import torch\nfrom torch import nn\nx = torch.randn(10, 3)\ny = torch.randn(20, 2)\nmodel = nn.Linear(3, 4)\n' +
        'optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\nloss = nn.MSELoss()(model(x).view(20, 2), y)\nloss.backward()\noptimizer.step()\n',
    );
    const training = await trainingOf({ file }, { distFolder });
    await assert.rejects(
      experimentAsWritten(training, file, folder),
      /given x of the shape \[10, 3\] and compared with y of the shape \[20, 2\]: read is what has a row for each sample/,
    );
  });

  it('draws what the script draws at random from the seed', async () => {
    const file = await write(
      'noise',
      'import torch\nx = torch.randn(50, 2)\ny = x.sum(1, keepdim=True) + 0.1 * torch.randn(50, 1)\n' +
        'w = torch.zeros(2, 1, requires_grad=True)\n' +
        'for i in range(3):\n    loss = ((x @ w - y) ** 2).mean()\n    loss.backward()\n    w.data -= 0.1 * w.grad\n    w.grad = None\n',
    );
    const training = await trainingOf({ file }, { distFolder });
    const [a, b, c] = [
      await tensorsOf(training, 1),
      await tensorsOf(training, 1),
      await tensorsOf(training, 2),
    ];
    assert.equal(a.hash, b.hash);
    assert.notEqual(a.hash, c.hash);
    const [x, y] = [a.inputs[0]!.data, a.target.data];
    const gaps = Array.from(y, (v, i) => v - x[2 * i]! - x[2 * i + 1]!);
    const spread = Math.sqrt(gaps.reduce((s, g) => s + g * g, 0) / gaps.length);
    assert.ok(spread > 0.06 && spread < 0.15, `the noise of y given x is ${spread}`);
  });

  /** Windows of a text, or of a wave, drawn by chance; the model computes its loss itself. */
  const windows = (sequence: string, more = '') =>
    `import torch
import torch.nn as nn
from torch.nn import functional as F

with open("story.txt") as f:
    story = f.read()
letters = sorted(set(story))
number = {c: i for i, c in enumerate(letters)}
tokens = ${sequence}
cut = int(0.8 * len(tokens))
learned, kept = tokens[:cut], tokens[cut:]

def draw(part):
    at = torch.randint(len(part) - 12, (8,))
    return torch.stack([part[a : a + 12] for a in at]), torch.stack([part[a + 1 : a + 1 + 12] for a in at])

class Next(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.table = nn.Embedding(n, n)
    def forward(self, seen, wanted=None):
        scores = self.table(seen)
        if wanted is None:
            return scores, None
        scores = scores.view(-1, scores.shape[-1])
        return scores, F.cross_entropy(scores, wanted.reshape(-1)${more})

model = Next(len(letters))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for step in range(60):
    scores, loss = model(*draw(learned))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`;

  it('learns the text that a script draws windows of, with its characters for tokens', async () => {
    await writeFile(path.join(folder, 'story.txt'), 'abcd\n'.repeat(200));
    const file = await write('windows', windows('torch.tensor([number[c] for c in story])'));
    const training = await trainingOf({ file }, { distFolder });
    const text = await experimentAsWritten(training, file, folder);
    const { model, data, loss, epochs, batchSize } = JSON.parse(text);
    assert.deepEqual(model, { file: 'windows.py', class: 'Next', arguments: { n: 5 } });
    assert.deepEqual(data, {
      kind: 'text',
      file: 'story.txt',
      tokenizer: 'alphabet',
      length: 12,
      split: { test: 0, valid: 0.2 },
    });
    // 60 steps of 8 windows, of which 800 characters hold 66.
    assert.deepEqual([loss, epochs, batchSize], ['cross_entropy', 7, 8]);
    const experiment = file.replace(/py$/, 'vitrine.json');
    await writeFile(experiment, text);
    const seen: number[] = [];
    const { done, folder: run } = await launch({
      experiment,
      distFolder,
      engineFor: async () => engine,
      onEvent: e => {
        if (e.event === 'epoch') seen.push(e.valid!['loss']!);
      },
    });
    assert.equal((await done).state, 'finished');
    assert.ok(seen.at(-1)! < 0.5 && seen.at(-1)! < seen[0]! / 2, seen.join());
    // A prompt that is shorter than what the model sees, and ends with the token 0.
    let after = '';
    for await (const { token } of generateText(await openRun(run), engine, {
      prompt: 'd\n',
      tokens: 8,
      temperature: 0,
      seed: 0,
    }))
      after += token;
    assert.equal(after, 'abcd\nabc');
  });

  it('refuses windows of what is no text, and other numbers for its characters', async () => {
    const refused = async (name: string, text: string) =>
      assert.rejects(trainingOf({ file: await write(name, text) }, { distFolder }), /windows of one text/);
    await refused('wave', windows('torch.arange(1000) % len(letters)'));
    await refused('backwards', windows('torch.tensor([len(letters) - 1 - number[c] for c in story])'));
    await refused('summed', windows('torch.tensor([number[c] for c in story])', ", reduction='sum'"));
  });
});
