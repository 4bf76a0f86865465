import { type OpDefinition, ShapeError } from '../op';
import { axesOf, flag, input, shapeText } from './_infer';

/**
 * Attribute `axes`: those of them that have size 1 are dropped; all axes of size 1 if absent. With `strict` all of them
 * are dropped, as ONNX has it: they must have the size 1, whatever symbol stands for it now.
 */
export const op: OpDefinition = {
  name: 'Squeeze',
  summary: 'Drops axes of size 1',
  torch: ['torch.squeeze'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Squeeze');
    const axes = axesOf(attributes['axes'], x.shape.length);
    // A single entry was to be picked (x[0]) where there is none; torch.squeeze itself names only axes of size 1.
    const none = attributes['axes'] === undefined ? undefined : axes.find(a => x.shape[a] === 0);
    if (none !== undefined)
      throw new ShapeError(`index 0 is out of bounds for dimension ${none} with size 0`);
    if (flag(attributes, 'strict')) {
      const wide = axes.find(a => typeof x.shape[a] === 'number' && x.shape[a] !== 1);
      if (wide !== undefined)
        throw new ShapeError(
          `the dimension ${wide} of ${shapeText(x.shape)} is dropped, so it must have the size 1; choose the input's size so that it has`,
        );
      return [{ dtype: x.dtype, shape: x.shape.filter((_, i) => !axes.includes(i)) }];
    }
    return [{ dtype: x.dtype, shape: x.shape.filter((d, i) => !(axes.includes(i) && d === 1)) }];
  },
  gradient: g => g.emit('Reshape', [g.outputGradients[0]!], { shape: g.type(g.inputs[0]!).shape }),
  lower: l => l.alias(0, 0),
};
