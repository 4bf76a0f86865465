/**
 * Reads delimited text into columns: numbers as doubles, everything else as shared strings. Refuses what is not a
 * table, naming line, column, what was found and what to do.
 */
import path from 'node:path';
import Papa from 'papaparse';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { guessDelimiter, withoutComments } from './beginning';
import { asThousands, isMissing, lookLikeData, looksLikeCommaDecimal, parseNumber, signOf } from './values';

/** More is not a table of features, and its one-hot and scaling tables would not fit either. */
export const maxColumns = 65_536;
/** How much is read at a time before other work gets its turn. */
const pieceCharacters = 1 << 20;

export interface Column {
  name: string;
  /** Per row; NaN where `texts` has the cell, or where it is missing. */
  numbers: Float64Array;
  /** Cells that are not plain numbers; undefined while there are none. */
  texts: (string | undefined)[] | undefined;
  missing: number;
  /** Cells that are numbers in one writing or the other: 1.5 or 1,5. */
  numeric: number;
  /** Of a column of dates, once it is known to be one: milliseconds since 1970 a row, NaN where missing. */
  dates?: Float64Array;
  /** How the column writes its numbers, judged from all its cells. */
  decimal: '.' | ',';
  /** Signs of money or percentages that its numbers stand with. */
  signs?: readonly string[];
}

export interface Table {
  file: string;
  delimiter: string;
  columns: readonly Column[];
  rows: number;
  /** Line of the file in which each row starts, from 1; the header is line 1. */
  lines: Int32Array;
  notes: string[];
}

export interface ReadOptions {
  /** Found by looking if absent. */
  delimiter?: string;
  /** Columns whose cells keep their spelling even where they are numbers. */
  keepText?: ReadonlySet<string>;
  /** Stops after so many rows (for a look at the head of a file). */
  maxRows?: number;
  /** The text ends somewhere in the middle: what is incomplete at its end is no mistake. */
  cut?: boolean;
  signal?: AbortSignal;
}

/**
 * @param text decoded, with its byte order mark or without.
 * @throws VitrineError bad-data
 */
export function readTable(text: string, file: string, options: ReadOptions = {}): Table {
  const { body, reader } = begin(text, file, options);
  Papa.parse<string[]>(body, {
    delimiter: reader.delimiter,
    newline: '\n',
    step: ({ data, errors }, parser) => {
      if (reader.rows % 10_000 === 0) throwIfCancelled(options.signal);
      reader.add(data, errors[0]);
      if (reader.rows === options.maxRows) parser.abort();
    },
  });
  return reader.finish();
}

/**
 * The same in pieces, between which other work goes on and cancelling takes effect.
 *
 * @throws VitrineError bad-data, cancelled
 */
export function readTableInPieces(text: string, file: string, options: ReadOptions = {}): Promise<Table> {
  const { body, reader } = begin(text, file, options);
  return new Promise((resolve, reject) => {
    let stuck = 0;
    // The types know pieces only of files and streams; the library reads strings in pieces too.
    const config: Papa.ParseConfig<string[]> & {
      chunkSize: number;
      chunk(results: Papa.ParseResult<string[]>, parser: Papa.Parser): void;
    } = {
      delimiter: reader.delimiter,
      newline: '\n',
      chunkSize: pieceCharacters,
      chunk: ({ data, errors }, parser) => {
        // A quote that is never closed would be looked for again with each piece.
        stuck = data.length === 0 ? stuck + 1 : 0;
        if (stuck > 16) reader.add([''], { type: 'Quotes', code: 'MissingQuotes', message: '' });
        const byRow = new Map(errors.map(e => [e.row, e]));
        data.forEach((row, i) => {
          reader.add(row, byRow.get(i));
        });
        parser.pause();
        setImmediate(() => {
          try {
            throwIfCancelled(options.signal);
            parser.resume();
          } catch (e) {
            // First the reason: aborting completes.
            reject(e);
            parser.abort();
          }
        });
      },
      complete: () => {
        try {
          resolve(reader.finish());
        } catch (e) {
          reject(e);
        }
      },
    };
    Papa.parse<string[]>(body, config);
  });
}

function begin(text: string, file: string, options: ReadOptions): { body: string; reader: TableReader } {
  // A file may mix line endings; papaparse wants one.
  const body = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (!/\S/.test(body))
    throw bad(
      file,
      undefined,
      'The file is empty. Expected a header line with the names of the columns, then rows.',
    );
  const { rest, comments } = withoutComments(body, options.delimiter);
  const reader = new TableReader(file, options.delimiter ?? guessDelimiter(rest), options);
  reader.skip(comments);
  return { body: rest, reader };
}

/** Takes rows of cells one by one, the header first. */
class TableReader {
  rows = 0;
  private readonly builders: Builder[] = [];
  private readonly notes: string[] = [];
  private lines = new Int32Array(1024);
  private line = 1;
  private blank = 0;
  private blankSinceRow = 0;
  private endless = 0;

