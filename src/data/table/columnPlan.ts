/** What each feature column of a table is, and how its missing values are met: found by looking, or as the experiment says. */
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import type { ColumnOptions, Missing, Scale } from '../options';
import { type DateOrder, dateOrders, strayDate } from './dates';
import { codesFor, type MissingCodes } from './missingCodes';
import type { TableOptions } from './options';
import { bad, type Column, looksNumeric, type Table } from './table';
import { clip } from './words';

export interface ColumnPlan {
  kind: 'number' | 'category' | 'ordinal' | 'index' | 'date';
  scale: Scale;
  missing: Missing;
  fill?: number | string;
  indicator: boolean;
  unknown: 'error' | 'ignore';
  /** What means "not known" beside empty cells. */
  missingValues?: MissingCodes;
  /** Of categories: from the lowest to the highest. */
  order?: readonly string[];
  dateOrder?: DateOrder;
}

/** @throws VitrineError bad-experiment for a column that is not there. */
export function checkColumnOptions(table: Table, { columns = {} }: TableOptions): void {
  const names = table.columns.map(c => c.name);
  for (const name of Object.keys(columns)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw new VitrineError(
      'bad-experiment',
      `data.columns names "${name}", which is no column. ${near ? `Did you mean "${near}"?` : `There are ${listed(names)}.`}`,
      { at: { file: table.file } },
    );
  }
}

/** @param notes hears where days and months could not be told apart. */
export function planColumn(column: Column, table: Table, options: TableOptions, notes: string[]): ColumnPlan {
  const own: ColumnOptions =
    options.columns && Object.hasOwn(options.columns, column.name) ? options.columns[column.name]! : {};
  const fill = own.fill ?? options.fill;
  const codes = codesFor(options, column.name);
  const shared = {
    scale: own.scale ?? options.scale ?? (options.image ? 'none' : 'standard'),
    missing: own.missing ?? options.missing,
    ...(fill !== undefined && { fill }),
    indicator: own.indicator ?? (options.missingIndicator === true && !options.image),
    unknown: own.unknown ?? options.unknown ?? 'error',
    ...(own.order && { order: own.order }),
    ...(codes && { missingValues: codes }),
  } as const;
  if (own.as !== undefined && own.as !== 'date') return { ...shared, kind: own.as };
  if (own.as === undefined) {
    if (own.order) return { ...shared, kind: 'ordinal' };
    if (options.categories?.includes(column.name)) return { ...shared, kind: 'category' };
    // Pixels are numbers by definition: text there is a mistake, however much there is of it.
    if (options.image !== undefined || looksNumeric(column, table.rows)) return { ...shared, kind: 'number' };
  }
  const orders = dateOrders(textsOf(column));
  if (orders.length === 0) {
    if (own.as !== 'date') {
      refuseStrayDate(column, table);
      noteCapitals(column, notes);
      return { ...shared, kind: 'category' };
    }
    throw new VitrineError(
      'bad-data',
      `The column "${column.name}" is to be read as dates (data.columns), but not all of its values are of one form such as 2026-01-31, 31.01.2026 or 01/31/2026.`,
      { at: { file: table.file } },
    );
  }
  if (orders.length > 1)
    notes.push(
      `Dates in "${column.name}" were read as ${orders[0] === 'mdy' ? 'month/day/year' : 'day.month.year'}; they could be read the other way round.`,
    );
  return { ...shared, kind: 'date', dateOrder: orders[0]! };
}

/** A column most of whose texts are dates is one of dates, and the rest are mistakes. */
function refuseStrayDate(column: Column, table: Table): void {
  const found = strayDate([...textsOf(column)]);
  if (!found) return;
  const line = table.lines[column.texts!.indexOf(found.stray)]!;
  const forms: Record<DateOrder, string> = {
    ymd: 'year-month-day',
    dmy: 'day.month.year',
    mdy: 'month/day/year',
  };
  throw bad(
    table.file,
    line,
    `Line ${line}, column "${column.name}": found "${clip(found.stray)}", expected a date as ${forms[found.order]}, like most of the column. Write it so, or leave it empty and set data.missing; if the column is no date, set data.columns.${column.name}.as to "category" or put it into data.exclude.`,
  );
}

/** "Yes" and "yes" are two categories, which is seldom meant. */
function noteCapitals(column: Column, notes: string[]): void {
  const spelled = new Map<string, string>();
  for (const text of textsOf(column)) {
    const other = spelled.get(text.toLowerCase());
    if (other === undefined) spelled.set(text.toLowerCase(), text);
    else if (other !== text) {
      notes.push(
        `"${clip(other)}" and "${clip(text)}" in "${column.name}" differ in capitals alone; they are two categories.`,
      );
      return;
    }
  }
}

function* textsOf(column: Column): Iterable<string> {
  // Anything that is a plain number ends the matter.
  if (!column.texts || column.numbers.some(x => !Number.isNaN(x))) {
    yield '0';
    return;
  }
  for (const text of column.texts) if (text !== undefined) yield text;
}
