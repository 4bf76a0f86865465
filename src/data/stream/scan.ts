/**
 * The first pass over a table that is too large for memory: where its blocks begin, which row falls into which part, and
 * what preparation learns from the training rows. Memory is 4 bytes a row and some kilobytes a column, however long the
 * rows are.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Progress, Split } from '../dataset';
import type { ColumnPlan } from '../table/columnPlan';
import { type DatePart, datePart, dateParts, parseDate } from '../table/dates';
import type { Gathered } from '../table/learn';
import { isCode } from '../table/missingCodes';
import { bad, type Column } from '../table/table';
import { isMissing, parseNumber } from '../table/values';
import { clip } from '../table/words';
import { BlockIndex, lastRowEnd, lineBreaks, maxRowBytes, parseBlock } from './blocks';
import { RowList, Running } from './running';

export interface StreamColumn {
  /** Place in a row. */
  at: number;
  column: Column;
  plan: ColumnPlan;
}

export interface ScanRequest {
  file: string;
  encoding: string;
  delimiter: string;
  width: number;
  /** Names of all columns, for messages. */
  names: readonly string[];
  features: readonly StreamColumn[];
  target: { at: number; column: Column; kind: 'classes' | 'number'; missing: 'error' | 'drop' };
  /** The part of a row, by its number and its cells. */
  splitOf(row: number, cells: readonly string[]): Split;
  blockBytes: number;
  seed: number;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

export interface Scanned {
  index: BlockIndex;
  rows: number;
  splits: Record<Split, Int32Array>;
  gathered: Gathered[];
  /** Rows of each class among the training rows, and every class there is. */
  classes: ReadonlyMap<string, number>;
  hash: string;
  dropped: number;
  noTarget: number;
  filled: number;
  /** Columns whose every value is the target's. */
  sameAsTarget: string[];
}

/** Read at a time. */
const pieceBytes = 1 << 22;
const maxDistinct = 10_000;

/** @throws VitrineError bad-data by line and column; cancelled */
export async function scan(request: ScanRequest): Promise<Scanned> {
  const { file, blockBytes, onProgress, signal } = request;
  const decoder = new TextDecoder(request.encoding, { fatal: request.encoding === 'utf-8' });
  const hash = createHash('sha256');
  const handle = await open(file);
  const state = new ScanState(request);
  try {
    const total = (await handle.stat()).size;
    const piece = new Uint8Array(Math.min(pieceBytes, Math.max(blockBytes, 1 << 16)));
    let rest = new Uint8Array(0);
    let at = 0;
    let line = 1;
    let header = true;
    for (let done = 0; ; ) {
      throwIfCancelled(signal);
      const { bytesRead } = await handle.read(piece, 0, piece.length, done);
      done += bytesRead;
      const end = bytesRead === 0;
      hash.update(piece.subarray(0, bytesRead));
      let bytes = joined(rest, piece.subarray(0, bytesRead));
      while (bytes.length >= blockBytes || (end && bytes.length > 0)) {
        const whole = bytes.subarray(0, Math.max(blockBytes, header ? pieceBytes : 0));
        let size = end && bytes.length <= whole.length ? bytes.length : lastRowEnd(whole);
        // A row that is longer than a block.
        if (size === 0) size = lastRowEnd(bytes);
        if (size === 0 && !end) {
          if (bytes.length > maxRowBytes) throw state.unclosed(line);
          break;
        }
        if (size === 0) size = bytes.length;
        const text = decoded(decoder, bytes.subarray(0, size), file, line);
        line = state.block(text, at, size, line, header);
        header = false;
        at += size;
        bytes = bytes.subarray(size);
      }
      rest = bytes.slice();
      onProgress?.({ what: 'data', done, total });
      if (end) break;
    }
  } finally {
    await handle.close();
  }
  return state.finish(hash.digest('hex'));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function decoded(decoder: TextDecoder, bytes: Uint8Array, file: string, line: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new VitrineError(
      'bad-data',
      `Below line ${line} the file is not valid UTF-8, as its beginning is. Save it as UTF-8 throughout.`,
      { at: { file, line } },
    );
  }
}

interface Gathering {
  missing: number;
  numbers?: Running;
  counts?: Map<string, number>;
  parts?: Map<DatePart, Running>;
  same: boolean;
}

class ScanState {
  private readonly index = new BlockIndex();
  private readonly lists: Record<Split, RowList> = {
    train: new RowList(),
    valid: new RowList(),
    test: new RowList(),
  };
  private readonly columns: Gathering[];
  private readonly classes = new Map<string, number>();
  private readonly values: (number | string)[];
  private row = 0;
  private dropped = 0;
  private noTarget = 0;
  private filled = 0;
  private line = 1;

  constructor(private readonly request: ScanRequest) {
    const { seed, features } = request;
    this.values = new Array(features.length);
    this.columns = features.map(({ column, plan }) => {
      const needs = {
        quantiles:
          plan.scale === 'robust' ||
          plan.scale === 'quantile' ||
          plan.missing === 'median' ||
          plan.missing === 'mode',
        logs: plan.scale === 'log',
      };
      const running = (part = '') => new Running(seed, column.name + part, needs);
      return {
        missing: 0,
        same: true,
        ...(plan.kind === 'number'
          ? { numbers: running() }
          : plan.kind === 'date'
            ? { parts: new Map(dateParts.map(p => [p, running(p)])) }
            : { counts: new Map<string, number>() }),
      };
    });
  }

  /** @returns the line that the next block begins with. */
  block(text: string, offset: number, bytes: number, line: number, header: boolean): number {
    const first = this.row;
    let skip = header;
    for (const { cells, line: below } of parseBlock(text, this.request.delimiter)) {
      if (skip) {
        skip = false;
        continue;
      }
      this.line = line + below;
      this.add(cells);
    }
    this.index.add(offset, bytes, first, this.row - first, line);
    return line + lineBreaks(text);
  }

