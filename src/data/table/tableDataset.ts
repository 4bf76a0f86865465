/** A table as a data set: chosen, checked, divided and prepared. */

import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Dataset, RawSample, Split, TargetInfo } from '../dataset';
import { splitsByRow } from '../divide';
import { type Augmentation, augment, chanceOf } from '../image/augment';
import { balancedWeights } from '../options';
import type { Cells } from '../overview/leak';
import { Preparation, type PreparationColumn, type PreparationState } from '../preparation';
import { roomFor } from '../room';
import { type ColumnPlan, checkColumnOptions, planColumn } from './columnPlan';
import { type DatePart, datePart, parseDate } from './dates';
import { checkImage, checkNumbers, chooseFeatures } from './features';
import { leaksOf, noteCopies, noteUnseen } from './leaks';
import { learn } from './learn';
import { emptyCodes } from './missingCodes';
import type { TableOptions } from './options';
import { divide, keepRows } from './rows';
import { bad, type Column, columnNamed, looksNumeric, numberAt, type Table, textAt } from './table';
import { readTarget } from './target';
import { names, signNotes } from './words';

/** (length, channels) reads as a series; three axes as the channels, rows and columns of an image. */
function shaped(state: PreparationState, sampleShape: readonly number[]): PreparationState {
  const modality = sampleShape.length === 3 ? 'image' : sampleShape.length === 2 ? 'series' : 'table';
  return { ...state, sampleShape: [...sampleShape], modality };
}

/** The table's last rows as the test, and the rest divided. */
function withHeld(
  table: Table,
  kept: Int32Array,
  held: number,
  divided: (own: Int32Array) => Record<Split, Int32Array>,
): Record<Split, Int32Array> {
  const from = table.rows - held;
  return { ...divided(kept.filter(row => row < from)), test: kept.filter(row => row >= from) };
}

export class TableDataset implements Dataset {
  readonly name: string;
  readonly modality;
  readonly sampleShape: readonly number[];
  readonly features;
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[];
  readonly leaks: NonNullable<Dataset['leaks']>;
  /** Only where the experiment asks for altered pictures. */
  readonly trainingBatch?: NonNullable<Dataset['trainingBatch']>;
  private readonly plan: Preparation;
  private readonly columns: readonly Column[];
  /** Of each column that the model sees, the table's column that it comes from. */
  private readonly sources: readonly Column[];
  private readonly targetColumn: Column;
  private readonly targets: Float64Array;
  private readonly splitOf: Map<number, Split>;
  private readonly numeric: ReadonlySet<Column>;

  /**
   * @param sampleShape of samples that are more than a row: the columns are their entries, row-major.
   * @param held the last so many rows of the table are the test, whatever the options say.
   */
  constructor(
    private readonly table: Table,
    options: TableOptions,
    readonly hash: string,
    seed: number,
    sampleShape?: readonly number[],
    held?: number,
  ) {
    const notes = [...table.notes];
    emptyCodes(table, options);
    this.name = path.basename(table.file);
    this.targetColumn = columnNamed(table, options.target, 'the target');
    this.columns = chooseFeatures(table, options, notes);
    if (options.image) checkImage(table, this.columns, options.image);

    checkColumnOptions(table, options);
    const plans = this.columns.map(c => planColumn(c, table, options, notes));
    const planOf = new Map<Column, ColumnPlan>(this.columns.map((c, i) => [c, plans[i]!]));
    const isCode = new Set(options.categories);
    this.numeric = new Set(
      table.columns.filter(c => {
        const kind = planOf.get(c)?.kind;
        return kind ? kind === 'number' : looksNumeric(c, table.rows) && !isCode.has(c.name);
      }),
    );
    const numbers = this.columns.filter((_, i) => plans[i]!.kind === 'number');
    const commas = numbers.filter(c => c.decimal === ',');
    if (commas.length > 0) notes.push(`Numbers with a decimal comma were read in ${names(commas)}.`);
    notes.push(...signNotes(table.columns.filter(c => this.numeric.has(c))));
    checkNumbers(table, numbers);
    for (const [column, { kind, dateOrder }] of planOf)
      if (kind === 'date')
        column.dates = Float64Array.from({ length: table.rows }, (_, row) =>
          parseDate(textAt(column, row) ?? '', dateOrder),
        );

    const { info, values } = readTarget(table, this.targetColumn, options, notes);
    this.targets = values;

    const kept = keepRows(
      table,
      this.columns,
      this.targetColumn,
      values,
      options,
      notes,
      c => planOf.get(c)!.missing,
    );
    this.splits = held
      ? withHeld(table, kept, held, own =>
          divide(table, own, { ...options, split: { ...options.split, test: 0 } }, info, values, seed, notes),
        )
      : divide(table, kept, options, info, values, seed, notes);
    this.splitOf = splitsByRow(this.splits);
    this.target =
      options.classWeights && info.classes
        ? {
            ...info,
            classWeights: balancedWeights(
              Array.from(this.splits.train, row => values[row]!),
              info.classes.length,
            ),
          }
        : info;

    const learned = learn(
      this.name,
      table,
      this.columns,
      plans,
      this.splits.train,
      options,
      this.target,
      notes,
    );
    const state = sampleShape && sampleShape.length > 1 ? shaped(learned, sampleShape) : learned;
    this.plan = new Preparation(state);
    this.modality = state.modality;
    this.sampleShape = state.sampleShape;
    this.features = this.plan.features;
    const named = new Map(this.columns.map(c => [c.name, c]));
    this.sources = state.columns.map(c => named.get(c.from ?? c.name)!);
    noteUnseen(this.sources, state.columns, this.splits, notes);
    noteCopies([...this.columns, this.targetColumn], this.splits, notes);
    this.leaks = leaksOf(this.columns, this.numeric, this.answers(), kept);
    this.notes = [...notes, ...this.leaks.map(l => l.message)];
    if (options.image?.augment?.length)
      this.trainingBatch = this.altering(options.image, options.image.augment);
  }

