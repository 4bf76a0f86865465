/** Models as onnxruntime's quantisers write them. Held to onnxruntime. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { onnxBytes } from '../../../../src/formats/onnx/write';
import type { Tensor } from '../../../../src/model/graph';
import { tensorOf } from './cases';

interface Quantized {
  model: string;
  inputs: string[];
  outputs: string[];
  /** By how much onnxruntime differs from itself when it joins nodes: where a value lies between two steps. */
  optimised: number;
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_quantized.json.gz');
const { models, gradients } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  models: Record<string, Quantized>;
  gradients: Record<'model' | 'x' | 'seed' | 'y' | 'dx', string>;
};

describe('quantised models', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const [name, m] of Object.entries(models))
    it(`${name}: computes what onnxruntime computes`, async () => {
      const { model, diagnostics, weights } = openOnnxBytes(Buffer.from(m.model, 'base64'), `${name}.onnx`);
      assert.deepEqual(diagnostics, []);
      const [x] = m.inputs.map(t => tensorOf(t).tensor());
      const evaluator = await engine.evaluator(model, {
        bindings: { batch: x!.shape[0]! },
        weights: weights(),
      });
      const { values } = await evaluator.run({ [model.inputs[0]!]: x! });
      await evaluator.dispose();
      const found = values[model.outputs[0]!]!;
      const expected = tensorOf(m.outputs[0]!).tensor();
      assert.deepEqual([...found.shape], [...expected.shape]);
      const errors = [...expected.data].map((y, i) => Math.abs(y - found.data[i]!));
      assert.ok(Math.max(...errors) <= Math.max(1e-5, m.optimised), `off by ${Math.max(...errors)}`);
    });

  it('passes gradients through the rounding as fake_quantize does', async () => {
    const { model, weights } = openOnnxBytes(Buffer.from(gradients.model, 'base64'), 'fake.onnx');
    const evaluator = await engine.evaluator(model, {
      bindings: {},
      weights: weights(),
      gradients: ['x'],
    });
    const of = (name: 'x' | 'seed' | 'y' | 'dx') => tensorOf(gradients[name]).tensor();
    const found = await evaluator.run({ x: of('x') }, { seed: of('seed') });
    await evaluator.dispose();
    const close = (a: Tensor, b: Tensor) =>
      b.data.forEach((v, i) => {
        assert.ok(Math.abs(v - a.data[i]!) <= 1e-6, `${i}: ${a.data[i]}, ${v}`);
      });
    close(found.values['y']!, of('y'));
    close(found.gradients['x']!, of('dx'));
  });

  for (const name of ['table, dynamic', 'pictures, operators', 'series, dynamic', 'table, qdq signed'])
    it(`${name}: gradients reach the input`, async () => {
      const m = models[name]!;
      const { model, weights } = openOnnxBytes(Buffer.from(m.model, 'base64'), `${name}.onnx`);
      const x = tensorOf(m.inputs[0]!).tensor();
      const input = model.inputs[0]!;
      const evaluator = await engine.evaluator(model, {
        bindings: { batch: x.shape[0]! },
        weights: weights(),
        gradients: [input],
      });
      const y = model.values[model.outputs[0]!]!.shape.at(-1) as number;
      const shape = [x.shape[0]!, y];
      const data = Float32Array.from({ length: shape[0]! * y }, (_, i) => (i % y === 0 ? 1 : 0));
      const found = await evaluator.run({ [input]: x }, { seed: { shape, data } });
      await evaluator.dispose();
      assert.ok(found.gradients[input]!.data.some(v => Math.abs(v) > 1e-4));
    });

  it('counts weights of whole numbers as weights, and scales as none', () => {
    const m = models['pictures, operators by channel']!;
    const { model } = openOnnxBytes(Buffer.from(m.model, 'base64'), 'pictures.onnx');
    const own = model.parameters.filter(p => p.kind === 'parameter');
    const count = own.reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
    // Weights and biases; the batch normalisation is folded into the first convolution.
    assert.equal(count, 3 * 8 * 9 + 8 + 8 * 9 + 8 + 8 * 8 + 8 + 16 * 12 * 9 + 12 + 12 * 5 + 5);
    assert.ok(own.every(p => !p.trainable));
  });

  for (const name of ['table, dynamic', 'pictures, operators by channel', 'pictures, qdq by channel'])
    it(`writes ${name}; what is read again computes the same`, async () => {
      const m = models[name]!;
      const read = openOnnxBytes(Buffer.from(m.model, 'base64'), `${name}.onnx`);
      // QGemm and the like are written by what they are composed of; a bias of QLinearMatMul has no place in ONNX.
      let bytes: Uint8Array;
      try {
        bytes = onnxBytes(read.model, read.weights());
      } catch (e) {
        assert.match((e as Error).message, /QLinearMatMul .*bias/);
        return;
      }
      const again = openOnnxBytes(bytes, `${name}.onnx`);
      assert.deepEqual(again.diagnostics, []);
      const x = tensorOf(m.inputs[0]!).tensor();
      const outputs = await Promise.all(
        [read, again].map(async ({ model, weights }) => {
          const evaluator = await engine.evaluator(model, {
            bindings: { batch: x.shape[0]! },
            weights: weights(),
          });
          const { values } = await evaluator.run({ [model.inputs[0]!]: x });
          await evaluator.dispose();
          return values[model.outputs[0]!]!.data;
        }),
      );
      assert.deepEqual(outputs[0], outputs[1]);
    });
});
