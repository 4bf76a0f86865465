/** Quantised numbers: whole numbers q that stand for scale · (q - zero point). */
import type { Attributes, DType } from '../../model/graph';
import type { ExpansionContext } from '../op';
import { axisOf, number, text } from './_infer';
import { sizeOf } from './_launch';
import { nearest } from './round';

type Emits = Pick<ExpansionContext, 'emit' | 'type'>;

/** The range of a quantised type, as attributes `low`, `high` and `dtype` say it; that of uint8 if they are absent. */
export function rangeOf(attributes: Attributes): { low: number; high: number; dtype: DType } {
  return {
    low: number(attributes, 'low', 0),
    high: number(attributes, 'high', 255),
    dtype: text(attributes, 'dtype', 'uint8') as DType,
  };
}

/**
 * Scales or zero points as they broadcast over a tensor: one for all, one for each place along an axis, or one for each
 * block of so many places along it.
 */
export function spread(e: Emits, id: string, of: readonly number[], axis: number, block = 0): string {
  const shape = e.type(id).shape.map(Number);
  if (shape.length === 0) return id;
  if (block > 0 && shape.length === of.length) {
    const at = axisOf(axis, of.length);
    const apart = [...shape.slice(0, at + 1), 1, ...shape.slice(at + 1)];
    const wide = apart.map((d, i) => (i === at + 1 ? block : d));
    const joined = shape.map((d, i) => (i === at ? d * block : d));
    const full = e.emit(
      'Reshape',
      e.emit('Expand', e.emit('Reshape', [id], { shape: apart }), { shape: wide }),
      {
        shape: joined,
      },
    )[0]!;
    if (joined[at] === of[at]) return full;
    return e.emit('Slice', [full], { starts: [0], ends: [of[at]!], axes: [at], steps: [1] })[0]!;
  }
  if (sizeOf(shape) === 1) return e.emit('Reshape', [id], { shape: [] })[0]!;
  if (shape.length !== 1) return id;
  const at = axisOf(axis, of.length);
  return e.emit('Reshape', [id], { shape: of.map((d, i) => (i === at ? d : 1)) })[0]!;
}

/** x - zero point, as it is where there is none. */
export function centred(e: Emits, x: string, zero: string | undefined, axis: number, block = 0): string {
  if (!zero) return x;
  return e.emit('Sub', [x, spread(e, zero, e.type(x).shape.map(Number), axis, block)])[0]!;
}

/**
 * saturate(round(x ∘ s) + zero point), ∘ a division by the scale or a product with a multiplier. The gradient passes
 * through the rounding as if it were not there, and ends where the value is saturated: the straight-through estimator
 * (Bengio et al. 2013, arXiv:1308.3432) as in torch.fake_quantize.
 */
export function rounded(
  e: Emits,
  x: string,
  by: { scale: string } | { multiplier: string },
  zero: string | undefined,
  attributes: Attributes,
): string {
  const { low, high, dtype } = rangeOf(attributes);
  const divides = 'scale' in by;
  const s = divides ? by.scale : by.multiplier;
  const v = divides ? 'x / s' : 'x * s';
  const { statements, expression } = nearest('v');
  const sum = zero ? 'r + z' : 'r';
  const real = zero ? `${v} + z` : v;
  const out = e.emit('Map', zero ? [x, s, zero] : [x, s], {
    names: zero ? ['x', 's', 'z'] : ['x', 's'],
    statements: `const v = ${v}; ${statements} const r = ${expression};`,
    expression: `Math.min(Math.max(${sum}, ${low}), ${high})`,
    derivatives: [
      `${real} < ${low} ? 0 : (${real} > ${high} ? 0 : ${divides ? 'g / s' : 'g * s'})`,
      '',
      ...(zero ? [''] : []),
    ],
  })[0]!;
  return e.emit('Cast', [out], { to: dtype, exact: 1 })[0]!;
}
