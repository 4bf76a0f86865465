import type { OpDefinition } from '../op';
import { input, number, productOf } from './_infer';
import { kernelSource, launch } from './_launch';

/** Inputs dL/dy, classes, the sum of their weights and, optionally, the classes' weights; `shape`: the scores'. */
export const op: OpDefinition = {
  name: 'NegativeLogLikelihoodGrad',
  internal: true,
  summary: 'Gradient of NegativeLogLikelihood',
  infer: (inputs, attributes) => [
    {
      dtype: input(inputs, 0, 'NegativeLogLikelihoodGrad').dtype,
      shape: attributes['shape'] as readonly number[],
    },
  ],
  flops: (_, outputs) => productOf(outputs[0]!.shape),
  lower(l) {
    const [dy, t, total, w] = l.inputs;
    const [dx] = l.outputs;
    const [rows, classes] = dx!.shape as [number, number];
    const inner = dx!.shape.slice(2).reduce((p, d) => p * d, 1);
    const smoothing = number(l.attributes, 'label_smoothing', 0);
    const { grid, prologue, at } = launch([rows, classes, inner]);
    const [n, k, i] = at;
    const weight = (c: string) => (w ? `weight[${c}]` : '1');
    l.kernel({
      name: 'NegativeLogLikelihoodGrad',
      source: kernelSource(
        ['dy', 'target', 'total', ...(w ? ['weight'] : [])],
        `${prologue} int t = target[${n} * ${inner} + ${i}]; int k = ${k}; let s = 0;
        if (t !== ${number(l.attributes, 'ignore_index', -100)}) {
          ${smoothing === 0 ? '' : `s -= ${smoothing / classes} * ${weight('k')};`}
          if (k === t) { s -= ${1 - smoothing} * ${weight('k')}; }
        }
        return s * dy[0] / total[0];`,
      ),
      inputs: [dy!, t!, total!, ...(w ? [w] : [])],
      output: dx!,
      grid,
    });
  },
};
