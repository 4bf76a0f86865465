import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'CosineAnnealingLR',
  torch: 'torch.optim.lr_scheduler.CosineAnnealingLR',
  summary: 'Falls along half a cosine',
  formula: 'η = η_min + (η₀ - η_min) (1 + cos(π t / T)) / 2',
  paper: {
    authors: 'I. Loshchilov, F. Hutter',
    year: 2017,
    title: 'SGDR: Stochastic Gradient Descent with Warm Restarts',
    url: 'https://arxiv.org/abs/1608.03983',
  },
  options: Type.Object(
    {
      T_max: Type.Optional(
        Type.Integer({ minimum: 1, description: 'How long it falls; the whole run if left out.' }),
      ),
      eta_min: Type.Number({ minimum: 0, default: 0, description: 'Where it ends.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create({ T_max, eta_min }, { total }) {
    const [n, low] = [Number(T_max ?? total), Number(eta_min)];
    return { rate: (base, t) => low + ((base - low) * (1 + Math.cos((Math.PI * t) / n))) / 2 };
  },
};
