import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { checkClasses, classOptions, negativeLogLikelihood } from './_classes';

/** Takes scores (logits) like PyTorch: the softmax is part of the loss. */
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
    return negativeLogLikelihood(c, scores);
  },
  check: checkClasses,
};
