/** Delimited text: CSV, TSV and their relatives, as tables or as images whose pixels are columns. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import type { ColumnHead, Dataset, DatasetKind, LoadContext, RawSample, Split, TargetInfo } from '../dataset';
import { decodeText } from '../decode';
import { commonDataFields, type Scale, scaleSchema } from '../options';
import { Preparation, type PreparationColumn, type PreparationState } from '../preparation';
import { splitRows } from '../split';
import {
  bad,
  type Column,
  columnNamed,
  decimalOf,
  looksNumeric,
  numberAt,
  readTable,
  type Table,
  textAt,
} from '../table';

/** The longest text that a JavaScript engine holds is about 512 MiB. */
const maxBytes = 500 * 1024 * 1024;
const maxCategories = 1000;
const maxClasses = 10_000;
/** What `columns` looks at. */
const headBytes = 1024 * 1024;

export const csvSchema = Type.Object(
  {
    kind: Type.Literal('csv', { description: 'Delimited text with a header line.' }),
    ...commonDataFields,
    categories: Type.Optional(
      Type.Array(Type.String(), {
        uniqueItems: true,
        description: 'Columns of numbers that mean categories, e.g. a postal code.',
      }),
    ),
    delimiter: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1,
        description: 'What separates the values: found by looking if left out.',
        examples: [',', ';', '\t', '|'],
      }),
    ),
    image: Type.Optional(
      Type.Object(
        {
          channels: Type.Integer({
            minimum: 1,
            default: 1,
            description: 'Colour channels: 1 for grey, 3 for RGB.',
          }),
          height: Type.Integer({ minimum: 1, description: 'Rows of pixels.' }),
          width: Type.Integer({ minimum: 1, description: 'Pixels in a row.' }),
          max: Type.Number({
            exclusiveMinimum: 0,
            default: 255,
            description: 'The brightest value: pixels are divided by it.',
          }),
        },
        {
          additionalProperties: false,
          description:
            'The feature columns are the pixels of an image, channel by channel and row by row: samples have the shape (channels, height, width).',
        },
      ),
    ),
    scale: Type.Optional(scaleSchema),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

export type CsvOptions = Static<typeof csvSchema>;

export const kind: DatasetKind = {
  id: 'csv',
  title: 'Table (CSV, TSV)',
  extensions: ['.csv', '.tsv', '.tab'],
  schema: csvSchema,

  async load(options, context) {
    return loadCsv(options as CsvOptions, context);
  },

  async columns(options, context) {
    const { file, delimiter } = options as CsvOptions;
    const full = path.resolve(context.folder, file);
    const { bytes, cut } = await readBytes(full, headBytes);
    let { text } = decoded(bytes, full);
    // Half a line is no row.
    if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n'));
    const table = readTable(text, full, { delimiter, maxRows: 1000 });
    return table.columns.map(c => head(c, table.rows));
  },
};

function head(column: Column, rows: number): ColumnHead {
  const numeric = looksNumeric(column, rows);
  const decimal = decimalOf(column);
  const distinct = new Set<string>();
  let integers = numeric;
  for (let i = 0; i < rows; i++) {
    const text = textAt(column, i);
    if (text !== undefined && distinct.size < 1000) distinct.add(text);
    const x = numberAt(column, i, decimal);
    if (!Number.isNaN(x) && !Number.isInteger(x)) integers = false;
  }
  return {
    name: column.name,
    kind: numeric ? 'number' : 'category',
    integers,
    distinct: distinct.size,
    rows,
    examples: [...distinct].slice(0, 5),
  };
}

async function loadCsv(options: CsvOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const { bytes } = await readBytes(file, maxBytes + 1);
  if (bytes.length > maxBytes)
    throw bad(
      file,
      undefined,
      `The file is larger than ${maxBytes / 1024 / 1024} MB, more than can be read at once.`,
    );
  throwIfCancelled(context.signal);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { text, encoding } = decoded(bytes, file);
  const table = readTable(text, file, {
    delimiter: options.delimiter,
    keepText: new Set(options.categories),
    signal: context.signal,
  });
  if (encoding === 'Windows-1252')
    table.notes.push('The file is not valid UTF-8; it was read as Windows-1252 (Latin-1).');
  throwIfCancelled(context.signal);
  return new CsvDataset(table, options, hash, context.seed);
}

