/** The experiment's `split` for data without columns: by chance, or in the order that they have. */
import { VitrineError } from '../model/errors';
import type { Split } from './dataset';
import { checkFolds, type SplitOptions } from './options';
import { splitRows } from './split';

/**
 * @param rows of the source that take part, in its order.
 * @param classes of each of them, to keep their proportions.
 * @throws VitrineError bad-experiment, bad-data when nothing is left to train on.
 */
export function divideRows(
  rows: Int32Array,
  split: Pick<SplitOptions, 'test' | 'valid' | 'stratify' | 'folds' | 'fold'>,
  seed: number,
  classes?: Int32Array,
): Record<Split, Int32Array> {
  const { test, valid, stratify } = split;
  const folds = checkFolds(split);
  if (!folds && test + valid >= 1)
    throw new VitrineError(
      'bad-experiment',
      `data.split gives ${test} to the test and ${valid} to validation: nothing is left to train on. Their sum must be below 1.`,
    );
  const parts = splitRows({
    rows: rows.length,
    test,
    valid,
    seed,
    ...(folds && { folds }),
    ...(stratify && classes && { classes }),
  });
  if (parts.train.length === 0)
    throw new VitrineError(
      'bad-data',
      `No row of ${rows.length} is left to train on. Lower data.split.test and data.split.valid, or use more data.`,
    );
  const source = (part: Int32Array) => part.map(i => rows[i]!);
  return { train: source(parts.train), valid: source(parts.valid), test: source(parts.test) };
}

export function splitsByRow(splits: Readonly<Record<Split, Int32Array>>): Map<number, Split> {
  const out = new Map<number, Split>();
  for (const split of ['train', 'valid', 'test'] as const)
    for (const row of splits[split]) out.set(row, split);
  return out;
}
