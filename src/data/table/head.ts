/** What the first rows of a table say of its columns. */
import type { ColumnHead } from '../dataset';
import { type Column, looksNumeric, numberAt, type Table, textAt } from './table';

export function headsOf(table: Table): ColumnHead[] {
  return table.columns.map(c => head(c, table.rows));
}

function head(column: Column, rows: number): ColumnHead {
  const numeric = looksNumeric(column, rows);
  const distinct = new Set<string>();
  let integers = numeric;
  let texts = 0;
  for (let i = 0; i < rows; i++) {
    const text = textAt(column, i);
    if (text !== undefined && distinct.size < 1000) distinct.add(text);
    const x = numberAt(column, i);
    if (!Number.isNaN(x) && !Number.isInteger(x)) integers = false;
    if (text !== undefined && Number.isNaN(x)) texts++;
  }
  return {
    name: column.name,
    kind: numeric ? 'number' : 'category',
    integers,
    distinct: distinct.size,
    rows,
    missing: column.missing,
    ...(numeric && texts > 0 && { texts }),
    examples: [...distinct].slice(0, 5),
  };
}
