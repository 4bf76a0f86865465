import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'CosineAnnealingWarmRestarts',
  torch: 'torch.optim.lr_scheduler.CosineAnnealingWarmRestarts',
  summary: 'Falls along half a cosine, again and again',
  formula: 'η = η_min + (η₀ - η_min) (1 + cos(π t / Tᵢ)) / 2, t counted from the last restart',
  paper: {
    authors: 'I. Loshchilov, F. Hutter',
    year: 2017,
    title: 'SGDR: Stochastic Gradient Descent with Warm Restarts',
    url: 'https://arxiv.org/abs/1608.03983',
  },
  options: Type.Object(
    {
      T_0: Type.Integer({ minimum: 1, description: 'How long until the first restart.' }),
      T_mult: Type.Integer({
        minimum: 1,
        default: 1,
        description: 'How much longer each round is than the one before.',
      }),
      eta_min: Type.Number({ minimum: 0, default: 0, description: 'Where each round ends.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create({ T_0, T_mult, eta_min }) {
    const [low, longer] = [Number(eta_min), Number(T_mult)];
    return {
      rate(base, t) {
        let [since, length] = [t, Number(T_0)];
        if (longer === 1) since %= length;
        while (since >= length) {
          since -= length;
          length *= longer;
        }
        return low + ((base - low) * (1 + Math.cos((Math.PI * since) / length))) / 2;
      },
    };
  },
};