async function readBytes(file: string, limit: number): Promise<{ bytes: Uint8Array; cut: boolean }> {
  const handle = await open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      e.code === 'ENOENT'
        ? `The data file "${path.basename(file)}" does not exist. Check data.file in the experiment.`
        : `The data file "${path.basename(file)}" cannot be opened (${e.code}).`,
      { at: { file } },
    );
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw bad(file, undefined, 'Expected a file with a table, found something else, e.g. a folder.');
    const size = Math.min(stat.size, limit);
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return { bytes: bytes.subarray(0, done), cut: stat.size > size };
  } finally {
    await handle.close();
  }
}

function decoded(bytes: Uint8Array, file: string) {
  const result = decodeText(bytes);
  if (!result)
    throw bad(file, undefined, 'The file is not text (it contains zero bytes). Expected a delimited table.');
  return result;
}

class CsvDataset implements Dataset {
  readonly name: string;
  readonly modality;
  readonly sampleShape: readonly number[];
  readonly features;
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[];
  private readonly plan: Preparation;
  private readonly columns: readonly Column[];
  private readonly targetColumn: Column;
  private readonly targets: Float64Array;
  private readonly splitOf: Map<number, Split>;
  private readonly kinds: Map<Column, ColumnKind>;

  constructor(
    private readonly table: Table,
    options: CsvOptions,
    readonly hash: string,
    seed: number,
  ) {
    const notes = [...table.notes];
    this.name = path.basename(table.file);
    this.targetColumn = columnNamed(table, options.target, 'the target');
    this.columns = chooseFeatures(table, options, notes);
    if (options.image) checkImage(table, this.columns, options.image);

    const kinds = this.columns.map(c => kindOf(c, table, options));
    this.kinds = new Map(
      table.columns.map(c => [c, { number: looksNumeric(c, table.rows), decimal: decimalOf(c) }]),
    );
    this.columns.forEach((c, i) => {
      this.kinds.set(c, kinds[i]!);
    });
    const commas = this.columns.filter((_, i) => kinds[i]!.number && kinds[i]!.decimal === ',');
    if (commas.length > 0) notes.push(`Numbers with a decimal comma were read in ${names(commas)}.`);
    checkCells(table, this.columns, kinds);

    const { info, values } = readTarget(table, this.targetColumn, options, notes);
    this.target = info;
    this.targets = values;

    const kept = keepRows(table, this.columns, this.targetColumn, values, options, notes);
    this.splits = divide(table, kept, options, info, values, seed, notes);
    this.splitOf = new Map();
    for (const split of ['train', 'valid', 'test'] as const)
      for (const row of this.splits[split]) this.splitOf.set(row, split);

    const state = learn(this.name, table, this.columns, kinds, this.splits.train, options, info, notes);
    this.plan = new Preparation(state);
    this.modality = state.modality;
    this.sampleShape = state.sampleShape;
    this.features = this.plan.features;
    noteUnseen(this.columns, state.columns, this.splits, notes);
    noteLeaks(table, this.columns, this.targetColumn, this.splits, notes);
    this.notes = notes;
  }

