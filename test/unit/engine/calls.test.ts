/** Single calls as PyTorch source spells them, read and computed, against PyTorch (test/reference/engine_calls.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { symbolsOf } from '../../../src/model/dim';
import type { Tensors } from '../../../src/model/graph';
import { noise } from './_reference';

interface Values {
  shape: number[];
  data: number[];
}

interface Call {
  file: string;
  class: string;
  shape: number[];
  training?: boolean;
  output: Values;
  gradients?: Record<string, Values>;
  dx?: Values;
}

const calls = JSON.parse(
  gunzipSync(readFileSync('test/reference/engine_calls.json.gz')).toString(),
) as Call[];

const sizeOf = (shape: readonly number[]) => shape.reduce((p, d) => p * d, 1);

/** Off by at most a share of the largest value, which is float32's where that is zero. */
function near(got: ArrayLike<number>, expected: Values, share: number, what: string): void {
  assert.equal(got.length, expected.data.length, what);
  const scale = Math.max(1e-2, ...expected.data.map(Math.abs));
  expected.data.forEach((e, i) => {
    const error = Math.abs(got[i]! - e) / scale;
    assert.ok(error <= share, `${what}[${i}] is ${got[i]}, not ${e}`);
  });
}

describe('calls from PyTorch source', function () {
  this.timeout(60_000);
  let engine: Engine;
  let reader: PytorchReader;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
    reader = new PytorchReader({ distFolder: resolve(process.env['VITRINE_DIST'] ?? 'dist') });
  });
  after(async () => {
    await engine.dispose();
    await reader.dispose();
  });

  for (const call of calls) {
    it(`${call.file}: ${call.class}`, async () => {
      const read = await reader.read({
        file: resolve(`test/reference/engine_calls/${call.file}.py`),
        class: call.class,
        input: call.shape.slice(1),
      });
      const { model, diagnostics } = read[call.class]!;
      const [wrong] = diagnostics.filter(d => d.severity === 'error');
      assert.ok(model && !wrong, `${wrong?.line}: ${wrong?.message}`);
      const weights: Tensors = initializeWeights(model, 0);
      let stream = 1;
      for (const { name, shape, kind } of model.parameters)
        if (kind === 'parameter')
          weights[name] = { shape, data: noise(sizeOf(shape), stream++).map(v => v * Math.fround(0.8)) };
      const input = model.inputs[0]!;
      const bindings: Record<string, number> = {};
      model.values[input]!.shape.forEach((d, i) => {
        for (const s of symbolsOf(d)) bindings[s] ??= call.shape[i]!;
      });
      const names = Object.keys(call.gradients ?? {});
      const evaluator = await engine.evaluator(model, {
        bindings,
        weights,
        ...(call.training && { training: true }),
        gradients: call.dx ? [input, ...names] : [],
      });
      const { values, gradients } = await evaluator.run(
        { [input]: { shape: call.shape, data: noise(sizeOf(call.shape), 100) } },
        call.dx && { seed: { shape: call.output.shape, data: noise(call.output.data.length, 200) } },
      );
      const output = values[model.outputs[0]!]!;
      assert.deepEqual(output.shape, call.output.shape);
      near(output.data, call.output, 1e-5, 'y');
      if (call.dx) near(gradients[input]!.data, call.dx, 1e-4, 'dx');
      for (const name of names) near(gradients[name]!.data, call.gradients![name]!, 1e-4, `d${name}`);
      await evaluator.dispose();
    });
  }
});
