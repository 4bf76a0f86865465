import { Type } from '@sinclair/typebox';
import type { ScheduleDefinition } from '../schedule';

/** PyTorch asks for `max_lr`; here it is the optimiser's own learning rate if left out. */
export const schedule: ScheduleDefinition = {
  name: 'OneCycleLR',
  torch: 'torch.optim.lr_scheduler.OneCycleLR',
  summary:
    'Rises to the learning rate and falls far below where it began, while the momentum does the opposite',
  formula: 'η: η_max / 25 → η_max → η_max / 250000',
  paper: {
    authors: 'L. N. Smith, N. Topin',
    year: 2019,
    title: 'Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates',
    url: 'https://arxiv.org/abs/1708.07120',
  },
  options: Type.Object(
    {
      max_lr: Type.Optional(
        Type.Number({ exclusiveMinimum: 0, description: 'The highest; the optimiser’s `lr` if left out.' }),
      ),
      total_steps: Type.Optional(
        Type.Integer({ minimum: 2, description: 'How long the cycle is; the whole run if left out.' }),
      ),
      pct_start: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.3,
        description: 'The share of the cycle that rises.',
      }),
      anneal_strategy: Type.Union(
        [
          Type.Literal('cos', { description: 'Half a cosine.' }),
          Type.Literal('linear', { description: 'A straight line.' }),
        ],
        {
          default: 'cos',
          description: 'The shape of its slopes.',
        },
      ),
      cycle_momentum: Type.Boolean({
        default: true,
        description: 'The momentum falls while the rate rises.',
      }),
      base_momentum: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.85,
        description: 'The lowest momentum.',
      }),
      max_momentum: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.95,
        description: 'The highest momentum.',
      }),
      div_factor: Type.Number({
        exclusiveMinimum: 0,
        default: 25,
        description: 'How far below the highest it begins.',
      }),
      final_div_factor: Type.Number({
        exclusiveMinimum: 0,
        default: 1e4,
        description: 'How far below its beginning it ends.',
      }),
      three_phase: Type.Boolean({
        default: false,
        description: 'Falls as it rose, and only then to the end.',
      }),
    },
    { additionalProperties: false },
  ),
  per: 'step',
  create(o, { total }) {
    const steps = Number(o['total_steps'] ?? total);
    const share = Number(o['pct_start']) * steps;
    const cosine = o['anneal_strategy'] === 'cos';
    const between = (from: number, to: number, x: number) =>
      cosine ? to + ((from - to) / 2) * (1 + Math.cos(Math.PI * x)) : from + (to - from) * x;
    const phases = o['three_phase']
      ? [
          { end: share - 1, lr: ['start', 'top'], momentum: ['high', 'low'] },
          { end: 2 * share - 2, lr: ['top', 'start'], momentum: ['low', 'high'] },
          { end: steps - 1, lr: ['start', 'end'], momentum: ['high', 'high'] },
        ]
      : [
          { end: share - 1, lr: ['start', 'top'], momentum: ['high', 'low'] },
          { end: steps - 1, lr: ['top', 'end'], momentum: ['low', 'high'] },
        ];
    const at = (t: number, which: 'lr' | 'momentum', values: Readonly<Record<string, number>>) => {
      const now = Math.min(t, steps - 1);
      let begin = 0;
      for (const [i, phase] of phases.entries()) {
        if (now <= phase.end || i === phases.length - 1) {
          const [from, to] = phase[which] as [string, string];
          const length = phase.end - begin;
          return between(values[from]!, values[to]!, length === 0 ? 1 : (now - begin) / length);
        }
        begin = phase.end;
      }
      throw new Error('a cycle has phases');
    };
    const [low, high] = [Number(o['base_momentum']), Number(o['max_momentum'])];
    return {
      rate(base, t) {
        const top = Number(o['max_lr'] ?? base);
        const start = top / Number(o['div_factor']);
        return at(t, 'lr', { start, top, end: start / Number(o['final_div_factor']) });
      },
      ...(o['cycle_momentum'] === true && { momentum: (t: number) => at(t, 'momentum', { low, high }) }),
    };
  },
};