  constructor(
    private readonly file: string,
    readonly delimiter: string,
    private readonly options: ReadOptions,
  ) {}

  /** Lines above the header. */
  skip(comments: number): void {
    this.line += comments;
    if (comments > 0)
      this.notes.push(
        comments === 1
          ? 'A line of comment above the header was skipped.'
          : `${comments} lines of comment above the header were skipped.`,
      );
  }

  add(cells: readonly string[], error?: Pick<Papa.ParseError, 'type' | 'code' | 'message'>): void {
    const { file, builders } = this;
    const at = this.line++;
    for (const cell of cells)
      for (let i = cell.indexOf('\n'); i >= 0; i = cell.indexOf('\n', i + 1)) this.line++;
    if (error?.type === 'Quotes') {
      if (this.options.cut && error.code === 'MissingQuotes') return;
      throw bad(
        file,
        at,
        `Line ${at}: a quoted text ${error.code === 'MissingQuotes' ? 'is never closed' : 'goes on after its closing quote'}. Close it with ", and write a quote inside as "".`,
      );
    }
    if (cells.length === 1 && cells[0]!.trim() === '') {
      this.blankSinceRow++;
      return;
    }
    // Blank lines at the end are no news.
    this.blank += this.blankSinceRow;
    this.blankSinceRow = 0;
    if (builders.length === 0) {
      for (const name of readHeader(cells, file, at, this.notes))
        builders.push(new Builder(name, this.options.keepText?.has(name) ?? false));
      return;
    }
    if (cells.length !== builders.length && !this.endsEmpty(cells))
      throw ragged(file, at, cells.length, builders, this.delimiter, this.rows);
    const row = this.rows++;
    if (row === this.lines.length) {
      const wider = new Int32Array(row * 2);
      wider.set(this.lines);
      this.lines = wider;
    }
    this.lines[row] = at;
    for (let i = 0; i < builders.length; i++) builders[i]!.add(row, cells[i]!);
  }

  /** A line that has all its values, and delimiters with nothing between them behind. */
  private endsEmpty(cells: readonly string[]): boolean {
    const { length } = this.builders;
    if (cells.length < length || cells.slice(length).some(c => c.trim() !== '')) return false;
    this.endless++;
    return true;
  }

  finish(): Table {
    const { file, delimiter, rows, notes, builders } = this;
    if (rows === 0)
      throw bad(
        file,
        undefined,
        `The file has a header (${builders
          .slice(0, 12)
          .map(b => `"${b.column.name}"`)
          .join(', ')}${builders.length > 12 ? ', …' : ''}) but no rows. Add data below it.`,
      );
    if (this.blank > 0)
      notes.push(`${this.blank} blank ${this.blank === 1 ? 'line was' : 'lines were'} skipped.`);
    if (this.endless > 0)
      notes.push(
        `${this.endless} ${this.endless === 1 ? 'line ends' : 'lines end'} with a delimiter and nothing behind it, which was passed over.`,
      );
    return {
      file,
      delimiter,
      columns: builders.map(b => b.finish(rows, delimiter)),
      rows,
      lines: this.lines.slice(0, rows),
      notes,
    };
  }
}

/** The column of this name. @throws VitrineError bad-data with the nearest name and all there are. */
export function columnNamed(table: Table, name: string, what: string): Column {
  const found = table.columns.find(c => c.name === name);
  if (found) return found;
  const names = table.columns.map(c => c.name);
  const near = nearest(name, names);
  throw bad(
    table.file,
    1,
    `There is no column "${name}" (${what}). ${near ? `Did you mean "${near}"? ` : ''}The header has ${listed(names)}.${
      lookLikeData(names) ? ' These look like data: add a first line with the names of the columns.' : ''
    }`,
  );
}

/** Whether at least half of what is there reads as numbers: then the rest are mistakes, else they are categories. */
export function looksNumeric(column: Column, rows: number): boolean {
  const present = rows - column.missing;
  return present === 0 || column.numeric * 2 >= present;
}

/** The cell as text, or undefined if it is missing. Numbers that were not kept as text are printed shortest. */
export function textAt(column: Column, row: number): string | undefined {
  const text = column.texts?.[row];
  if (text !== undefined) return text;
  const x = column.numbers[row]!;
  return Number.isNaN(x) ? undefined : String(x);
}

/** The cell as a number: NaN if it is missing or text. */
export function numberAt(column: Column, row: number): number {
  const text = column.texts?.[row];
  return text === undefined ? column.numbers[row]! : parseNumber(text, column.decimal);
}

export function bad(file: string, line: number | undefined, message: string): VitrineError {
  return new VitrineError('bad-data', message, { at: line === undefined ? { file } : { file, line } });
}

