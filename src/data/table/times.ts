/** A column that says when. */
import { dateOrders, parseDate } from './dates';
import { bad, type Column, looksNumeric, numberAt, type Table, textAt } from './table';
import { clip } from './words';

/**
 * Of each of these rows the time: numbers as they are, dates in milliseconds since 1970.
 *
 * @throws VitrineError bad-data by line and column
 */
export function timesOf(table: Table, column: Column, rows: Int32Array): Float64Array {
  const numeric = looksNumeric(column, table.rows);
  const [order] = numeric ? [] : dateOrders((column.texts ?? []).filter(t => t !== undefined));
  return Float64Array.from(rows, row => {
    const text = textAt(column, row);
    const x = numeric ? numberAt(column, row) : text === undefined ? Number.NaN : parseDate(text, order);
    if (!Number.isNaN(x)) return x;
    const line = table.lines[row]!;
    throw bad(
      table.file,
      line,
      `Line ${line}, column "${column.name}": ${text === undefined ? 'the time is missing' : `found "${clip(text)}"`}, expected a number or a date like 2026-01-31 or 2026-01-31T12:00 to order the rows by.`,
    );
  });
}
