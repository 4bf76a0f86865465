/** Recurrent layers over rows of different lengths, and the sort that packs them. */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import type { Tensor } from '../../../../src/model/graph';
import { bytes, node, tensor } from './files';

const [steps, rows, inputs, hidden] = [4, 3, 2, 3];
const gates = { LSTM: 4, GRU: 3, RNN: 1 };

/** Numbers that are no pattern, the same each time. */
const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + seed));

function layer(op: keyof typeof gates, lengths: boolean): Uint8Array {
  const wide = gates[op] * hidden;
  const stored = (name: string, dims: number[], seed: number) => ({
    name,
    dims,
    dataType: 1,
    floatData: numbers(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ),
  });
  return bytes({
    name: 'g',
    node: [
      node(op, ['x', 'w', 'r', 'b', lengths ? 'lengths' : ''], ['y', 'h'], {
        attribute: [
          { name: 'hidden_size', i: hidden, type: 2 },
          { name: 'direction', s: new TextEncoder().encode('bidirectional'), type: 3 },
        ],
      }),
    ],
    input: [tensor('x', 1, ['T', 'N', inputs]), ...(lengths ? [tensor('lengths', 6, ['N'])] : [])],
    output: [tensor('y', 1, []), tensor('h', 1, [])],
    initializer: [
      stored('w', [2, wide, inputs], 1),
      stored('r', [2, wide, hidden], 2),
      stored('b', [2, 2 * wide], 3),
    ],
  });
}

describe('rows of different lengths in ONNX', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  async function run(file: Uint8Array, feeds: Record<string, Tensor>, bindings: Record<string, number>) {
    const { model, diagnostics, weights } = openOnnxBytes(file, 'a.onnx');
    assert.deepEqual(diagnostics, []);
    const evaluator = await engine.evaluator(model, { bindings, weights: weights() });
    const { values } = await evaluator.run(feeds);
    await evaluator.dispose();
    return model.outputs.map(id => values[id]!);
  }

  for (const op of ['LSTM', 'GRU', 'RNN'] as const)
    it(`${op} computes each row as if it stood alone, and zeros behind its end`, async () => {
      const x = Float32Array.from(numbers(steps * rows * inputs, 4));
      const lengths = [4, 1, 3];
      const [y, h] = await run(
        layer(op, true),
        {
          x: { shape: [steps, rows, inputs], data: x },
          lengths: { shape: [rows], data: Int32Array.from(lengths) },
        },
        { T: steps, N: rows },
      );
      for (const [n, length] of lengths.entries()) {
        const own = Float32Array.from({ length: length * inputs }, (_, i) => {
          const t = Math.floor(i / inputs);
          return x[(t * rows + n) * inputs + (i % inputs)]!;
        });
        const [alone, last] = await run(
          layer(op, false),
          { x: { shape: [length, 1, inputs], data: own } },
          { T: length, N: 1 },
        );
        for (let d = 0; d < 2; d++)
          for (let k = 0; k < hidden; k++) {
            const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-6);
            near(h!.data[(d * rows + n) * hidden + k]!, last!.data[d * hidden + k]!);
            for (let t = 0; t < steps; t++)
              near(
                y!.data[((t * 2 + d) * rows + n) * hidden + k]!,
                t < length ? alone!.data[(t * 2 + d) * hidden + k]! : 0,
              );
          }
      }
    });

  it('sorts as many values as there are rows', async () => {
    const file = bytes({
      name: 'g',
      node: [
        node('Shape', ['x'], ['count']),
        node('TopK', ['x', 'count'], ['y', 'places'], { attribute: [{ name: 'axis', i: 0, type: 2 }] }),
      ],
      input: [tensor('x', 1, ['N'])],
      output: [tensor('y', 1, []), tensor('places', 7, [])],
    });
    assert.deepEqual(openOnnxBytes(file, 'a.onnx').model.values['y']!.shape, ['N']);
    const [y, places] = await run(
      file,
      { x: { shape: [5], data: Float32Array.of(2, 7, 2, -1, 9) } },
      { N: 5 },
    );
    assert.deepEqual(Array.from(y!.data), [9, 7, 2, 2, -1]);
    assert.deepEqual(Array.from(places!.data), [4, 1, 0, 2, 3]);
  });
});
