import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { distance, meanOf, partsOf } from './_rows';

/**
 * The output is (N, 2, D): two vectors. The target is 1 where they are alike, else 0 (or -1).
 *
 * Source: R. Hadsell, S. Chopra, Y. LeCun, Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006.
 */
export const loss: LossDefinition = {
  name: 'contrastive',
  torch: ['t * d**2 + (1 - t) * torch.clamp(margin - d, min=0)**2, d = F.pairwise_distance(y1, y2)'],
  title: 'Contrastive',
  summary: 'Draws vectors of what is alike together, and pushes others apart up to the margin',
  formula: 'L = mean(d² if t = 1, else max(0, m - d)²) / 2',
  options: Type.Object(
    { margin: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'How far apart is far enough.' }) },
    { additionalProperties: false },
  ),
  target: 'rows',
  build(c) {
    const [a, b] = partsOf(c, 2, 'two vectors') as [string, string];
    const m = Number(c.options['margin']);
    return meanOf(
      c,
      { d: distance(c, a, b, 1e-6), t: c.target },
      `0.5 * (t > 0 ? d * d : Math.max(0, ${m} - d) * Math.max(0, ${m} - d))`,
      { d: `(t > 0 ? g * d : -g * Math.max(0, ${m} - d))` },
    );
  },
};
