import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';
import { adamOptions, betasOf } from './_adam';

const { amsgrad: _, ...properties } = adamOptions(0).properties;

export const optimizer: OptimizerDefinition = {
  name: 'Adamax',
  torch: 'torch.optim.Adamax',
  summary: 'Adam with the largest gradient, which fades, in place of the mean square',
  formula: 'u ← max(β₂ u, |g| + ε);  θ ← θ - η m̂ / u',
  paper: {
    authors: 'D. P. Kingma, J. Ba',
    year: 2015,
    title: 'Adam: A Method for Stochastic Optimization',
    url: 'https://arxiv.org/abs/1412.6980',
  },
  options: Type.Object(properties, { additionalProperties: false }),
  learningRate: 2e-3,
  slots: () => ['exp_avg', 'exp_inf'],
  scalars: (step, lr, o) => ({
    take: 1 - betasOf(o)[0],
    step_size: lr / (1 - betasOf(o)[0] ** step),
  }),
  update(o) {
    const sign = o['maximize'] ? '(-g)' : 'g';
    const g = o['weight_decay'] ? `(${sign} + ${o['weight_decay']} * p)` : sign;
    return {
      slots: {
        exp_avg: `exp_avg + (${g} - exp_avg) * take`,
        exp_inf: `Math.max(exp_inf * ${betasOf(o)[1]}, Math.abs(${g}) + ${o['eps']})`,
      },
      parameter: 'p - step_size * new_exp_avg / new_exp_inf',
    };
  },
};
