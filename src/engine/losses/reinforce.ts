import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';

/** Columns of the targets: the action taken, its advantage, the return that followed. */
const columns = 3;

/**
 * The policy gradient of Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"
 * (1992), with the worth of the state as its baseline and an entropy bonus. The model gives a score for each action and,
 * last, the worth of the state.
 */
export const loss: LossDefinition = {
  name: 'reinforce',
  torch: [],
  title: 'REINFORCE with a baseline',
  summary: 'Makes actions likelier that turned out better than expected; for environments',
  formula: 'L = -mean(log π(a | s) (R - V)) + c₁ mean((V - R)²) - c₂ mean(H(π))',
  options: Type.Object(
    {
      value_coef: Type.Number({
        minimum: 0,
        default: 0.5,
        description: 'Weight of the value’s squared error.',
      }),
      entropy_coef: Type.Number({
        minimum: 0,
        default: 0,
        description: 'Weight of the entropy, which keeps the policy trying.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const [rows, width] = c.type(c.output).shape as [number, number];
    const t = c.type(c.target).shape;
    if (c.type(c.output).shape.length !== 2 || width < 3 || t.join() !== `${rows},${columns}`)
      throw new ShapeError(
        `the model's output has the shape (${c.type(c.output).shape.join(', ')}); this loss needs a score for each action of an environment and the worth of the state: (N, actions + 1)`,
      );
    const actions = width - 1;
    const part = (x: string, start: number, end: number) =>
      c.emit('Slice', [x], { starts: [start], ends: [end], axes: [1] })[0]!;
    const map = (inputs: string[], names: string[], expression: string, derivatives: string[]) =>
      c.emit('Map', inputs, { names, expression, derivatives })[0]!;
    const mean = (x: string) => c.emit('ReduceMean', [x], { keepdims: 0 })[0]!;
    const logs = c.emit('LogSoftmax', [part(c.output, 0, actions)], { axis: 1 })[0]!;
    const index = c.constant(
      [1, actions],
      Array.from({ length: actions }, (_, i) => i),
    );
    const taken = c.emit('Cast', [c.emit('Equal', [part(c.target, 0, 1), index])[0]!], { to: 'float32' })[0]!;
    const log = c.emit('ReduceSum', [c.emit('Mul', [logs, taken])[0]!], { axes: [1], keepdims: 1 })[0]!;
    const gain = map([log, part(c.target, 1, 2)], ['l', 'a'], '-l * a', ['-g * a', '']);
    const value = map(
      [part(c.output, actions, width), part(c.target, 2, 3)],
      ['v', 'r'],
      '(v - r) * (v - r)',
      ['g * 2 * (v - r)', ''],
    );
    // p log p, whose sum is minus the entropy.
    const order = map([logs], ['l'], 'Math.exp(l) * l', ['g * Math.exp(l) * (l + 1)']);
    const weigh = (x: string, by: number) => c.emit('Mul', [x, c.constant([], [by])])[0]!;
    return [
      weigh(mean(value), Number(c.options['value_coef'])),
      weigh(mean(order), Number(c.options['entropy_coef']) * actions),
    ].reduce((sum, x) => c.emit('Add', [sum, x])[0]!, mean(gain));
  },
};
