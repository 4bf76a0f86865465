import type { OpDefinition } from '../op';
import { axesOf, elements, input } from './_infer';
import { floatResult, keepAxes, reducedShape, reduceKernel } from './_reduce';

/** By way of the maximum, so that no exponential overflows. */
export const op: OpDefinition = {
  name: 'ReduceLogSumExp',
  summary: 'Logarithm of the sum of exponentials over axes',
  formula: 'y = log Σ exp(x)',
  torch: ['torch.logsumexp'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'ReduceLogSumExp');
    return [{ dtype: floatResult(x), shape: reducedShape(x, attributes) }];
  },
  flops: inputs => elements(inputs[0]),
  gradient(g) {
    const y = keepAxes(g, g.outputs[0]!);
    const dy = keepAxes(g, g.outputGradients[0]!);
    return g.emit('Map', [g.inputs[0]!, y, dy], { expression: 'c * Math.exp(a - b)' });
  },
  lower(l) {
    const [x] = l.inputs;
    const axes = axesOf(l.attributes['axes'], x!.shape.length);
    // One pass: the sum is rescaled whenever a larger value comes.
    l.kernel(
      reduceKernel('ReduceLogSumExp', x!, axes, l.outputs[0]!, {
        start: 'first',
        step: 'if (v > s) { total = total * Math.exp(s - v) + 1; s = v; } else { total += Math.exp(v - s); }',
        end: 's + Math.log(total)',
        locals: 'let total = 0.0;',
      }),
    );
  },
};
