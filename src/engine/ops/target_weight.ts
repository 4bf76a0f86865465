import type { OpDefinition } from '../op';
import { elements, input, number } from './_infer';
import { kernelSource, sizeOf } from './_launch';

/** The sum of the weights of all rows' classes that count: what the mean of a weighted loss divides by. */
export const op: OpDefinition = {
  name: 'TargetWeight',
  internal: true,
  summary: "Sum of the targets' weights",
  infer(inputs) {
    input(inputs, 0, 'TargetWeight');
    return [{ dtype: 'float32', shape: [] }];
  },
  flops: inputs => elements(inputs[0]),
  lower(l) {
    const [t, w] = l.inputs;
    l.kernel({
      name: 'TargetWeight',
      source: kernelSource(
        ['target', ...(w ? ['weight'] : [])],
        `let s = 0;
        for (int i = 0; i < ${sizeOf(t!.shape)}; i++) {
          int t = target[i];
          if (t !== ${number(l.attributes, 'ignore_index', -100)}) { s += ${w ? 'weight[t]' : '1'}; }
        }
        return s;`,
      ),
      inputs: [t!, ...(w ? [w] : [])],
      output: l.outputs[0]!,
      fast: {
        name: 'targetWeight',
        params: { count: sizeOf(t!.shape), ignored: number(l.attributes, 'ignore_index', -100) },
      },
    });
  },
};
