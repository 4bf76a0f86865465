import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'StepLR',
  torch: 'torch.optim.lr_scheduler.StepLR',
  summary: 'Falls by a factor every few epochs',
  formula: 'η = η₀ γ^⌊t / s⌋',
  options: Type.Object(
    {
      step_size: Type.Integer({ minimum: 1, description: 'How long the learning rate stays.' }),
      gamma: Type.Number({ minimum: 0, default: 0.1, description: 'The factor.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create: ({ step_size, gamma }) => ({
    rate: (base, t) => base * Number(gamma) ** Math.floor(t / Number(step_size)),
  }),
};
