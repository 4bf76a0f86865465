/** A large delimited file as blocks of whole rows: where each begins, and reading one again. */
import { closeSync, openSync, readSync } from 'node:fs';
import Papa from 'papaparse';

/** Where blocks begin; grows with the file, a few numbers for each. */
export class BlockIndex {
  length = 0;
  private offsets = new Float64Array(1024);
  private sizes = new Int32Array(1024);
  private firstRows = new Int32Array(1024);
  private rowCounts = new Int32Array(1024);
  private firstLines = new Float64Array(1024);

  add(offset: number, bytes: number, firstRow: number, rows: number, firstLine: number): void {
    const i = this.length++;
    if (i === this.offsets.length) {
      this.offsets = grown(this.offsets, new Float64Array(i * 2));
      this.sizes = grown(this.sizes, new Int32Array(i * 2));
      this.firstRows = grown(this.firstRows, new Int32Array(i * 2));
      this.rowCounts = grown(this.rowCounts, new Int32Array(i * 2));
      this.firstLines = grown(this.firstLines, new Float64Array(i * 2));
    }
    this.offsets[i] = offset;
    this.sizes[i] = bytes;
    this.firstRows[i] = firstRow;
    this.rowCounts[i] = rows;
    this.firstLines[i] = firstLine;
  }

  at(i: number) {
    return {
      offset: this.offsets[i]!,
      bytes: this.sizes[i]!,
      firstRow: this.firstRows[i]!,
      rows: this.rowCounts[i]!,
      firstLine: this.firstLines[i]!,
    };
  }

  firstRow(i: number): number {
    return this.firstRows[i]!;
  }

  /** The block that holds a row. */
  of(row: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firstRows[middle]! <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Index after the last line break that ends a row, in no quotes, or 0. The bytes begin with a row. */
export function lastRowEnd(bytes: Uint8Array): number {
  let quoted = false;
  let end = 0;
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]!;
    if (b === 0x22) quoted = !quoted;
    else if (b === 0x0a && !quoted) end = i + 1;
  }
  return end;
}

/** A row that is longer is a quote that was never closed. */
export const maxRowBytes = 1 << 26;

/** How many line breaks a text has. */
export function lineBreaks(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count++;
  return count;
}

export interface ParsedRow {
  cells: readonly string[];
  /** Lines from the beginning of the block. */
  line: number;
}

/** Rows of a block without blank lines. Without quotes a row is a line and a cell what stands between two delimiters. */
export function* parseBlock(text: string, delimiter: string): Iterable<ParsedRow> {
  if (!text.includes('"')) {
    let line = 0;
    for (let start = 0; start < text.length; line++) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      const row = text.slice(start, stop);
      start = end + 1;
      if (row.trim() !== '') yield { cells: row.split(delimiter), line };
    }
    return;
  }
  const { data } = Papa.parse<string[]>(text.replace(/\r\n?/g, '\n'), { delimiter, newline: '\n' });
  let line = 0;
  for (const cells of data) {
    if (cells.length > 1 || cells[0]!.trim() !== '') yield { cells, line };
    line++;
    for (const cell of cells) line += lineBreaks(cell);
  }
}

/** Reads blocks of a file again, at once: training asks for a batch and can not wait for a promise. */
export class BlockFile {
  private handle: number | undefined;
  private readonly decoder: TextDecoder;

  constructor(
    private readonly file: string,
    private readonly index: BlockIndex,
    encoding: string,
  ) {
    this.decoder = new TextDecoder(encoding);
  }

  text(block: number): string {
    this.handle ??= openSync(this.file, 'r');
    const { offset, bytes } = this.index.at(block);
    const buffer = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const read = readSync(this.handle, buffer, done, bytes - done, offset + done);
      if (read === 0) throw new Error('the file became shorter while it was read');
      done += read;
    }
    return this.decoder.decode(buffer);
  }

  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
  }
}
