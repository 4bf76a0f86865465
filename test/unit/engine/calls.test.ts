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
import { VitrineError } from '../../../src/model/errors';
import type { Tensors } from '../../../src/model/graph';
import { noise } from './_reference';

interface Values {
  shape: number[];
  /** "nan", "inf" and "-inf" stand for themselves. */
  data: (number | string)[];
}

interface Call {
  file: string;
  class: string;
  shape: number[];
  training?: boolean;
  output: Values;
  gradients?: Record<string, Values>;
  dx?: Values;
  /** Of a batch of no rows: gradients that are zero are left out. */
  empty: { refused: string } | { refused?: undefined; output: Values; gradients?: Record<string, Values> };
}

const calls = JSON.parse(
  gunzipSync(readFileSync('test/reference/engine_calls.json.gz')).toString(),
) as Call[];

/**
 * Where an empty batch is refused in other words, as the reader has written the call differently, or is computed though
 * PyTorch's own code stumbles over it on its way to the same empty tensor.
 */
const otherwise: Readonly<Record<string, RegExp | 'computed'>> = {
  AmaxRows: /^AmaxRows \(ReduceMax\): max\(\): Expected reduction dim 0 to have non-zero size/,
  AminRows: /^AminRows \(ReduceMin\): min\(\): Expected reduction dim 0 to have non-zero size/,
  ArgMinOfAll: /argmin\(\): Expected reduction dim 0 to have non-zero size/,
  MultiHeadPadded: /shape '\[0, 1, 1, 5\]' is invalid for input of size 10/,
  EncoderPadded: /shape '\[0, 1, 1, 5\]' is invalid for input of size 10/,
  Lengths: /max\(\): Expected reduction dim 0 to have non-zero size/,
  PackedPadding: /shape '\[0, 1\]' is invalid for input of size 3/,
  LSTMPacked: /shape '\[0, 1\]' is invalid for input of size 2/,
  BroadcastTo: /The size of tensor a \(0\) must match the size of tensor b \(3\)/,
  // instance_norm asks for the first row's shape; pixel_unshuffle forgets to shrink what is empty.
  InstanceNorm1: 'computed',
  InstanceNorm2: 'computed',
  InstanceNorm3: 'computed',
  PixelShuffles: 'computed',
  LSTMProjectedPacked: /shape '\[0, 1\]' is invalid for input of size 2/,
  GRUPackedBoth: /shape '\[0, 1\]' is invalid for input of size 3/,
  BagOffsetsMax: /max\(\): Expected reduction dim 1 to have non-zero size/,
  BagOffsetsPadded: /max\(\): Expected reduction dim 1 to have non-zero size/,
  // Adding no rows changes nothing; bags that begin behind the end are empty ones.
  IndexAdd: 'computed',
  BagOffsets: 'computed',
  BagOffsetsSum: 'computed',
  BagOffsetsLast: 'computed',
};

function nothing({ output, class: name }: Call): Values {
  return name === 'IndexAdd' || name.startsWith('BagOffsets')
    ? { ...output, data: output.data.map(() => 0) }
    : { shape: [0, ...output.shape.slice(1)], data: [] };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((p, d) => p * d, 1);

/** Off by at most a share of the largest value, which is float32's where that is zero. */
function near(got: ArrayLike<number>, expected: Values, share: number, what: string): void {
  assert.equal(got.length, expected.data.length, what);
  const numbers = expected.data.map(v => Number(`${v}`.replace('inf', 'Infinity')));
  const scale = Math.max(1e-2, ...numbers.filter(Number.isFinite).map(Math.abs));
  numbers.forEach((e, i) => {
    const same = Object.is(got[i], e) || Math.abs(got[i]! - e) / scale <= share;
    assert.ok(same, `${what}[${i}] is ${got[i]}, not ${e}`);
  });
}

describe('calls from PyTorch source', function () {
  this.timeout(60_000);
  let engine: Engine;
  let reader: PytorchReader;
  const known = new Map<string, ReturnType<PytorchReader['read']>>();
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
    reader = new PytorchReader({ distFolder: resolve(process.env['VITRINE_DIST'] ?? 'dist') });
  });
  after(async () => {
    await engine.dispose();
    await reader.dispose();
  });

  /** Values and gradients of a batch of so many rows. */
  async function compute(call: Call, shape: readonly number[], seedShape: readonly number[]) {
    const key = `${call.file}:${call.class}`;
    const reading =
      known.get(key) ??
      reader.read({
        file: resolve(`test/reference/engine_calls/${call.file}.py`),
        class: call.class,
        input: call.shape.slice(1),
      });
    known.set(key, reading);
    const read = await reading;
    const { model, diagnostics } = read[call.class]!;
    const [wrong] = diagnostics.filter(d => d.severity === 'error');
    assert.ok(model && !wrong, `${wrong?.line}: ${wrong?.message}`);
    const weights: Tensors = initializeWeights(model, 0);
    let stream = 1;
    for (const { name, shape: own, kind } of model.parameters)
      if (kind === 'parameter')
        weights[name] = { shape: own, data: noise(sizeOf(own), stream++).map(v => v * Math.fround(0.8)) };
    const input = model.inputs[0]!;
    const bindings: Record<string, number> = {};
    model.values[input]!.shape.forEach((d, i) => {
      for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
    });
    const names = Object.keys(call.gradients ?? {});
    const evaluator = await engine.evaluator(model, {
      bindings,
      weights,
      ...(call.training && { training: true }),
      gradients: call.dx ? [input, ...names] : [],
    });
    const { values, gradients } = await evaluator.run(
      { [input]: { shape, data: noise(sizeOf(shape), 100) } },
      call.dx && { seed: { shape: seedShape, data: noise(sizeOf(seedShape), 200) } },
    );
    await evaluator.dispose();
    return { output: values[model.outputs[0]!]!, dx: gradients[input], gradients, names };
  }

  for (const call of calls) {
    it(`${call.file}: ${call.class}`, async () => {
      const { output, dx, gradients, names } = await compute(call, call.shape, call.output.shape);
      assert.deepEqual(output.shape, call.output.shape);
      near(output.data, call.output, 1e-5, 'y');
      if (call.dx) near(dx!.data, call.dx, 1e-4, 'dx');
      for (const name of names) near(gradients[name]!.data, call.gradients![name]!, 1e-4, `d${name}`);
    });

    it(`${call.file}: ${call.class} of an empty batch`, async () => {
      const { empty } = call;
      const shape = [0, ...call.shape.slice(1)];
      const other = otherwise[call.class];
      if (empty.refused !== undefined && other !== 'computed') {
        await assert.rejects(compute(call, shape, call.output.shape), (e: unknown) => {
          assert.ok(e instanceof VitrineError, `${e}`);
          if (other) assert.match(e.message, other);
          else assert.ok(e.message.includes(empty.refused!), `"${e.message}" instead of "${empty.refused}"`);
          return true;
        });
        return;
      }
      const values = empty.refused === undefined ? empty : { output: nothing(call), gradients: undefined };
      const { output, dx, gradients, names } = await compute(call, shape, values.output.shape);
      assert.deepEqual(output.shape, values.output.shape);
      near(output.data, values.output, 1e-5, 'y');
      if (dx) assert.deepEqual(dx.shape, shape);
      for (const name of names) {
        const zero = { shape: [], data: [...gradients[name]!.data].map(() => 0) };
        near(
          gradients[name]!.data.map(v => v + 0),
          values.gradients?.[name] ?? zero,
          1e-4,
          `d${name}`,
        );
      }
    });
  }
});