  /** The target of every row, as its cells. */
  private answers(): Cells {
    const { name, classes } = this.target;
    return classes
      ? { name, texts: classes, codes: Int32Array.from(this.targets, x => (Number.isNaN(x) ? -1 : x)) }
      : { name, numbers: this.targets };
  }

  /** Batches of pictures that are altered by chance: taken back to brightness 0 … 1, altered, and prepared again. */
  private altering(
    { max, ...size }: NonNullable<TableOptions['image']>,
    transforms: Augmentation,
  ): NonNullable<Dataset['trainingBatch']> {
    const { columns } = this.plan.state;
    if (columns.some(c => c.transform !== undefined || c.quantiles !== undefined))
      throw new VitrineError(
        'bad-experiment',
        'data.image.augment alters brightness, which data.scale turned into something else. Let it be "none", "standard", "minmax" or "robust".',
      );
    return (rows, chance, into) => {
      const batch = this.batch(rows, into);
      const { width } = this.plan;
      const data = batch.input.data as Float32Array;
      for (let i = 0; i < rows.length; i++) {
        const own = data.subarray(i * width, (i + 1) * width);
        const picture = own.map((x, j) => (x * columns[j]!.scale + columns[j]!.shift) / max);
        const altered = augment(picture, size, transforms, chanceOf(chance, rows[i]!));
        altered.forEach((x, j) => {
          own[j] = (x * max - columns[j]!.shift) / columns[j]!.scale;
        });
      }
      return batch;
    };
  }

  batch(rows: ArrayLike<number>, into?: Float32Array) {
    const width = this.plan.width;
    const data = roomFor(rows.length * width, into);
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
      this.plan.state.columns.forEach((how, j) => {
        const value = this.valueOf(this.sources[j]!, how, row);
        this.plan.write(data, i * width, j, value ?? how.fill!);
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
    this.plan.state.columns.forEach((how, j) => {
      if (how.from === undefined || Object.hasOwn(values, how.name)) return;
      values[how.name] = this.valueOf(this.sources[j]!, how, row) ?? null;
    });
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

  /** What a column that the model sees has in a row, before scaling; undefined where it is missing. */
  private valueOf(source: Column, how: PreparationColumn, row: number): number | string | undefined {
    if (how.part === 'missing') return textAt(source, row) === undefined ? 1 : 0;
    if (how.kind === 'category') return textAt(source, row);
    const x = how.part ? source.dates![row]! : numberAt(source, row);
    if (Number.isNaN(x)) return undefined;
    return how.part ? datePart(x, how.part as DatePart) : x;
  }

  private cell(column: Column, row: number): string | number | null {
    if (this.numeric.has(column)) {
      const x = numberAt(column, row);
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
