import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import { initializeWeights } from '../../../src/engine/initialize';
import { explain } from '../../../src/explain/explain';
import type { MatrixFigure } from '../../../src/explain/figure';
import { activationPatching } from '../../../src/explain/methods/activation_patching';
import { methods } from '../../../src/explain/registry';
import { attentionLayers, attentionMaps } from '../../../src/explain/transformer/attention';
import { tokenEmbedding } from '../../../src/explain/transformer/embedding';
import { residualStream, stations } from '../../../src/explain/transformer/stream';
import type { Model, Tensor, Tensors } from '../../../src/model/graph';
import { readText } from '../formats/pytorch/_reader';
import { engine } from './_engine';
import { readFolder } from './_fidelityTransformers';
import { network, tensor } from './_nets';

const ways: Record<string, string> = {
  'nn.MultiheadAttention, batch second': `
self.attn = nn.MultiheadAttention(16, 4)
def mix(self, x):
    x = x.transpose(0, 1)
    return self.attn(x, x, x, need_weights=False)[0].transpose(0, 1)`,
  scaled_dot_product_attention: `
self.qkv = nn.Linear(16, 48)
self.out = nn.Linear(16, 16)
def mix(self, x):
    n, t, c = x.shape
    q, k, v = [a.view(n, t, 4, 4).transpose(1, 2) for a in self.qkv(x).chunk(3, -1)]
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return self.out(y.transpose(1, 2).reshape(n, t, c))`,
  einsum: `
self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
def mix(self, x):
    n, t, c = x.shape
    q, k, v = self.q(x).view(n, t, 4, 4), self.k(x).view(n, t, 4, 4), self.v(x).view(n, t, 4, 4)
    a = torch.einsum('nqhd,nkhd->nhqk', q, k) / 2.0
    a = torch.softmax(a, dim=-1)
    return torch.einsum('nhqk,nkhd->nqhd', a, v).reshape(n, t, c)`,
  'one head by hand': `
self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
def mix(self, x):
    a = F.softmax(self.q(x) @ self.k(x).transpose(1, 2) / 4, dim=2)
    return a @ self.v(x)`,
};

/** The same attention once for all heads, and with a module for each head. */
const together = `
self.q, self.k, self.v, self.out = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
def mix(self, x):
    n, t, c = x.shape
    q, k, v = [f(x).view(n, t, 4, 4).transpose(1, 2) for f in (self.q, self.k, self.v)]
    y = F.softmax(q @ k.transpose(-2, -1) / 2, -1) @ v
    return self.out(y.transpose(1, 2).reshape(n, t, c))`;
const apart = `
self.heads, self.out = nn.ModuleList([Head() for _ in range(4)]), nn.Linear(16, 16)
def mix(self, x):
    return self.out(torch.cat([head(x) for head in self.heads], dim=-1))`;
const head = `
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(16, 4), nn.Linear(16, 4), nn.Linear(16, 4)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        return self.drop(F.softmax(self.q(x) @ self.k(x).transpose(-2, -1) / 2, -1)) @ self.v(x)
`;

function source(way: string, post: boolean): string {
  const [init, mix] = way.split('\ndef ') as [string, string];
  const body = post
    ? 'x = self.n1(x + self.mix(x))\n        return self.n2(x + self.mlp(x))'
    : 'x = x + self.mix(self.n1(x))\n        return x + self.mlp(self.n2(x))';
  return `
import torch
import torch.nn as nn
import torch.nn.functional as F

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(16), nn.LayerNorm(16)
        self.mlp = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))
${init
  .trim()
  .split('\n')
  .map(l => `        ${l}`)
  .join('\n')}

${`def ${mix}`
  .split('\n')
  .map(l => `    ${l}`)
  .join('\n')}

    def forward(self, x):
        ${body}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(20, 16)
        self.positions = nn.Parameter(torch.randn(1, 7, 16) * 0.1)
        self.blocks = nn.ModuleList([Block() for _ in range(3)])
        self.head = nn.Linear(16, 3)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))
`;
}