  batch(rows: ArrayLike<number>) {
    const width = this.plan.width;
    const data = new Float32Array(rows.length * width);
    const classes = this.target.kind === 'classes';
    const targets = classes ? new Int32Array(rows.length) : new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.checkRow(row);
      if (!this.splitOf.has(row))
        throw bad(
          this.table.file,
          this.table.lines[row]!,
          `Row ${row} was left out: it has a missing value.`,
        );
      this.columns.forEach((column, j) => {
        const how = this.plan.state.columns[j]!;
        const value =
          how.kind === 'number' ? numberAt(column, row, how.decimal) : (textAt(column, row) ?? Number.NaN);
        const missing = typeof value === 'number' && Number.isNaN(value);
        this.plan.write(data, i * width, j, missing ? how.fill! : value);
      });
      targets[i] = this.targets[row]!;
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: classes ? [rows.length] : [rows.length, 1], data: targets },
    };
  }

  raw(row: number): RawSample {
    this.checkRow(row);
    const values: RawSample['values'] = {};
    for (const column of this.table.columns) {
      if (column === this.targetColumn) continue;
      // Own property whatever its name, "__proto__" included.
      Object.defineProperty(values, column.name, {
        value: this.cell(column, row),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    const target = this.targets[row]!;
    return {
      row,
      split: this.splitOf.get(row) ?? 'train',
      values,
      target: Number.isNaN(target)
        ? null
        : this.target.kind === 'classes'
          ? this.target.classes![target]!
          : target,
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]) {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private cell(column: Column, row: number): string | number | null {
    const how = this.kinds.get(column)!;
    if (how.number) {
      const x = numberAt(column, row, how.decimal);
      if (!Number.isNaN(x)) return x;
    }
    return textAt(column, row) ?? null;
  }

  private checkRow(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.table.rows)
      throw new VitrineError(
        'bad-request',
        `There is no row ${row}: "${this.name}" has rows 0 to ${this.table.rows - 1}.`,
      );
  }
}

interface ColumnKind {
  number: boolean;
  decimal: '.' | ',';
}

function chooseFeatures(table: Table, options: CsvOptions, notes: string[]): Column[] {
  const { split, target } = options;
  for (const name of options.categories ?? []) columnNamed(table, name, 'in data.categories');
  const excluded = new Set<string>();
  for (const name of options.exclude ?? []) excluded.add(columnNamed(table, name, 'in data.exclude').name);
  if (options.features) {
    return options.features.map(name => {
      const column = columnNamed(table, name, 'in data.features');
      if (name === target)
        throw bad(
          table.file,
          1,
          `The column "${name}" is the target and a feature at once. Remove it from data.features.`,
        );
      if (excluded.has(name))
        throw bad(
          table.file,
          1,
          `The column "${name}" is in data.features and in data.exclude. Remove it from one.`,
        );
      return column;
    });
  }
  for (const [what, name] of [
    ['group', split.group],
    ['time', split.time],
  ] as const) {
    if (name === undefined || excluded.has(name)) continue;
    excluded.add(columnNamed(table, name, `in data.split.${what}`).name);
    notes.push(
      `"${name}" divides the rows and is therefore no feature; name it in data.features to use it as one.`,
    );
  }
  const columns = table.columns.filter(c => c.name !== target && !excluded.has(c.name));
  if (columns.length === 0)
    throw bad(
      table.file,
      1,
      'No column is left to predict from. The table needs another column than the target.',
    );
  return columns;
}

function checkImage(table: Table, columns: readonly Column[], image: NonNullable<CsvOptions['image']>): void {
  const pixels = image.channels * image.height * image.width;
  if (pixels !== columns.length)
    throw bad(
      table.file,
      1,
      `An image of ${image.channels} x ${image.height} x ${image.width} has ${pixels} pixels, but ${columns.length} columns are features. Correct data.image, or choose the columns with data.features or data.exclude.`,
    );
}

function kindOf(column: Column, table: Table, options: CsvOptions): ColumnKind {
  const decimal = decimalOf(column);
  if (options.categories?.includes(column.name)) return { number: false, decimal };
  // Pixels are numbers by definition: text there is a mistake, however much there is of it.
  return { number: options.image !== undefined || looksNumeric(column, table.rows), decimal };
}

/** Finds the first text in a number column, and how many more there are. */
function checkCells(table: Table, columns: readonly Column[], kinds: readonly ColumnKind[]): void {
  let first: { row: number; column: Column; text: string; decimal: string } | undefined;
  let count = 0;
  columns.forEach((column, i) => {
    if (!kinds[i]!.number || !column.texts) return;
    const { decimal } = kinds[i]!;
    column.texts.forEach((text, row) => {
      if (text === undefined || !Number.isNaN(numberAt(column, row, decimal))) return;
      count++;
      if (!first || row < first.row) first = { row, column, text, decimal };
    });
  });
  if (!first) return;
  const { row, column, text } = first;
  const line = table.lines[row]!;
  const more = count > 1 ? ` ${count - 1} more ${count === 2 ? 'cell is' : 'cells are'} like this.` : '';
  const advice = /^[+-]?inf(inity)?$/i.test(text)
    ? 'Infinite values cannot be trained on: correct the value, or leave it empty and set data.missing.'
    : `Correct the value, leave it empty and set data.missing, or list "${column.name}" in data.categories.`;
  throw bad(
    table.file,
    line,
    `Line ${line}, column "${column.name}": found "${clip(text)}", expected a number.${more} ${advice}`,
  );
}

/** Targets by row: class indices or values; NaN where missing. */
function readTarget(
  table: Table,
  column: Column,
  options: CsvOptions,
  notes: string[],
): { info: TargetInfo; values: Float64Array } {
  const decimal = decimalOf(column);
  const numeric = looksNumeric(column, table.rows) && !options.categories?.includes(column.name);
  const type = options.targetType ?? (numeric ? 'number' : 'classes');
  const values = new Float64Array(table.rows).fill(Number.NaN);
  if (column.missing === table.rows)
    throw bad(
      table.file,
      1,
      `The target column "${column.name}" is empty in all rows. Expected a value to predict.`,
    );
  if (type === 'number') {
    if (!numeric) {
      const row = column.texts!.findIndex(t => t !== undefined);
      throw bad(
        table.file,
        table.lines[row]!,
        `Line ${table.lines[row]}, column "${column.name}": found "${clip(column.texts![row]!)}", expected a number, because the target is one (data.targetType or the loss says so). For classes use a loss such as cross_entropy.`,
      );
    }
    checkCells(table, [column], [{ number: true, decimal }]);
    for (let row = 0; row < table.rows; row++) values[row] = numberAt(column, row, decimal);
    return { info: { name: column.name, kind: 'number' }, values };
  }
  if (numeric) checkCells(table, [column], [{ number: true, decimal }]);
  const label = (row: number): string | undefined => {
    if (!numeric) return textAt(column, row);
    const x = numberAt(column, row, decimal);
    return Number.isNaN(x) ? undefined : String(x);
  };
  const found = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    const text = label(row);
    if (text !== undefined) found.add(text);
    if (found.size > maxClasses)
      throw bad(
        table.file,
        1,
        `The target column "${column.name}" has more than ${maxClasses} different values, too many for classes. For a number use a loss such as mse.`,
      );
  }
  const classes = [...found].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  if (classes.length < 2)
    throw bad(
      table.file,
      1,
      `The target column "${column.name}" has only one class, "${clip(classes[0]!)}". Expected at least two to tell apart.`,
    );
  if (numeric && classes.length > 20 && classes.length > table.rows / 2)
    notes.push(
      `The target "${column.name}" has ${classes.length} classes in ${table.rows} rows: is it a number?`,
    );
  const code = new Map(classes.map((name, i) => [name, i]));
  for (let row = 0; row < table.rows; row++) {
    const text = label(row);
    if (text !== undefined) values[row] = code.get(text)!;
  }
  return { info: { name: column.name, kind: 'classes', classes }, values };
}

/** Rows that take part. */
function keepRows(
  table: Table,
  columns: readonly Column[],
  targetColumn: Column,
  targets: Float64Array,
  options: CsvOptions,
  notes: string[],
): Int32Array {
  const kept: number[] = [];
  const dropped: number[] = [];
  const noTarget: number[] = [];
  const withGaps = columns.filter(c => c.missing > 0);
  let filled = 0;
  for (let row = 0; row < table.rows; row++) {
    const gap = withGaps.find(c => textAt(c, row) === undefined);
    const empty = Number.isNaN(targets[row]!);
    if ((gap || empty) && options.missing === 'error') {
      const column = gap ?? targetColumn;
      const total = columns.reduce((n, c) => n + c.missing, targetColumn.missing);
      const line = table.lines[row]!;
      throw bad(
        table.file,
        line,
        `Line ${line}, column "${column.name}": the value is missing${total > 1 ? ` (one of ${total} missing values)` : ''}. Fill it in, or set data.missing to "drop" or "mean".`,
      );
    }
    if (empty) noTarget.push(row);
    else if (gap && options.missing === 'drop') dropped.push(row);
    else {
      kept.push(row);
      if (gap) filled++;
    }
  }
  const lines = (rows: readonly number[]) =>
    `line${rows.length === 1 ? '' : 's'} ${rows
      .slice(0, 5)
      .map(r => table.lines[r])
      .join(', ')}${rows.length > 5 ? ', …' : ''}`;
  if (dropped.length > 0)
    notes.push(`${rowsOf(dropped.length)} with a missing value left out (${lines(dropped)}).`);
  if (noTarget.length > 0)
    notes.push(`${rowsOf(noTarget.length)} without a target left out (${lines(noTarget)}).`);
  if (filled > 0)
    notes.push(
      `Missing values in ${rowsOf(filled)} were filled with the mean or most frequent value of the training rows (${names(withGaps)}).`,
    );
  if (kept.length < 2)
    throw bad(
      table.file,
      undefined,
      `Only ${kept.length} of ${table.rows} rows can be used, too few to train on. Expected at least 2.`,
    );
  return Int32Array.from(kept);
}

function divide(
  table: Table,
  kept: Int32Array,
  options: CsvOptions,
  target: TargetInfo,
  targets: Float64Array,
  seed: number,
  notes: string[],
): Record<Split, Int32Array> {
  const { test, valid, stratify, group, time } = options.split;
  if (test + valid >= 1)
    throw new VitrineError(
      'bad-experiment',
      `data.split gives ${test} to the test and ${valid} to validation: nothing is left to train on. Their sum must be below 1.`,
    );
  if (group !== undefined && time !== undefined)
    throw new VitrineError('bad-experiment', 'data.split names both a group and a time column. Remove one.');
  const classes =
    stratify && target.kind === 'classes' && group === undefined && time === undefined
      ? Int32Array.from(kept, row => targets[row]!)
      : undefined;
  const parts = splitRows({
    rows: kept.length,
    test,
    valid,
    seed,
    classes,
    groups:
      group === undefined ? undefined : groupsOf(columnNamed(table, group, 'in data.split.group'), kept),
    order:
      time === undefined ? undefined : orderOf(table, columnNamed(table, time, 'in data.split.time'), kept),
  });
  if (parts.train.length === 0)
    throw bad(
      table.file,
      undefined,
      `No row of ${kept.length} is left to train on. Lower data.split.test and data.split.valid, or use more data.`,
    );
  for (const [part, share] of [
    ['test', test],
    ['valid', valid],
  ] as const)
    if (share > 0 && parts[part].length === 0)
      notes.push(
        `The ${part === 'test' ? 'test' : 'validation'} part is empty: there are too few rows or groups.`,
      );
  const splits = {
    train: parts.train.map(i => kept[i]!),
    valid: parts.valid.map(i => kept[i]!),
    test: parts.test.map(i => kept[i]!),
  };
  if (target.kind === 'classes') {
    const seen = new Set(Array.from(splits.train, row => targets[row]!));
    const unseen = target.classes!.filter((_, i) => !seen.has(i));
    if (unseen.length > 0)
      notes.push(`No training row is of the ${unseen.length === 1 ? 'class' : 'classes'} ${listed(unseen)}.`);
  }
  return splits;
}

function groupsOf(column: Column, kept: Int32Array): Int32Array {
  const codes = new Map<string, number>();
  return Int32Array.from(kept, row => {
    const text = textAt(column, row) ?? '';
    let code = codes.get(text);
    if (code === undefined) {
      code = codes.size;
      codes.set(text, code);
    }
    return code;
  });
}

function orderOf(table: Table, column: Column, kept: Int32Array): Int32Array {
  const decimal = decimalOf(column);
  const numeric = looksNumeric(column, table.rows);
  const times = Float64Array.from(kept, row => {
    const text = textAt(column, row);
    const x = numeric ? numberAt(column, row, decimal) : text === undefined ? Number.NaN : parseTime(text);
    if (Number.isNaN(x)) {
      const line = table.lines[row]!;
      throw bad(
        table.file,
        line,
        `Line ${line}, column "${column.name}": ${text === undefined ? 'the time is missing' : `found "${clip(text)}"`}, expected a number or a date like 2026-01-31 or 2026-01-31T12:00 to order the rows by.`,
      );
    }
    return x;
  });
  // A stable sort: rows of the same time keep their order.
  return Int32Array.from(Array.from(kept.keys()).sort((a, b) => times[a]! - times[b]! || a - b));
}

/** ISO 8601 dates; without a zone they are taken as UTC, so that the order is the same on every machine. */
function parseTime(text: string): number {
  const m =
    /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:?\d\d)?$/.exec(
      text,
    );
  if (!m) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = m;
  const utc = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute) + Number(second) * 1000;
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = offset ? (offset[1] === '-' ? -1 : 1) * (+offset[2]! * 60 + +offset[3]!) : 0;
  return +month! > 12 || +day! > 31 ? Number.NaN : utc - minutes * 60_000;
}

