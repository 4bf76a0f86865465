/** A table that is read from the disk while training: rows shuffled by blocks, a few of which are in memory at a time. */

import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import type { Dataset, FeatureInfo, RawSample, RowOrder, Split, TargetInfo } from '../dataset';
import type { Preparation, PreparationColumn } from '../preparation';
import { roomFor } from '../room';
import { type DatePart, datePart, parseDate } from '../table/dates';
import { isGap } from '../table/missingCodes';
import { bad, type Column } from '../table/table';
import { isMissing, parseNumber } from '../table/values';
import { BlockFile, type BlockIndex, parseBlock } from './blocks';
import { labelOf } from './scan';

/** Neighbouring blocks whose rows are mixed with each other. */
const blocksInWindow = 32;
/** A window, and what is looked at besides. */
const blocksInMemory = blocksInWindow + 8;

export interface StreamParts {
  file: string;
  encoding: string;
  delimiter: string;
  columns: readonly Column[];
  target: Column;
  plan: Preparation;
  info: TargetInfo;
  index: BlockIndex;
  rows: number;
  splits: Record<Split, Int32Array>;
  notes: readonly string[];
  hash: string;
}

/** A block as training needs it. */
interface Block {
  /** [rows, columns of the preparation]; NaN where missing. Categories by their place in `texts`. */
  values: Float64Array;
  targets: Float64Array;
}

export class StreamDataset implements Dataset {
  readonly name: string;
  readonly modality = 'table';
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  readonly notes: readonly string[];
  readonly hash: string;
  private readonly source: BlockFile;
  private readonly blocks = new Map<number, Block>();
  private raws: { block: number; rows: (readonly string[])[] } | undefined;
  private readonly places: ReadonlyMap<string, number>;
  private readonly classes: ReadonlyMap<string, number>;
  /** Of each column of categories, every text that was met; a block keeps numbers. */
  private readonly texts: { known: Map<string, number>; list: string[] }[];

  constructor(private readonly from: StreamParts) {
    this.name = path.basename(from.file);
    this.sampleShape = from.plan.sampleShape;
    this.features = from.plan.features;
    this.target = from.info;
    this.splits = from.splits;
    this.notes = from.notes;
    this.hash = from.hash;
    this.source = new BlockFile(from.file, from.index, from.encoding);
    this.places = new Map(from.columns.map((c, i) => [c.name, i]));
    this.classes = new Map((from.info.classes ?? []).map((c, i) => [c, i]));
    this.texts = from.plan.state.columns.map(() => ({ known: new Map(), list: [] }));
  }

