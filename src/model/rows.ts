/** How what a model gives belongs to the rows that it is given. */
import { symbolsOf } from './dim';
import type { Model } from './graph';
import { stagingOf } from './stages';

/**
 * Whether the first output has a part for each row, whatever else is in the batch. Of other models (sums over the batch,
 * another axis in front, sizes that values decide) an answer is a row's own where the row is given alone.
 */
export function answersByRow(model: Model): boolean {
  const [batch] = model.values[model.inputs[0] ?? '']?.shape ?? [];
  const [first] = model.values[model.outputs[0] ?? '']?.shape ?? [];
  if (batch === undefined || first === undefined) return false;
  // Sizes behind the batch may differ from one answer to the next.
  if (stagingOf(model)) return false;
  const symbols = symbolsOf(batch);
  // A file's own number of rows is part of what it computes.
  if (symbols.length === 0) return Number(first) % Number(batch) === 0;
  return symbolsOf(first).some(s => symbols.includes(s));
}
