/** Sequences: known while reading, so that only their values stand in the graph. */
import { strict as assert } from 'node:assert';
import { createEngine } from '../../../../src/engine/create';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { bytes, type Fields, node, tensor } from './files';

const whole = (name: string, ...values: number[]) => ({
  name,
  dims: values.length === 1 ? [] : [values.length],
  dataType: 7,
  int64Data: values,
});
const model = (nodes: Fields[], ...initializer: Fields[]) =>
  openOnnxBytes(
    bytes({
      name: 'g',
      node: nodes,
      input: [tensor('x', 1, [2, 5])],
      output: [tensor('y', 1, ['a', 'b'])],
      initializer,
    }),
    'a.onnx',
  );
const axis = (i: number) => [{ name: 'axis', i, type: 2 }];

describe('sequences of ONNX', () => {
  it('are the values that they hold', async () => {
    const {
      model: read,
      diagnostics,
      weights,
    } = model(
      [
        node('SplitToSequence', ['x', 'two'], ['s'], { attribute: axis(1) }), // columns 01, 23, 4
        node('SequenceAt', ['s', 'last'], ['z']),
        node('SequenceErase', ['s', 'last'], ['short']),
        node('SequenceInsert', ['short', 'z', 'first'], ['t']), // 4, 01, 23
        node('ConcatFromSequence', ['t'], ['y'], { attribute: axis(1) }),
      ],
      whole('two', 2),
      whole('last', -1),
      whole('first', 0),
    );
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(read.values[read.outputs[0]!]!.shape, [2, 5]);
    const engine = await createEngine();
    const evaluator = await engine.evaluator(read, { bindings: {}, weights: weights() });
    const { values } = await evaluator.run({
      x: { shape: [2, 5], data: Float32Array.of(0, 1, 2, 3, 4, 10, 11, 12, 13, 14) },
    });
    assert.deepEqual([...values[read.outputs[0]!]!.data], [4, 0, 1, 2, 3, 14, 10, 11, 12, 13]);
    await engine.dispose();
  });

  it('are stacked, and counted', () => {
    const { model: read, diagnostics } = model([
      node('SplitToSequence', ['x'], ['s'], { attribute: [...axis(1), { name: 'keepdims', i: 0, type: 2 }] }),
      node('ConcatFromSequence', ['s'], ['y'], {
        attribute: [...axis(0), { name: 'new_axis', i: 1, type: 2 }],
      }),
    ]);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(read.values[read.outputs[0]!]!.shape, [5, 2]);
  });

  it('that are beyond what is known are told of', () => {
    const of = (nodes: Fields[], ...more: Fields[]) =>
      model(nodes, ...more)
        .diagnostics.map(d => d.message)
        .join();
    const split = node('SplitToSequence', ['x', 'n'], ['s'], { attribute: axis(1) });
    const at = node('SequenceAt', ['s', 'i'], ['y']);
    assert.match(of([split, at], whole('n', 2), whole('i', 7)), /position 7 of a sequence of 3/);
    assert.match(of([split, at], whole('n', -2), whole('i', 0)), /parts of -2 of 5/);
    assert.match(of([split, at], whole('n', 4, 9), whole('i', 0)), /./);
    assert.throws(
      () => of([node('SequenceConstruct', ['x', 'x'], ['y'])]),
      /is a sequence\. Expected a tensor/,
    );
  });
});
