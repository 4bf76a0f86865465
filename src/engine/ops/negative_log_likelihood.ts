import type { Attributes } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, number } from './_infer';
import { kernelSource } from './_launch';

const isSum = (attributes: Attributes): boolean => attributes['reduction'] === 'sum';

/**
 * Inputs: log probabilities [N, C, …], classes [N, …] and, optionally, a weight for each class [C]. The mean of
 * -x[t] over all rows, weighted; rows of the class `ignore_index` (-100) do not count. `label_smoothing` (0) mixes in
 * the mean over all classes; with `reduction` "sum" it is the sum instead. F.nll_loss and F.cross_entropy.
 */
export const op: OpDefinition = {
  name: 'NegativeLogLikelihood',
  internal: true,
  summary: "Minus the mean of the right classes' log probabilities",
  infer: inputs => [{ dtype: input(inputs, 0, 'NegativeLogLikelihood').dtype, shape: [] }],
  flops: inputs => elements(inputs[1]),
  gradient(g) {
    const [x, t, w] = g.inputs;
    const weight = w ? [w] : [];
    const total = isSum(g.attributes)
      ? g.scalar(1)
      : g.emit('TargetWeight', [t!, ...weight], g.attributes)[0]!;
    const [dx] = g.emit('NegativeLogLikelihoodGrad', [g.outputGradients[0]!, t!, total, ...weight], {
      ...g.attributes,
      shape: g.type(x!).shape,
    });
    return [dx!, ...g.inputs.slice(1).map(() => null)];
  },
  lower(l) {
    const [x, t, w] = l.inputs;
    const [rows, classes] = x!.shape as [number, number];
    const inner = x!.shape.slice(2).reduce((p, d) => p * d, 1);
    const smoothing = number(l.attributes, 'label_smoothing', 0);
    const sum = isSum(l.attributes);
    const weight = (k: string) => (w ? `weight[${k}]` : '1');
    const all =
      smoothing === 0
        ? ''
        : `for (int k = 0; k < ${classes}; k++) { s -= ${smoothing / classes} * ${weight('k')} * x[(n * ${classes} + k) * ${inner} + i]; }`;
    l.kernel({
      name: 'NegativeLogLikelihood',
      source: kernelSource(
        ['x', 'target', ...(w ? ['weight'] : [])],
        `let s = 0; let total = 0; let u = 0;
        for (int n = 0; n < ${rows}; n++) { for (int i = 0; i < ${inner}; i++) {
          int t = target[n * ${inner} + i];
          if (t !== ${number(l.attributes, 'ignore_index', -100)}) {
            u = ${weight('t')}; total += u; s -= ${1 - smoothing} * u * x[(n * ${classes} + t) * ${inner} + i]; ${all}
          }
        } }
        return ${sum ? 's' : 's / total'};`,
      ),
      inputs: [x!, t!, ...(w ? [w] : [])],
      output: l.outputs[0]!,
      ...(smoothing === 0 &&
        !sum && {
          fast: {
            name: 'negativeLogLikelihood',
            params: { rows, classes, inner, ignored: number(l.attributes, 'ignore_index', -100) },
          },
        }),
    });
  },
};
