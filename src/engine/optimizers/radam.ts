import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';
import { adamOptions, betasOf } from './_adam';

const { amsgrad: _, ...properties } = adamOptions(0).properties;

export const optimizer: OptimizerDefinition = {
  name: 'RAdam',
  torch: 'torch.optim.RAdam',
  summary: 'Adam that waits with its scaling until the variance of the gradient is known well enough',
  formula: 'θ ← θ - η m̂ r √(1 - β₂ᵗ) / (√v + ε), or θ - η m̂ while r is not known',
  paper: {
    authors: 'L. Liu et al.',
    year: 2020,
    title: 'On the Variance of the Adaptive Learning Rate and Beyond',
    url: 'https://arxiv.org/abs/1908.03265',
  },
  options: Type.Object(
    {
      ...properties,
      decoupled_weight_decay: Type.Boolean({
        default: false,
        description: 'The decay of weights is as in AdamW.',
      }),
    },
    { additionalProperties: false },
  ),
  learningRate: 1e-3,
  slots: () => ['exp_avg', 'exp_avg_sq'],
  scalars(step, lr, o) {
    const [b1, b2] = betasOf(o);
    const infinite = 2 / (1 - b2) - 1;
    const rho = infinite - (2 * step * b2 ** step) / (1 - b2 ** step);
    const known = rho > 5;
    const r = Math.sqrt(((rho - 4) * (rho - 2) * infinite) / ((infinite - 4) * (infinite - 2) * rho));
    return {
      take: 1 - b1,
      step_size: lr / (1 - b1 ** step),
      scaled: known ? r * Math.sqrt(1 - b2 ** step) : 0,
      plain: known ? 0 : 1,
      ...(o['decoupled_weight_decay'] && { shrink: 1 - lr * Number(o['weight_decay']) }),
    };
  },
  update(o) {
    const [, b2] = betasOf(o);
    const sign = o['maximize'] ? '(-g)' : 'g';
    const decay = Number(o['weight_decay']);
    const decoupled = o['decoupled_weight_decay'];
    const g = decay && !decoupled ? `(${sign} + ${decay} * p)` : sign;
    const p = decay && decoupled ? '(p * shrink)' : 'p';
    return {
      slots: {
        exp_avg: `exp_avg + (${g} - exp_avg) * take`,
        exp_avg_sq: `exp_avg_sq * ${b2} + ${1 - b2} * ${g} * ${g}`,
      },
      parameter: `${p} - step_size * new_exp_avg * (plain + scaled / (Math.sqrt(new_exp_avg_sq) + ${o['eps']}))`,
    };
  },
};
