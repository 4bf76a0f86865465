/** Sums and extremes along axes. */
import type { Attributes } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, type TranslationContext } from '../translation';
import { axisOf, rankOf } from './_shared';

const reduce =
  (
    op: string,
    axesAsInput: number,
    before?: (c: TranslationContext, x: string) => string,
    after?: string,
    alone?: string,
  ): Translate =>
  c => {
    const axes =
      c.opset >= axesAsInput ? (c.has(1) ? c.numbers(1, 'the list of axes') : undefined) : c.integers('axes');
    const x = c.tensor(0);
    const none = axes === undefined || axes.length === 0;
    if (none && c.integer('noop_with_empty_axes', 0) === 1) {
      const y = before ? before(c, x) : x;
      return c.finish(after ?? alone ?? 'Identity', [y]);
    }
    const attributes: Attributes = {
      ...(!none && { axes: axes.map(a => axisOf(a, rankOf(c))) }),
      keepdims: c.integer('keepdims', 1),
    };
    if (c.type(0).shape.includes(0)) return emptyReduction(c, op, axes, after);
    const y = before ? before(c, x) : x;
    if (!after) return c.finish(op, [y], attributes);
    c.finish(after, c.emit(op, [y], attributes));
  };

/** What is left of no values at all, by op; the others leave 0. */
const ofNothing: Readonly<Record<string, number>> = {
  ReduceProd: 1,
  ReduceMax: Number.NEGATIVE_INFINITY,
  ReduceMin: Number.POSITIVE_INFINITY,
  ReduceLogSumExp: Number.NEGATIVE_INFINITY,
  Log: Number.NEGATIVE_INFINITY,
};

function emptyReduction(
  c: TranslationContext,
  op: string,
  axes: readonly number[] | undefined,
  after: string | undefined,
): undefined {
  const { dtype, shape } = c.type(0);
  const gone = new Set((axes ?? shape.map((_, i) => i)).map(a => axisOf(a, shape.length)));
  const keep = c.integer('keepdims', 1) === 1;
  const result = shape.flatMap((d, i) => (gone.has(i) ? (keep ? [1] : []) : [d]));
  const extreme = op === 'ReduceMax' || op === 'ReduceMin';
  const least = op === 'ReduceMax' ? 0 : 1;
  const value = dtype === 'bool' && extreme ? least : (ofNothing[after ?? op] ?? 0);
  return c.finish('Expand', [c.constant(dtype, [], [value])], { shape: result });
}

const argument: Translate = c => {
  const axis = axisOf(c.integer('axis', 0), rankOf(c));
  const keepdims = c.integer('keepdims', 1);
  const x = c.tensor(0);
  if (c.integer('select_last_index', 0) === 0) return c.finish(c.op, [x], { axis, keepdims });
  // The last of equal values is the first when counted from the end.
  const size = c.type(0).shape[axis]!;
  if (typeof size !== 'number') throw new NeedsSize('select_last_index beside an unknown size');
  const back = c.emit('Slice', [x], { starts: [size - 1], ends: [-size - 1], axes: [axis], steps: [-1] });
  const where = c.emit(c.op, back, { axis, keepdims })[0]!;
  return c.finish('Sub', [c.constant('int64', [], [size - 1]), where]);
};

export const family: OperatorFamily = {
  translations: {
    ReduceL1: reduce('ReduceL1', 18, undefined, undefined, 'Abs'),
    ReduceL2: reduce('ReduceL2', 18, undefined, undefined, 'Abs'),
    ReduceLogSum: reduce('ReduceSum', 18, undefined, 'Log'),
    ReduceLogSumExp: reduce('ReduceLogSumExp', 18),
    ReduceMax: reduce('ReduceMax', 18),
    ReduceMean: reduce('ReduceMean', 18),
    ReduceMin: reduce('ReduceMin', 18),
    ReduceProd: reduce('ReduceProd', 18),
    ReduceSum: reduce('ReduceSum', 13),
    ReduceSumSquare: reduce('ReduceSum', 18, (c, x) => c.emit('Mul', [x, x])[0]!),
    ArgMax: argument,
    ArgMin: argument,
    CumProd: c => {
      const [given = 0] = c.numbers(1, 'the axis');
      const axis = axisOf(given, rankOf(c));
      const cut = (x: string, starts: number, ends: number, step = 1) =>
        c.emit('Slice', [x], { starts: [starts], ends: [ends], axes: [axis], steps: [step] })[0]!;
      const turned = (x: string) =>
        c.integer('reverse', 0) === 1 ? cut(x, -1, Number.MIN_SAFE_INTEGER, -1) : x;
      let x = turned(c.tensor(0));
      if (c.integer('exclusive', 0) === 1) {
        const { dtype, shape } = c.type(0);
        const one = { shape: shape.map((d, i) => (i === axis ? 1 : d)), value: 1, dtype };
        x = c.emit('Concat', [c.emit('ConstantOfShape', [], one)[0]!, cut(x, 0, -1)], { axis })[0]!;
      }
      return c.finish('Identity', [turned(c.emit('CumProd', [x], { axis })[0]!)]);
    },
    CumSum: c => {
      const [axis = 0] = c.numbers(1, 'the axis');
      c.finish('CumSum', [c.tensor(0)], {
        axis: axisOf(axis, rankOf(c)),
        exclusive: c.integer('exclusive', 0),
        reverse: c.integer('reverse', 0),
      });
    },
    TopK: c => {
      const [k] = c.opset < 10 ? [c.integer('k', 1)] : c.dims(1, 'the count k');
      c.finish('TopK', [c.tensor(0)], {
        k: k as number,
        axis: axisOf(c.integer('axis', -1), rankOf(c)),
        largest: c.integer('largest', 1),
      });
    },
  },
};
