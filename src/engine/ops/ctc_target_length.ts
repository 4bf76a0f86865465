import type { OpDefinition } from '../op';
import { elements, input } from './_infer';
import { kernelSource } from './_launch';

/** Symbols of each row of targets [N, S], which are filled up with -1; the first `lengths` columns do not count. */
export const op: OpDefinition = {
  name: 'CtcTargetLength',
  internal: true,
  summary: 'Symbols of each sequence',
  infer: inputs => [{ dtype: 'float32', shape: [input(inputs, 0, 'CtcTargetLength').shape[0]!] }],
  flops: inputs => elements(inputs[0]),
  gradient: () => [null],
  lower(l) {
    const [t] = l.inputs;
    const width = t!.shape[1]!;
    l.kernel({
      name: 'CTC target length',
      source: kernelSource(
        ['target'],
        `let v = 0; int base = this.thread.x * ${width};
        for (int i = ${Number(l.attributes['lengths'] ?? 0)}; i < ${width}; i++) { if (target[base + i] >= 0) { v = v + 1; } } return v;`,
      ),
      inputs: [t!],
      output: l.outputs[0]!,
    });
  },
};
