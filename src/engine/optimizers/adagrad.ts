import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';

export const optimizer: OptimizerDefinition = {
  name: 'Adagrad',
  torch: 'torch.optim.Adagrad',
  summary: 'Steps divided by the root of the sum of all squared gradients so far',
  formula: 'θ ← θ - η g / (√Σ g² + ε)',
  paper: {
    authors: 'J. Duchi, E. Hazan, Y. Singer',
    year: 2011,
    title: 'Adaptive Subgradient Methods for Online Learning and Stochastic Optimization',
    url: 'https://jmlr.org/papers/v12/duchi11a.html',
  },
  options: Type.Object(
    {
      lr_decay: Type.Number({ minimum: 0, default: 0, description: 'How fast the learning rate falls.' }),
      weight_decay: Type.Number({ minimum: 0, default: 0, description: 'Strength of the L2 penalty.' }),
      initial_accumulator_value: Type.Number({
        minimum: 0,
        default: 0,
        description: 'What the sum starts with.',
      }),
      eps: Type.Number({ minimum: 0, default: 1e-10, description: 'Keeps the denominator from zero.' }),
      maximize: Type.Boolean({ default: false, description: 'Climbs instead of descending.' }),
    },
    { additionalProperties: false },
  ),
  learningRate: 1e-2,
  slots: () => ['sum'],
  start: o => ({ sum: Number(o['initial_accumulator_value']) }),
  scalars: (step, lr, o) => ({ lr: lr / (1 + (step - 1) * Number(o['lr_decay'])) }),
  update(o) {
    const sign = o['maximize'] ? '(-g)' : 'g';
    const g = o['weight_decay'] ? `(${sign} + ${o['weight_decay']} * p)` : sign;
    return {
      slots: { sum: `sum + ${g} * ${g}` },
      parameter: `p - lr * ${g} / (Math.sqrt(new_sum) + ${o['eps']})`,
    };
  },
};
