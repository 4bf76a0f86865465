import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';
import { checkClasses } from './_classes';

/**
 * Takes scores (logits): the softmax is part of the loss.
 *
 * Source: T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, with a softmax over the classes.
 */
export const loss: LossDefinition = {
  name: 'focal',
  torch: ['-(1 - p)**gamma * log p, p = F.softmax(y, 1)[t]'],
  title: 'Focal',
  summary: 'Cross entropy in which what is right already hardly counts',
  formula: 'L = -mean((1 - p)^γ log p), p = softmax(y)[t]',
  options: Type.Object(
    {
      gamma: Type.Number({
        minimum: 0,
        default: 2,
        description: 'How little the right ones count; 0: all alike.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'classes',
  build(c) {
    const y = c.type(c.output).shape.map(Number);
    const t = c.type(c.target).shape.map(Number);
    if (y.length < 2 || [y[0], ...y.slice(2)].join() !== t.join())
      throw new ShapeError(
        `the model's output has the shape (${y.join(', ')}) and the classes have (${t.join(', ')}); a loss over classes needs (N, classes, …) and (N, …)`,
      );
    const classes = y[1]!;
    const gamma = Number(c.options['gamma']);
    const logs = c.emit('LogSoftmax', [c.output], { axis: 1 })[0]!;
    const index = c.constant(
      [1, classes, ...y.slice(2).map(() => 1)],
      Array.from({ length: classes }, (_, i) => i),
    );
    const target = c.emit('Unsqueeze', [c.target], { axes: [1] })[0]!;
    const right = c.emit('Cast', [c.emit('Equal', [target, index])[0]!], { to: 'float32' })[0]!;
    const miss = 'Math.max(1e-30, 1 - Math.exp(l))';
    const cells = c.emit('Map', [logs, right], {
      names: ['l', 'k'],
      expression: `-k * ${classes} * Math.pow(${miss}, ${gamma}) * l`,
      derivatives: [
        `g * k * ${classes} * Math.pow(${miss}, ${gamma}) * (${gamma} * Math.exp(l) * l / ${miss} - 1)`,
        '',
      ],
    })[0]!;
    return c.emit('ReduceMean', [cells], { keepdims: 0 })[0]!;
  },
  check: (target, output) => checkClasses(target, output, { ignore_index: -1e9 }),
};
