/** Models whose answers have no part for each row of a batch: each row is given alone, and has its whole answer. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { Probe } from '../../../src/explain/probe';
import { openOnnxBytes } from '../../../src/formats/onnx/read';
import type { Model, Shape, Tensor } from '../../../src/model/graph';
import { predictRows } from '../../../src/train/predict/predictRows';
import { modelOf } from '../engine/_reference';
import { bytes, node, tensor } from '../formats/onnx/files';

const { models } = JSON.parse(gunzipSync(readFileSync('test/reference/onnx_steps.json.gz')).toString()) as {
  models: Record<string, { model: string }>;
};
const target = { name: 'y', kind: 'number' } as const;

/** The sum of (rows, 3) over the rows. */
function summed(rows: Shape[0]): Model {
  const made = modelOf('ReduceSum', { axes: [0], keepdims: 0 }, [], []);
  return {
    ...made,
    inputs: ['x'],
    outputs: ['y'],
    values: {
      x: { id: 'x', dtype: 'float32', shape: [rows, 3] },
      y: { id: 'y', dtype: 'float32', shape: [3] },
    },
    nodes: [{ ...made.nodes[0]!, inputs: ['x'], outputs: ['y'] }],
  };
}

describe('answers that do not count the rows', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  const input = (rows: number): Tensor => ({
    shape: [rows, 3],
    data: Float32Array.from({ length: rows * 3 }, (_, i) => i - 4),
  });
  const ask = (model: Model, x: Tensor, weights = {}) =>
    predictRows({ engine, model, weights, input: x, target, loss: 'mse' });
  const rowsOf = ({ shape: [rows], data }: Tensor) =>
    Array.from({ length: rows! }, (_, i) => Array.from(data.subarray(i * 3, i * 3 + 3)));
  const opened = (name: string) => openOnnxBytes(Buffer.from(models[name]!.model, 'base64'), `${name}.onnx`);

  for (const rows of [2, 3, 6])
    it(`gives each of ${rows} rows the whole answer of a model that loops over its batch`, async () => {
      const { model, weights } = opened('rounds');
      const found = await ask(model, input(rows), weights());
      // One round over one row is the row.
      assert.deepEqual(
        found.map(p => p.output),
        rowsOf(input(rows)),
      );
    });

  it('gives rows answers of different sizes', async () => {
    const { model, weights } = opened('selected');
    const chosen = { ...model, outputs: [model.outputs[1]!, ...model.outputs.filter((_, i) => i !== 1)] };
    const found = await ask(chosen, input(4), weights());
    assert.deepEqual(
      found.map(p => p.output),
      rowsOf(input(4)).map(row => (row[0]! > 0 ? row : [])),
    );
  });

  it('gives rows answers of different sizes where the file has one row, and the output begins with it', async () => {
    const { model, weights } = openOnnxBytes(
      bytes({
        name: 'positive',
        node: [
          node('Greater', ['x', 'zero'], ['above']),
          node('Squeeze', ['above', 'first'], ['mask']),
          node('Compress', ['x', 'mask'], ['y'], { attribute: [{ name: 'axis', i: 1, type: 2 }] }),
        ],
        input: [tensor('x', 1, [1, 3])],
        output: [tensor('y', 1, [1, 'many'])],
        initializer: [
          { name: 'zero', dims: [], dataType: 1, floatData: [0] },
          { name: 'first', dims: [1], dataType: 7, int64Data: [0] },
        ],
      }),
      'positive.onnx',
    );
    const found = await ask(model, input(4), weights());
    assert.deepEqual(
      found.map(p => p.output),
      rowsOf(input(4)).map(row => row.filter(x => x > 0)),
    );
  });

  it('gives each row the whole answer of a model that sums over its batch', async () => {
    const found = await ask(summed('N'), input(3));
    assert.deepEqual(
      found.map(p => p.output),
      rowsOf(input(3)),
    );
  });

  it('refuses a model of a fixed number of rows, with the output and its shape', async () => {
    await assert.rejects(
      ask(summed(2), input(2)),
      /The output "y" of \S+ is \(3\) for 2 rows: its first axis does not count the rows/,
    );
  });

  it('explains the own part of each row where rows and places share an axis', async () => {
    const made = modelOf('Reshape', { shape: [-1] }, [], []);
    const model: Model = {
      ...made,
      inputs: ['x'],
      outputs: ['y'],
      values: {
        x: { id: 'x', dtype: 'float32', shape: ['N', 3] },
        y: { id: 'y', dtype: 'float32', shape: ['3*N'] },
      },
      nodes: [{ ...made.nodes[0]!, inputs: ['x'], outputs: ['y'] }],
    };
    const subject = { engine, model, weights: {}, target: 2, input: input(1) };
    const probe = await Probe.open(subject as never, [3], { rows: 8 });
    const x = input(3);
    const fill = (row: number, into: Float32Array) => into.set(x.data.subarray(row * 3, row * 3 + 3));
    assert.deepEqual(Array.from(await probe.scores(3, fill)), [x.data[2], x.data[5], x.data[8]]);
    await probe.dispose();
  });

  it('asks for explanations one row at a time', async () => {
    const model = summed('N');
    const subject = { engine, model, weights: {}, target: 1, input: input(1) };
    const probe = await Probe.open(subject as never, [3], { rows: 8, gradients: true });
    assert.equal(probe.rows, 1);
    const x = input(3);
    const fill = (row: number, into: Float32Array) => into.set(x.data.subarray(row * 3, row * 3 + 3));
    assert.deepEqual(Array.from(await probe.outputs(3, fill)), Array.from(x.data));
    const gradients: number[][] = [];
    await probe.gradients(2, fill, (_, g) => gradients.push(Array.from(g)));
    assert.deepEqual(gradients, [
      [0, 1, 0],
      [0, 1, 0],
    ]);
    await probe.dispose();
  });
});
