/** Whole definitions of ops that compute cell by cell. */
import type { Attributes, TensorType } from '../../model/graph';
import type { GradientContext, OpDefinition } from '../op';
import { broadcast, elements, input, promote, shapeText } from './_infer';
import { mapKernel } from './_map';

interface Described {
  name: string;
  summary: string;
  formula?: string;
  torch?: readonly string[];
}

type Expression = string | ((attributes: Attributes) => string);

function text(e: Expression, attributes: Attributes): string {
  return typeof e === 'string' ? e : e(attributes);
}

/**
 * An op of one input, from an expression in `a` and its derivative: an expression in `a` (the input), `y` (the
 * output) and `g` (the output's gradient), or null where the derivative is zero.
 */
export function unary(
  about: Described & {
    expression: Expression;
    derivative: Expression | null;
    /** Statements before the expression, e.g. of a series. */
    statements?: Expression;
    derivativeStatements?: Expression;
    result?: (t: TensorType) => TensorType;
    /** The same, shorter, where `erf` is a function; see `Cells`. */
    cells?: { expression: Expression; derivative: Expression };
  },
): OpDefinition {
  const { expression, derivative, statements, derivativeStatements, result, cells, ...described } = about;
  return {
    ...described,
    infer(inputs) {
      const x = input(inputs, 0, about.name);
      return [result ? result(x) : x];
    },
    flops: (_, outputs) => elements(outputs[0]),
    gradient(g) {
      if (derivative === null) return [null];
      const d = text(derivative, g.attributes);
      const pre = derivativeStatements ? text(derivativeStatements, g.attributes) : '';
      const values = { g: g.outputGradients[0]!, a: g.inputs[0]!, y: g.outputs[0]! };
      return [cellwise(g, values, d, pre, cells ? { cells: text(cells.derivative, g.attributes) } : {})];
    },
    lower(l) {
      const [x] = l.inputs;
      const y = l.outputs[0]!;
      const call = mapKernel(
        about.name,
        [x!],
        y,
        text(expression, l.attributes),
        statements ? text(statements, l.attributes) : '',
      );
      const own = cells && { expression: text(cells.expression, l.attributes), statements: '' };
      l.kernel({ ...call, ...(own && { cells: own }) });
    },
  };
}

/**
 * Emits a Map over named values, taking only those that the expression names. Names must be single letters or words
 * that occur as identifiers in the expression.
 */
export function cellwise(
  g: Pick<GradientContext, 'emit'>,
  values: Readonly<Record<string, string>>,
  expression: string,
  statements = '',
  attributes: Attributes = {},
): string {
  const used = Object.keys(values).filter(n => new RegExp(`\\b${n}\\b`).test(`${statements} ${expression}`));
  return g.emit(
    'Map',
    used.map(n => values[n]!),
    {
      names: used,
      expression,
      ...(statements && { statements }),
      ...attributes,
    },
  )[0]!;
}

/**
 * An op of two broadcast inputs, from an expression in `a` and `b` and its partial derivatives: expressions in `a`,
 * `b`, `y` and `g`; null where a derivative is zero.
 */
export function binary(
  about: Described & {
    expression: string;
    derivatives: readonly [string | null, string | null];
    result?: (a: TensorType, b: TensorType) => TensorType['dtype'];
  },
): OpDefinition {
  const { expression, derivatives, result, ...described } = about;
  return {
    ...described,
    infer(inputs) {
      const a = input(inputs, 0, about.name);
      const b = input(inputs, 1, about.name);
      return [
        { dtype: result ? result(a, b) : promote(a.dtype, b.dtype), shape: broadcast(a.shape, b.shape) },
      ];
    },
    flops: (_, outputs) => elements(outputs[0]),
    gradient(g) {
      const [a, b] = [g.inputs[0]!, g.inputs[1]!];
      return derivatives.map((d, i) => {
        if (d === null || !g.wants(i)) return null;
        const dy = g.outputGradients[0]!;
        const full = d === 'g' ? dy : cellwise(g, { g: dy, a, b, y: g.outputs[0]! }, d);
        return sumTo(g, full, g.inputs[i]!);
      });
    },
    lower(l) {
      l.kernel(mapKernel(about.name, [l.inputs[0]!, l.inputs[1]!], l.outputs[0]!, expression));
    },
  };
}

/** Sums a gradient over the axes along which `like` was broadcast. */
export function sumTo(g: Pick<GradientContext, 'emit' | 'type'>, gradient: string, like: string): string {
  const to = g.type(like).shape;
  if (shapeText(g.type(gradient).shape) === shapeText(to)) return gradient;
  return g.emit('SumTo', [gradient], { shape: to as readonly number[] })[0]!;
}
