/** MatMul and its transposed form, which its gradients are made of. */
import type { Dim, Shape } from '../../model/graph';
import type { GradientContext, LoweringContext, OpDefinition } from '../op';
import { ShapeError } from '../op';
import { broadcast, differ, flag, input, mulDims, number, productOf, promote } from './_infer';
import { sizeOf } from './_launch';
import { broadcastStrides } from './_map';
import { productKernel } from './_product';

/** Vectors become matrices: a row on the left, a column on the right. */
function matrices(a: Shape, b: Shape): [Shape, Shape] {
  return [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
}

function misfit(a: Shape, b: Shape, k: Dim, kb: Dim): ShapeError {
  if (a.length === 1 && b.length === 1)
    return new ShapeError(
      `inconsistent tensor size, expected tensor [${k}] and src [${kb}] to have the same number of elements, but got ${k} and ${kb} elements respectively`,
    );
  if (b.length === 1 && a.length === 2)
    return new ShapeError(`size mismatch, got input (${a[0]}), mat (${a[0]}x${k}), vec (${kb})`);
  const [x, y] = matrices(a, b);
  if (b.length <= 2) {
    const rows = productOf(x.slice(0, -1));
    return new ShapeError(`mat1 and mat2 shapes cannot be multiplied (${rows}x${k} and ${kb}x${y.at(-1)})`, {
      argument: 'in_features',
      found: kb,
      expected: k,
    });
  }
  const batch = productOf(broadcast(x.slice(0, -2), y.slice(0, -2)));
  return new ShapeError(
    `Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${k}] but got: [${batch}, ${kb}].`,
  );
}

export function matmulOp(
  about: Pick<OpDefinition, 'name' | 'summary' | 'formula' | 'torch' | 'internal'>,
): OpDefinition {
  return {
    ...about,
    infer(inputs, attributes) {
      const a = input(inputs, 0, about.name);
      const b = input(inputs, 1, about.name);
      if (a.shape.length === 0 || b.shape.length === 0)
        throw new ShapeError(
          `both arguments to matmul need to be at least 1D, but they are ${a.shape.length}D and ${b.shape.length}D`,
        );
      const [x, y] = matrices(a.shape, b.shape);
      const [m, k] = ends(x, flag(attributes, 'transA'));
      const [kb, n] = ends(y, flag(attributes, 'transB'));
      if (differ(k, kb)) throw misfit(a.shape, b.shape, k, kb);
      const shape = [...broadcast(x.slice(0, -2), y.slice(0, -2))];
      if (a.shape.length > 1) shape.push(m);
      if (b.shape.length > 1) shape.push(n);
      return [{ dtype: promote(a.dtype, b.dtype), shape }];
    },
    flops(inputs, outputs, attributes) {
      const [x] = matrices(inputs[0]!.shape, inputs[1]!.shape);
      const [, k] = ends(x, flag(attributes, 'transA'));
      return mulDims(mulDims(2, k), productOf(outputs[0]!.shape));
    },
    gradient: matmulGradient,
    lower: lowerMatmul,
  };
}

function ends(shape: Shape, transposed: boolean): [Dim, Dim] {
  const [r, c] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [c, r] : [r, c];
}

function matmulGradient(g: GradientContext): (string | null)[] {
  const [a, b] = [g.inputs[0]!, g.inputs[1]!];
  const [sa, sb] = [g.type(a).shape, g.type(b).shape];
  const [x, y] = matrices(sa, sb);
  const transA = flag(g.attributes, 'transA');
  const transB = flag(g.attributes, 'transB');
  const alpha = number(g.attributes, 'alpha', 1);
  const reshaped = (value: string, shape: Shape) =>
    g.type(value).shape.length === shape.length
      ? value
      : g.emit('Reshape', [value], { shape: shape as readonly Dim[] })[0]!;
  const batch = broadcast(x.slice(0, -2), y.slice(0, -2));
  const [m] = ends(x, transA);
  const [, n] = ends(y, transB);
  const dy = reshaped(g.outputGradients[0]!, [...batch, m, n]);
  const [am, bm] = [reshaped(a, x), reshaped(b, y)];
  const product = (p: string, q: string, tp: boolean, tq: boolean) =>
    g.emit('FusedMatMul', [p, q], { alpha, transA: Number(tp), transB: Number(tq) })[0]!;
  /** Back to the operand's shape: summed over the batch axes that it was repeated along. */
  const unbroadcast = (value: string, matrixShape: Shape, own: Shape) => {
    const summed =
      g.type(value).shape.join() === matrixShape.join()
        ? value
        : g.emit('SumTo', [value], { shape: matrixShape as readonly Dim[] })[0]!;
    return reshaped(summed, own);
  };
  let da: string | null = null;
  let db: string | null = null;
  if (g.wants(0))
    da = unbroadcast(transA ? product(bm, dy, transB, true) : product(dy, bm, false, !transB), x, sa);
  if (g.wants(1)) {
    if (y.length === 2 && x.length > 2 && !transA) {
      // A matrix on the right (a weight): one product over all rows instead of one per batch and a sum.
      const rows = productOf(x.slice(0, -1));
      const flatA = g.emit('Reshape', [am], { shape: [rows, x.at(-1)!] as readonly Dim[] })[0]!;
      const flatY = g.emit('Reshape', [dy], { shape: [rows, n] as readonly Dim[] })[0]!;
      db = reshaped(transB ? product(flatY, flatA, true, false) : product(flatA, flatY, true, false), sb);
    } else db = unbroadcast(transB ? product(dy, am, true, transA) : product(am, dy, !transA, false), y, sb);
  }
  return [da, db];
}

function lowerMatmul(l: LoweringContext): void {
  const [a, b] = [l.inputs[0]!, l.inputs[1]!];
  const output = l.outputs[0]!;
  const [x, y] = matrices(a.shape, b.shape) as [number[], number[]];
  const transA = flag(l.attributes, 'transA');
  const transB = flag(l.attributes, 'transB');
  let [m, k] = ends(x, transA) as [number, number];
  const [, n] = ends(y, transB) as [number, number];
  let batch = broadcast(x.slice(0, -2), y.slice(0, -2)) as number[];
  if (!transA && sizeOf(y.slice(0, -2)) === 1) {
    // One matrix on the right: all rows of the left are one tall matrix.
    m *= sizeOf(batch);
    batch = [];
  }
  const batchStrides = (shape: readonly number[]) =>
    broadcastStrides(shape.slice(0, -2), batch).map(s => s * shape.at(-2)! * shape.at(-1)!);
  l.kernel(
    productKernel('MatMul', {
      m,
      n,
      k,
      a,
      rsa: transA ? 1 : k,
      csa: transA ? x.at(-1)! : 1,
      b,
      rsb: transB ? 1 : n,
      csb: transB ? k : 1,
      output,
      ...(batch.length > 0 && { batch: { sizes: batch, a: batchStrides(x), b: batchStrides(y) } }),
      alpha: number(l.attributes, 'alpha', 1),
    }),
  );
}
