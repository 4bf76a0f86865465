import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'ExponentialLR',
  torch: 'torch.optim.lr_scheduler.ExponentialLR',
  summary: 'Falls by the same factor each epoch',
  formula: 'η = η₀ γ^t',
  options: Type.Object(
    { gamma: Type.Number({ exclusiveMinimum: 0, description: 'The factor, e.g. 0.95.' }) },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create: ({ gamma }) => ({ rate: (base, t) => base * Number(gamma) ** t }),
};
