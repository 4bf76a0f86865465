import type { LossContext } from '../loss';
import { ShapeError } from '../op';

/**
 * The mean of an expression in `y` (outputs) and `t` (targets), whose derivative with respect to y is given, with `g`
 * for the outer gradient.
 */
export function elementwiseLoss(c: LossContext, expression: string, derivative: string): string {
  const y = c.type(c.output).shape;
  const t = c.type(c.target).shape;
  if (y.join() !== t.join())
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}), but the targets have (${t.join(', ')}); this loss compares them cell by cell`,
    );
  const cells = c.emit('Map', [c.output, c.target], {
    names: ['y', 't'],
    expression,
    derivatives: [derivative, ''],
  })[0]!;
  return c.emit('ReduceMean', [cells], { keepdims: 0 })[0]!;
}
