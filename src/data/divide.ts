/** The experiment's `split` for data without columns: by chance, or in the order that they have. */
import { VitrineError } from '../model/errors';
import type { Split } from './dataset';
import { checkFolds, type SplitOptions } from './options';
import { splitRows } from './split';

/**
 * @param rows of the source that take part, in its order.
 * @param classes of each of them, to keep their proportions.
 * @param given the part of each of them, where the source says it; those that it lacks are drawn from the training rows.
 * @throws VitrineError bad-experiment, bad-data when nothing is left to train on.
 */
export function divideRows(
  rows: Int32Array,
  split: Pick<SplitOptions, 'test' | 'valid' | 'stratify' | 'folds' | 'fold'>,
  seed: number,
  classes?: Int32Array,
  given?: readonly Split[],
): Record<Split, Int32Array> {
  if (given) return divideFurther(rows, split, seed, classes, given);
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

function divideFurther(
  rows: Int32Array,
  split: Pick<SplitOptions, 'test' | 'valid' | 'stratify' | 'folds' | 'fold'>,
  seed: number,
  classes: Int32Array | undefined,
  parts: readonly Split[],
): Record<Split, Int32Array> {
  const { folds, fold: _, ...shares } = split;
  if (folds !== undefined)
    throw new VitrineError(
      'bad-experiment',
      'data.split.folds divides all rows anew, but folders named train and test say which rows are for what. Leave folds out, or put the classes into one folder.',
    );
  const has = (part: Split) => parts.includes(part);
  const own = (part: Split) => rows.filter((_, i) => parts[i] === part);
  const drawn = divideRows(
    own('train'),
    { ...shares, ...(has('test') && { test: 0 }), ...(has('valid') && { valid: 0 }) },
    seed,
    classes?.filter((_, i) => parts[i] === 'train'),
  );
  return {
    train: drawn.train,
    valid: has('valid') ? own('valid') : drawn.valid,
    test: has('test') ? own('test') : drawn.test,
  };
}

/**
 * As `divideRows`, for files that their folders may divide already, which a note says.
 *
 * @param rows places in `files` of those that take part.
 */
export function divideFiles(
  rows: Int32Array,
  files: readonly { part?: Split }[],
  split: Pick<SplitOptions, 'test' | 'valid' | 'stratify' | 'folds' | 'fold'>,
  seed: number,
  classes: Int32Array | undefined,
  { what, notes }: { what: string; notes: string[] },
): Record<Split, Int32Array> {
  const parts = partsOfRows(rows, files);
  if (parts) notes.push(givenNote(parts, split, what));
  return divideRows(rows, split, seed, classes, parts);
}

/** The parts of these rows where folders divide the files; nothing where they do not. */
function partsOfRows(rows: Int32Array, files: readonly { part?: Split }[]): Split[] | undefined {
  const parts: Split[] = [];
  for (const row of rows) {
    const { part } = files[row]!;
    if (!part) return undefined;
    parts.push(part);
  }
  return parts;
}

function givenNote(
  parts: readonly Split[],
  split: Pick<SplitOptions, 'test' | 'valid'>,
  what: string,
): string {
  const lacking = (['valid', 'test'] as const).filter(p => split[p] > 0 && !parts.includes(p));
  const named = { valid: 'validation', test: 'the test' };
  const drawn =
    lacking.length > 0
      ? ` Those for ${lacking.map(p => named[p]).join(' and ')} are drawn from the training ${what}.`
      : '';
  return `The folders say which ${what} train and which test.${drawn}`;
}

export function splitsByRow(splits: Readonly<Record<Split, Int32Array>>): Map<number, Split> {
  const out = new Map<number, Split>();
  for (const split of ['train', 'valid', 'test'] as const)
    for (const row of splits[split]) out.set(row, split);
  return out;
}
