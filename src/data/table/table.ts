/**
 * Reads delimited text into columns: numbers as doubles, everything else as shared strings. Refuses what is not a
 * table, naming line, column, what was found and what to do.
 */
import Papa from 'papaparse';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { isMissing, looksLikeCommaDecimal, parseNumber } from './values';

/** More is not a table of features, and its one-hot and scaling tables would not fit either. */
export const maxColumns = 65_536;
const delimiters = [',', ';', '\t', '|'];

export interface Column {
  name: string;
  /** Per row; NaN where `texts` has the cell, or where it is missing. */
  numbers: Float64Array;
  /** Cells that are not plain numbers; undefined while there are none. */
  texts: (string | undefined)[] | undefined;
  missing: number;
  /** Cells that are numbers in one writing or the other: 1.5 or 1,5. */
  numeric: number;
  /** How the column writes its numbers, judged from all its cells. */
  decimal: '.' | ',';
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

/**
 * @param text decoded, with its byte order mark or without.
 * @param options.keepText columns whose cells keep their spelling even where they are numbers.
 * @param options.maxRows stops after so many rows (for a look at the head of a file).
 * @throws VitrineError bad-data
 */
export function readTable(
  text: string,
  file: string,
  options: {
    delimiter?: string;
    keepText?: ReadonlySet<string>;
    maxRows?: number;
    signal?: AbortSignal;
  } = {},
): Table {
  // A file may mix line endings; papaparse wants one.
  const body = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  if (body.trim() === '')
    throw bad(
      file,
      undefined,
      'The file is empty. Expected a header line with the names of the columns, then rows.',
    );
  const delimiter = options.delimiter ?? guessDelimiter(body);
  const notes: string[] = [];
  const builders: Builder[] = [];
  let lines = new Int32Array(1024);
  let rows = 0;
  let line = 1;
  let blank = 0;
  const config: Papa.ParseConfig<string[]> = {
    delimiter,
    newline: '\n',
    step: ({ data, errors }, parser) => {
      const at = line;
      line += 1;
      for (const cell of data) for (let i = cell.indexOf('\n'); i >= 0; i = cell.indexOf('\n', i + 1)) line++;
      const [error] = errors;
      if (error?.type === 'Quotes')
        throw bad(
          file,
          at,
          `Line ${at}: a quoted text ${error.code === 'MissingQuotes' ? 'is never closed' : 'goes on after its closing quote'}. Close it with ", and write a quote inside as "".`,
        );
      if (data.length === 1 && data[0]!.trim() === '') {
        blank++;
        return;
      }
      if (builders.length === 0) {
        readHeader(data, file, at, notes).forEach(name => {
          builders.push(new Builder(name, options.keepText?.has(name) ?? false));
        });
        return;
      }
      if (data.length !== builders.length) throw ragged(file, at, data.length, builders, delimiter);
      if (rows % 10_000 === 0) throwIfCancelled(options.signal);
      if (rows === lines.length) {
        const wider = new Int32Array(rows * 2);
        wider.set(lines);
        lines = wider;
      }
      lines[rows] = at;
      for (let i = 0; i < builders.length; i++) builders[i]!.add(rows, data[i]!);
      rows++;
      if (rows === options.maxRows) parser.abort();
    },
  };
  Papa.parse<string[]>(body, config);
  if (rows === 0)
    throw bad(
      file,
      undefined,
      `The file has a header (${listed(builders.map(b => b.column.name))}) but no rows. Add data below it.`,
    );
  // Blank lines at the end are no news.
  const trailing = body.length - body.trimEnd().length;
  const endBlank = Math.max(0, [...body.slice(body.length - trailing)].filter(c => c === '\n').length - 1);
  if (blank > endBlank + 1) notes.push(`${blank} blank lines were skipped.`);
  return {
    file,
    delimiter,
    columns: builders.map(b => b.finish(rows, delimiter)),
    rows,
    lines: lines.slice(0, rows),
    notes,
  };
}

/** The column of this name. @throws VitrineError bad-data with the nearest name and all there are. */
export function columnNamed(table: Table, name: string, what: string): Column {
  const found = table.columns.find(c => c.name === name);
  if (found) return found;
  const names = table.columns.map(c => c.name);
  const near = nearest(name, names);
  const numbersOnly = names.every(n => Number.isFinite(parseNumber(n)));
  throw bad(
    table.file,
    1,
    `There is no column "${name}" (${what}). ${near ? `Did you mean "${near}"? ` : ''}The header has ${listed(names)}.${
      numbersOnly ? ' It looks like data: add a first line with the names of the columns.' : ''
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
      `The header has ${cells.length} columns; at most ${maxColumns} are read. Is the table transposed, or the delimiter another?`,
    );
  const seen = new Map<string, number>();
  return cells.map((cell, i) => {
    let name = cell.trim();
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
  builders: readonly Builder[],
  delimiter: string,
): VitrineError {
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

/** The delimiter that gives the header the most columns, and the same number in the next lines. */
function guessDelimiter(body: string): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const { data } = Papa.parse<string[]>(body.slice(0, 1 << 16), { delimiter, newline: '\n', preview: 20 });
    const lines = data.filter(r => r.length > 1 || r[0]!.trim() !== '');
    const width = lines[0]?.length ?? 0;
    if (width < 2) continue;
    // The last line may be cut by the slice.
    const body_ = lines.slice(1, -1);
    const even = body_.every(r => r.length === width) ? 1 : 0;
    const score = even * 1e9 + width;
    if (score > bestScore) {
      bestScore = score;
      best = delimiter;
    }
  }
  return best;
}

class Builder {
  readonly column: Column;
  private readonly shared = new Map<string, string>();
  private points = 0;
  private commas = 0;
  private thousands = 0;

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
      if (cell.includes('.')) this.points++;
      if (!this.keepText) return;
    } else if (isMissing(cell)) {
      c.missing++;
      return;
    } else if (looksLikeCommaDecimal(cell)) {
      c.numeric++;
      this.commas++;
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

  finish(rows: number, delimiter: string): Column {
    const { column, commas, points, thousands } = this;
    column.numbers = column.numbers.slice(0, rows);
    // "1,234" in quotes, in a file whose delimiter is the comma, means a thousand: not ours to guess, so an error later.
    const meansThousands = delimiter === ',' && commas === thousands;
    if (commas > 0 && points === 0 && !meansThousands) column.decimal = ',';
    return column;
  }
}