async function netOf(text: string): Promise<{ model: Model; weights: Tensors }> {
  const { Net } = await readText(text, { class: 'Net', input: [7] });
  assert.ok(Net?.model, JSON.stringify(Net?.diagnostics));
  return { model: Net.model, weights: initializeWeights(Net.model, 1) };
}

const input = { shape: [1, 7], data: Int32Array.of(3, 1, 4, 1, 5, 9, 2) };

describe('transformers from PyTorch source are opened', function () {
  this.timeout(60_000);

  for (const [name, way] of Object.entries(ways))
    for (const post of [false, true])
      it(`${name}, normalised ${post ? 'after' : 'before'} the block`, async () => {
        const net = await netOf(source(way, post));
        const layers = attentionLayers(net.model);
        assert.equal(layers.length, 3);
        const maps = await attentionMaps({ engine, ...net, input, target: 0 });
        assert.deepEqual(maps.queries, [7, 7, 7]);
        assert.deepEqual(maps.heads, new Array(3).fill(name === 'one head by hand' ? 1 : 4));
        for (const map of maps.maps) {
          for (let q = 0; q < map.length / 7; q++) {
            const sum = map.subarray(q * 7, (q + 1) * 7).reduce((a, b) => a + b, 0);
            assert.ok(Math.abs(sum - 1) < 1e-5);
          }
        }
        const stream = residualStream(net.model);
        assert.deepEqual(
          stream.steps.filter(s => s.kind === 'add').map(s => s.of),
          ['attention', 'mlp', 'attention', 'mlp', 'attention', 'mlp'],
        );
        assert.equal(stream.steps.filter(s => s.kind === 'norm').length, post ? 6 : 0);
        assert.equal(stations(stream).length, 7);
        assert.equal(tokenEmbedding(net.model)?.name, 'tokens');
      });

  it('heads that are modules of their own are heads of one layer', async () => {
    const one = await netOf(source(together, false));
    const many = await netOf(source(apart, false).replace('\nclass Block', `${head}\nclass Block`));
    // The same numbers: a head's rows of the weights that the other has in one.
    for (const { name } of many.model.parameters.filter(p => p.trainable)) {
      const [, before, h, which] = /^(.*)heads\.(\d)\.(.*)$/.exec(name) ?? [];
      const from = one.weights[before === undefined ? name : before + which]!;
      const size = many.weights[name]!.data.length;
      const start = Number(h ?? 0) * size;
      many.weights[name] = { ...many.weights[name]!, data: from.data.slice(start, start + size) };
    }
    assert.deepEqual(
      attentionLayers(many.model).map(l => [l.name, l.parts.length]),
      [0, 1, 2].map(i => [`blocks.${i}`, 4]),
    );
    const maps = await attentionMaps({ engine, ...many, input, target: 0 }, { gradients: true });
    assert.deepEqual(maps.heads, [4, 4, 4]);
    const close = (a: readonly number[], b: readonly number[], what: string) => {
      assert.equal(a.length, b.length, what);
      for (const [i, v] of a.entries())
        assert.ok(Math.abs(v - b[i]!) < 1e-5, `${what} ${i}: ${v} and ${b[i]}`);
    };
    for (const id of ['attention', 'attention_rollout', 'attention_x_gradient', 'direct_logit_attribution']) {
      const method = methods.find(m => m.id === id)!;
      const a = await method.explain({ engine, ...one, input, target: 1 }, {});
      const b = await method.explain({ engine, ...many, input, target: 1 }, {});
      close(Array.from(b.values.data), Array.from(a.values.data), id);
      assert.deepEqual(b.names, a.names);
    }
    const other = { shape: [1, 7], data: Int32Array.of(3, 2, 4, 1, 6, 8, 2) };
    const [a, b] = await Promise.all(
      [one, many].map(net => activationPatching({ engine, ...net, input, target: 1 }, other)),
    );
    for (const i of [0, 1])
      close((b!.figures![i] as MatrixFigure).values, (a!.figures![i] as MatrixFigure).values, `patches ${i}`);
  });

  it('every method for them explains, is judged and told', async () => {
    const net = await netOf(source(ways['scaled_dot_product_attention']!, false));
    const own = methods.filter(m => /attention|lens|direct|token/.test(m.id) && !m.sequences);
    assert.equal(own.length, 8);
    for (const { id } of own) {
      const e = await explain({ engine, ...net, input, method: id });
      assert.ok(e.text.length > 40 && !/undefined|NaN/.test(e.text), `${id}: ${e.text}`);
      assert.ok(e.trust.measures.length >= 2, id);
      assert.ok(e.figures!.length > 0);
      assert.doesNotMatch(JSON.stringify(e), /null,null/);
    }
  });

  it('the lens ends at the answer, and parts add up to the output', async () => {
    const net = await netOf(source(ways['one head by hand']!, false));
    const lens = await explain({ engine, ...net, input, method: 'logit_lens', target: 1 });
    assert.ok(Math.abs(lens.attribution.values.at(-1)! - lens.prediction.output[1]!) < 1e-5);
    const direct = await explain({ engine, ...net, input, method: 'direct_logit_attribution', target: 1 });
    const sum = direct.attribution.values.reduce((a, b) => a + b, 0) + direct.facts!['constant']!;
    assert.ok(Math.abs(sum - direct.prediction.output[1]!) < 1e-5);
    const between = await explain({
      engine,
      ...net,
      input,
      method: 'direct_logit_attribution',
      target: 1,
      options: { versus: '2' },
    });
    const gap = direct.prediction.output[1]! - direct.prediction.output[2]!;
    assert.ok(Math.abs(between.facts!['output']! - gap) < 1e-5);
  });

  // What a normalisation divides by is held still, so that all that no part gives is the bias of the head.
  for (const [name, written] of Object.entries({
    'root mean squares by torch.pow': 'x * torch.pow(x.pow(2).mean(-1, keepdim=True) + 1e-6, -0.5)',
    'root mean squares by **': 'x / (x.pow(2).mean(-1, keepdim=True) + 1e-6) ** 0.5',
    'root mean squares by rsqrt': 'x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6)',
    'F.normalize': 'F.normalize(x, dim=-1) * 4',
    'F.normalize of p=1': 'F.normalize(x, p=1, dim=-1) * 16',
    'the mean of what is absolute': 'x / (x.abs().mean(-1, keepdim=True) + 1e-6)',
    'a norm': 'x / x.norm(dim=-1, keepdim=True) * 4',
    'a layer normalisation':
      '(x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, keepdim=True, unbiased=False) + 1e-5)',
  }))
    it(`parts and the bias of the head add up to the output behind ${name} by hand`, async () => {
      const text = source(ways['one head by hand']!, false).replace(
        'return self.head(x.mean(1))',
        `return self.head((${written}).mean(1))`,
      );
      const net = await netOf(text);
      net.weights['head.bias'] = tensor([3], [0.3, -0.2, 0.1]);
      const direct = await explain({ engine, ...net, input, method: 'direct_logit_attribution', target: 1 });
      const { constant } = direct.facts!;
      assert.ok(Math.abs(Number(constant) + 0.2) < 1e-5, `${constant}`);
    });

  it('what is carried over between texts of unlike length is told as token against filling', async () => {
    const net = await netOf(source(ways['one head by hand']!, false));
    const words = ['', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const dataset = { entryNames: (t: Tensor) => Array.from(t.data, i => words[i]!) } as unknown as Dataset;
    const shorter = { shape: [1, 7], data: Int32Array.of(3, 1, 4, 0, 0, 0, 0) };
    const longer = { shape: [1, 7], data: Int32Array.of(3, 2, 4, 1, 5, 0, 0) };
    const said = async (mine: Tensor, other: Tensor) => {
      const request = { engine, ...net, dataset, input: mine, target: 1 };
      const { figures, told } = await activationPatching(request, other);
      const [stream] = figures as [MatrixFigure];
      assert.equal(stream.values.length, stream.rows.labels.length * stream.columns.labels.length);
      assert.ok(
        stream.columns.labels.some(label => told![0]!.includes(`"${label}"`)),
        told![0],
      );
      assert.match(told![1]!, /at 2 positions a token stands against filling/);
      return stream.columns.labels;
    };
    assert.deepEqual(await said(shorter, longer), [
      '1 c',
      '2 a ← b',
      '3 d',
      '4 filling ← a',
      '5 filling ← e',
    ]);
    assert.deepEqual(await said(longer, shorter), [
      '1 c',
      '2 b ← a',
      '3 d',
      '4 a ← filling',
      '5 e ← filling',
    ]);
  });

  it('contributions are judged up to the one factor that a normalisation puts on all of them', async () => {
    const net = await netOf(source(ways['one head by hand']!, false));
    const e = await explain({ engine, ...net, input, method: 'direct_logit_attribution', target: 1 });
    const { detail, value } = e.trust.measures.find(m => m.id === 'parts_of_output')!;
    const { attributed, changes, factor } = detail as Record<string, readonly number[]>;
    const off = (k: number) => changes!.reduce((s, c, i) => s + Math.abs(c - k * attributed![i]!), 0);
    const total = changes!.reduce((s, c) => s + Math.abs(c), 0);
    assert.ok(Math.abs(value - off(factor![0]!) / total) < 1e-9);
    assert.ok(factor![0]! >= 0);
  });

  it('a picture gets its patches’ attention', async () => {
    const net = await readFolder('vit');
    const pixels = tensor(
      [1, 3, 8, 8],
      Array.from({ length: 192 }, (_, i) => Math.sin(i)),
    );
    const e = await explain({ engine, ...net, input: pixels, method: 'attention_rollout' });
    assert.deepEqual(e.attribution.shape, [3, 8, 8]);
    assert.deepEqual(
      e.figures!.map(f => f.kind),
      ['input', 'matrix'],
    );
  });
});

describe('what is no transformer, or asked wrongly, is told so', () => {
  const plain = network([3], [{ op: 'Linear', weight: tensor([2, 3], [1, 0, 0, 0, 1, 0]) }]);

  it('a model without attention, a stream or tokens', async () => {
    for (const [method, what] of [
      ['attention', /no attention/],
      ['logit_lens', /no residual stream/],
      ['token_integrated_gradients', /no embedding of tokens/],
    ] as const)
      await assert.rejects(
        explain({ engine, ...plain, input: tensor([1, 3], [1, 2, 3]), method }),
        (e: Error) => what.test(e.message) && / Use /.test(e.message),
      );
  });

  it('layers, heads and classes that do not exist; nothing to compare with; cancellation', async () => {
    const net = await readFolder('bert-classifier');
    const of = (method: string, options: Record<string, unknown>, signal?: AbortSignal) =>
      explain({ engine, ...net, input, method, options, ...(signal && { signal }) });
    await assert.rejects(of('attention', { layer: 7 }), /no layer 7: .* has 2 layers of attention, 0 to 1/);
    await assert.rejects(of('attention', { head: 5 }), /no head 5: layers have 2, 0 to 1/);
    await assert.rejects(
      of('direct_logit_attribution', { versus: 'cat' }),
      /no class "cat".*3 outputs, 0 to 2/,
    );
    await assert.rejects(of('activation_patching', {}), /needs a data set/);
    await assert.rejects(of('attention_flow', {}, AbortSignal.abort()), { code: 'cancelled' });
  });
});
