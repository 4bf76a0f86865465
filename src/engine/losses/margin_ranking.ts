import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { reduction } from './_reduction';
import { meanOf, partsOf } from './_rows';

/** The output is (N, 2): two scores. The target is 1 where the first should be higher, else -1 (or 0). */
export const loss: LossDefinition = {
  name: 'margin_ranking',
  torch: ['nn.MarginRankingLoss', 'F.margin_ranking_loss'],
  title: 'Margin ranking',
  summary: 'Which of two scores should be higher',
  formula: 'L = mean(max(0, -t (y₁ - y₂) + m))',
  options: Type.Object(
    { reduction, margin: Type.Number({ default: 0, description: 'By how much.' }) },
    { additionalProperties: false },
  ),
  target: 'rows',
  build(c) {
    const [a, b] = partsOf(c, 2, 'two scores') as [string, string];
    const s = '(t > 0 ? 1 : -1)';
    const d = `(${c.options['margin']} - ${s} * (a - b))`;
    return meanOf(c, { a, b, t: c.target }, `Math.max(0, ${d})`, {
      a: `(${d} > 0 ? -g * ${s} : 0)`,
      b: `(${d} > 0 ? g * ${s} : 0)`,
    });
  },
};
