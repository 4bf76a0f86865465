import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';

/** Columns of the targets: the action taken, and what it turned out to be worth. */
const columns = 2;

/**
 * The error of deep Q-learning (Mnih et al., "Human-level control through deep reinforcement learning", 2015) with Huber's
 * loss, which is their clipped error. The model gives what each action is worth. All options but `delta` are the agent's.
 */
export const loss: LossDefinition = {
  name: 'dqn',
  torch: [],
  title: 'Deep Q-learning',
  summary: 'What an action is worth is its reward and the worth of the best one after it; for environments',
  formula: 'L = mean(huber(Q(s, a) - (r + γ max Q⁻(s′, a′))))',
  options: Type.Object(
    {
      delta: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Where squares end.' }),
      double: Type.Boolean({
        default: false,
        description:
          'Double Q-learning: the network that learns chooses the action after, the target network rates it.',
      }),
      buffer: Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 10_000,
        description: 'Steps that are remembered to learn from.',
      }),
      warmup: Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 500,
        description: 'Steps that are taken before the learning begins.',
      }),
      target_every: Type.Integer({
        minimum: 1,
        default: 250,
        description: 'Steps of the optimizer after which the target network becomes the one that learns.',
      }),
      epsilon_start: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 1,
        description: 'Share of actions by chance at the start.',
      }),
      epsilon_end: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0.05,
        description: 'Share of actions by chance at the end.',
      }),
      exploration: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'Share of the run over which the actions by chance become fewer.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const shape = c.type(c.output).shape;
    const [rows, actions] = shape as [number, number];
    if (shape.length !== 2 || actions < 2 || c.type(c.target).shape.join() !== `${rows},${columns}`)
      throw new ShapeError(
        `the model's output has the shape (${shape.join(', ')}); this loss needs the worth of each action of an environment: (N, actions)`,
      );
    const part = (start: number) =>
      c.emit('Slice', [c.target], { starts: [start], ends: [start + 1], axes: [1] })[0]!;
    const index = c.constant(
      [1, actions],
      Array.from({ length: actions }, (_, i) => i),
    );
    const taken = c.emit('Cast', [c.emit('Equal', [part(0), index])[0]!], { to: 'float32' })[0]!;
    const worth = c.emit('ReduceSum', [c.emit('Mul', [c.output, taken])[0]!], { axes: [1], keepdims: 1 })[0]!;
    const delta = Number(c.options['delta']);
    const errors = c.emit('Map', [worth, part(1)], {
      names: ['y', 't'],
      expression: `Math.abs(y - t) <= ${delta} ? (y - t) * (y - t) * 0.5 : ${delta} * (Math.abs(y - t) - ${delta / 2})`,
      derivatives: [
        `(Math.abs(y - t) <= ${delta} ? g * (y - t) : (y > t ? g * ${delta} : -g * ${delta}))`,
        '',
      ],
    })[0]!;
    return c.emit('ReduceMean', [errors], { keepdims: 0 })[0]!;
  },
};
