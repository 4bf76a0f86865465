import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';

export const optimizer: OptimizerDefinition = {
  name: 'Adadelta',
  torch: 'torch.optim.Adadelta',
  summary: 'Steps of the size of those before, over the root of the running mean of squared gradients',
  formula: 'θ ← θ - η √(E[Δ²] + ε) / √(E[g²] + ε) g',
  paper: {
    authors: 'M. D. Zeiler',
    year: 2012,
    title: 'ADADELTA: An Adaptive Learning Rate Method',
    url: 'https://arxiv.org/abs/1212.5701',
  },
  options: Type.Object(
    {
      rho: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.9,
        description: 'Decay rate of the running means.',
      }),
      eps: Type.Number({ minimum: 0, default: 1e-6, description: 'Keeps the denominator from zero.' }),
      weight_decay: Type.Number({ minimum: 0, default: 0, description: 'Strength of the L2 penalty.' }),
      maximize: Type.Boolean({ default: false, description: 'Climbs instead of descending.' }),
    },
    { additionalProperties: false },
  ),
  learningRate: 1,
  slots: () => ['square_avg', 'acc_delta'],
  scalars: (_, lr) => ({ lr }),
  update(o) {
    const sign = o['maximize'] ? '(-g)' : 'g';
    const g = o['weight_decay'] ? `(${sign} + ${o['weight_decay']} * p)` : sign;
    const [rho, eps] = [Number(o['rho']), Number(o['eps'])];
    const delta = `Math.sqrt(acc_delta + ${eps}) / Math.sqrt(new_square_avg + ${eps}) * ${g}`;
    return {
      slots: {
        square_avg: `square_avg * ${rho} + ${1 - rho} * ${g} * ${g}`,
        acc_delta: `acc_delta * ${rho} + ${1 - rho} * (${delta}) * (${delta})`,
      },
      parameter: `p - lr * ${delta}`,
    };
  },
};
