/** Where a shape is written behind an expression of `forward`, and what. */
import type { Model, SourceRange } from '../../model/graph';
import { shapeText } from './format';
import { results } from './hover';
import { type Call, callsIn, encloses } from './places';

export interface ShapeHint {
  /** The end of the expression; counts from 1. */
  line: number;
  column: number;
  label: string;
  /** One line per visit, for the tooltip; empty when the label says all. */
  detail: readonly string[];
  /** The module to go to, if the expression is one's call. */
  module?: string;
}

/**
 * The output shape behind every call of a file. An inner call whose shape is that of the call around it is left out
 * ("F.relu(self.fc1(x))" gets one hint), and so are calls whose shapes are unknown.
 */
export function shapeHints(model: Model, file: string): readonly ShapeHint[] {
  const before = known.get(model);
  if (before?.file === file) return before.hints;
  const hints = hintsOf(model, file);
  known.set(model, { file, hints });
  return hints;
}

/** The editor asks again with each scroll and each key, and of a deep model the answer takes longer than a frame. */
const known = new WeakMap<Model, { file: string; hints: readonly ShapeHint[] }>();

function hintsOf(model: Model, file: string): ShapeHint[] {
  const calls = callsIn(model, file).map(call => ({ call, shapes: shapesOf(model, call) }));
  return calls
    .filter(({ shapes }) => shapes.length > 0)
    .filter(
      ({ call, shapes }) =>
        !calls.some(
          other =>
            other.call !== call && outside(other.call.range, call.range) && sameList(other.shapes, shapes),
        ),
    )
    .map(({ call, shapes }) => {
      const different = [...new Set(shapes)];
      return {
        line: call.range.endLine,
        column: call.range.endColumn,
        label: different.length === 1 ? different[0]! : `${different[0]} … ${different.at(-1)}`,
        detail: different.length === 1 ? [] : shapes,
        ...(call.visits[0]?.[0]?.module ? { module: call.visits[0][0].module } : {}),
      };
    });
}

function shapesOf(model: Model, call: Call): string[] {
  return call.visits.flatMap(visit => {
    const value = model.values[results(visit)[0] ?? ''];
    return value ? [shapeText(value.shape)] : [];
  });
}

function outside(outer: SourceRange, inner: SourceRange): boolean {
  return encloses(outer, inner) && !encloses(inner, outer);
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
