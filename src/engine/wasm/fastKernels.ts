/**
 * The kernels that a KernelCall's `fast` may name: how each maps to a function of assembly/, how its work is split
 * and how much scratch memory one thread of it needs. Parameters are the op's own names and count elements.
 */
import { attentionKernel } from './fastAttention';
import { convolutionKernels } from './fastConvolutions';
import { type FastKernelDefinition, gemmScratchBytes, type Params, pick } from './fastKernel';
import { stepKernels } from './fastSteps';
import { volumeKernels } from './fastVolumes';

const none = (): number => 0;

const poolNames = ['h', 'w', 'oh', 'ow', 'kh', 'kw', 'sh', 'sw', 'ph', 'pw', 'dh', 'dw'] as const;

function align(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

const ctcStates = (p: Params): number => 2 * (p['width']! - p['first']!) + 1;

const matmulRows = (p: Params): boolean => p['m']! > p['n']!;

export const fastKernels: Readonly<Record<string, FastKernelDefinition>> = {
  /**
   * output[batch, m, n] = a[batch, m, k] b[batch, k, n] (+ bias). Strides rsa, csa, rsb, csb within a matrix, batchA
   * and batchB between them (0 repeats). biasMode: 0 none, 1 a value per column, 2 per row; the bias is input 2.
   * `packed`, if 1: b is what `packColumns` made of it.
   */
  matmul: {
    units: p => p['batch']! * (matmulRows(p) ? p['m']! : Math.ceil(p['n']! / 16)),
    cost: p => 2 * p['k']! * (matmulRows(p) ? p['n']! : p['m']! * 16),
    scratchBytes: p => gemmScratchBytes(p['m']!, p['n']!, p['k']!, p['packed'] === 1),
    bind(native, at, p) {
      const f = native['matmul']!;
      const [a, b, bias = 0] = at.inputs as [number, number, number?];
      const [batch, m, n, k, rsa, csa, batchA, rsb, csb, batchB, biasMode] = pick(p, [
        'batch',
        'm',
        'n',
        'k',
        'rsa',
        'csa',
        'batchA',
        'rsb',
        'csb',
        'batchB',
        'biasMode',
      ]);
      const packed = p['packed'] ?? 0;
      const byRows = matmulRows(p) ? 1 : 0;
      const { output } = at;
      return (lo, hi, work) =>
        f(
          batch,
          m,
          n,
          k,
          a,
          rsa,
          csa,
          batchA,
          b,
          rsb,
          csb,
          batchB,
          output,
          bias,
          biasMode,
          byRows,
          packed,
          lo,
          hi,
          work,
        );
    },
  },
  /** Input b [k, n] of the strides rsb and csb; output its panels, for products whose parameter `packed` is 1. */
  packColumns: {
    units: p => Math.ceil(p['n']! / 16),
    cost: p => p['k']! * 16,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['packColumns']!;
      const sizes = pick(p, ['n', 'k', 'rsb', 'csb']);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  attention: attentionKernel,
  ...convolutionKernels,
  ...stepKernels,
  ...volumeKernels,
  /** Input x [planes, h, w]; params the window and `planes`. */
  maxPool: {
    units: p => p['planes']!,
    cost: p => p['oh']! * p['ow']! * p['kh']! * p['kw']! * 4,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['maxPool']!;
      const sizes = pick(p, poolNames);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Input x; output the places of the maxima. */
  maxPoolIndices: {
    units: p => p['planes']!,
    cost: p => p['oh']! * p['ow']! * p['kh']! * p['kw']! * 4,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['maxPoolIndices']!;
      const sizes = pick(p, poolNames);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Inputs dy and the places of the maxima, [planes, count]; output [planes, size]. */
  maxPoolGrad: {
    units: p => p['planes']!,
    cost: p => p['size']! + p['count']! * 2,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['maxPoolGrad']!;
      const [size, count] = pick(p, ['size', 'count']);
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.output, size, count, lo, hi);
    },
  },
  /** Over the last axis of [outer, axis]. */
  softmax: {
    units: p => p['outer']!,
    cost: p => p['axis']! * 30,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['softmax']!;
      const [axis, logarithm] = pick(p, ['axis', 'logarithm']);
      return (lo, hi) => f(at.inputs[0]!, at.output, axis, logarithm, lo, hi);
    },
  },
  /** Over the middle axis of [outer, axis, inner]. */
  softmaxColumns: {
    units: p => p['outer']!,
    cost: p => p['axis']! * p['inner']! * 30,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['softmaxColumns']!;
      const sizes = pick(p, ['axis', 'inner', 'logarithm']);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Input x [rows, columns]; the sums of the columns over `divisor`. */
  sumColumns: {
    units: p => Math.ceil(p['columns']! / 16),
    cost: p => p['rows']! * 16,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['sumColumns']!;
      const sizes = pick(p, ['rows', 'columns', 'divisor']);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Input x [outer, axis]. */
  meanRows: {
    units: p => p['outer']!,
    cost: p => p['axis']! * 2,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['meanRows']!;
      const axis = p['axis']!;
      return (lo, hi) => f(at.inputs[0]!, at.output, axis, lo, hi);
    },
  },
  /** Inputs x [outer, axis] and the rows' means. */
  varianceRows: {
    units: p => p['outer']!,
    cost: p => p['axis']! * 3,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['varianceRows']!;
      const axis = p['axis']!;
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.output, axis, lo, hi);
    },
  },
  /** Input x [outer, channels, inner]; the sums of the channels over `divisor`. */
  sumChannels: {
    units: p => p['channels']!,
    cost: p => p['outer']! * p['inner']! * 2,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['sumChannels']!;
      const sizes = pick(p, ['outer', 'channels', 'inner', 'divisor']);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Inputs x [outer, channels, inner] and the channels' means. */
  varianceChannels: {
    units: p => p['channels']!,
    cost: p => p['outer']! * p['inner']! * 3,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['varianceChannels']!;
      const sizes = pick(p, ['outer', 'channels', 'inner']);
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Inputs x [outer, axis], means, variances. */
  standardizeRows: {
    units: p => p['outer']!,
    cost: p => p['axis']! * 3,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['standardizeRows']!;
      const [axis, epsilon] = pick(p, ['axis', 'epsilon']);
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.inputs[2]!, at.output, axis, epsilon, lo, hi);
    },
  },
  /** Output sizes d0…d5, the input's strides s0…s5 in the output's order. */
  permute: {
    units: p => p['d0']!,
    cost: p => p['d1']! * p['d2']! * p['d3']! * p['d4']! * p['d5']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['permute']!;
      const sizes = pick(p, ['d0', 'd1', 'd2', 'd3', 'd4', 'd5', 's0', 's1', 's2', 's3', 's4', 's5']);
      return (lo, hi) => f(at.inputs[0]!, at.output, ...sizes, lo, hi);
    },
  },
  /** Inputs table [rows, width], indices [count]. */
  gatherRows: {
    units: p => p['count']!,
    cost: p => p['width']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['gatherRows']!;
      const [rows, width] = pick(p, ['rows', 'width']);
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.output, rows, width, lo, hi);
    },
  },
  /** Inputs x [rows, size], indices and updates [rows, count]. */
  scatterRows: {
    units: p => p['rows']!,
    cost: p => p['size']! + 4 * p['count']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['scatterRows']!;
      const [size, count, add] = pick(p, ['size', 'count', 'add']);
      return (lo, hi) => f(at.inputs[0]!, at.inputs[1]!, at.inputs[2]!, at.output, size, count, add, lo, hi);
    },
  },
  /** Whether all of `count` indices lie in [from, below): see engine/compile/guards.ts. */
  indexRange: {
    units: () => 1,
    cost: p => p['count']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['indexRange']!;
      const [count, from, below] = pick(p, ['count', 'from', 'below']);
      return () => f(at.inputs[0]!, at.output, count, from, below);
    },
  },
  /** A part of an axis: input [outer, …], of which each row's `width` cells from `origin` on, `step` apart. */
  cut: {
    units: p => p['outer']!,
    cost: p => p['width']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['copyRows']!;
      const [origin, width, step] = pick(p, ['origin', 'width', 'step']);
      const from = at.inputs[0]! + origin * 4;
      return (lo, hi) => f(from, at.output, width, step, width, lo, hi);
    },
  },
  /** Inputs of `outer` rows side by side; params `w0`, `w1`, …: how many cells a row of each has. */
  join: {
    units: p => p['outer']!,
    cost: p => p['width']!,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['copyRows']!;
      const total = p['width']!;
      let start = 0;
      const parts = at.inputs.map((from, i) => {
        const width = p[`w${i}`]!;
        const to = at.output + start * 4;
        start += width;
        return { from, width, to };
      });
      return (lo, hi) => {
        for (const { from, width, to } of parts) f(from, to, width, width, total, lo, hi);
      };
    },
  },
  /** Inputs dy [count, width], indices [count]; output [rows, width]. */
  scatterAddRows: {
    units: p => p['width']!,
    cost: p => p['count']! * 2,
    scratchBytes: none,
    bind(native, at, p) {
      const f = native['scatterAddRows']!;
      const [rows, count, width] = pick(p, ['rows', 'count', 'width']);
      return (lo, hi) => f(at.inputs[1]!, at.inputs[0]!, at.output, rows, count, width, lo, hi);
    },
  },
  /** Inputs log probabilities [rows, steps, classes] and targets [rows, width]; output [rows]. */
  ctc: {
    units: p => p['rows']!,
    cost: p => p['steps']! * p['width']! * 100,
    scratchBytes: p => align(2 * ctcStates(p) * 8),
    bind(native, at, p) {
      const f = native['ctc']!;
      const sizes = pick(p, ['steps', 'classes', 'width', 'first', 'blank']);
      return (lo, hi, work) => f(at.inputs[0]!, at.inputs[1]!, at.output, ...sizes, lo, hi, work);
    },
  },
  /** The same inputs; output [rows, steps, classes]. */
  ctcOccupancy: {
    units: p => p['rows']!,
    cost: p => p['steps']! * p['width']! * 300,
    scratchBytes: p => align((p['steps']! + 2) * ctcStates(p) * 8),
    bind(native, at, p) {
      const f = native['ctcOccupancy']!;
      const sizes = pick(p, ['steps', 'classes', 'width', 'first', 'blank']);
      return (lo, hi, work) => f(at.inputs[0]!, at.inputs[1]!, at.output, ...sizes, lo, hi, work);
    },
  },
};
