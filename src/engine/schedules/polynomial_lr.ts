import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'PolynomialLR',
  torch: 'torch.optim.lr_scheduler.PolynomialLR',
  summary: 'Falls to zero as a power of the time that is left',
  formula: 'η = η₀ (1 - min(t, n) / n)^p',
  options: Type.Object(
    {
      total_iters: Type.Optional(
        Type.Integer({ minimum: 1, description: 'How long it takes; the whole run if left out.' }),
      ),
      power: Type.Number({ minimum: 0, default: 1, description: '1 falls evenly.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create({ total_iters, power }, { total }) {
    const n = Number(total_iters ?? total);
    return { rate: (base, t) => base * (1 - Math.min(t, n) / n) ** Number(power) };
  },
};
