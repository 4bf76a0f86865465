import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'ConstantLR',
  torch: 'torch.optim.lr_scheduler.ConstantLR',
  summary: 'A share of the learning rate at first, then all of it',
  formula: 'η = η₀ f if t < n, else η₀',
  options: Type.Object(
    {
      factor: Type.Number({ minimum: 0, maximum: 1, default: 1 / 3, description: 'The share at first.' }),
      total_iters: Type.Integer({ minimum: 0, default: 5, description: 'How long.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create: ({ factor, total_iters }) => ({
    rate: (base, t) => (t < Number(total_iters) ? base * Number(factor) : base),
  }),
};
