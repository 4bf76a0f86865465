/**
 * What was learned from the training rows for turning raw values into the numbers that a model sees, and its use on
 * rows of any origin. It is plain JSON, kept beside a run's weights, so that prediction prepares as training did.
 */
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';
import type { Tensor } from '../model/graph';
import { listed, nearest } from '../model/suggest';
import type { FeatureInfo, SavedPreparation, TargetInfo } from './dataset';
import { isLargeTable, readRowBlocks } from './stream/rowBlocks';
import { type DatePart, datePart, dateParts, parseDate } from './table/dates';
import { isGap } from './table/missingCodes';
import { type RawRow, rawRowsOf, readTableFile } from './table/rawRows';
import { quantileRank, signedLog } from './table/scaling';
import { numberAt } from './table/table';
import { isMissing, parseNumber } from './table/values';

const columnSchema = Type.Object({
  name: Type.String(),
  kind: Type.Union([Type.Literal('number'), Type.Literal('category')]),
  /** Numbers are written "1.5" or "1,5". */
  decimal: Type.Union([Type.Literal('.'), Type.Literal(',')]),
  /** Number x becomes (x - shift) / scale, after `transform`. */
  shift: Type.Number(),
  scale: Type.Number({ exclusiveMinimum: 0 }),
  transform: Type.Optional(Type.Literal('log')),
  /** Number x becomes its rank among these, 0 to 1; shift and scale are then without effect. */
  quantiles: Type.Optional(Type.Array(Type.Number(), { minItems: 2, maxItems: 10_000 })),
  /** Each category has an entry of its own: 1 where the value is this one, else 0. */
  categories: Type.Optional(Type.Array(Type.String())),
  /** One entry instead: the category's place from 0, scaled; or from 1, and 0 for unknown ones. */
  encoding: Type.Optional(Type.Union([Type.Literal('ordinal'), Type.Literal('index')])),
  /** Unknown categories have no entry instead of being an error. */
  unknown: Type.Optional(Type.Literal('ignore')),
  /** Stands in for a missing value; absent where missing values are an error. */
  fill: Type.Optional(Type.Union([Type.Number(), Type.String()])),
  /** What means "not known" beside empty cells. */
  missingValues: Type.Optional(Type.Array(Type.Union([Type.Number(), Type.String()]))),
  /** The column of the source that this one is computed from: whether it is missing, or a part of its date. */
  from: Type.Optional(Type.String()),
  part: Type.Optional(
    Type.Union([Type.Literal('missing'), ...dateParts.map(p => Type.Literal(p))] as unknown as [
      ReturnType<typeof Type.Literal<'missing' | DatePart>>,
    ]),
  ),
  order: Type.Optional(Type.Union([Type.Literal('ymd'), Type.Literal('dmy'), Type.Literal('mdy')])),
  mean: Type.Optional(Type.Number()),
  std: Type.Optional(Type.Number()),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  missing: Type.Integer({ minimum: 0 }),
});

const preparationSchema = Type.Object({
  format: Type.Literal('vitrine-preparation'),
  version: Type.Literal(1),
  name: Type.String(),
  modality: Type.Union([
    Type.Literal('table'),
    Type.Literal('image'),
    Type.Literal('text'),
    Type.Literal('sound'),
    Type.Literal('series'),
  ]),
  sampleShape: Type.Array(Type.Integer({ minimum: 1 })),
  columns: Type.Array(columnSchema),
  target: Type.Object({
    name: Type.String(),
    kind: Type.Union([Type.Literal('classes'), Type.Literal('number')]),
    classes: Type.Optional(Type.Array(Type.String())),
    classWeights: Type.Optional(Type.Array(Type.Number({ minimum: 0 }))),
  }),
});

export type PreparationColumn = Static<typeof columnSchema>;
export type PreparationState = Static<typeof preparationSchema>;
export type RawValue = string | number | null | undefined;

export class Preparation implements SavedPreparation {
  readonly features: readonly FeatureInfo[];
  readonly width: number;
  private readonly codes: readonly (ReadonlyMap<string, number> | undefined)[];

