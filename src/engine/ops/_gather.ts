/** What the ops that read by an index share. */
import type { Attributes, Shape } from '../../model/graph';
import { type ExpansionContext, type IndexRange, ShapeError } from '../op';
import { flag, shapeText } from './_infer';
import { argumentName, stridesOf } from './_launch';

/** Statements that set `k` to the index that `expression` reads: negative ones count from the end, all stay inside. */
export function safeIndex(expression: string, size: number): string {
  return `int k = ${expression}; if (k < 0) { k = k + ${size}; } k = Math.min(Math.max(k, 0), ${size - 1});`;
}

/**
 * That indices of single values (Gather- and ScatterElements) reach along no other axis further than the data, nor along
 * any further than what is written. PyTorch's sentences.
 */
export function checkReach(index: Shape, data: Shape, axis: number, source?: Shape): void {
  const beyond = (a: Shape, b: Shape, but?: number) =>
    a.some((d, i) => {
      const most = b[i];
      return i !== but && typeof d === 'number' && typeof most === 'number' && d > most;
    });
  if (index.includes(0)) return;
  if (index.length !== data.length)
    throw new ShapeError('Index tensor must have the same number of dimensions as input tensor');
  if (source) {
    if (beyond(index, data, axis) || beyond(index, source))
      throw new ShapeError(
        `Expected index ${shapeText(index)} to be smaller than self ${shapeText(data)} apart from dimension ${axis} and to be smaller size than src ${shapeText(source)}`,
      );
    return;
  }
  const at = index.findIndex((_, i) => beyond([index[i]!], [data[i]!], i === axis ? 0 : undefined));
  if (at >= 0)
    throw new ShapeError(
      `Size does not match at dimension ${at} expected index ${shapeText(index)} to be smaller than self ${shapeText(data)} apart from dimension ${axis}`,
    );
}

/**
 * The places along an axis. Negative ones count from its end, unless `nonnegative` is set, as the reader of PyTorch does
 * for what takes none (embeddings, index_select, gather and scatter).
 */
export function placesOf(size: number, axis: number, attributes: Attributes, whole: boolean): IndexRange {
  const nonnegative = flag(attributes, 'nonnegative');
  return {
    from: nonnegative ? 0 : -size,
    below: size,
    refusal: found =>
      nonnegative && whole
        ? 'index out of range in self'
        : `index ${found} is out of bounds for dimension ${axis} with size ${size}`,
  };
}

/**
 * Rows of indices as one place among all numbers of the dimensions that they reach along (GatherND and ScatterND).
 *
 * @param parts the indices along each dimension, which stay inside of it; negative ones count from its end.
 * @returns what a Map takes, and the terms whose sum is the place
 */
export function placesOfRows(
  e: ExpansionContext,
  parts: readonly string[],
  shape: readonly number[],
): { inputs: string[]; terms: string[] } {
  const strides = stridesOf(shape);
  return {
    inputs: parts.map((part, axis) => e.emit('IndexRange', [part], { axis, size: shape[axis]! })[0]!),
    terms: parts.map((_, i) => {
      const name = argumentName(i);
      return `(${name} < 0 ? ${name} + ${shape[i]} : ${name}) * ${strides[i]}`;
    }),
  };
}
