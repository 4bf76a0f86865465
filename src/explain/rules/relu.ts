/** How guided backpropagation and deconvolution pass a gradient back through a ReLU. */
import type { GradientRules } from '../../engine/op';

/** Springenberg et al. 2014: only where both the input and the gradient are positive. */
export const guided: GradientRules = {
  name: 'guided',
  ruleFor: ({ op }) =>
    op === 'Relu'
      ? g => [
          g.emit('Map', [g.outputGradients[0]!, g.inputs[0]!], {
            expression: 'a > 0 && b > 0 ? a : 0',
          })[0]!,
        ]
      : undefined,
};

/** Zeiler and Fergus 2013: only where the gradient is positive, whatever the input was. */
export const deconvolved: GradientRules = {
  name: 'deconvolved',
  ruleFor: ({ op }) =>
    op === 'Relu'
      ? g => [g.emit('Map', [g.outputGradients[0]!], { expression: 'a > 0 ? a : 0' })[0]!]
      : undefined,
};
