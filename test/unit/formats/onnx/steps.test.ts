/** Models whose sizes depend on values: run in steps, held to onnxruntime. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { memoryInUse, webasmExecutor } from '../../../../src/engine/executors/webasm';
import { StagedEvaluator } from '../../../../src/engine/staged';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import type { Tensor } from '../../../../src/model/graph';
import { planInStages, stagingOf } from '../../../../src/model/stages';
import { tensorOf } from './cases';
import { bytes, node, tensor } from './files';

interface Exported {
  model: string;
  inputs: Record<string, string>;
  outputs: string[];
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_steps.json.gz');
const { models } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  models: Record<string, Exported>;
};

function near(found: Tensor, expected: Tensor): void {
  assert.deepEqual([...found.shape], [...expected.shape]);
  expected.data.forEach((x, i) => {
    assert.ok(Math.abs(found.data[i]! - x) <= 1e-5 * (1 + Math.abs(x)), `${i}: ${found.data[i]}, ${x}`);
  });
}

describe('ONNX models whose sizes depend on values', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  const opened = (name: string) => openOnnxBytes(Buffer.from(models[name]!.model, 'base64'), `${name}.onnx`);

  for (const [name, { inputs, outputs }] of Object.entries(models))
    it(`runs ${name} in steps and computes what onnxruntime computes`, async () => {
      const { model, diagnostics, unsupported, waits, weights } = opened(name);
      assert.deepEqual(unsupported, []);
      assert.ok(waits.length > 0);
      assert.ok(diagnostics.every(d => d.severity === 'information'));
      const feeds = Object.fromEntries(Object.entries(inputs).map(([id, t]) => [id, tensorOf(t).tensor()]));
      const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
      // What one call finds holds for no other.
      for (let call = 0; call < 2; call++) {
        const { values } = await evaluator.run(feeds);
        for (const [i, t] of outputs.entries()) near(values[model.outputs[i]!]!, tensorOf(t).tensor());
      }
      await evaluator.dispose();
    });

  it('reads the file for what is new alone, and takes no step for another', async () => {
    const { model } = opened('selected');
    const [some, none] = [models['selected']!, models['selected_none']!];
    const { open, ...staged } = stagingOf(model)!;
    let readings = 0;
    planInStages({ ...model, ...staged }, () => {
      const staging = open();
      return {
        next: (...given) => {
          readings++;
          return staging.next(...given);
        },
        close: () => staging.close(),
      };
    });
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: {} });
    const counts: number[] = [];
    for (const { inputs, outputs } of [some, none, some, some, none, none, some]) {
      readings = 0;
      const { values } = await evaluator.run({ x: tensorOf(inputs['x']!).tensor() });
      for (const [i, t] of outputs.entries()) near(values[model.outputs[i]!]!, tensorOf(t).tensor());
      counts.push(readings);
    }
    // The first step is planned once for each size, what comes after it twice.
    const behind = counts[2]!;
    assert.ok(behind > 0);
    assert.deepEqual(counts, [behind + 1, behind + 1, behind, 0, behind, 0, 0]);
    // Other weights, other values.
    await evaluator.load({});
    readings = 0;
    await evaluator.run({ x: tensorOf(some.inputs['x']!).tensor() });
    assert.equal(readings, behind + 1);
    await evaluator.dispose();
  });

  it('keeps plans as long as they hold few bytes, those that were used last', async () => {
    const { model, weights } = opened('detector');
    const { inputs, outputs } = models['detector']!;
    const feeds = Object.fromEntries(Object.entries(inputs).map(([id, t]) => [id, tensorOf(t).tensor()]));
    const request = { bindings: {}, weights: weights() };
    const staging = stagingOf(model)!;
    const before = memoryInUse();
    const held: number[] = [];
    for (const most of [2 ** 29, 1]) {
      const evaluator = new StagedEvaluator(webasmExecutor(), model, request, staging, most);
      for (let call = 0; call < 3; call++) {
        const { values } = await evaluator.run(feeds);
        for (const [i, t] of outputs.entries()) near(values[model.outputs[i]!]!, tensorOf(t).tensor());
      }
      held.push(memoryInUse() - before);
      assert.ok(evaluator.bytes >= memoryInUse() - before && evaluator.bytes > 0);
      await evaluator.dispose();
      assert.deepEqual([evaluator.bytes, memoryInUse()], [0, before]);
    }
    // Of several steps only that which was used last is left.
    assert.ok(held[1]! > 0 && held[1]! < held[0]!, held.join());
  });

  it('computes with the weights that it is given', async () => {
    const { model, weights } = opened('cell');
    const { outputs, inputs } = models['cell']!;
    const given = weights();
    const zeros = Object.fromEntries(
      Object.entries(given).map(([n, t]) => [n, { shape: t.shape, data: t.data.map(() => 0) } as Tensor]),
    );
    const bias = model.parameters.find(p => p.kind === 'parameter' && p.shape.join() === '2')!.name;
    const evaluator = await engine.evaluator(model, {
      bindings: {},
      weights: { ...zeros, [bias]: given[bias]! },
    });
    const { values } = await evaluator.run({ x: tensorOf(inputs['x']!).tensor() });
    const y = values[model.outputs[0]!]!;
    assert.deepEqual([...y.shape], [...tensorOf(outputs[0]!).shape]);
    near(y, { shape: y.shape, data: Float32Array.from(y.data, (_, i) => given[bias]!.data[i % 2]!) });
    await evaluator.dispose();
  });

  it('says why it gives no gradients and is not trained', async () => {
    const { model, weights } = opened('selected');
    const request = { bindings: { batch: 2 }, weights: weights() };
    await assert.rejects(
      engine.evaluator(model, { ...request, gradients: ['x'] }),
      /run in steps.*no gradients/,
    );
    await assert.rejects(
      engine.trainer(model, {
        ...request,
        loss: { name: 'mse' },
        optimizer: { name: 'SGD', options: {} },
        targets: { shape: [2], dtype: 'float32' },
        seed: 1,
      }),
      /run in steps.*cannot be trained/,
    );
  });

  it('tells slices apart however long they are', async () => {
    const long = 200_000;
    const { model, weights } = openOnnxBytes(
      bytes({
        name: 'rows',
        node: [node('Unique', ['x'], ['y'], { attribute: [{ name: 'axis', i: 0, type: 2 }] })],
        input: [tensor('x', 1, [3, long])],
        output: [tensor('y', 1, ['rows', long])],
      }),
      'rows.onnx',
    );
    const evaluator = await engine.evaluator(model, { bindings: {}, weights: weights() });
    const x = {
      shape: [3, long],
      data: Float32Array.from({ length: 3 * long }, (_, i) => (i < long ? 2 : 1)),
    };
    const { values } = await evaluator.run({ x });
    near(values[model.outputs[0]!]!, {
      shape: [2, long],
      data: Float32Array.from({ length: 2 * long }, (_, i) => (i < long ? 1 : 2)),
    });
    await evaluator.dispose();
  });

  it('says at which node which value decides', () => {
    const { diagnostics, waits } = opened('rounds');
    assert.deepEqual(waits, [{ op: 'Loop (its number of rounds)', count: 1 }]);
    assert.match(diagnostics[0]!.message, /\(Loop\): its number of rounds comes from ".+".*run in steps/);
  });
});
