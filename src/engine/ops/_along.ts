/** Linear maps along one axis at a time: what interpolation and adaptive averages are made of. */
import type { ExpansionContext } from '../op';
import { sizeOf } from './_launch';

/** The cells of an axis that a cell of the result reads, and their weights; several of one place add up. */
export type Tap = readonly { at: number; weight: number }[];

/**
 * Replaces an axis by weighted sums of its cells, as a product with a constant matrix: products are fast on every
 * backend, and know their gradients.
 */
export function along(e: ExpansionContext, x: string, axis: number, taps: readonly Tap[]): string {
  const shape = e.type(x).shape.map(Number);
  const size = shape[axis]!;
  const length = taps.length;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const matrix = new Float32Array(length * size);
  taps.forEach((tap, i) => {
    for (const { at, weight } of tap) matrix[i * size + at]! += weight;
  });
  const m = e.constant([length, size], matrix);
  const shaped = e.emit('Reshape', [x], { shape: inner === 1 ? [outer, size] : [outer, size, inner] })[0]!;
  const product =
    inner === 1
      ? e.emit('FusedMatMul', [shaped, m], { transA: 0, transB: 1 })[0]!
      : e.emit('MatMul', [m, shaped])[0]!;
  return e.emit('Reshape', [product], { shape: shape.map((d, i) => (i === axis ? length : d)) })[0]!;
}
