/** From a file that is too large for memory to a data set: its head says what its columns are, one pass the rest. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { readBytes } from '../bytes';
import type { Dataset, LoadContext, Split, TargetInfo } from '../dataset';
import { decodeText } from '../decode';
import { balancedFrom } from '../options';
import { Preparation } from '../preparation';
import { checkColumnOptions, planColumn } from '../table/columnPlan';
import { checkImage, chooseFeatures } from '../table/features';
import { learnColumn, stateOf } from '../table/learn';
import type { TableOptions } from '../table/options';
import { bad, columnNamed, looksNumeric, readTable } from '../table/table';
import { names, rowsOf } from '../table/words';
import { type ScanRequest, scan } from './scan';
import { StreamDataset } from './streamDataset';

/** What the columns are judged by. */
const headBytes = 4 << 20;
const headRows = 20_000;
/** Rows that validation after each epoch, and the final test, need at most: more tell no more. */
const mostValid = 100_000;
const mostTest = 500_000;

/**
 * @param size of the file in bytes.
 * @throws VitrineError bad-data, bad-experiment, cancelled
 */
export async function streamTable(
  file: string,
  size: number,
  options: TableOptions & { delimiter?: string },
  context: LoadContext,
): Promise<Dataset> {
  const { bytes, cut } = await readBytes(file, Math.min(headBytes, context.memory ?? headBytes));
  const head = decodeText(bytes, cut);
  if (!head)
    throw bad(file, undefined, 'The file is not text (it contains zero bytes). Expected a delimited table.');
  if (head.encoding.startsWith('UTF-16'))
    throw bad(
      file,
      undefined,
      `A table of ${Math.round(size / 1e6)} MB is read in pieces, which ${head.encoding} does not allow. Save it as UTF-8.`,
    );
  let text = head.text;
  // Half a line is no row.
  if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n'));
  const table = readTable(text, file, {
    ...(options.delimiter !== undefined && { delimiter: options.delimiter }),
    maxRows: headRows,
    cut,
    keepText: new Set(options.categories),
  });
  const notes = [
    ...table.notes,
    `The table of ${size >= 1e6 ? `${Math.round(size / 1e6)} MB` : `${size} bytes`} stays on the disk and is read in pieces. What its columns are was judged by its first ${rowsOf(table.rows)}; rows of neighbouring pieces are shuffled with each other.`,
  ];
  if (head.encoding !== 'UTF-8')
    notes.push(
      `The file is not valid UTF-8; it was read as ${head.encoding}. If its words look wrong, save it as UTF-8.`,
    );
  const target = columnNamed(table, options.target, 'the target');
  const columns = chooseFeatures(table, options, notes, false);
  if (options.image) checkImage(table, columns, options.image);
  checkColumnOptions(table, options);
  const place = new Map(table.columns.map((c, i) => [c.name, i]));
  const plans = columns.map(c => planColumn(c, table, options, notes));
  const numeric = looksNumeric(target, table.rows) && !options.categories?.includes(target.name);
  const kind = options.targetType ?? (numeric ? 'number' : 'classes');
  const found = await scan({
    file,
    encoding: head.encoding.toLowerCase(),
    delimiter: table.delimiter,
    width: table.columns.length,
    names: table.columns.map(c => c.name),
    features: columns.map((column, i) => ({ at: place.get(column.name)!, column, plan: plans[i]! })),
    target: {
      at: place.get(target.name)!,
      column: target,
      kind,
      missing: options.missing === 'error' ? 'error' : 'drop',
    },
    splitOf: dividing(options, (size / bytes.length) * table.rows, place, context.seed, notes),
    blockBytes: Math.max(
      1 << 12,
      Math.min(1 << 20, Math.floor((context.memory ?? Number.POSITIVE_INFINITY) / 128)),
    ),
    seed: context.seed,
    ...(context.signal && { signal: context.signal }),
    ...(context.onProgress && { onProgress: context.onProgress }),
  });
  const { splits } = found;
  if (splits.train.length < 2)
    throw bad(
      file,
      undefined,
      `Only ${rowsOf(splits.train.length)} of ${found.rows} is left to train on. Lower data.split.test and data.split.valid, or use more data.`,
    );
  if (found.dropped > 0) notes.push(`${rowsOf(found.dropped)} with a missing value left out.`);
  if (found.noTarget > 0) notes.push(`${rowsOf(found.noTarget)} without a target left out.`);
  if (found.filled > 0) notes.push(`Missing values in ${rowsOf(found.filled)} were filled (data.missing).`);
  for (const name of found.sameAsTarget)
    notes.push(`The column "${name}" equals the target in every row: it gives the answer away. Exclude it?`);
  const info = targetOf(options, target.name, kind, numeric, found.classes, file);
  const constant = columns.filter((_, i) => found.gathered[i]!.summary?.constant);
  if (constant.length > 0 && !options.image)
    notes.push(
      `${names(constant)} ${constant.length === 1 ? 'has' : 'have'} the same value in all training rows.`,
    );
  const learned = found.gathered.flatMap((g, i) => {
    const own = learnColumn(g, plans[i]!);
    return options.image ? own.map(c => ({ ...c, shift: 0, scale: options.image!.max })) : own;
  });
  if (options.image && (options.scale ?? 'none') !== 'none')
    throw new VitrineError(
      'bad-experiment',
      'data.scale of images needs all pixels in memory; this table is too large. Leave it out: pixels are divided by data.image.max.',
      { at: { file } },
    );
  return new StreamDataset({
    file,
    encoding: head.encoding.toLowerCase(),
    delimiter: table.delimiter,
    columns: table.columns,
    target,
    plan: new Preparation(stateOf(path.basename(file), learned, info, options.image)),
    info,
    index: found.index,
    rows: found.rows,
    splits,
    notes,
    hash: found.hash,
  });
}

