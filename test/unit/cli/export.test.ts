/** `vitrine export`: models and their weights as ONNX and safetensors. */
import { strict as assert } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOnnx } from '../../../src/formats/onnx/read';
import { writeOnnx } from '../../../src/formats/onnx/write';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import type { Model } from '../../../src/model/graph';
import { vitrine } from './_shell';

/** y = x Wᵀ + b, for any number of rows. */
const model: Model = {
  name: 'Line',
  file: 'line.onnx',
  format: 'onnx',
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', dtype: 'float32', shape: ['N', 2] },
    'fc.weight': { id: 'fc.weight', dtype: 'float32', shape: [3, 2] },
    'fc.bias': { id: 'fc.bias', dtype: 'float32', shape: [3] },
    y: { id: 'y', dtype: 'float32', shape: ['N', 3] },
  },
  nodes: [
    {
      id: 'gemm',
      op: 'Gemm',
      module: 'fc',
      inputs: ['x', 'fc.weight', 'fc.bias'],
      outputs: ['y'],
      attributes: { transB: 1 },
    },
  ],
  parameters: [
    {
      name: 'fc.weight',
      dtype: 'float32',
      shape: [3, 2],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    },
    {
      name: 'fc.bias',
      dtype: 'float32',
      shape: [3],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    },
  ],
  modules: [],
};
const weights = {
  'fc.weight': { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
  'fc.bias': { shape: [3], data: Float32Array.of(7, 8, 9) },
};

describe('vitrine export', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vitrine-export-'));
    file = join(folder, 'line.onnx');
    await writeOnnx(file, model, weights);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('writes ONNX with the weights of the file and symbolic sizes', async () => {
    const out = join(folder, 'again.onnx');
    const { code, err } = await vitrine('export', file, '--output', out);
    assert.equal(code, 0, err);
    const read = openOnnx(out);
    assert.deepEqual(read.weights(), weights);
    assert.deepEqual(read.model.values['y']!.shape, ['N', 3]);
    assert.equal(read.model.nodes[0]!.module, 'fc');
    read.close();
  });

  it('writes large weights beside the model, where they are found again', async () => {
    const big = join(folder, 'big.onnx');
    const wide: Model = {
      ...model,
      values: {
        ...model.values,
        'fc.weight': { id: 'fc.weight', dtype: 'float32', shape: [3, 400] },
        x: { id: 'x', dtype: 'float32', shape: ['N', 400] },
      },
      parameters: [{ ...model.parameters[0]!, shape: [3, 400] }, model.parameters[1]!],
    };
    const data = Float32Array.from({ length: 1200 }, (_, i) => i / 7);
    await writeOnnx(big, wide, { ...weights, 'fc.weight': { shape: [3, 400], data } }, { most: 1000 });
    const read = openOnnx(big);
    assert.deepEqual(read.weights()['fc.weight']!.data, data);
    read.close();
  });

  it('writes safetensors as a state_dict', async () => {
    const out = join(folder, 'line.safetensors');
    assert.equal((await vitrine('export', file, '-o', out)).code, 0);
    const { tensors } = await readSafetensors(out);
    assert.deepEqual({ ...tensors }, weights);
    const graph = await vitrine('graph', out, '--json');
    assert.equal(graph.code, 0, graph.err);
    assert.deepEqual(
      graph
        .json()[0]!
        ['tensors'].map((t: { name: string }) => t.name)
        .sort(),
      ['fc.bias', 'fc.weight'],
    );
    assert.equal(graph.json()[0]!['parameters'], 9);
  });

  it('replaces a file only by force, and knows its formats', async () => {
    const out = join(folder, 'there.onnx');
    await writeFile(out, 'mine');
    assert.equal((await vitrine('export', file, '-o', out)).code, 2);
    assert.equal((await vitrine('export', file, '-o', out, '--force')).code, 0);
    const { code, err } = await vitrine('export', file, '-o', join(folder, 'x.h5'));
    assert.equal(code, 2);
    assert.match(err, /"onnx", "safetensors"/);
  });

  it('shows what is not supported, with counts', async () => {
    const bad = join(folder, 'bad.onnx');
    await writeFile(bad, 'no model');
    const { code, err } = await vitrine('graph', bad);
    assert.equal(code, 2);
    assert.match(err, /damaged or is no ONNX model/);
  });
});