/** Learns scaling and categories from the training rows. */
function learn(
  name: string,
  table: Table,
  columns: readonly Column[],
  kinds: readonly ColumnKind[],
  train: Int32Array,
  options: CsvOptions,
  target: TargetInfo,
  notes: string[],
): PreparationState {
  const { image } = options;
  const scale: Scale = options.scale ?? (image ? 'none' : 'standard');
  const constant: Column[] = [];
  const learned = columns.map((column, i): PreparationColumn => {
    const { number, decimal } = kinds[i]!;
    const base = { name: column.name, decimal, missing: column.missing };
    if (!number)
      return {
        ...base,
        kind: 'category',
        shift: 0,
        scale: 1,
        ...learnCategories(table, column, train, options),
      };
    const statistics = describe([column], [decimal], train);
    if (statistics.count === 0)
      throw bad(
        table.file,
        1,
        `The column "${column.name}" has no value in the training rows. Put it into data.exclude.`,
      );
    if (statistics.constant) constant.push(column);
    return {
      ...base,
      kind: 'number',
      ...(image ? { shift: 0, scale: image.max } : scaling(scale, statistics)),
      ...(options.missing === 'mean' ? { fill: statistics.mean } : {}),
      mean: statistics.mean,
      std: statistics.std,
      min: statistics.min,
      max: statistics.max,
    };
  });
  if (image && scale !== 'none') {
    // One mean and deviation a channel, as is usual for images: pixels keep their relation to each other.
    const size = image.height * image.width;
    for (let c = 0; c < image.channels; c++) {
      const range = [c * size, (c + 1) * size] as const;
      const decimals = kinds.slice(...range).map(k => k.decimal);
      const s = scaling(scale, describe(columns.slice(...range), decimals, train));
      for (const column of learned.slice(...range)) Object.assign(column, s);
    }
  } else if (constant.length > 0 && !image) {
    notes.push(
      `${names(constant)} ${constant.length === 1 ? 'has' : 'have'} the same value in all training rows.`,
    );
  }
  const width = learned.reduce((n, c) => n + (c.categories?.length ?? 1), 0);
  return {
    format: 'vitrine-preparation',
    version: 1,
    name,
    modality: image ? 'image' : 'table',
    sampleShape: image ? [image.channels, image.height, image.width] : [width],
    columns: learned,
    target: {
      name: target.name,
      kind: target.kind,
      ...(target.classes ? { classes: [...target.classes] } : {}),
    },
  };
}