function targetOf(
  options: TableOptions,
  name: string,
  kind: 'classes' | 'number',
  numeric: boolean,
  counts: ReadonlyMap<string, number>,
  file: string,
): TargetInfo {
  if (kind === 'number') return { name, kind };
  const classes = [...counts.keys()].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  if (classes.length < 2)
    throw bad(
      file,
      1,
      `The target column "${name}" has only one class, "${classes[0] ?? ''}". Expected at least two to tell apart.`,
    );
  return {
    name,
    kind,
    classes,
    ...(options.classWeights && { classWeights: balancedFrom(classes.map(c => counts.get(c)!)) }),
  };
}

/** Each row's part from its own number (or group) and the seed, so that one pass is enough. */
function dividing(
  options: TableOptions,
  rows: number,
  place: ReadonlyMap<string, number>,
  seed: number,
  notes: string[],
): ScanRequest['splitOf'] {
  const { test, valid, group, time, folds, fold = 0 } = options.split;
  if (time !== undefined)
    throw new VitrineError(
      'bad-experiment',
      'data.split.time needs all rows in memory; this table is too large. Put the newest rows into a file of their own.',
    );
  const testShare = Math.min(folds ? 1 / folds : test, mostTest / rows);
  const validShare = Math.min(valid, mostValid / rows);
  if (testShare + validShare >= 1)
    throw new VitrineError(
      'bad-experiment',
      `data.split gives ${test} to the test and ${valid} to validation: nothing is left to train on. Their sum must be below 1.`,
    );
  if (testShare < test || validShare < valid)
    notes.push(
      `Validation and test take about ${Math.round(validShare * rows)} and ${Math.round(testShare * rows)} rows; the others train.`,
    );
  const key = new Random(seed, 'split').uint32();
  const at = group === undefined ? undefined : place.get(group)!;
  const parted = (x: number): Split => {
    if (folds) {
      if (Math.floor(x * folds) === fold) return 'test';
      return (x * folds) % 1 < validShare ? 'valid' : 'train';
    }
    return x < testShare ? 'test' : x < testShare + validShare ? 'valid' : 'train';
  };
  return (row, cells) => {
    let h = mix(key ^ row);
    if (at !== undefined) {
      h = key;
      const text = cells[at]!;
      for (let i = 0; i < text.length; i++) h = mix(h ^ text.charCodeAt(i));
    }
    return parted(mix(h + 0x9e3779b9) / 4294967296);
  };
}

/** The finaliser of MurmurHash3 (A. Appleby, public domain). */
function mix(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
