/** Losses that compare the vectors of one row with each other, as a number for the row says. */
import type { LossContext } from '../loss';
import { ShapeError } from '../op';
import { reduced } from './_reduction';

/** The parts of each row's output [N, parts, …], each [N, …], after a check of the target's shape [N]. */
export function partsOf(c: LossContext, parts: number, what: string): string[] {
  const y = c.type(c.output).shape;
  const t = c.type(c.target).shape;
  if (y.length < 2 || y[1] !== parts)
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}); this loss needs ${what} for each row, stacked: (N, ${parts}${parts === 2 && y.length === 2 ? '' : ', D'})`,
    );
  if (t.join() !== String(y[0]))
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}), so there should be one target for each row (${y[0]}), but they have (${t.join(', ')})`,
    );
  const cut = c.emit('Split', [c.output], { axis: 1, split: new Array<number>(parts).fill(1) });
  return cut.map(p => c.emit('Squeeze', [p], { axes: [1] })[0]!);
}

/** The mean over all rows of an expression in named values of their shape, with its derivatives by each of them. */
export function meanOf(
  c: LossContext,
  values: Readonly<Record<string, string>>,
  expression: string,
  derivatives: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(values);
  const cells = c.emit('Map', Object.values(values), {
    names,
    expression,
    derivatives: names.map(n => derivatives[n] ?? ''),
  })[0]!;
  return reduced(c, cells);
}

/** ‖a - b + ε‖₂ of each row, as nn.PairwiseDistance has it. */
export function distance(c: LossContext, a: string, b: string, eps: number, p = 2): string {
  const rank = c.type(a).shape.length;
  const difference = c.emit('Map', [a, b], {
    expression: `a - b + ${eps}`,
    derivatives: ['g', '-g'],
  })[0]!;
  return c.emit(p === 1 ? 'ReduceL1' : 'ReduceL2', [difference], { axes: [rank - 1], keepdims: 0 })[0]!;
}