interface Statistics {
  count: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
  constant: boolean;
}

function describe(
  columns: readonly Column[],
  decimals: readonly ('.' | ',')[],
  rows: Int32Array,
): Statistics {
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const each = (visit: (x: number) => void) => {
    columns.forEach((column, i) => {
      for (const row of rows) {
        const x = numberAt(column, row, decimals[i]!);
        if (!Number.isNaN(x)) visit(x);
      }
    });
  };
  each(x => {
    count++;
    sum += x;
    min = Math.min(min, x);
    max = Math.max(max, x);
  });
  const mean = sum / count;
  let squares = 0;
  each(x => {
    squares += (x - mean) ** 2;
  });
  const variance = squares / count;
  // scikit-learn's rule (_is_constant_feature): what is left of a constant after rounding is no deviation.
  const constant = variance <= count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { count, mean, std: Math.sqrt(variance), min, max, constant: constant || min === max };
}

/** scikit-learn's StandardScaler and MinMaxScaler; a constant column is only shifted. */
function scaling(scale: Scale, s: Statistics): { shift: number; scale: number } {
  if (scale === 'none') return { shift: 0, scale: 1 };
  if (scale === 'standard') return { shift: s.mean, scale: s.constant ? 1 : s.std };
  return { shift: s.min, scale: s.max > s.min ? s.max - s.min : 1 };
}

