/** What translations of quantised operators need. */
import type { Attributes, DType } from '../../../model/graph';
import { elementTypes } from '../schema';
import { type Translate, type TranslationContext, Unsupported } from '../translation';
import { all, axisOf, rankOf } from './_shared';

const ranges: Readonly<Record<string, { low: number; high: number; dtype: DType }>> = {
  UINT8: { low: 0, high: 255, dtype: 'uint8' },
  INT8: { low: -128, high: 127, dtype: 'int8' },
  UINT16: { low: 0, high: 65535, dtype: 'int32' },
  INT16: { low: -32768, high: 32767, dtype: 'int32' },
  UINT4: { low: 0, high: 15, dtype: 'uint8' },
  INT4: { low: -8, high: 7, dtype: 'int8' },
};

/** The type of a quantised result, from its zero point (an input), else from the attribute that names it. */
export function resultRange(c: TranslationContext, zero: number): Attributes {
  const named = c.integer('output_dtype', 0);
  const element = c.has(zero)
    ? (c.elementOf(zero) ?? c.type(zero).dtype.toUpperCase())
    : (elementTypes[named]?.name ?? (named === 0 ? 'UINT8' : String(named)));
  const range = Object.hasOwn(ranges, element) ? ranges[element] : undefined;
  if (!range) throw new Unsupported(`the element type ${element}`);
  return { ...range };
}

/** The input's values, as numbers that they stand for. */
export function dequantized(c: TranslationContext, x: number, scale: number, zero: number): string {
  const inputs = [c.tensor(x), c.tensor(scale), ...(c.has(zero) ? [c.tensor(zero)] : [])];
  return c.emit('DequantizeLinear', inputs, { dtype: 'float32' })[0]!;
}

/** The node's last step: its output, quantised. */
export function finishQuantized(c: TranslationContext, x: string, scale: number, zero: number): undefined {
  const inputs = [x, c.tensor(scale), ...(c.has(zero) ? [c.tensor(zero)] : [])];
  return c.finish('QuantizeLinear', inputs, resultRange(c, zero));
}

/** Scales along an axis, or along it in blocks. */
function along(c: TranslationContext): Attributes {
  const { shape } = c.type(1);
  if (shape.length === 0) return {};
  const block = c.integer('block_size', 0);
  // Until version 13 there was one scale for all, of whatever shape.
  const rank = rankOf(c);
  return {
    axis: axisOf(c.integer('axis', 1), Math.max(rank, 1)) % Math.max(rank, 1),
    ...(block > 0 && { block_size: block }),
  };
}

export const quantizeLinear: Translate = c =>
  c.finish('QuantizeLinear', all(c), { ...along(c), ...resultRange(c, 2) });

export const dequantizeLinear: Translate = c =>
  c.finish('DequantizeLinear', all(c), { ...along(c), dtype: c.type(1).dtype });