  private add(cells: readonly string[]): void {
    const { width, features, target, splitOf } = this.request;
    if (cells.length !== width) throw this.ragged(cells.length);
    const row = this.row++;
    const answer = cells[target.at]!;
    let gap = false;
    let drop = false;
    for (let j = 0; j < features.length; j++) {
      const { at, column, plan } = features[j]!;
      const cell = cells[at]!;
      const g = this.columns[j]!;
      if (g.same && cell !== answer) g.same = false;
      if (isMissing(cell) || isCode(plan.missingValues, cell, column.decimal)) {
        g.missing++;
        if (plan.missing === 'error') throw this.missing(column.name);
        gap = true;
        if (plan.missing === 'drop') drop = true;
        this.values[j] = '';
      } else if (plan.kind === 'number') {
        const x = parseNumber(cell, column.decimal);
        if (Number.isNaN(x)) throw this.noNumber(column.name, cell);
        this.values[j] = x;
      } else if (plan.kind === 'date') {
        const at_ = parseDate(cell, plan.dateOrder);
        if (Number.isNaN(at_)) throw this.noNumber(column.name, cell, 'a date as in the rows before');
        this.values[j] = at_;
      } else this.values[j] = cell.trim();
    }
    if (isMissing(answer)) {
      if (target.missing === 'error') throw this.missing(target.column.name);
      this.noTarget++;
      return;
    }
    if (target.kind === 'number' && Number.isNaN(parseNumber(answer, target.column.decimal)))
      throw this.noNumber(target.column.name, answer);
    if (drop) {
      this.dropped++;
      return;
    }
    if (gap) this.filled++;
    const part = splitOf(row, cells);
    this.lists[part].push(row);
    if (target.kind === 'classes') this.seen(labelOf(answer, target.column), part === 'train');
    if (part === 'train') this.learn();
  }

  private learn(): void {
    for (let j = 0; j < this.values.length; j++) {
      const value = this.values[j]!;
      const g = this.columns[j]!;
      if (g.numbers) {
        if (typeof value === 'number') g.numbers.add(value);
      } else if (g.parts) {
        if (typeof value === 'number') for (const [part, r] of g.parts) r.add(datePart(value, part));
      } else if (value !== '') {
        const counts = g.counts!;
        const before = counts.get(value as string);
        if (before !== undefined || counts.size <= maxDistinct)
          counts.set(value as string, (before ?? 0) + 1);
      }
    }
  }

  private seen(label: string, train: boolean): void {
    const before = this.classes.get(label) ?? 0;
    this.classes.set(label, before + (train ? 1 : 0));
    if (this.classes.size > maxDistinct)
      throw bad(
        this.request.file,
        this.line,
        `The target column "${this.request.target.column.name}" has more than ${maxDistinct} different values, too many for classes. For a number use a loss such as mse.`,
      );
  }

  finish(hash: string): Scanned {
    const { features, file } = this.request;
    const train = this.lists.train.length;
    return {
      index: this.index,
      rows: this.row,
      splits: {
        train: this.lists.train.finish(),
        valid: this.lists.valid.finish(),
        test: this.lists.test.finish(),
      },
      gathered: features.map(({ column }, j): Gathered => {
        const g = this.columns[j]!;
        return {
          name: column.name,
          file,
          decimal: column.decimal,
          missing: g.missing,
          rows: train,
          ...(g.numbers && { summary: g.numbers.summary() }),
          ...(g.counts && { counts: g.counts }),
          ...(g.parts && { parts: new Map([...g.parts].map(([p, r]) => [p, r.summary()])) }),
        };
      }),
      classes: this.classes,
      hash,
      dropped: this.dropped,
      noTarget: this.noTarget,
      filled: this.filled,
      sameAsTarget: features.filter((_, j) => this.columns[j]!.same && this.row > 0).map(f => f.column.name),
    };
  }

  unclosed(line: number): VitrineError {
    return bad(
      this.request.file,
      line,
      `Below line ${line}: a quoted text is never closed. Close it with ", and write a quote inside as "".`,
    );
  }

  private ragged(found: number): VitrineError {
    const { file, width, names, delimiter } = this.request;
    const short = found < width ? ` Column "${names[found]}" is the first without a value.` : '';
    return bad(
      file,
      this.line,
      `Line ${this.line} has ${found} ${found === 1 ? 'value' : 'values'}, but the header names ${width} columns (delimiter ${delimiter === '\t' ? 'a tab' : `"${delimiter}"`}).${short} ${
        found > width
          ? 'Put quotes around a text that contains the delimiter, or remove what is too much.'
          : 'Complete the line, or remove it.'
      }`,
    );
  }

  private missing(column: string): VitrineError {
    return bad(
      this.request.file,
      this.line,
      `Line ${this.line}, column "${column}": the value is missing. Fill it in, or set data.missing to "drop", "mean", "median", "mode" or "constant".`,
    );
  }

  private noNumber(column: string, text: string, expected = 'a number'): VitrineError {
    return bad(
      this.request.file,
      this.line,
      `Line ${this.line}, column "${column}": found "${clip(text)}", expected ${expected}. Correct the value, leave it empty and set data.missing, or list "${column}" in data.categories.`,
    );
  }
}

/** A class by its cell, as a table that fits the memory names it: numbers printed shortest. */
export function labelOf(cell: string, column: Column): string {
  const x = parseNumber(cell, column.decimal);
  return Number.isNaN(x) ? cell.trim() : String(x);
}
