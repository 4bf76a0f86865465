/** What is computed of known values cell by cell, and over axes. */
import { addDims, equalDims, floorDivDims, mulDims, subDims } from '../../model/dim';
import type { Dim } from '../../model/graph';
import {
  axesInput,
  axisAt,
  build,
  type Fold,
  flat,
  isFloat,
  type Known,
  make,
  mapped,
  sizeOf,
  stridesOf,
} from './known';

function arithmetic(
  onNumbers: (a: number, b: number, float: boolean) => number,
  onDims?: (a: Dim, b: Dim) => Dim | undefined,
): Fold {
  return (_, [first, ...rest]) => {
    let out: Known[] | undefined = first && [first];
    for (const next of rest) {
      const [a] = out ?? [];
      if (!a) return undefined;
      const float = isFloat(a.dtype);
      out = mapped([a, next], a.dtype, (x, y) => {
        if (typeof x === 'number' && typeof y === 'number') return onNumbers(x, y, float);
        return onDims?.(x, y);
      });
    }
    return out;
  };
}

/** Symbols stand for sizes, which are at least 1. */
function comparison(
  onNumbers: (a: number, b: number) => boolean,
  ofDifference?: (sign: number) => boolean,
): Fold {
  return (_, [a, b]) =>
    a &&
    b &&
    mapped([a, b], 'bool', (x, y) => {
      if (typeof x === 'number' && typeof y === 'number') return Number(onNumbers(x, y));
      if (!ofDifference) return undefined;
      const difference = subDims(x, y);
      if (typeof difference === 'number') return Number(ofDifference(difference));
      if (typeof x === 'number' && x < 1) return Number(ofDifference(-1));
      if (typeof y === 'number' && y < 1) return Number(ofDifference(1));
      return undefined;
    });
}

function unaryFold(f: (x: number) => number, symbolic?: (x: Dim) => Dim): Fold {
  return (_, [x]) => x && mapped([x], x.dtype, v => (typeof v === 'number' ? f(v) : symbolic?.(v)));
}

function reduction(f: (a: Dim, b: Dim) => Dim | undefined, start: number): Fold {
  return (c, [x]) => {
    if (!x) return undefined;
    const rank = x.shape.length;
    const given = axesInput(c, 1, 'axes');
    if (given === undefined && c.inputs[1]) return undefined;
    if ((given === undefined || given.length === 0) && c.integer('noop_with_empty_axes', 0) === 1) return [x];
    const axes = new Set((given?.length ? given : x.shape.map((_, i) => i)).map(a => axisAt(a, rank)));
    const keep = c.integer('keepdims', 1) === 1;
    const wide = x.shape.map((d, i) => (axes.has(i) ? 1 : d));
    const strides = stridesOf(wide);
    const totals = new Array<Dim | undefined>(sizeOf(wide)).fill(start);
    build(x.shape, index => {
      const at = flat(
        index.map((k, i) => (axes.has(i) ? 0 : k)),
        strides,
      );
      const v = x.values[flat(index, stridesOf(x.shape))]!;
      const t = totals[at];
      totals[at] = t === undefined ? undefined : f(t, v);
      return 0;
    });
    if (totals.some(t => t === undefined)) return undefined;
    return make(x.dtype, keep ? wide : x.shape.filter((_, i) => !axes.has(i)), totals as Dim[]);
  };
}

export const cellFolds: Readonly<Record<string, Fold>> = {
  Identity: (_, [x]) => x && [x],
  Add: arithmetic((a, b) => a + b, addDims),
  Sum: arithmetic((a, b) => a + b, addDims),
  Sub: arithmetic((a, b) => a - b, subDims),
  Mul: arithmetic((a, b) => a * b, mulDims),
  Div: arithmetic(
    (a, b, float) => (float ? a / b : Math.trunc(a / b)),
    (a, b) => (b === 0 ? undefined : floorDivDims(a, b)),
  ),
  Mod: arithmetic(
    (a, b) => a - b * Math.floor(a / b),
    (a, b) => (b === 0 ? undefined : subDims(a, mulDims(floorDivDims(a, b), b))),
  ),
  Pow: arithmetic((a, b) => a ** b),
  Max: arithmetic(
    (a, b) => Math.max(a, b),
    (a, b) =>
      equalDims(a, b)
        ? a
        : typeof b === 'number' && b <= 1
          ? a
          : typeof a === 'number' && a <= 1
            ? b
            : undefined,
  ),
  Min: arithmetic(
    (a, b) => Math.min(a, b),
    (a, b) => (equalDims(a, b) ? a : undefined),
  ),
  Equal: comparison(
    (a, b) => a === b,
    d => d === 0,
  ),
  Greater: comparison(
    (a, b) => a > b,
    d => d > 0,
  ),
  GreaterOrEqual: comparison(
    (a, b) => a >= b,
    d => d >= 0,
  ),
  Less: comparison(
    (a, b) => a < b,
    d => d < 0,
  ),
  LessOrEqual: comparison(
    (a, b) => a <= b,
    d => d <= 0,
  ),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Not: unaryFold(x => (x === 0 ? 1 : 0)),
  Neg: unaryFold(
    x => -x,
    x => mulDims(x, -1),
  ),
  Abs: unaryFold(Math.abs, x => x),
  Floor: unaryFold(Math.floor, x => x),
  Ceil: unaryFold(Math.ceil, x => x),
  Sqrt: unaryFold(Math.sqrt),
  Reciprocal: unaryFold(x => 1 / x),
  Cast: (c, [x]) => {
    if (!x || !c.to) return undefined;
    const to = c.to;
    const whole = !isFloat(to) && isFloat(x.dtype);
    return mapped([x], to, v =>
      typeof v !== 'number'
        ? to === 'bool'
          ? undefined
          : v
        : to === 'bool'
          ? Number(v !== 0)
          : whole
            ? Math.trunc(v)
            : v,
    );
  },
  Where: (_, [condition, a, b]) =>
    condition &&
    a &&
    b &&
    mapped([condition, a, b], a.dtype, (x, y, z) => (typeof x === 'number' ? (x !== 0 ? y : z) : undefined)),
  ReduceProd: reduction(mulDims, 1),
  ReduceSum: reduction(addDims, 0),
  ReduceMax: reduction(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : undefined),
    Number.NEGATIVE_INFINITY,
  ),
  ReduceMin: reduction(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.min(a, b) : undefined),
    Number.POSITIVE_INFINITY,
  ),
};
