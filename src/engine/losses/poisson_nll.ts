import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'poisson_nll',
  torch: ['nn.PoissonNLLLoss', 'F.poisson_nll_loss'],
  title: 'Poisson negative log likelihood',
  summary: 'For counts: the outputs are logarithms of rates, or rates',
  formula: 'L = mean(exp(y) - t y)',
  options: Type.Object(
    {
      reduction,
      log_input: Type.Boolean({ default: true, description: 'The outputs are logarithms of rates.' }),
      eps: Type.Number({ minimum: 0, default: 1e-8, description: 'Keeps the logarithm from zero.' }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build: c =>
    c.options['log_input'] === false
      ? elementwiseLoss(
          c,
          `y - t * Math.log(y + ${c.options['eps']})`,
          `g * (1 - t / (y + ${c.options['eps']}))`,
        )
      : elementwiseLoss(c, 'Math.exp(y) - t * y', 'g * (Math.exp(y) - t)'),
};
