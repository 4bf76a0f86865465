/** Models that are run in steps: what their outputs' sizes are, running tells. */
import assert from 'node:assert/strict';
import { explain } from '../../../src/explain/explain';
import { openOnnxBytes } from '../../../src/formats/onnx/read';
import type { Tensor } from '../../../src/model/graph';
import { bytes, node, tensor } from '../formats/onnx/files';
import { engine } from './_engine';
import { memoryData } from './_nets';

const weight = { name: 'w', dims: [4, 2], dataType: 1, floatData: [1, 0, -2, 0.5, 0, 3, 1, 1] };

/** Columns of x that pass a test of their values; with `mixed`, what a linear layer makes of them. */
function opened(passes: 'IsNaN' | 'Less', mixed: boolean) {
  const zero = { name: 'zero', dims: [], dataType: 1, floatData: [0] };
  const first = { name: 'first', dims: [1], dataType: 7, int64Data: [0] };
  return openOnnxBytes(
    bytes({
      name: 'picked',
      node: [
        node('Squeeze', ['x', 'first'], ['row']),
        node(passes, passes === 'Less' ? ['row', 'zero'] : ['row'], ['fails']),
        node('Not', ['fails'], ['passes']),
        node('Compress', ['x', 'passes'], [mixed ? 'kept' : 'y'], {
          attribute: [{ name: 'axis', i: 1, type: 2 }],
        }),
        ...(mixed ? [node('MatMul', ['kept', 'w'], ['y'])] : []),
      ],
      input: [tensor('x', 1, [1, 4])],
      output: [{ name: 'y' }],
      initializer: [zero, first, ...(mixed ? [weight] : [])],
    }),
    'picked.onnx',
  );
}

const row = (...numbers: number[]): Tensor => ({
  shape: [1, numbers.length],
  data: Float32Array.from(numbers),
});
const dataset = memoryData({
  inputs: Array.from({ length: 20 }, (_, i) => [i, 1, -i, 2]),
  targets: Array.from({ length: 20 }, () => 0),
  test: 5,
});

describe('explanations of models that are run in steps', () => {
  const ask = (model: ReturnType<typeof opened>, method: string, input: Tensor, target = 0) =>
    explain({
      engine,
      model: model.model,
      weights: model.weights(),
      dataset,
      loss: { name: 'mse' },
      method,
      input,
      target,
      options: method === 'feature_ablation' ? { baseline: 'zero' } : {},
    });

  it('take the sizes of the outputs from the row that is explained', async () => {
    const model = opened('IsNaN', true);
    assert.ok(model.model.values['y']!.shape.some(d => typeof d !== 'number'));
    const e = await ask(model, 'feature_ablation', row(1, 2, 3, 4), 1);
    assert.deepEqual(
      [...e.prediction.output].map(x => Math.round(x * 1e4) / 1e4),
      [1, 14],
    );
    assert.deepEqual(
      e.attribution.values.map(x => Math.round(x * 1e4) / 1e4),
      [0, 1, 9, 4],
    );
  });

  it('say where there is nothing to explain, or sizes differ from row to row', async () => {
    const model = opened('Less', false);
    await assert.rejects(
      ask(model, 'feature_ablation', row(-1, -2, -3, -4)),
      /"y" of picked is \(1, 0\): it has no numbers for this row/,
    );
  });

  it('say that there are no gradients, and which methods need none', async () => {
    for (const method of ['integrated_gradients', 'saliency'])
      await assert.rejects(
        ask(opened('IsNaN', true), method, row(1, 2, 3, 4)),
        /picked is run in steps.*no gradients\. Choose a method that asks by changing the input/,
      );
  });
});
