/** Matrix products: one kernel for Gemm, MatMul and their gradients. */
import type { Concrete, KernelCall } from '../op';
import { dot, kernelSource, launch } from './_launch';
import { collapse } from './_map';

export interface Product {
  m: number;
  n: number;
  k: number;
  a: Concrete;
  /** Distances between rows and between columns of A (after transposition), in elements. */
  rsa: number;
  csa: number;
  b: Concrete;
  rsb: number;
  csb: number;
  output: Concrete;
  /** Sizes of the batch and the strides of A and B along it. */
  batch?: { sizes: readonly number[]; a: readonly number[]; b: readonly number[] };
  alpha?: number;
  beta?: number;
  bias?: { value: Concrete; rs: number; cs: number };
}

/** C[z, i, j] = alpha Σₖ A[z, i, k] B[z, k, j] + beta bias[i, j], row-major. */
export function productKernel(name: string, given: Product): KernelCall {
  const p = joined(given);
  const { m, n, k, alpha = 1, beta = 1 } = p;
  const batch = collapse(p.batch?.sizes ?? [], [p.batch?.a ?? [], p.batch?.b ?? []]);
  const batched = batch.sizes.reduce((x, d) => x * d, 1);
  const [stepsA, stepsB] = [batch.strides[0]!, batch.strides[1]!];
  const { grid, prologue, at } = launch([...batch.sizes, m, n]);
  const [i, j] = [at.at(-2)!, at.at(-1)!];
  const start = (steps: readonly number[], own: string) => {
    const z = dot(at.slice(0, -2), steps);
    return z === '0' ? own : `${z} + ${own}`;
  };
  const scale = (factor: number, e: string) => (factor === 1 ? e : `${factor} * ${e}`);
  const bias = p.bias && beta !== 0 ? ` + ${scale(beta, `c[${dot([i, j], [p.bias.rs, p.bias.cs])}]`)}` : '';
  // The bias is a vector along the columns or the rows: what the hand-written kernel can add.
  const biasMode = !bias
    ? 0
    : p.bias!.rs === 0 && p.bias!.cs === 1
      ? 1
      : p.bias!.rs === 1 && p.bias!.cs === 0
        ? 2
        : -1;
  const simple = alpha === 1 && (beta === 1 || !bias) && biasMode >= 0 && batch.sizes.length === 1;
  return {
    name,
    source: kernelSource(
      bias ? ['a', 'b', 'c'] : ['a', 'b'],
      `${prologue} int p = ${start(stepsA, `${i} * ${p.rsa}`)}; int q = ${start(stepsB, `${j} * ${p.csb}`)};
      let s = 0;
      for (int t = 0; t < ${k}; t++) { s += a[p] * b[q]; p = p + ${p.csa}; q = q + ${p.rsb}; }
      return ${scale(alpha, 's')}${bias};`,
    ),
    inputs: [p.a, p.b, ...(bias ? [p.bias!.value] : [])],
    output: p.output,
    grid,
    ...(simple && {
      fast: {
        name: 'matmul',
        params: {
          batch: batched,
          m,
          n,
          k,
          rsa: p.rsa,
          csa: p.csa,
          batchA: batched === 1 ? 0 : stepsA[0]!,
          rsb: p.rsb,
          csb: p.csb,
          batchB: batched === 1 ? 0 : stepsB[0]!,
          biasMode,
        },
      },
    }),
  };
}

/** A batch of matrices that lie one after the other, times the same matrix, is one taller matrix. */
function joined(p: Product): Product {
  const batch = p.batch && collapse(p.batch.sizes, [p.batch.a, p.batch.b]);
  if (batch?.sizes.length !== 1) return p;
  const columnBias = !p.bias || p.bias.rs === 0;
  if (batch.strides[1]![0] !== 0 || batch.strides[0]![0] !== p.m * p.rsa || !columnBias) return p;
  const { batch: _, ...rest } = p;
  return { ...rest, m: p.m * batch.sizes[0]! };
}
