import type { Concrete, OpDefinition } from '../op';
import { ctcBackward, ctcForward, ctcLengths, ctcParameters, ctcSizes } from './_ctc';
import { input, mulDims, productOf } from './_infer';
import { kernelSource, launch } from './_launch';

/**
 * Inputs and attributes of Ctc, and its output. How likely each symbol is at each step, given that the target is what
 * was said: [N, T, C], whose rows sum to 1 where steps count. Zero where no alignment exists.
 */
export const op: OpDefinition = {
  name: 'CtcOccupancy',
  internal: true,
  summary: 'How likely each symbol is at each step, given the sequence',
  infer: inputs => [input(inputs, 0, 'CtcOccupancy')],
  flops: inputs => mulDims(50, productOf([inputs[0]!.shape[0]!, inputs[0]!.shape[1]!, inputs[1]!.shape[1]!])),
  lower(l) {
    const [x, target, total] = l.inputs;
    const [y] = l.outputs;
    const s = ctcSizes(l);
    if (l.fast) {
      l.kernel({
        name: 'CTC occupancy',
        source: '',
        inputs: [x!, target!],
        output: y!,
        fast: { name: 'ctcOccupancy', params: ctcParameters(s) },
      });
      return;
    }
    const lengths = ctcLengths(l, s);
    const before = ctcForward(l, s, lengths);
    const after = ctcBackward(l, s, lengths);
    const { grid, prologue, at } = launch([s.rows, s.steps, s.classes]);
    const [n, step, k] = at as [string, string, string];
    // Each step's part in its place, on top of those before it.
    let sum: Concrete | undefined;
    for (let t = 0; t < s.steps; t++) {
      const output = t === s.steps - 1 ? y! : l.scratch(y!.shape);
      const cell = `(${n} * ${s.steps} + ${step}) * ${s.classes} + ${k}`;
      l.kernel({
        name: 'CTC occupancy',
        source: kernelSource(
          ['target', 'lengths', 'total', 'before', 'after', ...(sum ? ['sum'] : [])],
          `${prologue} let v = ${sum ? `sum[${cell}]` : '0'}; int p = ${n} * ${s.states}; int most = 2 * lengths[2 * ${n}]; int c = 0; int half = 0;
          if (${step} === ${t} && ${t} < lengths[2 * ${n} + 1] && total[${n}] < 1e29) {
            for (int i = 0; i < ${s.states}; i++) { if (i <= most) {
              half = Math.floor((i + 0.5) / 2); c = ${s.blank};
              if (i - half * 2 === 1) { c = target[${n} * ${s.width} + ${s.first} + half]; }
              if (c === ${k}) { v = v + Math.exp(before[p + i] + after[p + i] + total[${n}]); }
            } }
          } return v;`,
        ),
        inputs: [target!, lengths, total!, before[t]!, after[t]!, ...(sum ? [sum] : [])],
        output,
        grid,
        elementwise: false,
      });
      sum = output;
    }
  },
};
