import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { differ, floorDivDims, input, mulDims, productOf, shapeText } from './_infer';

/** Attribute `shape`; one size may be -1. Unlike ONNX's, a 0 is an empty axis, as in PyTorch. */
export const op: OpDefinition = {
  name: 'Reshape',
  summary: 'The same values in another shape',
  torch: ['Tensor.view', 'Tensor.reshape', 'torch.reshape', 'nn.Unflatten'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Reshape');
    const wanted = attributes['shape'] as readonly Dim[];
    if (wanted.filter(d => d === -1).length > 1) throw new ShapeError('only one dimension can be inferred');
    const size = productOf(x.shape);
    const misfit = () => new ShapeError(`shape '${shapeText(wanted)}' is invalid for input of size ${size}`);
    const known = productOf(wanted.filter(d => d !== -1));
    if (!wanted.includes(-1)) {
      if (differ(known, size)) throw misfit();
      return [{ dtype: x.dtype, shape: wanted }];
    }
    if (known === 0) {
      if (size !== 0) throw misfit();
      throw new ShapeError(
        `cannot reshape tensor of 0 elements into shape ${shapeText(wanted)} because the unspecified dimension size -1 can be any value and is ambiguous`,
      );
    }
    const rest = floorDivDims(size, known);
    if (differ(mulDims(rest, known), size)) throw misfit();
    return [{ dtype: x.dtype, shape: wanted.map(d => (d === -1 ? rest : d)) }];
  },
  gradient: g => g.emit('Reshape', [g.outputGradients[0]!], { shape: g.type(g.inputs[0]!).shape }),
  lower: l => l.alias(0, 0),
};
