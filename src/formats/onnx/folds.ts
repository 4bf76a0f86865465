/** Ops on known values. */
import { type Fold, type FoldContext, type Known, maxKnown, sizeOf } from './known';
import { cellFolds } from './knownCells';
import { moveFolds } from './knownMoves';

const folds: Readonly<Record<string, Fold>> = { ...cellFolds, ...moveFolds };

/** The outputs of an op on known values; undefined where they are not known, or better left to the engine. */
export function fold(op: string, c: FoldContext): Known[] | undefined {
  const f = Object.hasOwn(folds, op) ? folds[op] : undefined;
  if (!f) return undefined;
  const given = c.inputs.filter(x => x !== undefined);
  const out = f(c, given.length === c.inputs.length ? given : (c.inputs as Known[]));
  return out?.every(k => k.values.length <= maxKnown && k.values.length === sizeOf(k.shape))
    ? out
    : undefined;
}
