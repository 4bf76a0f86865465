import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { input, numbers } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';
import { collapse } from './_map';

/** Attribute `perm`: axis i of the output is axis perm[i] of the input; reversed if absent. */
export const op: OpDefinition = {
  name: 'Transpose',
  summary: 'Permutes axes',
  torch: ['torch.transpose', 'Tensor.permute', 'Tensor.T'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Transpose');
    const perm = numbers(attributes, 'perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    if (perm.length !== x.shape.length || new Set(perm).size !== perm.length)
      throw new ShapeError(
        `permute(dims): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.shape.length} is not equal to len(dims) = ${perm.length}`,
      );
    return [{ dtype: x.dtype, shape: perm.map(i => x.shape[i]!) }];
  },
  gradient(g) {
    const rank = g.type(g.inputs[0]!).shape.length;
    const perm = numbers(g.attributes, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    const back = perm.map((_, i) => perm.indexOf(i));
    return g.emit('Transpose', [g.outputGradients[0]!], { perm: back });
  },
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const perm = numbers(l.attributes, 'perm') ?? x!.shape.map((_, i) => x!.shape.length - 1 - i);
    // Moving axes of size 1 about leaves the memory as it is.
    const moved = perm.filter(i => x!.shape[i] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) {
      l.alias(0, 0);
      return;
    }
    const strides = stridesOf(x!.shape);
    const {
      sizes,
      strides: [steps],
    } = collapse(y!.shape, [perm.map(i => strides[i]!)]);
    const { grid, prologue, at } = launch(sizes);
    l.kernel({
      name: 'Transpose',
      source: kernelSource(['x'], `${prologue} return x[${dot(at, steps!)}];`),
      inputs: [x!],
      output: y!,
      grid,
      ...(sizes.length <= 6 && { fast: { name: 'permute', params: permuteParams(sizes, steps!) } }),
    });
  },
};

/** Sizes and steps of six axes, the outer ones of size 1. */
function permuteParams(sizes: readonly number[], steps: readonly number[]): Record<string, number> {
  const lead = 6 - sizes.length;
  return Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [
      [`d${i}`, sizes[i - lead] ?? 1],
      [`s${i}`, steps[i - lead] ?? 0],
    ]).flat() as [string, number][],
  );
}
