/** What losses of policies share: the chosen action's log probability, the value's error, the entropy. */
import { Type } from '@sinclair/typebox';
import type { LossContext } from '../loss';
import { ShapeError } from '../op';

export const policyOptions = {
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
};

/** What an objective of actions is made of. */
export interface PolicyParts {
  /** Log probability of each row's action, [N, 1]. */
  log: string;
  part(x: string, start: number, end: number): string;
  map(inputs: string[], names: string[], expression: string, derivatives: string[]): string;
}

/**
 * The mean of `objective` over the rows, the value's squared error and the entropy, weighed by the options.
 *
 * @param columns of the targets: the action taken first, the return that followed last.
 */
export function policyLoss(
  c: LossContext,
  columns: number,
  objective: (parts: PolicyParts) => string,
): string {
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
  const gain = objective({ log, part, map });
  const value = map(
    [part(c.output, actions, width), part(c.target, columns - 1, columns)],
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
}
