import type { FastKernel, OpDefinition } from '../op';
import { input } from './_infer';
import { sizeOf } from './_launch';
import { broadcastStrides } from './_map';

/** How a mask changes scores: hidden where it is zero, hidden where it is not, or added to them. */
export type MaskMode = 'keep' | 'hide' | 'add';
const modes: Readonly<Record<MaskMode, number>> = { keep: 1, hide: 2, add: 3 };

/**
 * Inputs q [..., t, d], k [..., s, d], v [..., s, e], a scale (one number, or absent), and for each mask that broadcasts
 * to the scores its values and what hidden scores become (absent for those that are added). Attributes `divide`: 1 where
 * the scale divides; `masks`: how each changes the scores. Outputs y [..., t, e] and the weights [..., t, s].
 */
export const op: OpDefinition = {
  name: 'FusedAttention',
  internal: true,
  summary: 'Scaled dot-product attention in one pass',
  formula: 'y = softmax(q kᵀ, masked) v',
  infer(inputs) {
    const [q, k, v] = [0, 1, 2].map(i => input(inputs, i, 'FusedAttention'));
    const leads = q!.shape.slice(0, -1);
    return [
      { dtype: q!.dtype, shape: [...leads, v!.shape.at(-1)!] },
      { dtype: q!.dtype, shape: [...leads, k!.shape.at(-2)!] },
    ];
  },
  lower(l) {
    const [q, k, v, scale] = l.inputs;
    const [y, weights] = l.outputs;
    if (!l.fast) throw new Error('FusedAttention stands for other ops where there are hand-written kernels');
    const rank = q!.shape.length;
    const [t, d] = q!.shape.slice(-2) as [number, number];
    const [s, e] = v!.shape.slice(-2) as [number, number];
    const of = rank > 3 ? q!.shape[rank - 3]! : 1;
    const inputs = [q!, k!, v!, ...(scale ? [scale] : [])];
    const masks = (l.attributes['masks'] as readonly MaskMode[]).map((mode, i) => {
      const [values, fill] = l.inputs.slice(4 + 2 * i);
      inputs.push(values!, ...(fill ? [fill] : []));
      const strides = broadcastStrides(values!.shape, [...q!.shape.slice(0, -1), s]);
      const [n, h] = [rank > 3 ? strides[0]! : 0, rank > 2 ? strides[rank - 3]! : 0];
      // Without heads the one axis in front counts samples.
      const [samples, heads] = rank === 3 ? [h, 0] : [n, h];
      return { mode: modes[mode], samples, heads, rows: strides[rank - 2]!, keys: strides[rank - 1]! };
    });
    const params: Record<string, number> = { heads: sizeOf(q!.shape.slice(0, -2)), of, t, s, d, e };
    params['scale'] = scale ? (l.attributes['divide'] ? 2 : 1) : 0;
    params['masks'] = masks.length;
    masks.forEach((m, i) => {
      for (const [name, value] of Object.entries(m)) params[`${name}${i}`] = value;
    });
    const fast: FastKernel = { name: 'attention', params };
    l.kernel({
      name: 'Attention',
      source: '',
      inputs,
      output: y!,
      ...(l.attributes['weights'] && { also: [weights!] }),
      fast: { ...fast, params: { ...params, weights: l.attributes['weights'] ? 1 : 0 } },
    });
  },
};
