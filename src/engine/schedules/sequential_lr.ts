import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

export const schedule: ScheduleDefinition = {
  name: 'SequentialLR',
  torch: 'torch.optim.lr_scheduler.SequentialLR',
  summary: 'Schedules one after the other, e.g. a warm-up and then a cosine',
  formula: 'η = ηᵢ(t - milestone i)',
  options: Type.Object(
    {
      schedules: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
        minItems: 1,
        description:
          'The schedules, e.g. [{ "name": "LinearLR", "total_iters": 5 }, { "name": "CosineAnnealingLR" }].',
      }),
      milestones: Type.Array(Type.Integer({ minimum: 1 }), {
        description: 'When each but the first begins; it counts from there.',
      }),
    },
    { additionalProperties: false },
  ),
  per: 'epoch',
  create({ schedules, milestones }, { total, create }) {
    const starts = [0, ...(milestones as number[])];
    const parts = (schedules as Record<string, unknown>[]).map((spec, i) => {
      const from = starts[i] ?? 0;
      return { from, schedule: create(spec, Math.max(1, (starts[i + 1] ?? total) - from)) };
    });
    const at = (t: number) => parts.findLast(p => p.from <= t) ?? parts[0]!;
    const momentum = parts.some(p => p.schedule.momentum);
    return {
      rate(base, t) {
        const { from, schedule } = at(t);
        return schedule.rate(base, t - from);
      },
      ...(momentum && {
        momentum(t: number) {
          const own = at(t);
          const { from, schedule } = own.schedule.momentum ? own : parts.find(p => p.schedule.momentum)!;
          return schedule.momentum!(Math.max(0, t - from));
        },
      }),
    };
  },
};