  constructor(readonly state: PreparationState) {
    let start = 0;
    this.features = state.columns.map(c => {
      const end = start + widthOf(c);
      const info: FeatureInfo = {
        name: c.name,
        kind: c.kind,
        ...(c.kind === 'number'
          ? { mean: c.mean, std: c.std, min: c.min, max: c.max }
          : { categories: c.categories, ...(c.encoding && { encoding: c.encoding }) }),
        ...(c.from !== undefined && { from: c.from }),
        span: [start, end],
        missing: c.missing,
      };
      start = end;
      return info;
    });
    this.width = start;
    this.codes = state.columns.map(c => c.categories && new Map(c.categories.map((name, i) => [name, i])));
  }

  get sampleShape(): readonly number[] {
    return this.state.sampleShape;
  }

  get target(): TargetInfo {
    return this.state.target;
  }

  /**
   * Rows as the model sees them, [rows, …sampleShape].
   *
   * @throws VitrineError bad-data naming row (from 1) and column: a column that is absent, a missing value where none
   * is allowed, text in a number column, a category that training did not have.
   */
  prepare(rows: readonly Readonly<Record<string, RawValue>>[]): Tensor {
    const data = new Float32Array(rows.length * this.width);
    rows.forEach((row, i) => {
      this.state.columns.forEach((column, j) => {
        this.write(data, i * this.width, j, this.read(this.cell(row, i, column), i, j));
      });
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  /** Rows of a table in any format, categories in the file's own spelling. */
  async readRows(file: string, signal?: AbortSignal): Promise<RawRow[]> {
    const categories = this.state.columns
      .filter(c => c.kind === 'category' || c.from !== undefined)
      .map(c => c.from ?? c.name);
    const table = await readTableFile(file, new Set(categories), signal);
    const rows = rawRowsOf(table);
    // This table may write its numbers otherwise than the one that was trained on.
    const numbers = new Set(this.state.columns.filter(c => c.kind === 'number').map(c => c.name));
    for (const column of table.columns) {
      if (column.decimal !== ',' || !numbers.has(column.name)) continue;
      rows.forEach((row, i) => {
        const x = numberAt(column, i);
        if (!Number.isNaN(x)) row[column.name] = x;
      });
    }
    return rows;
  }

  async *rowBlocks(file: string, signal?: AbortSignal): AsyncGenerator<RawRow[]> {
    if (await isLargeTable(file)) {
      const numbers = this.state.columns.filter(c => c.kind === 'number').map(c => c.name);
      yield* readRowBlocks(file, new Set(numbers), signal);
    } else yield await this.readRows(file, signal);
  }

  /** Writes one value of column `j` into the row that starts at `offset`; an unknown category leaves zeros. */
  write(data: Float32Array, offset: number, j: number, value: number | string): void {
    const column = this.state.columns[j]!;
    const start = offset + this.features[j]!.span[0];
    if (column.kind === 'number') {
      data[start] = scaled(column, value as number);
      return;
    }
    const code = this.codes[j]!.get(value as string);
    if (code === undefined) return;
    if (column.encoding === 'index') data[start] = code + 1;
    else if (column.encoding === 'ordinal') data[start] = (code - column.shift) / column.scale;
    else data[start + code] = 1;
  }

  /** The raw value of a column in a row of any origin; of a computed column, what it says or what follows. */
  private cell(row: Readonly<Record<string, RawValue>>, i: number, column: PreparationColumn): RawValue {
    const { name, from, part } = column;
    const own = Object.hasOwn(row, name) ? row[name] : undefined;
    if (from === undefined) return own === undefined ? this.absent(row, i, name) : own;
    if (!isMissing(own)) return own;
    const source = Object.hasOwn(row, from) ? row[from] : undefined;
    if (part === 'missing') return isGap(source, column) ? 1 : 0;
    if (source === undefined && !Object.hasOwn(row, name)) return this.absent(row, i, from);
    if (isGap(source, column)) return null;
    const at = parseDate(String(source), column.order);
    if (Number.isNaN(at))
      throw bad(
        `Row ${i + 1}, column "${from}": found "${source}", expected a date like ${dateExample(column)}.`,
      );
    return datePart(at, part as DatePart);
  }

  private read(value: RawValue, row: number, j: number): number | string {
    const column = this.state.columns[j]!;
    const where = `Row ${row + 1}, column "${column.name}"`;
    if (isGap(value, column)) {
      if (column.fill !== undefined) return column.fill;
      throw bad(`${where}: the value is missing. Expected ${expected(column)}.`);
    }
    if (column.kind === 'number') {
      const x = typeof value === 'number' ? value : parseNumber(value, column.decimal);
      if (!Number.isFinite(x)) throw bad(`${where}: found "${value}", expected a number.`);
      return x;
    }
    const text = typeof value === 'number' ? String(value) : value.trim();
    if (this.codes[j]!.has(text) || column.unknown === 'ignore') return text;
    const near = nearest(text, column.categories!);
    throw bad(
      `${where}: "${text}" did not occur in training. ${near ? `Did you mean "${near}"?` : `Expected ${expected(column)}.`} ${this.knowing(column)}`,
    );
  }

  /** What to do about a category that the model does not know. */
  private knowing({ name, fill }: PreparationColumn): string {
    return `If it is another one, ${fill === undefined ? '' : `leave the cell empty ("${fill}" then stands in), or `}train with data.columns.${name}.unknown set to "ignore", which predicts such rows without it.`;
  }

  /** What to do about a column that is not there. */
  private withoutColumn(name: string): string {
    const gaps = this.state.columns.filter(c => (c.from ?? c.name) === name).every(c => c.fill !== undefined);
    return gaps
      ? ' If it is not known, add it with empty cells: what is typical of the training rows then stands in.'
      : ' Add it, or train without it (data.exclude).';
  }

  /** Whether a row says all parts of a date itself. */
  private computable(row: Readonly<Record<string, RawValue>>, from: string): boolean {
    const parts = this.state.columns.filter(c => c.from === from);
    return parts.length > 0 && parts.every(c => Object.hasOwn(row, c.name));
  }

  private absent(row: Readonly<Record<string, RawValue>>, i: number, name: string): never {
    // A column that the model knows is no misspelling of another.
    const known = new Set(this.state.columns.map(c => c.from ?? c.name));
    const near = nearest(
      name,
      Object.keys(row).filter(k => !known.has(k)),
    );
    const others = [...known].filter(k => k !== name && !Object.hasOwn(row, k) && !this.computable(row, k));
    throw bad(
      `Row ${i + 1} has no column "${name}", which the model was trained with.${near ? ` "${near}" is near: rename it.` : ''}${others.length > 0 ? ` Nor has it ${listed(others)}.` : ''}${near ? '' : this.withoutColumn(name)}`,
    );
  }
}

/**
 * Continues from what `Dataset.preparation()` gave, e.g. a run's preparation.json.
 *
 * @throws VitrineError bad-file if it is no such thing.
 */
export function restorePreparation(json: unknown): Preparation {
  const error = Value.Errors(preparationSchema, json).First();
  if (error)
    throw new VitrineError(
      'bad-file',
      `This is no saved preparation of data: at "${error.path || '/'}", ${error.message.toLowerCase()}. Train again to write a new one.`,
    );
  const state = json as PreparationState;
  for (const column of state.columns) {
    if (column.kind === 'category' && !column.categories)
      throw new VitrineError(
        'bad-file',
        `The saved preparation lacks the categories of "${column.name}". Train again.`,
      );
  }
  const width = state.columns.reduce((n, c) => n + widthOf(c), 0);
  if (state.sampleShape.reduce((a, b) => a * b, 1) !== width)
    throw new VitrineError(
      'bad-file',
      `The saved preparation has ${width} entries a row, but its shape is (${state.sampleShape.join(', ')}). Train again.`,
    );
  return new Preparation(state);
}

function widthOf(column: PreparationColumn): number {
  return column.kind === 'number' || column.encoding ? 1 : column.categories!.length;
}

function scaled(column: PreparationColumn, x: number): number {
  if (column.quantiles) return quantileRank(x, column.quantiles);
  return ((column.transform === 'log' ? signedLog(x) : x) - column.shift) / column.scale;
}

function dateExample({ order }: PreparationColumn): string {
  return order === 'dmy' ? '31.01.2026' : order === 'mdy' ? '01/31/2026' : '2026-01-31';
}

function expected(column: PreparationColumn): string {
  return column.kind === 'number' ? 'a number' : listed(column.categories!);
}

function bad(message: string): VitrineError {
  return new VitrineError('bad-data', message);
}
