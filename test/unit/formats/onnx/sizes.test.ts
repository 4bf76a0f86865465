/** Sizes that a file leaves open. */
import { strict as assert } from 'node:assert';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import { bytes, node, tensor } from './files';

describe('sizes of ONNX that are left open', () => {
  it('a name that stands for any size is another symbol at each place', () => {
    const { model } = openOnnxBytes(
      bytes({
        node: [node('Relu', ['x'], ['y'])],
        input: [tensor('x', 1, ['?', 3, '?', '-1', 'H', 'H'])],
        output: [tensor('y', 1, [])],
      }),
      'a.onnx',
    );
    assert.deepEqual(model.values['x']!.shape, ['N', 3, 'x_2', 'x_3', 'H', 'H']);
  });

  it('an axis that is named is dropped, whatever stands for its size', () => {
    const squeeze = (size: number | string) =>
      openOnnxBytes(
        bytes({
          node: [
            node('Squeeze', ['x', 'axes'], ['s']),
            node('Transpose', ['s'], ['y'], { attribute: [{ name: 'perm', ints: [1, 0], type: 7 }] }),
          ],
          input: [tensor('x', 1, [2, size, 3])],
          output: [tensor('y', 1, [3, 2])],
          initializer: [{ name: 'axes', dims: [1], dataType: 7, int64Data: [1] }],
        }),
        'a.onnx',
      );
    assert.deepEqual(squeeze('H').model.values['y']!.shape, [3, 2]);
    assert.match(squeeze(4).diagnostics[0]!.message, /dimension 1 of \[2, 4, 3\] .* size 1/);
  });
});
