/** Whole models as torch.onnx writes them: read, run, fine-tuned, written again. Held to PyTorch and onnxruntime. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { onnxBytes } from '../../../../src/formats/onnx/write';
import type { Model, Tensor, Tensors } from '../../../../src/model/graph';
import { channelAxis, dequantised, quantisable } from '../../../../src/model/quantise';
import { tensorOf } from './cases';

interface Exported {
  model: string;
  inputs: string[];
  outputs: string[];
  parameters: number;
  modules: string[];
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_models.json.gz');
const { models } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  models: Record<string, Exported>;
};

/** Files with rounded weights that test/reference/onnx_rounded.py found good: see there. */
const roundedFixture = path.join(process.cwd(), 'test/reference/onnx_rounded.json');
const out = process.env['VITRINE_ONNX_OUT'];
const good: Record<string, string> = existsSync(roundedFixture)
  ? JSON.parse(readFileSync(roundedFixture, 'utf8')).sha256
  : {};

const inputsOf = (m: Exported): Tensor[] => m.inputs.map(t => tensorOf(t).tensor());

function bindingsOf(model: Model, inputs: readonly Tensor[]): Record<string, number> {
  const out: Record<string, number> = {};
  model.inputs.forEach((id, k) => {
    model.values[id]!.shape.forEach((d, i) => {
      if (typeof d === 'string') out[d] = inputs[k]!.shape[i]!;
    });
  });
  return out;
}

async function outputOf(engine: Engine, model: Model, weights: Tensors, inputs: readonly Tensor[]) {
  const evaluator = await engine.evaluator(model, { bindings: bindingsOf(model, inputs), weights });
  const { values } = await evaluator.run(Object.fromEntries(model.inputs.map((id, i) => [id, inputs[i]!])));
  await evaluator.dispose();
  return values[model.outputs[0]!]!;
}

function near(found: Tensor, expected: Tensor, tolerance: number): void {
  assert.deepEqual([...found.shape], [...expected.shape]);
  expected.data.forEach((x, i) => {
    assert.ok(Math.abs(found.data[i]! - x) <= tolerance * (1 + Math.abs(x)), `${i}: ${found.data[i]}, ${x}`);
  });
}

describe('models that torch.onnx exported', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const [name, m] of Object.entries(models)) {
    const read = () => openOnnxBytes(Buffer.from(m.model, 'base64'), `${name}.onnx`);

    it(`reads ${name} and computes what PyTorch computes, at other sizes than it was exported with`, async () => {
      const { model, diagnostics, weights } = read();
      assert.deepEqual(diagnostics, []);
      assert.equal(model.values[model.inputs[0]!]!.shape[0], 'batch');
      near(await outputOf(engine, model, weights(), inputsOf(m)), tensorOf(m.outputs[0]!).tensor(), 1e-5);
    });

    it(`writes ${name}; what is read again computes the same`, async () => {
      const { model, weights } = read();
      const again = openOnnxBytes(onnxBytes(model, weights()), `${name}.onnx`);
      assert.deepEqual(again.diagnostics, []);
      assert.deepEqual(
        again.model.values[again.model.inputs[0]!]!.shape,
        model.values[model.inputs[0]!]!.shape,
      );
      near(
        await outputOf(engine, again.model, again.weights(), inputsOf(m)),
        tensorOf(m.outputs[0]!).tensor(),
        1e-5,
      );
    });

    it(`writes ${name} with 8 bits a weight as onnxruntime rounds them; it computes what the rounded weights do`, async () => {
      const { model, weights } = read();
      const whole = onnxBytes(model, weights());
      const bytes = onnxBytes(model, weights(), { eightBits: true });
      if (out) {
        mkdirSync(out, { recursive: true });
        writeFileSync(path.join(out, `${name}.onnx`), whole);
        writeFileSync(path.join(out, `${name}.8bit.onnx`), bytes);
      } else {
        const sum = createHash('sha256').update(bytes).digest('hex');
        assert.equal(sum, good[name], 'what is written has changed: have onnxruntime run it again');
      }
      const rounded = { ...weights() };
      for (const n of quantisable(model)) rounded[n] = dequantised(rounded[n]!, channelAxis(model, n), 8);
      const inputs = inputsOf(m);
      const again = openOnnxBytes(bytes, `${name}.onnx`);
      assert.deepEqual(again.diagnostics, []);
      near(
        await outputOf(engine, again.model, again.weights(), inputs),
        await outputOf(engine, model, rounded, inputs),
        1e-5,
      );
    });
  }

  it('keeps the names of modules and counts the parameters that are trained', () => {
    for (const name of ['decoder', 'image', 'encoder', 'signal']) {
      const m = models[name]!;
      const { model } = openOnnxBytes(Buffer.from(m.model, 'base64'), `${name}.onnx`);
      const trained = model.parameters.filter(p => p.kind === 'parameter');
      assert.equal(
        trained.reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0),
        m.parameters,
        name,
      );
    }
    const { model } = openOnnxBytes(Buffer.from(models['decoder']!.model, 'base64'), 'decoder.onnx');
    const paths = new Set(model.modules.map(x => x.path));
    for (const path of ['words', 'blocks.0.attention.qkv', 'blocks.1.norm2', 'blocks.1.mlp.0', 'head'])
      assert.ok(paths.has(path), `${path} is not among ${[...paths].join(' ')}`);
  });

  it('fine-tunes a classifier', async () => {
    const m = models['image']!;
    const { model, weights } = openOnnxBytes(Buffer.from(m.model, 'base64'), 'image.onnx');
    const inputs = inputsOf(m);
    const trainer = await engine.trainer(model, {
      bindings: bindingsOf(model, inputs),
      weights: weights(),
      loss: { name: 'nll' },
      optimizer: { name: 'SGD', options: {} },
      targets: { shape: [3], dtype: 'int64' },
      seed: 1,
    });
    const targets: Tensor = { shape: [3], data: Int32Array.from([1, 4, 7]) };
    const losses: number[] = [];
    for (let i = 0; i < 30; i++)
      losses.push(
        (await trainer.step({ [model.inputs[0]!]: inputs[0]! }, targets, { learningRate: 0.05 })).loss,
      );
    assert.ok(losses.at(-1)! < losses[0]! / 4, `${losses[0]} to ${losses.at(-1)}`);
    await trainer.dispose();
  });
});
