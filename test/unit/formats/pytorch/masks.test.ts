/**
 * Masks as older files make them, and parts that are set with a step: computed. What is expected is what torch 2.5.1
 * gives for the same lines.
 */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import type { Tensors } from '../../../../src/model/graph';
import { readText, said } from './_reader';

describe('masks by old names and parts with a step', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  /** What a forward of these lines gives for x = [[1, 2, 3, 4, 5]]. */
  async function computed(lines: string): Promise<{ shape: readonly number[]; data: number[] }[]> {
    const { Net } = await readText(
      `import numpy as np\nimport torch\nfrom torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x):\n${lines
        .split('\n')
        .map(l => `        ${l}\n`)
        .join('')}`,
      { input: [5] },
    );
    assert.deepEqual(said(Net), []);
    const model = Net!.model!;
    const feeds: Tensors = { [model.inputs[0]!]: { shape: [1, 5], data: Float32Array.of(1, 2, 3, 4, 5) } };
    const weights = initializeWeights(model, 0);
    const evaluator = await engine.evaluator(model, { bindings: { N: 1 }, weights });
    const { values } = await evaluator.run(feeds);
    const out = model.outputs.map(o => ({ shape: values[o]!.shape, data: [...values[o]!.data] }));
    await evaluator.dispose();
    return out;
  }

  it('fills every other place, and every third from the second on', async () => {
    const [[woven], [left]] = [
      await computed(
        'y = torch.zeros(x.shape[0], 9)\ny[:, 1::2] = x[:, :4]\ny[:, 0:9:4] = -x[:, 2:]\nreturn y',
      ),
      await computed('x = x + 0\nx[:, 1:5:3] = 7\nreturn x'),
    ];
    assert.deepEqual(woven, { shape: [1, 9], data: [-3, 1, 0, 2, -4, 3, 0, 4, -5] });
    assert.deepEqual(left, { shape: [1, 5], data: [1, 7, 3, 4, 7] });
  });

  it('puts a row of one row into a row, as tables of vectors are drawn', async () => {
    const [row] = await computed(
      't = torch.zeros(3, 5)\nfor i in range(3):\n    t[i, :] = torch.full((1, 5), float(i))\nt[1] = torch.ones(1, 1, 5) * 4\nreturn t[1:] + x[0]',
    );
    assert.deepEqual(row, { shape: [2, 5], data: [5, 6, 7, 8, 9, 3, 4, 5, 6, 7] });
  });

  it('takes bytes for truth values, and both together', async () => {
    const [kept] = await computed(
      'mask = torch.tril(torch.ones(5, 5)).type(torch.ByteTensor)\nboth = (x > 2).unsqueeze(1) & mask\nreturn x.masked_fill((both == 0)[:, 3], -1.0)',
    );
    assert.deepEqual(kept, { shape: [1, 5], data: [-1, -1, 3, 4, -1] });
  });

  it('makes and converts by old names', async () => {
    const [whole, half] = await computed(
      'a = torch.IntTensor([3, 4]).type(torch.FloatTensor) / 2\nb = x.type(torch.LongTensor) // 2\nreturn a + x[:, :2], b.type(torch.cuda.FloatTensor) + 0.5',
    );
    assert.deepEqual(whole!.data, [2.5, 4]);
    assert.deepEqual(half!.data, [0.5, 1.5, 1.5, 2.5, 2.5]);
  });

  it('counts with the whole numbers that numpy makes of its own', async () => {
    const [first] = await computed(
      "n = 2 * np.ceil(np.log(x.shape[1])).astype('int').item()\nreturn x[:, :n]",
    );
    assert.deepEqual(first!.shape, [1, 4]);
  });
});