function readHeader(cells: readonly string[], file: string, line: number, notes: string[]): string[] {
  if (cells.length > maxColumns)
    throw bad(
      file,
      line,
      `The header has more than ${maxColumns} columns, the most that are read. Is the table transposed, or the delimiter another?`,
    );
  const seen = new Map<string, number>();
  // Some write names in quotes of the other kind.
  const single = cells.every(c => /^'[^']+'$/.test(c.trim()));
  return cells.map((cell, i) => {
    let name = single ? cell.trim().slice(1, -1) : cell.trim();
    if (name === '') {
      name = `column ${i + 1}`;
      notes.push(`Column ${i + 1} has no name in the header; it is called "${name}".`);
    }
    const before = seen.get(name);
    if (before !== undefined)
      throw bad(
        file,
        line,
        `The header names two columns "${name}" (columns ${before + 1} and ${i + 1}). Give each its own name.`,
      );
    seen.set(name, i);
    return name;
  });
}

function ragged(
  file: string,
  line: number,
  found: number,
  builders: readonly { column: Column }[],
  delimiter: string,
  rows: number,
): VitrineError {
  if (rows === 0 && builders.length === 1 && found > 1)
    return bad(
      file,
      line,
      `Line ${line} has ${found} values, but what should be the header above it is the one text "${builders[0]!.column.name}". If that is a title, remove the lines above the names of the columns.`,
    );
  const mark = delimiter === '\t' ? 'a tab' : `"${delimiter}"`;
  const first =
    builders.length > found ? ` Column "${builders[found]!.column.name}" is the first without a value.` : '';
  return bad(
    file,
    line,
    `Line ${line} has ${found} ${found === 1 ? 'value' : 'values'}, but the header names ${builders.length} columns (delimiter ${mark}).${first} ${
      found > builders.length
        ? 'Put quotes around a text that contains the delimiter, or remove what is too much.'
        : 'Complete the line, or remove it.'
    }`,
  );
}

const isPlain = (cell: string) => /^[\s\d.eE+-]*$/.test(cell);

export class Builder {
  readonly column: Column;
  private readonly shared = new Map<string, string>();
  private points = 0;
  private commas = 0;
  private thousands = 0;
  /** Where a point may stand between thousands, what that would be; undefined once one does not. */
  private grouped: Map<number, number> | undefined = new Map();
  private readonly signs = new Set<string>();

  constructor(
    name: string,
    private readonly keepText: boolean,
  ) {
    this.column = {
      name,
      numbers: new Float64Array(1024),
      texts: undefined,
      missing: 0,
      numeric: 0,
      decimal: '.',
    };
  }

  add(row: number, cell: string): void {
    const c = this.column;
    if (row === c.numbers.length) {
      const wider = new Float64Array(row * 2);
      wider.set(c.numbers);
      c.numbers = wider;
    }
    const x = parseNumber(cell);
    c.numbers[row] = x;
    if (!Number.isNaN(x)) {
      c.numeric++;
      if (cell.includes('.')) this.point(row, cell);
      if (!isPlain(cell)) this.sign(cell);
      if (!this.keepText) return;
    } else if (isMissing(cell)) {
      c.missing++;
      return;
    } else if (looksLikeCommaDecimal(cell)) {
      c.numeric++;
      this.commas++;
      this.sign(cell);
      if (/^[+-]?\d{1,3},\d{3}$/.test(cell.trim())) this.thousands++;
    }
    const text = cell.trim();
    // Categories repeat: one string for all cells that say the same.
    let known = this.shared.get(text);
    if (known === undefined) {
      known = text;
      if (this.shared.size < 100_000) this.shared.set(text, text);
    }
    c.texts ??= [];
    c.texts[row] = known;
  }

  private point(row: number, cell: string): void {
    this.points++;
    if (!this.grouped) return;
    const thousands = asThousands(cell);
    if (Number.isNaN(thousands)) this.grouped = undefined;
    else this.grouped.set(row, thousands);
  }

  private sign(cell: string): void {
    const sign = signOf(cell);
    if (sign !== undefined) this.signs.add(sign);
  }

  finish(rows: number, delimiter: string): Column {
    const { column, commas, points, thousands, grouped } = this;
    column.numbers = column.numbers.slice(0, rows);
    if (this.signs.size > 0) column.signs = [...this.signs];
    // "1,234" in quotes, in a file whose delimiter is the comma, means a thousand: not ours to guess, so an error later.
    const meansThousands = delimiter === ',' && commas === thousands;
    if (commas > 0 && (points === 0 || grouped) && !meansThousands) {
      column.decimal = ',';
      for (const [row, x] of grouped ?? []) column.numbers[row] = x;
    }
    return column;
  }
}

/** For sources that have rows but no lines: what is said of "Line 3" is said of "Row 3" of the file, and no editor is sent there. */
export function asRows<T>(task: () => T): T {
  try {
    return task();
  } catch (e) {
    const at = e instanceof VitrineError ? e.details.at : undefined;
    if (!(e instanceof VitrineError) || at?.line === undefined) throw e;
    throw new VitrineError(
      e.code,
      e.message
        .replace(/^Line (\d+)/, `${path.basename(at.file)}, row $1`)
        .replaceAll('The header has', 'There are'),
      {
        at: { file: at.file },
      },
    );
  }
}
