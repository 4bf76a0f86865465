import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'LinearLR',
  torch: 'torch.optim.lr_scheduler.LinearLR',
  summary: 'Rises (or falls) evenly from one share of the learning rate to another: a warm-up',
  formula: 'η = η₀ (a + (b - a) min(t, n) / n)',
  options: Type.Object(
    {
      start_factor: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1 / 3,
        description: 'The share at first.',
      }),
      end_factor: Type.Number({ minimum: 0, maximum: 1, default: 1, description: 'The share at the end.' }),
      total_iters: Type.Integer({ minimum: 1, default: 5, description: 'How long it takes.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create({ start_factor, end_factor, total_iters }) {
    const [a, b, n] = [Number(start_factor), Number(end_factor), Number(total_iters)];
    return { rate: (base, t) => base * (a + ((b - a) * Math.min(t, n)) / n) };
  },
};
