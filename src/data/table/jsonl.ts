/** JSON Lines as a table: one object a line, its fields the columns. */
import { throwIfCancelled } from '../../model/errors';
import { Builder, bad, maxColumns, type Table } from './table';
import { clip } from './words';

export interface JsonlOptions {
  /** Columns whose values keep their spelling even where they are numbers. */
  keepText?: ReadonlySet<string>;
  maxRows?: number;
  signal?: AbortSignal;
}

/**
 * Fields of nested objects are columns named by their path, "user.age"; a field that a line lacks is missing there.
 * True and false are the categories "true" and "false".
 *
 * @throws VitrineError bad-data naming the line: no JSON, no object, a list as a value.
 */
export function readJsonl(text: string, file: string, options: JsonlOptions = {}): Table {
  const columns = new Map<string, { builder: Builder; rows: number }>();
  const lines: number[] = [];
  const notes: string[] = [];
  let blank = 0;
  let at = 0;
  for (const line of linesOf(text)) {
    at++;
    if (lines.length === options.maxRows) break;
    if (line.trim() === '') {
      blank++;
      continue;
    }
    if (at % 10_000 === 0) throwIfCancelled(options.signal);
    const row = lines.push(at) - 1;
    for (const [name, value] of fieldsOf(parseLine(line, file, at), file, at)) {
      let column = columns.get(name);
      if (!column) {
        if (columns.size === maxColumns)
          throw bad(file, at, `Line ${at}: more than ${maxColumns} different fields. Is this a table?`);
        column = { builder: new Builder(name, options.keepText?.has(name) ?? false), rows: 0 };
        columns.set(name, column);
      }
      // Lines before that lack the field.
      while (column.rows < row) column.builder.add(column.rows++, '');
      column.builder.add(column.rows++, value);
    }
  }
  if (lines.length === 0)
    throw bad(
      file,
      undefined,
      'The file is empty. Expected one JSON object a line, e.g. {"x": 1.5, "y": "a"}.',
    );
  // A file ends in a line break; blank lines elsewhere are worth a word.
  if (blank > 0) notes.push(`${blank} blank ${blank === 1 ? 'line was' : 'lines were'} skipped.`);
  return {
    file,
    delimiter: '\t',
    columns: [...columns.values()].map(({ builder, rows }) => {
      for (let row = rows; row < lines.length; row++) builder.add(row, '');
      return builder.finish(lines.length, '\t');
    }),
    rows: lines.length,
    lines: Int32Array.from(lines),
    notes,
  };
}

function* linesOf(text: string): Generator<string> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}

function parseLine(line: string, file: string, at: number): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw bad(
      file,
      at,
      `Line ${at}: found ${clip(line.trim())}, expected one JSON object on this line. Write it on a single line, with double quotes.`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw bad(
    file,
    at,
    `Line ${at}: found ${clip(line.trim())}, expected an object with the columns by name, e.g. {"x": 1.5}.`,
  );
}

const maxDepth = 16;

function* fieldsOf(
  value: object,
  file: string,
  at: number,
  prefix = '',
  depth = 0,
): Generator<readonly [string, string]> {
  if (depth > maxDepth) throw bad(file, at, `Line ${at} nests deeper than ${maxDepth} objects.`);
  for (const [key, cell] of Object.entries(value) as [string, unknown][]) {
    const name = prefix + key;
    if (cell === null) yield [name, ''];
    else if (Array.isArray(cell))
      throw bad(
        file,
        at,
        `Line ${at}, field "${name}": found a list, expected a number, a text, true or false. Give each of its values a field of its own.`,
      );
    else if (typeof cell === 'object') yield* fieldsOf(cell, file, at, `${name}.`, depth + 1);
    else yield [name, String(cell)];
  }
}
