/** Kernels that compute each cell from the cells of broadcast inputs by an expression. */
import type { Concrete, KernelCall } from '../op';
import { argumentName, dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/**
 * A kernel for `expression` over inputs that broadcast to the output (ONNX's rules). The inputs' cells are called
 * a, b, c, …; `statements` may come before the expression.
 */
export function mapKernel(
  name: string,
  inputs: readonly Concrete[],
  output: Concrete,
  expression: string,
  statements = '',
): KernelCall {
  const size = sizeOf(output.shape);
  const flat = inputs.every(x => sizeOf(x.shape) === size || sizeOf(x.shape) === 1);
  const { sizes, strides } = flat
    ? { sizes: [size], strides: inputs.map(x => (sizeOf(x.shape) === 1 ? [0] : [1])) }
    : collapse(
        output.shape,
        inputs.map(x => broadcastStrides(x.shape, output.shape)),
      );
  const { grid, prologue, at } = launch(sizes);
  const reads = inputs.map((_, i) => `const ${argumentName(i)} = p${i}[${dot(at, strides[i]!)}];`).join(' ');
  return {
    name,
    source: kernelSource(
      inputs.map((_, i) => `p${i}`),
      `${prologue} ${reads} ${statements} return ${expression};`,
    ),
    inputs,
    output,
    grid,
    elementwise: true,
    cells: { expression, statements },
  };
}

/** The strides with which an input is read along the output's axes: 0 where it is repeated. */
export function broadcastStrides(shape: readonly number[], output: readonly number[]): number[] {
  const own = stridesOf(shape);
  const lead = output.length - shape.length;
  return output.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]!));
}

/** Joins neighbouring axes that all inputs step through alike, and drops those of size 1. */
export function collapse(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { sizes: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const joined: number[][] = strides.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    if (last >= 0 && strides.every((s, i) => joined[i]![last] === s[axis]! * size)) {
      sizes[last]! *= size;
      strides.forEach((s, i) => {
        joined[i]![last] = s[axis]!;
      });
    } else {
      sizes.push(size);
      strides.forEach((s, i) => {
        joined[i]!.push(s[axis]!);
      });
    }
  });
  if (sizes.length === 0) return { sizes: [1], strides: strides.map(() => [0]) };
  return { sizes, strides: joined };
}
