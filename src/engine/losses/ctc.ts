import { Type } from '@sinclair/typebox';
import type { Tensor } from '../../model/graph';
import type { LossDefinition } from '../loss';
import { ShapeError } from '../op';

type Options = Readonly<Record<string, unknown>>;

const firstOf = (options: Options): number => (options['input_lengths'] === 'first' ? 1 : 0);

/**
 * The output is (N, T, C): logits or log probabilities, as the log softmax that is part of the loss leaves the latter
 * as they are. (PyTorch's loss takes log probabilities (T, N, C): `layout` "TNC".) Targets are (N, S) symbols, each row
 * filled up with -1; with `input_lengths` "first" the first column says how many steps of the row count.
 *
 * Source: A. Graves et al., Connectionist Temporal Classification, ICML 2006.
 */
export const loss: LossDefinition = {
  name: 'ctc',
  torch: ['nn.CTCLoss', 'F.ctc_loss'],
  title: 'Connectionist temporal classification',
  summary: 'How surprised the steps’ scores are by a sequence, over all ways to align it with them',
  formula: 'L = mean(-log Σ over alignments of Π p(symbol at step) / S)',
  options: Type.Object(
    {
      blank: Type.Integer({ minimum: 0, default: 0, description: 'The symbol that stands for none.' }),
      zero_infinity: Type.Boolean({
        default: false,
        description: 'Targets that are too long for their input count as 0 instead of being an error.',
      }),
      reduction: Type.Union([Type.Literal('mean'), Type.Literal('sum')], {
        default: 'mean',
        description: '"mean" divides each row by the length of its target, and takes the mean.',
      }),
      input_lengths: Type.Union([Type.Literal('full'), Type.Literal('first')], {
        default: 'full',
        description:
          '"full": all steps count. "first": the first number of each row’s target is the number of steps that count.',
      }),
      layout: Type.Union([Type.Literal('NTC'), Type.Literal('TNC')], {
        default: 'NTC',
        description:
          'The order of the output’s axes: rows, steps, symbols; or steps first, as PyTorch’s loss has it.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'sequences',
  build(c) {
    const { options } = c;
    const given = c.type(c.output).shape;
    if (given.length !== 3)
      throw new ShapeError(
        `the model's output has the shape (${given.join(', ')}); this loss needs a score for each symbol at each step: (N, T, C)`,
      );
    const output =
      options['layout'] === 'TNC' ? c.emit('Transpose', [c.output], { perm: [1, 0, 2] })[0]! : c.output;
    const [rows, , classes] = c.type(output).shape as [number, number, number];
    const t = c.type(c.target).shape.map(Number);
    const first = firstOf(options);
    if (t.length !== 2 || t[0] !== rows || t[1]! < 1 + first)
      throw new ShapeError(
        `the model's output has the shape (${given.join(', ')}), so the targets should have (${rows}, S), but they have (${t.join(', ')})`,
      );
    const blank = Number(options['blank']);
    if (blank >= classes)
      throw new ShapeError(`blank must be in label range: it is ${blank}, but there are ${classes} symbols`);
    const scores = c.emit('LogSoftmax', [output], { axis: 2 })[0]!;
    const [each] = c.emit('Ctc', [scores, c.target], { blank, lengths: first });
    const lengths = c.emit('CtcTargetLength', [c.target], { lengths: first })[0]!;
    const mean = options['reduction'] !== 'sum';
    const over = mean ? ' / Math.max(n, 1)' : '';
    const finite = options['zero_infinity'] === true;
    const terms = c.emit('Map', [each!, lengths], {
      names: ['y', 'n'],
      expression: finite ? `(y < 1e29 ? y${over} : 0)` : `y${over} + 0 * n`,
      derivatives: [finite ? `(y < 1e29 ? g${over} : 0)` : `g${over} + 0 * n`, ''],
    })[0]!;
    return c.emit(mean ? 'ReduceMean' : 'ReduceSum', [terms], { keepdims: 0 })[0]!;
  },
  check(target: Tensor, output, options) {
    const [n, t, classes] = (options['layout'] === 'TNC' ? [output[1], output[0], output[2]] : output) as [
      number,
      number,
      number,
    ];
    const first = firstOf(options);
    const width = target.shape[1] ?? 0;
    for (let row = 0; row < n; row++) {
      const cells = target.data.subarray(row * width, (row + 1) * width);
      const steps = first ? cells[0]! : t;
      if (!(Number.isInteger(steps) && steps >= 0 && steps <= t))
        return `Row ${row + 1} of the batch has an input of ${steps} steps, but the model gives ${t}.`;
      const wrong = checkRow(cells.subarray(first), classes, Number(options['blank'] ?? 0));
      if (wrong) return `Row ${row + 1} of the batch: ${wrong}`;
      const { length, least } = needed(cells.subarray(first));
      if (steps < least && options['zero_infinity'] !== true)
        return (
          `Row ${row + 1} of the batch: a target of ${length} symbols needs at least ${least} steps (one more for each symbol that repeats the one before), but the input has ${steps}. ` +
          'Let the model give more steps, leave such rows out, or set "zero_infinity".'
        );
    }
    return undefined;
  },
};

function checkRow(cells: ArrayLike<number>, classes: number, blank: number): string | undefined {
  let ended = false;
  for (let i = 0; i < cells.length; i++) {
    const k = cells[i]!;
    if (k < 0) ended = true;
    else if (ended) return 'the target goes on after -1, which fills up its end.';
    else if (!Number.isInteger(k) || k >= classes)
      return `the symbol ${k} is out of bounds: the model gives scores for ${classes} symbols, 0 to ${classes - 1}.`;
    else if (k === blank)
      return `the symbol ${k} is the blank, which stands for none. Number the symbols without it.`;
  }
  return undefined;
}

/** Symbols of a target, and the steps that it needs: symbols that repeat need a blank between them. */
function needed(cells: ArrayLike<number>): { length: number; least: number } {
  let length = 0;
  let least = 0;
  for (let i = 0; i < cells.length && cells[i]! >= 0; i++) {
    length++;
    least += i > 0 && cells[i] === cells[i - 1] ? 2 : 1;
  }
  return { length, least };
}
