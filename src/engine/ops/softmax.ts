import type { OpDefinition } from '../op';
import { cellwise } from './_elementwise';
import { axisOf, elements, input, mulDims, number } from './_infer';
import { mapKernel } from './_map';
import { rowStatistics, softmaxKernel } from './_softmax';

/** Attribute `axis` (-1). */
export const op: OpDefinition = {
  name: 'Softmax',
  summary: 'Exponentials that sum to 1 along an axis',
  formula: 'yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)',
  torch: ['nn.Softmax', 'F.softmax', 'torch.softmax'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Softmax');
    axisOf(number(attributes, 'axis', -1), x.shape.length);
    return [x];
  },
  flops: inputs => mulDims(5, elements(inputs[0])),
  gradient(g) {
    const values = { g: g.outputGradients[0]!, y: g.outputs[0]! };
    const axis = axisOf(number(g.attributes, 'axis', -1), g.type(values.y).shape.length);
    const s = g.emit('ReduceSum', [cellwise(g, values, 'g * y')], { axes: [axis], keepdims: 1 })[0]!;
    return [cellwise(g, { ...values, s }, 'y * (g - s)')];
  },
  lower(l) {
    const fast = softmaxKernel(l, false);
    if (fast) {
      l.kernel(fast);
      return;
    }
    const { max, sum } = rowStatistics(l);
    l.kernel(mapKernel('Softmax', [l.inputs[0]!, max, sum], l.outputs[0]!, 'Math.exp(a - b) / c'));
  },
};
