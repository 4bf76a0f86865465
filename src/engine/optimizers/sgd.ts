import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';

export const optimizer: OptimizerDefinition = {
  name: 'SGD',
  torch: 'torch.optim.SGD',
  summary: 'Stochastic gradient descent, with momentum',
  formula: 'v ← μ v + g;  θ ← θ - η v',
  options: Type.Object(
    {
      momentum: Type.Number({ minimum: 0, default: 0, description: 'How much of the last step is kept.' }),
      dampening: Type.Number({
        default: 0,
        description: 'How much less of the gradient enters the momentum.',
      }),
      weight_decay: Type.Number({ minimum: 0, default: 0, description: 'Strength of the L2 penalty.' }),
      nesterov: Type.Boolean({ default: false, description: "Nesterov's momentum: looks one step ahead." }),
      maximize: Type.Boolean({ default: false, description: 'Climbs instead of descending.' }),
    },
    { additionalProperties: false },
  ),
  learningRate: 1e-3,
  slots: ({ momentum }) => (momentum ? ['momentum_buffer'] : []),
  // The first step's buffer is the gradient itself, undampened.
  scalars: (step, learningRate, { momentum, dampening }) => ({
    lr: learningRate,
    ...(momentum && {
      momentum: Number(momentum),
      keep: step === 1 ? 0 : Number(momentum),
      take: step === 1 ? 1 : 1 - Number(dampening),
    }),
  }),
  update({ momentum, weight_decay, nesterov, maximize }) {
    const slots: Record<string, string> = {};
    const g = maximize ? '(-g)' : 'g';
    const gradient = weight_decay ? `(${g} + ${weight_decay} * p)` : g;
    if (!momentum) return { slots, parameter: `p - lr * ${gradient}` };
    const direction = nesterov ? `(${gradient} + momentum * new_momentum_buffer)` : 'new_momentum_buffer';
    slots['momentum_buffer'] = `keep * momentum_buffer + take * ${gradient}`;
    return { slots, parameter: `p - lr * ${direction}` };
  },
};
