/** Models as onnxruntime's optimiser writes them, held to onnxruntime. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { tensorOf } from './cases';
import { bytes, node, tensor } from './files';

interface Optimised {
  model: string;
  inputs: Record<string, string>;
  outputs: string[];
  ops: string[];
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_optimised.json.gz');
const { models } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  models: Record<string, Optimised>;
};

describe('models that were optimised', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const [name, m] of Object.entries(models))
    it(`${name}: computes what onnxruntime computes`, async () => {
      const { model, diagnostics, weights } = openOnnxBytes(Buffer.from(m.model, 'base64'), 'a.onnx');
      assert.deepEqual(diagnostics, []);
      const feeds = Object.fromEntries(Object.entries(m.inputs).map(([id, t]) => [id, tensorOf(t).tensor()]));
      const bindings: Record<string, number> = {};
      for (const id of model.inputs)
        model.values[id]!.shape.forEach((d, i) => {
          if (typeof d === 'string') bindings[d] = feeds[id]!.shape[i]!;
        });
      const evaluator = await engine.evaluator(model, { bindings, weights: weights() });
      const { values } = await evaluator.run(feeds);
      await evaluator.dispose();
      for (const [i, text] of m.outputs.entries()) {
        const expected = tensorOf(text).tensor();
        const found = values[model.outputs[i]!]!;
        assert.deepEqual([...found.shape], [...expected.shape]);
        expected.data.forEach((y, k) => {
          assert.ok(Math.abs(y - found.data[k]!) <= 1e-5 * (1 + Math.abs(y)), `${k}: ${found.data[k]}, ${y}`);
        });
      }
    });

  it('refuses keys that a causal attention lets the last query alone see', () => {
    const graph = {
      node: [
        node('MultiHeadAttention', ['q', 'k', 'k'], ['y'], {
          domain: 'com.microsoft',
          attribute: [
            { name: 'num_heads', i: 2 },
            { name: 'unidirectional', i: 1 },
          ],
        }),
      ],
      input: [tensor('q', 1, [1, 3, 4]), tensor('k', 1, [1, 5, 4])],
      output: [tensor('y', 1, [1, 3, 4])],
    };
    const [found] = openOnnxBytes(bytes(graph), 'a.onnx').diagnostics;
    assert.equal(found?.code, 'unsupported-op');
    assert.match(found.message, /other keys than queries/);
  });

  it('passes gradients through the attention', async () => {
    const m = models['attention, lengths']!;
    const { model, weights } = openOnnxBytes(Buffer.from(m.model, 'base64'), 'a.onnx');
    const x = tensorOf(m.inputs['x']!).tensor();
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights(), gradients: ['x'] });
    const seed = { shape: x.shape, data: Float32Array.from(x.data, (_, i) => Math.sin(i)) };
    const score = async (data: Float32Array) => {
      const { values } = await evaluator.run({ x: { shape: x.shape, data } }, { seed });
      return [...values[model.outputs[0]!]!.data].reduce((sum, y, i) => sum + y * seed.data[i]!, 0);
    };
    const { gradients } = await evaluator.run({ x }, { seed });
    for (const i of [0, 17, 43]) {
      const [more, less] = [Float32Array.from(x.data), Float32Array.from(x.data)];
      more[i]! += 1e-2;
      less[i]! -= 1e-2;
      const slope = ((await score(more)) - (await score(less))) / 2e-2;
      assert.ok(Math.abs(slope - gradients['x']!.data[i]!) < 1e-2 * (1 + Math.abs(slope)));
    }
    await evaluator.dispose();
  });
});
