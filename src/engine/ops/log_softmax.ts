import type { OpDefinition } from '../op';
import { cellwise } from './_elementwise';
import { axisOf, elements, input, mulDims, number } from './_infer';
import { mapKernel } from './_map';
import { rowStatistics, softmaxKernel } from './_softmax';

/** Attribute `axis` (-1). */
export const op: OpDefinition = {
  name: 'LogSoftmax',
  summary: 'Logarithm of the softmax along an axis',
  formula: 'yᵢ = xᵢ - log Σⱼ exp(xⱼ)',
  torch: ['nn.LogSoftmax', 'F.log_softmax', 'torch.log_softmax'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'LogSoftmax');
    axisOf(number(attributes, 'axis', -1), x.shape.length);
    return [x];
  },
  flops: inputs => mulDims(5, elements(inputs[0])),
  gradient(g) {
    const values = { g: g.outputGradients[0]!, y: g.outputs[0]! };
    const axis = axisOf(number(g.attributes, 'axis', -1), g.type(values.y).shape.length);
    const s = g.emit('ReduceSum', [values.g], { axes: [axis], keepdims: 1 })[0]!;
    return [cellwise(g, { ...values, s }, 'g - Math.exp(y) * s')];
  },
  lower(l) {
    const fast = softmaxKernel(l, true);
    if (fast) {
      l.kernel(fast);
      return;
    }
    const { max, sum } = rowStatistics(l);
    l.kernel(mapKernel('LogSoftmax', [l.inputs[0]!, max, sum], l.outputs[0]!, 'a - b - Math.log(c)'));
  },
};
