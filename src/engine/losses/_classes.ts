/** Losses that compare class indices with a row of scores for each class (axis 1). */
import { Type } from '@sinclair/typebox';
import type { Tensor } from '../../model/graph';
import type { LossContext } from '../loss';
import { ShapeError } from '../op';
import { isSum, reduction } from './_reduction';

export const classOptions = {
  weight: Type.Optional(
    Type.Array(Type.Number({ minimum: 0 }), { description: 'A weight for each class, for unbalanced data.' }),
  ),
  reduction,
  ignore_index: Type.Integer({ default: -100, description: 'Rows with this class do not count.' }),
};

export function negativeLogLikelihood(c: LossContext, scores: string): string {
  const y = c.type(scores).shape;
  const t = c.type(c.target).shape;
  if (y.length < 2)
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}); a loss over classes needs (N, classes)`,
    );
  if ([y[0], ...y.slice(2)].join() !== t.join())
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}), so the classes should have (${[y[0], ...y.slice(2)].join(', ')}), but they have (${t.join(', ')})`,
    );
  const weight = c.options['weight'] as readonly number[] | undefined;
  if (weight && weight.length !== y[1])
    throw new ShapeError(
      `weight tensor should be defined either for all ${y[1]} classes or no classes but got weight tensor of shape: [${weight.length}]`,
    );
  const inputs = [scores, c.target, ...(weight ? [c.constant([weight.length], weight)] : [])];
  return c.emit('NegativeLogLikelihood', inputs, {
    ignore_index: Number(c.options['ignore_index'] ?? -100),
    label_smoothing: Number(c.options['label_smoothing'] ?? 0),
    ...(isSum(c) && { reduction: 'sum' }),
  })[0]!;
}

/** A class that the model has no score for. */
export function checkClasses(
  target: Tensor,
  output: readonly number[],
  options: Readonly<Record<string, unknown>>,
): string | undefined {
  const ignored = Number(options['ignore_index'] ?? -100);
  const classes = output[1]!;
  for (const t of target.data) {
    if (t !== ignored && !(t >= 0 && t < classes && Number.isInteger(t)))
      return `Target ${t} is out of bounds: the model gives scores for ${classes} classes, 0 to ${classes - 1}.`;
  }
  return undefined;
}
