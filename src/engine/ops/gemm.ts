import type { Dim, Shape } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { sumTo } from './_elementwise';
import { addDims, broadcast, differ, flag, input, mulDims, number, promote } from './_infer';
import { broadcastStrides } from './_map';
import { productKernel } from './_product';

/** Rows and columns of a matrix, swapped if transposed. */
function matrix(shape: Shape, transposed: boolean): [Dim, Dim] {
  return transposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
}

/**
 * Inputs A, B and, optionally, C, which broadcasts to the result. Attributes `transA`, `transB` (0), `alpha`,
 * `beta` (1). nn.Linear on matrices is Gemm(x, weight, bias, transB=1).
 */
export const op: OpDefinition = {
  name: 'Gemm',
  summary: 'Matrix product with a bias',
  formula: 'y = x Wᵀ + b',
  torch: ['nn.Linear', 'F.linear', 'torch.addmm'],
  infer(inputs, attributes) {
    const a = input(inputs, 0, 'Gemm');
    const b = input(inputs, 1, 'Gemm');
    for (const [t, i] of [
      [a, 1],
      [b, 2],
    ] as const) {
      if (t.shape.length !== 2)
        throw new ShapeError(`mat${i} must be a matrix, got ${t.shape.length}-D tensor`);
    }
    const transB = flag(attributes, 'transB');
    const [m, k] = matrix(a.shape, flag(attributes, 'transA'));
    const [kb, n] = matrix(b.shape, transB);
    if (differ(k, kb))
      throw new ShapeError(
        `mat1 and mat2 shapes cannot be multiplied (${m}x${k} and ${kb}x${n})`,
        transB ? { argument: 'in_features', found: kb, expected: k } : undefined,
      );
    const shape = [m, n];
    const c = inputs[2];
    if (c) {
      const full = broadcast(c.shape, shape);
      if (full.length !== 2 || differ(full[0]!, m) || differ(full[1]!, n))
        throw new ShapeError(
          `The expanded size of the tensor (${n}) must match the existing size (${c.shape.at(-1)}) at non-singleton dimension 1.  Target sizes: [${m}, ${n}].  Tensor sizes: [${c.shape.join(', ')}]`,
        );
    }
    return [{ dtype: promote(a.dtype, b.dtype), shape }];
  },
  flops(inputs, outputs, attributes) {
    const [, k] = matrix(inputs[0]!.shape, flag(attributes, 'transA'));
    const [m, n] = outputs[0]!.shape;
    const product = mulDims(mulDims(2, k), mulDims(m!, n!));
    return inputs[2] ? addDims(product, mulDims(m!, n!)) : product;
  },
  gradient(g) {
    const [a, b, c] = g.inputs;
    const dy = g.outputGradients[0]!;
    const transA = flag(g.attributes, 'transA');
    const transB = flag(g.attributes, 'transB');
    const alpha = number(g.attributes, 'alpha', 1);
    const beta = number(g.attributes, 'beta', 1);
    const gemm = (x: string, y: string, tx: boolean, ty: boolean) =>
      g.emit('Gemm', [x, y], { alpha, transA: Number(tx), transB: Number(ty) })[0]!;
    let dc: string | null = null;
    if (c && g.wants(2)) {
      dc = sumTo(g, dy, c);
      if (beta !== 1) dc = g.emit('Map', [dc], { expression: `a * ${beta}` })[0]!;
    }
    return [
      !g.wants(0) ? null : transA ? gemm(b!, dy, transB, true) : gemm(dy, b!, false, !transB),
      !g.wants(1) ? null : transB ? gemm(dy, a!, true, transA) : gemm(a!, dy, !transA, false),
      dc,
    ];
  },
  lower(l) {
    const [a, b, c] = l.inputs;
    const [output] = l.outputs;
    const transA = flag(l.attributes, 'transA');
    const transB = flag(l.attributes, 'transB');
    const [m, n] = output!.shape as [number, number];
    const [rows, columns] = a!.shape as [number, number];
    const k = transA ? rows : columns;
    const steps = c && broadcastStrides(c.shape, output!.shape);
    l.kernel(
      productKernel('Gemm', {
        m,
        n,
        k,
        a: a!,
        rsa: transA ? 1 : k,
        csa: transA ? m : 1,
        b: b!,
        rsb: transB ? 1 : n,
        csb: transB ? k : 1,
        output: output!,
        alpha: number(l.attributes, 'alpha', 1),
        beta: number(l.attributes, 'beta', 1),
        ...(c && { bias: { value: c, rs: steps![0]!, cs: steps![1]! } }),
      }),
    );
  },
};
