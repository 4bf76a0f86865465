import type { Attributes } from '../../model/graph';
import { flag, type Window } from './_infer';

/**
 * The number of cells that an average is divided by, as an expression of its place. Padding counts if
 * `count_include_pad`; what lies beyond the padding (with ceil_mode) never does: PyTorch's rule.
 */
export function divisor(
  attributes: Attributes,
  w: Window,
  spatial: readonly number[],
  o: readonly string[],
): string {
  const override = attributes['divisor_override'];
  if (typeof override === 'number' && override !== 0) return `${override}`;
  const padded = flag(attributes, 'count_include_pad');
  const n = w.kernel.length;
  const factors = w.kernel.map((k, a) => {
    const start = `(${o[a]} * ${w.strides[a]} - ${w.pads[a]})`;
    const end = spatial[a]! + (padded ? w.pads[a + n]! : 0);
    const from = padded ? start : `Math.max(${start}, 0)`;
    return `(Math.min(${start} + ${k}, ${end}) - ${from})`;
  });
  const plain = w.pads.every(p => p === 0) && !w.ceil;
  return plain ? `${w.kernel.reduce((p, k) => p * k, 1)}` : factors.join(' * ');
}
