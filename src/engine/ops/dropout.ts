import type { OpDefinition } from '../op';
import { input, number } from './_infer';

/**
 * Attributes `ratio`: the probability with which a value (with `channels`: a whole channel, nn.Dropout2d) becomes 0
 * while training; the others are scaled by 1 / (1 - ratio). Otherwise the identity.
 */
export const op: OpDefinition = {
  name: 'Dropout',
  summary: 'Zeroes random values while training',
  formula: 'y = x · Bernoulli(1 - p) / (1 - p)',
  torch: ['nn.Dropout', 'nn.Dropout1d', 'nn.Dropout2d', 'nn.Dropout3d', 'F.dropout'],
  infer: inputs => [input(inputs, 0, 'Dropout')],
  expand(e) {
    const [x] = e.inputs;
    const ratio = number(e.attributes, 'ratio', 0.5);
    if (!e.training || ratio === 0) return e.emit('Identity', [x!]);
    const { shape } = e.type(x!);
    const whole = number(e.attributes, 'channels', 0) === 1;
    const drawn = whole ? shape.map((d, i) => (i < 2 ? d : 1)) : shape;
    return e.emit('Mul', [x!, e.bernoulli(drawn, 1 - ratio, ratio === 1 ? 0 : 1 / (1 - ratio))]);
  },
  gradient: g => [g.outputGradients[0]!],
  lower: l => l.alias(0, 0),
};
