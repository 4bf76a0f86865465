/** The weights that a model starts with: its initialisers, drawn from the run's seed. */
import type { Initializer, Model, Parameter, Tensor, Tensors } from '../model/graph';
import { Random } from '../model/random';

/**
 * Draws every parameter, buffer and constant that is not given. Each has its own stream of chance, named by the
 * parameter, so that a layer starts the same whatever layers stand before it.
 */
export function initializeWeights(model: Model, seed: number, given: Tensors = {}): Tensors {
  return {
    ...Object.fromEntries(
      model.parameters
        .filter(p => !Object.hasOwn(given, p.name))
        .map(p => [p.name, draw(p, new Random(seed, `init:${p.name}`))]),
    ),
    ...given,
  };
}

function draw({ shape, dtype, initializer }: Parameter, random: Random): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const integer = !dtype.startsWith('float') && dtype !== 'bfloat16';
  const data = integer ? new Int32Array(size) : new Float32Array(size);
  fill(data, shape, initializer, random);
  return { shape, data };
}

function fill(
  data: Float32Array | Int32Array,
  shape: readonly number[],
  init: Initializer,
  random: Random,
): void {
  switch (init.kind) {
    case 'zeros':
      return;
    case 'ones':
      data.fill(1);
      return;
    case 'constant':
      data.fill(init.value);
      return;
    case 'uniform':
      for (let i = 0; i < data.length; i++) data[i] = random.uniform(init.low, init.high);
      return;
    case 'normal':
      for (let i = 0; i < data.length; i++) data[i] = random.normal(init.mean, init.std);
      if (init.zeroRow !== undefined) {
        const width = data.length / (shape[0] ?? 1);
        data.fill(0, init.zeroRow * width, (init.zeroRow + 1) * width);
      }
      if (init.sparsity) {
        const [rows = 1, columns = 1] = shape;
        const zeros = Math.ceil(init.sparsity * rows);
        for (let c = 0; c < columns; c++)
          for (const r of random.permutation(rows).subarray(0, zeros)) data[r * columns + c] = 0;
      }
      return;
    case 'truncated_normal':
      for (let i = 0; i < data.length; i++) data[i] = truncatedNormal(random, init);
      return;
    case 'orthogonal':
      orthogonal(data, shape, init.gain, random);
      return;
    case 'eye': {
      const columns = shape[1] ?? 1;
      for (let i = 0; i < Math.min(shape[0] ?? 1, columns); i++) data[i * columns + i] = 1;
      return;
    }
    case 'values':
      for (let i = 0; i < data.length; i++) data[i] = init.values[i] ?? 0;
      return;
    default:
      init satisfies never;
  }
}

function truncatedNormal(
  random: Random,
  { mean, std, low, high }: Extract<Initializer, { kind: 'truncated_normal' }>,
): number {
  for (let tries = 0; tries < 1000; tries++) {
    const x = random.normal(mean, std);
    if (x >= low && x <= high) return x;
  }
  // Bounds so far out in the tail that rejection never ends: the density is nearly flat between them or at their edge.
  return low > mean ? low : high < mean ? high : (low + high) / 2;
}

/**
 * Rows (or columns, whichever are fewer) are orthonormal times `gain`: Gram and Schmidt's procedure, in the modified
 * form, on a normal matrix; its triangular factor has a positive diagonal, which makes the draw uniform over the
 * orthogonal group (Mezzadri 2007), as nn.init.orthogonal_ has it after its change of signs.
 */
function orthogonal(
  data: Float32Array | Int32Array,
  shape: readonly number[],
  gain: number,
  random: Random,
): void {
  const rows = shape[0] ?? 1;
  const columns = data.length / rows;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
  for (let i = 0; i < count; i++) {
    const v = vectors[i]!;
    // Twice is enough (Kahan and Parlett): rounding leaves no component after the second pass.
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const dot = v.reduce((sum, x, k) => sum + x * vectors[j]![k]!, 0);
        for (let k = 0; k < length; k++) v[k]! -= dot * vectors[j]![k]!;
      }
    }
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    for (let k = 0; k < length; k++) v[k]! /= norm;
  }
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      data[r * columns + c] = gain * (rows <= columns ? vectors[r]![c]! : vectors[c]![r]!);
}
