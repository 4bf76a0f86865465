import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import { format } from '../../../src/formats/pytorch';
import type { Model } from '../../../src/model/graph';
import { incremental } from '../../../src/train/generation/incremental';

const length = 32;

async function read(text: string, name: string): Promise<Model> {
  const file = path.resolve('gpt.py');
  const answer = await format.read(
    {
      file,
      texts: { [file]: text },
      class: name,
      inputs: [{ name: 'tokens', shape: ['N', length], dtype: 'int64' }],
    },
    { distFolder: path.resolve(process.env['VITRINE_DIST'] ?? 'dist') },
  );
  const { model, diagnostics } = answer[name]!;
  assert.ok(model, diagnostics.map(d => d.message).join('\n'));
  return model;
}

const sample = readFileSync('media/samples/char-gpt/gpt.py', 'utf8');

/** Rotary positions, grouped heads of one width, PyTorch's own attention, norms without a mean. */
const modern = `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Attention(nn.Module):
    def __init__(self, d=24, heads=3):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))

    def turn(self, x):
        T, w = x.size(-2), x.size(-1)
        angles = torch.outer(torch.arange(T).float(), 1.0 / 100 ** (torch.arange(0, w, 2).float() / w))
        cos, sin = torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)
        half = w // 2
        return x * cos + torch.cat([-x[..., half:], x[..., :half]], dim=-1) * sin

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = (f(x).view(B, T, self.heads, C // self.heads).transpose(1, 2) for f in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(self.turn(q), self.turn(k), v, is_causal=CAUSAL)
        return self.o(y.transpose(1, 2).reshape(B, T, C))

class Llama(nn.Module):
    def __init__(self, words=19, d=24):
        super().__init__()
        self.embed = nn.Embedding(words, d)
        self.norms = nn.ModuleList(nn.RMSNorm(d) for _ in range(2))
        self.attention = nn.ModuleList(Attention(d) for _ in range(2))
        self.head = nn.Linear(d, words)

    def forward(self, tokens):
        x = self.embed(tokens)
        for norm, attention in zip(self.norms, self.attention):
            x = x + attention(norm(x))
        return self.head(F.silu(x))
`;

const recurrent = `
import torch.nn as nn

class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(19, 8)
        self.gru = nn.GRU(8, 16, batch_first=True)
        self.head = nn.Linear(16, 19)

    def forward(self, tokens):
        return self.head(self.gru(self.embed(tokens))[0])
`;

describe('A causal model, token by token', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  /** The largest difference of the scores at each of the first 12 positions, relative to their scale. */
  async function difference(model: Model): Promise<number> {
    const steps = incremental(model);
    assert.ok(steps, 'it is not followed');
    const weights = initializeWeights(model, 5);
    const bindings = { N: 1 };
    const whole = await engine.evaluator(model, { bindings, weights });
    const { step, place, here, carry } = steps;
    const kept = await engine.evaluator(step, { bindings, weights, carry });
    try {
      const tokens = Int32Array.from({ length }, (_, i) => (i < 12 ? (i * 7 + 3) % 17 : 0));
      const { values } = await whole.run({ [model.inputs[0]!]: { shape: [1, length], data: tokens } });
      const all = values[model.outputs[0]!]!;
      const words = all.shape[2]!;
      let most = 0;
      for (let t = 0; t < 12; t++) {
        const there = new Float32Array(length);
        there[t] = 1;
        const answer = await kept.run({
          [step.inputs[0]!]: { shape: [1, 1], data: tokens.slice(t, t + 1) },
          [place]: { shape: [1], data: Int32Array.of(t) },
          [here]: { shape: [length], data: there },
        });
        const own = answer.values[step.outputs[0]!]!;
        assert.deepEqual(own.shape, [1, 1, words]);
        const expected = all.data.subarray(t * words, (t + 1) * words);
        const scale = Math.max(...Array.from(expected, Math.abs));
        for (let i = 0; i < words; i++) most = Math.max(most, Math.abs(own.data[i]! - expected[i]!) / scale);
      }
      return most;
    } finally {
      await whole.dispose();
      await kept.dispose();
    }
  }

  it('gives the same scores: learned positions and a mask', async () => {
    assert.ok((await difference(await read(sample, 'GPT'))) < 1e-5);
  });

  it('gives the same scores: rotary positions and PyTorch’s own attention', async () => {
    assert.ok((await difference(await read(modern.replace('CAUSAL', 'True'), 'Llama'))) < 1e-5);
  });

  it('differs where positions look ahead, which generating finds out', async () => {
    assert.ok((await difference(await read(modern.replace('CAUSAL', 'False'), 'Llama'))) > 1e-3);
  });

  it('leaves alone what it does not follow', async () => {
    assert.equal(incremental(await read(recurrent, 'Recurrent')), undefined);
    const mixing = sample.replace(
      'return self.head(self.ln_f(x))',
      'return self.head(self.ln_f(x).cumsum(1))',
    );
    assert.equal(incremental(await read(mixing, 'GPT')), undefined);
  });
});
