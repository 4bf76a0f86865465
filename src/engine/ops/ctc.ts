import type { OpDefinition } from '../op';
import { ctcForward, ctcLengths, ctcParameters, ctcSizes } from './_ctc';
import { input, mulDims, productOf } from './_infer';
import { kernelSource } from './_launch';

/**
 * Inputs: log probabilities [N, T, C] and targets [N, S], each row filled up with -1. Attributes `blank` (0) and
 * `lengths` (0): with 1, the first column of the targets is the number of steps of each row that count. The output is
 * minus the log probability of each row's target over all alignments, [N]; infinite where there is none.
 */
export const op: OpDefinition = {
  name: 'Ctc',
  internal: true,
  summary: 'Minus the log probability of sequences over all alignments',
  infer(inputs) {
    const x = input(inputs, 0, 'Ctc');
    return [{ dtype: x.dtype, shape: [x.shape[0]!] }];
  },
  flops: inputs => mulDims(20, productOf([inputs[0]!.shape[0]!, inputs[0]!.shape[1]!, inputs[1]!.shape[1]!])),
  gradient(g) {
    const [x, t] = g.inputs as [string, string];
    const [shares] = g.emit('CtcOccupancy', [x, t, g.outputs[0]!], g.attributes);
    const each = g.emit('Reshape', [g.outputGradients[0]!], { shape: [Number(g.type(x).shape[0]), 1, 1] });
    return [g.emit('Map', [shares!, each[0]!], { expression: '-a * b' })[0]!, null];
  },
  lower(l) {
    const [x, t] = l.inputs;
    const [y] = l.outputs;
    const s = ctcSizes(l);
    if (l.fast) {
      l.kernel({
        name: 'CTC',
        source: '',
        inputs: [x!, t!],
        output: y!,
        fast: { name: 'ctc', params: ctcParameters(s) },
      });
      return;
    }
    const lengths = ctcLengths(l, s);
    const last = ctcForward(l, s, lengths).at(-1)!;
    l.kernel({
      name: 'CTC',
      source: kernelSource(
        ['states', 'lengths'],
        `int p = this.thread.x * ${s.states} + 2 * lengths[2 * this.thread.x]; const a = states[p]; let b = -1e30;
        if (lengths[2 * this.thread.x] > 0) { b = states[p - 1]; }
        const top = Math.max(a, b); let v = 3e38; v = v * 10;
        if (top > -1e29) { v = -top - Math.log(Math.exp(a - top) + Math.exp(b - top)); } return v;`,
      ),
      inputs: [last, lengths],
      output: y!,
    });
  },
};
