import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { checkClasses, classOptions, negativeLogLikelihood } from './_classes';

/** Takes logarithms of probabilities, as LogSoftmax gives them. */
export const loss: LossDefinition = {
  name: 'nll',
  torch: ['nn.NLLLoss', 'F.nll_loss'],
  title: 'Negative log likelihood',
  summary: "Minus the right class's log probability",
  formula: 'L = -mean(y[t])',
  options: Type.Object(classOptions, { additionalProperties: false }),
  target: 'classes',
  build: c => negativeLogLikelihood(c, c.output),
  check: checkClasses,
};
