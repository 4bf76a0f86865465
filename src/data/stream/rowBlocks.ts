/** The rows of a large delimited file, some thousand at a time, for predicting: memory holds no more than these. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { throwIfCancelled } from '../../model/errors';
import { isPacked, readBytes } from '../bytes';
import { decodeText } from '../decode';
import type { RawRow } from '../table/rawRows';
import { bad, type Column, readTable } from '../table/table';
import { isMissing, parseNumber } from '../table/values';
import { lastRowEnd, lineBreaks, maxRowBytes, parseBlock } from './blocks';

/** Smaller files are read at once, which finds more of what may be wrong with them. */
const large = 32 * 1024 * 1024;
const headBytes = 4 << 20;
const pieceBytes = 1 << 20;
export const blockRows = 4096;

/** Whether a file is delimited text too large to be read at once. */
export async function isLargeTable(file: string, limit = large): Promise<boolean> {
  if (!/\.(csv|tsv|tab|txt)$/i.test(file)) return false;
  const info = await stat(file).catch(() => undefined);
  return info?.isFile() === true && info.size > limit && !(await isPacked(file));
}

/**
 * Rows as raw values by column, at most 4096 at a time.
 *
 * @param numbers columns whose numbers may be written with a comma, as the beginning of the file tells.
 * @throws VitrineError bad-data by line: a row too short or too long, a quote that is never closed; cancelled
 */
export async function* readRowBlocks(
  file: string,
  numbers: ReadonlySet<string>,
  signal?: AbortSignal,
): AsyncGenerator<RawRow[]> {
  const { bytes, cut } = await readBytes(file, headBytes);
  const head = decodeText(bytes, cut);
  if (!head || head.encoding.startsWith('UTF-16'))
    throw bad(
      file,
      undefined,
      head
        ? `A large table is read in pieces, which ${head.encoding} does not allow. Save it as UTF-8.`
        : 'The file is not text (it contains zero bytes). Expected a delimited table.',
    );
  const text = cut ? head.text.slice(0, head.text.lastIndexOf('\n') + 1) : head.text;
  const { columns, delimiter } = readTable(text, file, { maxRows: 1000, cut });
  const reader = new Rows(file, columns, numbers, delimiter);
  const decoder = new TextDecoder(head.encoding.toLowerCase());
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of createReadStream(file, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
    throwIfCancelled(signal);
    const all = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    const end = lastRowEnd(all);
    if (end === 0 && all.length > maxRowBytes) throw reader.unclosed();
    yield* reader.add(decoder.decode(all.subarray(0, end)));
    rest = all.subarray(end);
  }
  yield* reader.add(decoder.decode(rest));
  if (reader.rows.length > 0) yield reader.rows;
}

class Rows {
  rows: RawRow[] = [];
  private line = 1;
  private header = true;

  constructor(
    private readonly file: string,
    private readonly columns: readonly Column[],
    private readonly numbers: ReadonlySet<string>,
    private readonly delimiter: string,
  ) {}

  *add(text: string): Generator<RawRow[]> {
    for (const { cells, line } of parseBlock(text, this.delimiter)) {
      if (this.header) {
        // Comments may stand above it.
        this.header =
          cells.length !== this.columns.length || (cells[0]!.startsWith('#') && !this.named(cells[0]!));
        continue;
      }
      if (cells.length !== this.columns.length)
        throw bad(
          this.file,
          this.line + line,
          `Line ${this.line + line} has ${cells.length} values, but the header names ${this.columns.length} columns.`,
        );
      this.rows.push(this.rowOf(cells));
      if (this.rows.length < blockRows) continue;
      yield this.rows;
      this.rows = [];
    }
    this.line += lineBreaks(text);
  }

  unclosed() {
    return bad(
      this.file,
      this.line,
      `Line ${this.line}: a quoted text is never closed. Close it with ", and write a quote inside as "".`,
    );
  }

  private named(cell: string): boolean {
    return cell.replace(/^\uFEFF/, '').trim() === this.columns[0]!.name;
  }

  private rowOf(cells: readonly string[]): RawRow {
    // No prototype: a column may have any name.
    const row: RawRow = Object.create(null);
    this.columns.forEach(({ name, decimal }, i) => {
      const cell = cells[i]!.trim();
      const x = decimal === ',' && this.numbers.has(name) ? parseNumber(cell, decimal) : Number.NaN;
      row[name] = isMissing(cell) ? null : Number.isNaN(x) ? cell : x;
    });
    return row;
  }
}
