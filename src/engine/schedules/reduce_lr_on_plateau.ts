import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'ReduceLROnPlateau',
  torch: 'torch.optim.lr_scheduler.ReduceLROnPlateau',
  summary: 'Falls by a factor when a metric no longer gets better',
  formula: 'η ← max(γ η, η_min) after `patience` epochs without a better value',
  options: Type.Object(
    {
      monitor: Type.String({
        default: 'loss',
        description:
          'The metric of the validation rows that is watched (of the training rows if there are none).',
      }),
      mode: Type.Union(
        [
          Type.Literal('min', { description: 'Lower is better.' }),
          Type.Literal('max', { description: 'Higher is better.' }),
        ],
        {
          default: 'min',
          description: 'Which values are better.',
        },
      ),
      factor: Type.Number({ minimum: 0, exclusiveMaximum: 1, default: 0.1, description: 'The factor.' }),
      patience: Type.Integer({
        minimum: 0,
        default: 10,
        description: 'Epochs without a better value that are put up with.',
      }),
      threshold: Type.Number({ minimum: 0, default: 1e-4, description: 'By how much better is better.' }),
      threshold_mode: Type.Union(
        [
          Type.Literal('rel', { description: 'A share of the best value.' }),
          Type.Literal('abs', { description: 'A difference.' }),
        ],
        {
          default: 'rel',
          description: 'What the threshold is.',
        },
      ),
      cooldown: Type.Integer({
        minimum: 0,
        default: 0,
        description: 'Epochs after a fall that do not count.',
      }),
      min_lr: Type.Number({ minimum: 0, default: 0, description: 'The lowest learning rate.' }),
      eps: Type.Number({ minimum: 0, default: 1e-8, description: 'Smaller changes are not made.' }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create(o) {
    const max = o['mode'] === 'max';
    const threshold = Number(o['threshold']);
    let best: number | undefined;
    let [bad, cooldown, falls] = [0, 0, 0];
    const better = (a: number) => {
      if (best === undefined) return true;
      if (o['threshold_mode'] === 'abs') return max ? a > best + threshold : a < best - threshold;
      return max ? a > best * (1 + threshold) : a < best * (1 - threshold);
    };
    return {
      monitor: String(o['monitor']),
      rate(base) {
        let now = base;
        for (let i = 0; i < falls; i++) {
          const lower = Math.max(now * Number(o['factor']), Number(o['min_lr']));
          if (now - lower > Number(o['eps'])) now = lower;
        }
        return now;
      },
      observe(value) {
        if (better(value)) {
          best = value;
          bad = 0;
        } else bad++;
        if (cooldown > 0) {
          cooldown--;
          bad = 0;
        }
        if (bad > Number(o['patience'])) {
          falls++;
          cooldown = Number(o['cooldown']);
          bad = 0;
        }
      },
      state: () => ({ bad, cooldown, falls, ...(best !== undefined && { best }) }),
      restore(state) {
        best = state['best'];
        [bad, cooldown, falls] = [state['bad'] ?? 0, state['cooldown'] ?? 0, state['falls'] ?? 0];
      },
    };
  },
};