function learnCategories(
  table: Table,
  column: Column,
  train: Int32Array,
  options: CsvOptions,
): { categories: string[]; fill?: string } {
  const counts = new Map<string, number>();
  for (const row of train) {
    const text = textAt(column, row);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size === 0)
    throw bad(
      table.file,
      1,
      `The column "${column.name}" has no value in the training rows. Put it into data.exclude.`,
    );
  if (counts.size > maxCategories || (counts.size > 50 && counts.size > train.length * 0.9)) {
    const row = column.texts!.findIndex(t => t !== undefined);
    throw bad(
      table.file,
      table.lines[row]!,
      `The column "${column.name}" holds ${counts.size} different texts in ${train.length} training rows (the first is "${clip(column.texts![row]!)}"), too many for categories. Put it into data.exclude.`,
    );
  }
  const categories = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  return options.missing === 'mean' ? { categories, fill: categories[0]! } : { categories };
}

/** Categories that only validation or test rows have become all zeros, as scikit-learn's handle_unknown='ignore'. */
function noteUnseen(
  columns: readonly Column[],
  learned: readonly PreparationColumn[],
  splits: Readonly<Record<Split, Int32Array>>,
  notes: string[],
): void {
  columns.forEach((column, i) => {
    const { categories } = learned[i]!;
    if (!categories) return;
    const known = new Set(categories);
    const unknown = new Set<string>();
    let rows = 0;
    for (const row of [...splits.valid, ...splits.test]) {
      const text = textAt(column, row);
      if (text === undefined || known.has(text)) continue;
      unknown.add(text);
      rows++;
    }
    if (rows > 0)
      notes.push(
        `${listed([...unknown], 5)} in "${column.name}" did not occur in the training rows; ${rowsOf(rows)} of the other parts stand there without a category.`,
      );
  });
}