  batch(rows: ArrayLike<number>, into?: Float32Array) {
    const { plan, info } = this.from;
    const { columns } = plan.state;
    const data = roomFor(rows.length * plan.width, into);
    const classes = info.kind === 'classes';
    const targets = classes ? new Int32Array(rows.length) : new Float32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.check(row);
      const number = this.from.index.of(row);
      const block = this.block(number);
      const local = row - this.from.index.firstRow(number);
      for (let j = 0; j < columns.length; j++) {
        const how = columns[j]!;
        const x = block.values[local * columns.length + j]!;
        const value = Number.isNaN(x) ? how.fill : how.kind === 'category' ? this.texts[j]!.list[x] : x;
        if (value === undefined)
          throw new VitrineError('bad-request', `Row ${row} was left out: it has a missing value.`);
        plan.write(data, i * plan.width, j, value);
      }
      targets[i] = block.targets[local]!;
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: classes ? [rows.length] : [rows.length, 1], data: targets },
    };
  }

  raw(row: number): RawSample {
    this.check(row);
    const { index, columns, target, info, plan } = this.from;
    const number = index.of(row);
    if (this.raws?.block !== number) this.raws = { block: number, rows: this.rowsOf(number) };
    const cells = this.raws.rows[row - index.firstRow(number)]!;
    const values: RawSample['values'] = {};
    columns.forEach((column, i) => {
      if (column === target) return;
      const cell = cells[i]!;
      const x = column.decimal === ',' || column.numeric > 0 ? parseNumber(cell, column.decimal) : Number.NaN;
      Object.defineProperty(values, column.name, {
        value: isMissing(cell) ? null : Number.isNaN(x) ? cell.trim() : x,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    });
    for (const how of plan.state.columns)
      if (how.from !== undefined && !Object.hasOwn(values, how.name))
        values[how.name] = this.derived(how, cells[this.places.get(how.from)!]!) ?? null;
    const answer = cells[this.places.get(target.name)!]!;
    return {
      row,
      split: this.splitAt(row) ?? 'train',
      values,
      target: isMissing(answer)
        ? null
        : info.kind === 'classes'
          ? labelOf(answer, target)
          : parseNumber(answer, target.decimal),
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]) {
    return this.from.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.from.plan.state;
  }

  /**
   * The training rows in the order of an epoch: blocks by chance, and the rows of some neighbouring blocks mixed with
   * each other, so that the disk is read from one end of a window to the other and never from row to row.
   */
  epochOrder(seed: number, epoch: number): RowOrder {
    const { index, splits } = this.from;
    const { train } = splits;
    const order = new Random(seed, `shuffle:${epoch}`).permutation(index.length);
    const windows = Math.ceil(order.length / blocksInWindow);
    const starts = new Float64Array(windows + 1);
    const range = (block: number) => {
      const first = index.firstRow(block);
      const end = block + 1 < index.length ? index.firstRow(block + 1) : this.from.rows;
      return [lowerBound(train, first), lowerBound(train, end)] as const;
    };
    for (let w = 0; w < windows; w++) {
      let rows = 0;
      for (const block of order.subarray(w * blocksInWindow, (w + 1) * blocksInWindow)) {
        const [from, to] = range(block);
        rows += to - from;
      }
      starts[w + 1] = starts[w]! + rows;
    }
    let current: { window: number; rows: Int32Array } | undefined;
    const rowsOf = (w: number): Int32Array => {
      if (current?.window === w) return current.rows;
      const rows = new Int32Array(starts[w + 1]! - starts[w]!);
      let n = 0;
      for (const block of order.subarray(w * blocksInWindow, (w + 1) * blocksInWindow)) {
        const [from, to] = range(block);
        rows.set(train.subarray(from, to), n);
        n += to - from;
      }
      current = { window: w, rows: new Random(seed, `shuffle:${epoch}:${w}`).shuffle(rows) };
      return current.rows;
    };
    return {
      length: train.length,
      subarray(from, to) {
        const end = Math.min(to ?? train.length, train.length);
        const out = new Int32Array(Math.max(0, end - from));
        let w = Math.max(0, upperBound(starts, from) - 1);
        for (let at = from; at < end; w++) {
          const rows = rowsOf(w);
          const local = at - starts[w]!;
          const take = Math.min(rows.length - local, end - at);
          out.set(rows.subarray(local, local + take), at - from);
          at += take;
        }
        return out;
      },
    };
  }

  private block(number: number): Block {
    const known = this.blocks.get(number);
    if (known) {
      // Back to the end: the first of a map is the one that was not used for longest.
      this.blocks.delete(number);
      this.blocks.set(number, known);
      return known;
    }
    const { plan, info, target } = this.from;
    const { columns } = plan.state;
    const rows = this.rowsOf(number);
    const values = new Float64Array(rows.length * columns.length);
    const targets = new Float64Array(rows.length).fill(Number.NaN);
    const answerAt = this.places.get(target.name)!;
    const places = columns.map(c => this.places.get(c.from ?? c.name)!);
    rows.forEach((cells, i) => {
      for (let j = 0; j < columns.length; j++)
        values[i * columns.length + j] = this.numberOf(columns[j]!, j, cells[places[j]!]!);
      const answer = cells[answerAt]!;
      if (isMissing(answer)) return;
      targets[i] =
        info.kind === 'classes'
          ? (this.classes.get(labelOf(answer, target)) ?? Number.NaN)
          : parseNumber(answer, target.decimal);
    });
    const block = { values, targets };
    this.blocks.set(number, block);
    for (const old of this.blocks.keys()) {
      if (this.blocks.size <= blocksInMemory) break;
      this.blocks.delete(old);
    }
    return block;
  }

  private numberOf(how: PreparationColumn, j: number, cell: string): number {
    if (how.from !== undefined) return this.derived(how, cell) ?? Number.NaN;
    if (isGap(cell, how)) return Number.NaN;
    if (how.kind === 'number') return parseNumber(cell, how.decimal);
    const { known, list } = this.texts[j]!;
    const text = cell.trim();
    let place = known.get(text);
    if (place === undefined) {
      place = list.push(text) - 1;
      known.set(text, place);
    }
    return place;
  }

  private derived(how: PreparationColumn, cell: string): number | undefined {
    if (how.part === 'missing') return isGap(cell, how) ? 1 : 0;
    if (isGap(cell, how)) return undefined;
    const at = parseDate(cell, how.order);
    return Number.isNaN(at) ? undefined : datePart(at, how.part as DatePart);
  }

  private rowsOf(number: number): (readonly string[])[] {
    const { file, delimiter, columns, index } = this.from;
    const { rows, firstLine } = index.at(number);
    const out: (readonly string[])[] = [];
    for (const { cells } of parseBlock(this.source.text(number), delimiter)) out.push(cells);
    // The header stands in front of the first row.
    const body = number === 0 ? out.slice(1) : out;
    if (body.length !== rows || body.some(cells => cells.length !== columns.length))
      throw bad(
        file,
        firstLine,
        `The file was changed while it was read, below line ${firstLine}. Train again on a file that stays as it is.`,
      );
    return body;
  }

  private splitAt(row: number): Split | undefined {
    for (const split of ['train', 'valid', 'test'] as const) {
      const rows = this.splits[split];
      if (rows[lowerBound(rows, row)] === row) return split;
    }
    return undefined;
  }

  private check(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.from.rows)
      throw new VitrineError(
        'bad-request',
        `There is no row ${row}: "${this.name}" has rows 0 to ${this.from.rows - 1}.`,
      );
  }
}

/** Entries that are below x. */
function lowerBound(sorted: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Entries that are not above x. */
function upperBound(sorted: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}
