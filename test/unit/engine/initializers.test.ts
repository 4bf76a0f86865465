/** First weights of each layer, drawn many times, beside PyTorch's (test/reference/engine_initializers.py). */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { initializeWeights } from '../../../src/engine/initialize';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { reference } from './_reference';

interface Layer {
  file: string;
  class: string;
  shape: number[];
  parameters: Record<string, { count: number; mean: number; std: number; low: number; high: number }>;
}

const layers = reference<Layer[]>('engine_initializers.json');

describe('initializers', function () {
  this.timeout(60_000);
  let reader: PytorchReader;
  before(() => {
    reader = new PytorchReader({ distFolder: resolve(process.env['VITRINE_DIST'] ?? 'dist') });
  });
  after(() => reader.dispose());

  for (const layer of layers) {
    it(`${layer.class} starts as PyTorch's`, async () => {
      const read = await reader.read({
        file: resolve(`test/reference/engine_calls/${layer.file}.py`),
        class: layer.class,
        input: layer.shape.slice(1),
      });
      const model = read[layer.class]!.model!;
      const names = Object.keys(layer.parameters);
      const least = Math.min(
        ...model.parameters.filter(p => names.includes(p.name)).map(p => p.shape.reduce((a, b) => a * b, 1)),
      );
      const drawn: Record<string, number[]> = Object.fromEntries(names.map(n => [n, []]));
      const times = Math.min(400, Math.max(8, Math.floor(20_000 / least)));
      for (let seed = 0; seed < times; seed++) {
        const weights = initializeWeights(model, seed);
        for (const n of names) for (const v of weights[n]!.data) drawn[n]!.push(v);
      }
      for (const n of names) {
        const expected = layer.parameters[n]!;
        const values = drawn[n]!;
        const count = Math.min(values.length, expected.count);
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        const std = Math.sqrt(
          values.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, values.length - 1),
        );
        // Six standard errors of the difference of two samples; 1.1 bounds the spread's own for these distributions.
        const error = (6 * Math.SQRT2 * Math.max(std, expected.std)) / Math.sqrt(count);
        assert.ok(Math.abs(mean - expected.mean) <= error + 1e-7, `${n}: mean ${mean}, not ${expected.mean}`);
        // The length of a direction that is drawn, too: it starts with its mean.
        if (n.endsWith('weight.original0')) continue;
        assert.ok(
          Math.abs(std - expected.std) <= 1.1 * error + 1e-7,
          `${n}: std ${std}, not ${expected.std}`,
        );
        // Uniform ones end where PyTorch's do; of normal ones only the bulk is compared.
        const flat = expected.high - expected.low < 4 * expected.std;
        const low = values.reduce((a, b) => Math.min(a, b));
        const high = values.reduce((a, b) => Math.max(a, b));
        const room = flat ? 0.05 * (expected.high - expected.low) + error : Number.POSITIVE_INFINITY;
        assert.ok(Math.abs(low - expected.low) <= room + 1e-7, `${n}: from ${low}, not ${expected.low}`);
        assert.ok(Math.abs(high - expected.high) <= room + 1e-7, `${n}: to ${high}, not ${expected.high}`);
      }
      assert.deepEqual(initializeWeights(model, 3), initializeWeights(model, 3));
    });
  }

  it("init.sparse_ leaves out as many of each column as PyTorch's, and draws the rest", async () => {
    const source = `from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(30, 50)
        nn.init.sparse_(self.fc.weight, sparsity=0.25, std=0.5)
    def forward(self, x):
        return self.fc(x)
`;
    const read = await reader.read({
      file: 'sparse.py',
      texts: { 'sparse.py': source },
      class: 'Net',
      input: [30],
    });
    const { data } = initializeWeights(read['Net']!.model!, 1)['fc.weight']!;
    for (let column = 0; column < 30; column++)
      assert.equal(data.filter((v, i) => i % 30 === column && v === 0).length, Math.ceil(0.25 * 50));
    const rest = Array.from(data).filter(v => v !== 0);
    const variance = rest.reduce((s, v) => s + v * v, 0) / rest.length;
    assert.ok(Math.abs(Math.sqrt(variance) - 0.5) < 0.05, `${Math.sqrt(variance)}`);
  });
});
