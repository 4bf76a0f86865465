import { Type } from '@sinclair/typebox';
import type { LossContext, LossDefinition } from '../loss';
import { ShapeError } from '../op';
import { checkClasses, classOptions, negativeLogLikelihood } from './_classes';
import { isSum, reduced } from './_reduction';

/**
 * Takes scores (logits) like PyTorch: the softmax is part of the loss. Targets of the output's own shape are
 * probabilities of the classes.
 */
export const loss: LossDefinition = {
  name: 'cross_entropy',
  torch: ['nn.CrossEntropyLoss', 'F.cross_entropy'],
  title: 'Cross entropy',
  summary: 'How surprised the softmax of the scores is by the right class',
  formula: 'L = -mean(log softmax(y)[t])',
  options: Type.Object(
    {
      ...classOptions,
      label_smoothing: Type.Number({
        minimum: 0,
        maximum: 1,
        default: 0,
        description: 'The share of the probability that is spread over all classes.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'classes',
  build(c) {
    const scores = c.emit('LogSoftmax', [c.output], { axis: 1 })[0]!;
    return isSoft(c.type(c.target).shape, c.type(c.output).shape)
      ? ofProbabilities(c, scores)
      : negativeLogLikelihood(c, scores);
  },
  check: (target, output, options) =>
    isSoft(target.shape, output) ? undefined : checkClasses(target, output, options),
};

function isSoft(target: readonly unknown[], output: readonly unknown[]): boolean {
  return output.length > 1 && target.length === output.length;
}

/** The mean over rows (and places) of -Σ t log p, the targets being smoothed and the classes weighed. */
function ofProbabilities(c: LossContext, scores: string): string {
  const y = c.type(scores).shape.map(Number);
  const t = c.type(c.target).shape.map(Number);
  if (y.join() !== t.join())
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}), but the probabilities have (${t.join(', ')})`,
    );
  const classes = y[1]!;
  const smoothing = Number(c.options['label_smoothing'] ?? 0);
  const weight = c.options['weight'] as readonly number[] | undefined;
  if (weight && weight.length !== classes)
    throw new ShapeError(`there are ${weight.length} weights for ${classes} classes`);
  const weights = c.constant(
    [1, classes, ...y.slice(2).map(() => 1)],
    weight ?? new Array<number>(classes).fill(1),
  );
  // The mean is over rows and places, not over classes.
  const share = `w * (t * ${1 - smoothing} + ${smoothing / classes}) * ${isSum(c) ? 1 : classes}`;
  const cells = c.emit('Map', [scores, c.target, weights], {
    names: ['l', 't', 'w'],
    expression: `-${share} * l`,
    derivatives: [`-g * ${share}`, '', ''],
  })[0]!;
  return reduced(c, cells);
}
