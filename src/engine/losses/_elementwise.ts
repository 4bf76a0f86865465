import { Type } from '@sinclair/typebox';
import type { LossContext } from '../loss';
import { ShapeError } from '../op';
import { reduced } from './_reduction';

/** Numbers by which cells count, one for each place of the last axis, as a tensor of PyTorch's (C,) is broadcast. */
export interface CellWeights {
  /** What they are called in the expressions. */
  name: string;
  /** The option that holds them, for messages. */
  option: string;
  values: readonly number[];
}

/** The option `weight` of losses that compare cell by cell. */
export const cellWeight = Type.Optional(
  Type.Array(Type.Number({ minimum: 0 }), {
    description: 'A weight for each output of a row, by which its share of the loss counts.',
  }),
);

/**
 * The mean of an expression in `y` (outputs), `t` (targets) and the names of `weights`, whose derivative with respect
 * to y is given, with `g` for the outer gradient.
 */
export function elementwiseLoss(
  c: LossContext,
  expression: string,
  derivative: string,
  weights: readonly CellWeights[] = [],
): string {
  const y = c.type(c.output).shape;
  const t = c.type(c.target).shape;
  if (y.join() !== t.join())
    throw new ShapeError(
      `the model's output has the shape (${y.join(', ')}), but the targets have (${t.join(', ')}); this loss compares them cell by cell`,
    );
  for (const { option, values } of weights) {
    if (values.length !== 1 && values.length !== y.at(-1))
      throw new ShapeError(
        `"${option}" has ${values.length} numbers, but the model's output has the shape (${y.join(', ')}): it needs 1 number or ${y.at(-1) ?? 1}, one for each place of the last axis`,
      );
  }
  const cells = c.emit(
    'Map',
    [c.output, c.target, ...weights.map(w => c.constant([w.values.length], w.values))],
    {
      names: ['y', 't', ...weights.map(w => w.name)],
      expression,
      derivatives: [derivative, '', ...weights.map(() => '')],
    },
  )[0]!;
  return reduced(c, cells);
}
