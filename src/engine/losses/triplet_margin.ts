import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { reduction } from './_reduction';
import { distance, meanOf, partsOf } from './_rows';

/** The output is (N, 3, D): anchor, positive, negative. The targets do not count. */
export const loss: LossDefinition = {
  name: 'triplet_margin',
  torch: ['nn.TripletMarginLoss', 'F.triplet_margin_loss'],
  title: 'Triplet margin',
  summary: 'Draws an anchor to its like, and at least the margin nearer than to what is unlike',
  formula: 'L = mean(max(0, d(a, p) - d(a, n) + m))',
  options: Type.Object(
    {
      reduction,
      margin: Type.Number({
        exclusiveMinimum: 0,
        default: 1,
        description: 'How much nearer is near enough.',
      }),
      p: Type.Union([Type.Literal(1), Type.Literal(2)], {
        default: 2,
        description: 'The norm of distances.',
      }),
      eps: Type.Number({ minimum: 0, default: 1e-6, description: 'Added to differences.' }),
      swap: Type.Boolean({
        default: false,
        description: 'Takes the distance of positive and negative where it is the smaller one.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'rows',
  build(c) {
    const [anchor, positive, negative] = partsOf(c, 3, 'three vectors') as [string, string, string];
    const of = (x: string, y: string) => distance(c, x, y, Number(c.options['eps']), Number(c.options['p']));
    const p = of(anchor, positive);
    const far = of(anchor, negative);
    const n = c.options['swap'] === true ? c.emit('Min', [far, of(positive, negative)])[0]! : far;
    const d = `(p - n + ${c.options['margin']})`;
    return meanOf(c, { p, n }, `Math.max(0, ${d})`, {
      p: `(${d} > 0 ? g : 0)`,
      n: `(${d} > 0 ? -g : 0)`,
    });
  },
};
