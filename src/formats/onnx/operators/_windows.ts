/** Windows of convolutions and pools. */
import type { Attributes } from '../../../model/graph';
import { NeedsSize, type TranslationContext, Unsupported } from '../translation';

/** Explicit pads of a window from `auto_pad`. */
function padsOf(c: TranslationContext, kernel: readonly number[]): number[] {
  const n = kernel.length;
  const auto = c.text('auto_pad', 'NOTSET');
  if (auto === 'NOTSET') return c.integers('pads') ?? new Array<number>(2 * n).fill(0);
  if (auto === 'VALID') return new Array<number>(2 * n).fill(0);
  const strides = c.integers('strides') ?? kernel.map(() => 1);
  const dilations = c.integers('dilations') ?? kernel.map(() => 1);
  const spatial = c.type(0).shape.slice(2);
  const totals = kernel.map((k, i) => {
    const reach = dilations[i]! * (k - 1) + 1;
    const stride = strides[i]!;
    if (stride === 1) return reach - 1;
    const size = spatial[i];
    if (typeof size !== 'number') throw new NeedsSize(`auto_pad beside the unknown size ${size}`);
    return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  });
  const small = totals.map(t => Math.floor(t / 2));
  const large = totals.map((t, i) => t - small[i]!);
  return auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

export function windowAttributes(
  c: TranslationContext,
  kernel: readonly number[],
): Record<string, Attributes[string]> {
  return {
    kernel_shape: kernel,
    strides: c.integers('strides') ?? kernel.map(() => 1),
    pads: padsOf(c, kernel),
    dilations: c.integers('dilations') ?? kernel.map(() => 1),
  };
}

/** A pool's window. */
export function kernelOf(c: TranslationContext): number[] {
  const kernel = c.integers('kernel_shape');
  if (!kernel) throw new Unsupported('no kernel_shape');
  return kernel;
}

/** Attributes of a convolution; `weight`: which input has its kernel. */
export function convolution(c: TranslationContext, weight = 1): Record<string, Attributes[string]> {
  return { ...windowAttributes(c, weightKernel(c, weight)), group: c.integer('group', 1) };
}

export function weightKernel(c: TranslationContext, weight = 1): number[] {
  const given = c.integers('kernel_shape');
  if (given) return given;
  return c
    .type(weight)
    .shape.slice(2)
    .map(d => {
      if (typeof d !== 'number') throw new NeedsSize('a weight of unknown size');
      return d;
    });
}
