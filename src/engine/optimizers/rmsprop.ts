import { Type } from '@sinclair/typebox';
import type { OptimizerDefinition } from '../optimizer';

export const optimizer: OptimizerDefinition = {
  name: 'RMSprop',
  torch: 'torch.optim.RMSprop',
  summary: 'Steps divided by the root of the running mean of squared gradients',
  formula: 'θ ← θ - η g / (√E[g²] + ε)',
  paper: {
    authors: 'T. Tieleman, G. Hinton',
    year: 2012,
    title: 'Lecture 6.5: rmsprop, Neural Networks for Machine Learning',
    url: 'https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf',
  },
  options: Type.Object(
    {
      alpha: Type.Number({ minimum: 0, default: 0.99, description: 'Decay rate of the running mean.' }),
      eps: Type.Number({ minimum: 0, default: 1e-8, description: 'Keeps the denominator from zero.' }),
      weight_decay: Type.Number({ minimum: 0, default: 0, description: 'Strength of the L2 penalty.' }),
      momentum: Type.Number({ minimum: 0, default: 0, description: 'How much of the last step is kept.' }),
      centered: Type.Boolean({
        default: false,
        description: 'Divides by the standard deviation of the gradient.',
      }),
      maximize: Type.Boolean({ default: false, description: 'Climbs instead of descending.' }),
    },
    { additionalProperties: false },
  ),
  learningRate: 1e-2,
  slots: o => [
    'square_avg',
    ...(o['centered'] ? ['grad_avg'] : []),
    ...(o['momentum'] ? ['momentum_buffer'] : []),
  ],
  scalars: (_, lr, { momentum }) => ({ lr, ...(momentum && { momentum: Number(momentum) }) }),
  update(o) {
    const sign = o['maximize'] ? '(-g)' : 'g';
    const g = o['weight_decay'] ? `(${sign} + ${o['weight_decay']} * p)` : sign;
    const alpha = Number(o['alpha']);
    const mean = o['centered'] ? 'new_square_avg - new_grad_avg * new_grad_avg' : 'new_square_avg';
    const step = `${g} / (Math.sqrt(${mean}) + ${o['eps']})`;
    return {
      slots: {
        square_avg: `square_avg * ${alpha} + ${1 - alpha} * ${g} * ${g}`,
        ...(o['centered'] && { grad_avg: `grad_avg + (${g} - grad_avg) * ${1 - alpha}` }),
        ...(o['momentum'] && { momentum_buffer: `momentum * momentum_buffer + ${step}` }),
      },
      parameter: o['momentum'] ? 'p - lr * new_momentum_buffer' : `p - lr * (${step})`,
    };
  },
};
