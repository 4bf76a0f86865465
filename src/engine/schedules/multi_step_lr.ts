import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'MultiStepLR',
  torch: 'torch.optim.lr_scheduler.MultiStepLR',
  summary: 'Falls by a factor at each milestone',
  formula: 'η = η₀ γ^(milestones passed)',
  options: Type.Object(
    {
      milestones: Type.Array(Type.Integer({ minimum: 0 }), { description: 'When the learning rate falls.' }),
      gamma: Type.Number({ minimum: 0, default: 0.1, description: 'The factor.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create: ({ milestones, gamma }) => ({
    rate: (base, t) => base * Number(gamma) ** (milestones as number[]).filter(m => m <= t).length,
  }),
};
