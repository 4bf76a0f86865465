import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';

/** Takes logarithms of probabilities. */
export const loss: LossDefinition = {
  name: 'kl_div',
  torch: ['nn.KLDivLoss', 'F.kl_div'],
  title: 'Kullback-Leibler divergence',
  summary: "How far the output's distribution is from the target's",
  formula: 'L = mean(t (log t - y))',
  options: Type.Object(
    {
      reduction: Type.Union([Type.Literal('mean'), Type.Literal('batchmean'), Type.Literal('sum')], {
        default: 'mean',
        description:
          '"batchmean" divides by the rows alone, which is the divergence itself; "sum" by nothing.',
      }),
      log_target: Type.Boolean({ default: false, description: 'The targets are logarithms, too.' }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const log = c.options['log_target'] === true;
    const mean = elementwiseLoss(
      c,
      log ? 'Math.exp(t) * (t - y)' : '(t > 0 ? t * Math.log(t) : 0) - t * y',
      log ? '-g * Math.exp(t)' : '-g * t',
    );
    if (c.options['reduction'] !== 'batchmean') return mean;
    const width = c
      .type(c.output)
      .shape.slice(1)
      .reduce<number>((p, d) => p * Number(d), 1);
    return c.emit('Map', [mean], { expression: `a * ${width}`, derivatives: [`g * ${width}`] })[0]!;
  },
};
