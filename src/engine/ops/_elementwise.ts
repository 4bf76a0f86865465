/** Whole definitions of ops that compute cell by cell. */
import type { Attributes, TensorType } from '../../model/graph';
import type { GradientContext, OpDefinition } from '../op';
import { broadcast, elements, input, promote, shapeText } from './_infer';
import { sizeOf } from './_launch';
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
    /** The kind of the hand-written kernels (engine/wasm/assembly/elementwise.ts) that does the same. */
    kind?: (attributes: Attributes) => Kind;
  },
): OpDefinition {
  const { expression, derivative, statements, derivativeStatements, result, kind, ...described } = about;
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
      return [cellwise(g, values, d, pre, kind ? { kind: kinds[kind(g.attributes)] } : {})];
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
      const params = kind && { kind: kinds[kind(l.attributes)], size: sizeOf(y.shape) };
      l.kernel({ ...call, ...(params && { fast: { name: 'unary', params } }) });
    },
  };
}

/**
 * Functions that the hand-written kernels know, by their number in engine/wasm/assembly/elementwise.ts. Their
 * derivatives take (x, g), or (y, g) where the derivative below is in y.
 */
const kinds = { sigmoid: 1, tanh: 2, exp: 3, swish: 8, gelu: 9, geluTanh: 10 } as const;
type Kind = keyof typeof kinds;

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
