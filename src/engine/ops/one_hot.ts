import type { OpDefinition } from '../op';
import { addDims, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/**
 * Attributes `depth`, `axis` (-1), where the new axis stands, and `nonnegative`: others than 0 … depth - 1 are refused, as
 * PyTorch does, where ONNX counts from the end and gives zeros.
 */
export const op: OpDefinition = {
  name: 'OneHot',
  summary: 'A vector with a single 1 for each index',
  torch: ['F.one_hot'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'OneHot');
    const axis = number(attributes, 'axis', -1);
    const at = axis < 0 ? axis + x.shape.length + 1 : axis;
    const shape = [...x.shape];
    shape.splice(at, 0, addDims(number(attributes, 'depth', 0), 0));
    return [{ dtype: 'int64', shape }];
  },
  flops: () => 0,
  gradient: () => [null],
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const given = number(l.attributes, 'axis', -1);
    const axis = given < 0 ? given + y!.shape.length : given;
    const { grid, prologue, at } = launch(y!.shape);
    if (flag(l.attributes, 'nonnegative'))
      l.guard(0, {
        from: 0,
        below: y!.shape[axis]!,
        refusal: found =>
          found < 0 ? 'Class values must be non-negative.' : 'Class values must be smaller than num_classes.',
      });
    const indices = at.filter((_, i) => i !== axis);
    const depth = y!.shape[axis]!;
    l.kernel({
      name: 'OneHot',
      source: kernelSource(
        ['x'],
        `${prologue} let k = x[${dot(indices, stridesOf(x!.shape))}]; if (k < 0) { k = k + ${depth}; }
        return k === ${at[axis]} ? 1 : 0;`,
      ),
      inputs: [x!],
      output: y!,
      grid,
    });
  },
};