/** Notes what makes a test look better than it is: rows known from training, and a feature that is the answer. */
function noteLeaks(
  table: Table,
  columns: readonly Column[],
  target: Column,
  splits: Readonly<Record<Split, Int32Array>>,
  notes: string[],
): void {
  const trained = new Set<string>();
  const key = (row: number) => rowKey([...columns, target], row);
  for (const row of splits.train) trained.add(key(row));
  for (const part of ['valid', 'test'] as const) {
    const again = splits[part].filter(row => trained.has(key(row))).length;
    if (again > 0)
      notes.push(
        `${rowsOf(again)} of the ${part === 'test' ? 'test' : 'validation'} part also ${again === 1 ? 'occurs' : 'occur'} among the training rows.`,
      );
  }
  for (const column of columns) {
    let same = true;
    for (let row = 0; row < table.rows && same; row++) same = textAt(column, row) === textAt(target, row);
    if (same)
      notes.push(
        `The column "${column.name}" equals the target in every row: it gives the answer away. Exclude it?`,
      );
  }
}

function rowKey(columns: readonly Column[], row: number): string {
  // Two 32-bit hashes: short keys instead of the rows' whole text.
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (const column of columns) {
    const text = `${textAt(column, row) ?? ''}\u001f`;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      a = Math.imul(a ^ c, 0x01000193);
      b = Math.imul(b ^ (c + i), 0x85ebca6b);
      b ^= b >>> 13;
    }
  }
  return `${a >>> 0}:${b >>> 0}`;
}

function names(columns: readonly Column[]): string {
  const shown = columns.slice(0, 5).map(c => `"${c.name}"`);
  return columns.length > 5 ? `${shown.join(', ')} and ${columns.length - 5} more columns` : shown.join(', ');
}

function rowsOf(n: number): string {
  return n === 1 ? '1 row' : `${n} rows`;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
