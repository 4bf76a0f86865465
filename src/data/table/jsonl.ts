/** JSON Lines, or a list of objects, as a table: one object a row, its fields the columns. */
import { printParseErrorCode, visit } from 'jsonc-parser';
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
 * True and false are the categories "true" and "false". Where the text is a list of objects, each of these is a row.
 *
 * @throws VitrineError bad-data naming the line: no JSON, no object, a list as a value.
 */
export function readJsonl(text: string, file: string, options: JsonlOptions = {}): Table {
  const columns = new Map<string, { builder: Builder; rows: number }>();
  const lines: number[] = [];
  const notes: string[] = [];
  let blank = 0;
  let at = 0;
  const list = isJsonList(text);
  const refuse: Parameters<typeof fieldsOf>[1] = (field, what) =>
    bad(
      file,
      at,
      what === 'list'
        ? `Line ${at}, field "${field}": found a list, expected a number, a text, true or false. Give each of its values a field of its own.`
        : `Line ${at} nests deeper than ${mostLevels} objects.`,
    );
  for (const item of list ? itemsOf(text, file) : linesOf(text)) {
    at = item.line;
    if (lines.length === options.maxRows) break;
    if (item.text.trim() === '') {
      blank++;
      continue;
    }
    if (lines.length % 10_000 === 0) throwIfCancelled(options.signal);
    const row = lines.push(at) - 1;
    for (const [name, value] of fieldsOf(parseItem(item.text, file, at, list), refuse)) {
      let column = columns.get(name);
      if (!column) {
        if (columns.size === maxColumns)
          throw bad(file, at, `Line ${at}: more than ${maxColumns} different fields. Is this a table?`);
        column = { builder: new Builder(name, options.keepText?.has(name) ?? false), rows: 0 };
        columns.set(name, column);
      }
      // Lines before that lack the field.
      while (column.rows < row) column.builder.add(column.rows++, '');
      column.builder.add(column.rows++, value === null ? '' : String(value));
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

/** A row as it is written, and the line of the file in which it begins. */
interface Item {
  text: string;
  line: number;
}

/** Whether the text is JSON's list of objects, instead of an object on each line. */
export function isJsonList(text: string): boolean {
  return /^[\uFEFF\s]*\[\s*(\{|\]|$)/.test(text.slice(0, 1000));
}

function* linesOf(text: string): Generator<Item> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let line = 1; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    yield { text: text.slice(start, end < 0 ? text.length : end), line };
    if (end < 0) return;
    start = end + 1;
  }
}

/** The objects of a list. @throws bad-data at the line of the first mistake. */
function itemsOf(text: string, file: string): Item[] {
  const body = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
  const items: Item[] = [];
  let depth = 0;
  let begin = { offset: 0, line: 0 };
  const enter = (offset: number, zeroLine: number, list: boolean) => {
    if (depth === 1 && list) throw noObject(body.slice(offset, offset + 80), file, zeroLine + 1);
    if (depth === 1) begin = { offset, line: zeroLine + 1 };
    depth++;
  };
  visit(
    body,
    {
      onObjectBegin: (offset, _, line) => enter(offset, line, false),
      onArrayBegin: (offset, _, line) => enter(offset, line, true),
      onArrayEnd: () => depth--,
      onObjectEnd: (offset, length) => {
        depth--;
        if (depth === 1) items.push({ text: body.slice(begin.offset, offset + length), line: begin.line });
      },
      onLiteralValue: (_, offset, length, line) => {
        if (depth === 1) throw noObject(body.slice(offset, offset + length), file, line + 1);
      },
      onError: (code, offset, _, line) => {
        const mistake = printParseErrorCode(code)
          .replace(/([a-z])([A-Z])/g, '$1 $2')
          .toLowerCase();
        const found = body.slice(offset, offset + 80).trim();
        throw bad(
          file,
          line + 1,
          `Line ${line + 1}: ${mistake}, found ${found === '' ? 'the end of the file' : clip(found)}. Expected a JSON list of objects, e.g. [{"x": 1.5}, {"x": 2}].`,
        );
      },
    },
    { disallowComments: true },
  );
  return items;
}

function parseItem(text: string, file: string, at: number, list: boolean): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(
      file,
      at,
      `Line ${at}: found ${clip(text.trim())}, expected one JSON object${list ? '' : ' on this line. Write it on a single line'}, with double quotes.`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw noObject(text, file, at);
}

function noObject(text: string, file: string, at: number): Error {
  return bad(
    file,
    at,
    `Line ${at}: found ${clip(text.trim())}, expected an object with the columns by name, e.g. {"x": 1.5}.`,
  );
}

/** Objects in one another: more are no row. */
export const mostLevels = 16;

/**
 * Fields of an object, those of nested ones by their path, "user.age".
 *
 * @param refuse the error for a list, or for objects in more than `mostLevels` objects.
 */
export function* fieldsOf(
  value: object,
  refuse: (field: string, what: 'list' | 'levels') => Error,
  prefix = '',
  depth = 0,
): Generator<readonly [string, string | number | boolean | null]> {
  if (depth > mostLevels) throw refuse(prefix.slice(0, -1), 'levels');
  for (const [key, cell] of Object.entries(value) as [string, unknown][]) {
    const name = prefix + key;
    if (Array.isArray(cell)) throw refuse(name, 'list');
    if (typeof cell === 'object' && cell !== null) yield* fieldsOf(cell, refuse, `${name}.`, depth + 1);
    else yield [name, cell as string | number | boolean | null];
  }
}
