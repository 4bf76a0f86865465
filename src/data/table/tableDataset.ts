/** A table as a data set: chosen, checked, divided and prepared. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Dataset, RawSample, Split, TargetInfo } from '../dataset';
import { Preparation, type PreparationState } from '../preparation';
import { checkImage, checkNumbers, chooseFeatures, isNumber } from './features';
import { noteLeaks, noteUnseen } from './leaks';
import { learn } from './learn';
import type { TableOptions } from './options';
import { divide, keepRows } from './rows';
import { bad, type Column, columnNamed, looksNumeric, numberAt, type Table, textAt } from './table';
import { readTarget } from './target';
import { names } from './words';

/** (length, channels) reads as a series; three axes as the channels, rows and columns of an image. */
function shaped(state: PreparationState, sampleShape: readonly number[]): PreparationState {
  const modality = sampleShape.length === 3 ? 'image' : sampleShape.length === 2 ? 'series' : 'table';
  return { ...state, sampleShape: [...sampleShape], modality };
}

export class TableDataset implements Dataset {
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
  private readonly numeric: ReadonlySet<Column>;

  /** @param sampleShape of samples that are more than a row: the columns are their entries, row-major. */
  constructor(
    private readonly table: Table,
    options: TableOptions,
    readonly hash: string,
    seed: number,
    sampleShape?: readonly number[],
  ) {
    const notes = [...table.notes];
    this.name = path.basename(table.file);
    this.targetColumn = columnNamed(table, options.target, 'the target');
    this.columns = chooseFeatures(table, options, notes);
    if (options.image) checkImage(table, this.columns, options.image);

    const isCode = new Set(options.categories);
    this.numeric = new Set(table.columns.filter(c => looksNumeric(c, table.rows) && !isCode.has(c.name)));
    const numeric = this.columns.map(c => isNumber(c, table, options));
    const numbers = this.columns.filter((_, i) => numeric[i]);
    const commas = numbers.filter(c => c.decimal === ',');
    if (commas.length > 0) notes.push(`Numbers with a decimal comma were read in ${names(commas)}.`);
    checkNumbers(table, numbers);

    const { info, values } = readTarget(table, this.targetColumn, options, notes);
    this.target = info;
    this.targets = values;

    const kept = keepRows(table, this.columns, this.targetColumn, values, options, notes);
    this.splits = divide(table, kept, options, info, values, seed, notes);
    this.splitOf = new Map();
    for (const split of ['train', 'valid', 'test'] as const)
      for (const row of this.splits[split]) this.splitOf.set(row, split);

    const learned = learn(this.name, table, this.columns, numeric, this.splits.train, options, info, notes);
    const state = sampleShape && sampleShape.length > 1 ? shaped(learned, sampleShape) : learned;
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
        const value = how.kind === 'number' ? numberAt(column, row) : (textAt(column, row) ?? Number.NaN);
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
