/** What the first rows of a table say of its columns. */
import { type ColumnHead, mostCounted } from '../dataset';
import { codesAmong } from './missingCodes';
import { type Column, looksNumeric, numberAt, type Table, textAt } from './table';

export function headsOf(table: Table): ColumnHead[] {
  return table.columns.map(c => head(c, table.rows));
}

/** More different values are no classes. */
const mostClasses = 20;

function head(column: Column, rows: number): ColumnHead {
  const numeric = looksNumeric(column, rows);
  const counts = new Map<string, number>();
  let integers = numeric;
  let texts = 0;
  const numbers = new Float64Array(numeric ? rows : 0);
  let rising = !numeric && rows > 1 && column.missing === 0;
  let last = '';
  for (let i = 0; i < rows; i++) {
    const text = textAt(column, i);
    if (text !== undefined && (counts.size < mostCounted || counts.has(text)))
      counts.set(text, (counts.get(text) ?? 0) + 1);
    if (rising) {
      rising = text! > last;
      last = text!;
    }
    const x = numberAt(column, i);
    if (numeric) numbers[i] = x;
    if (!Number.isNaN(x) && !Number.isInteger(x)) integers = false;
    if (text !== undefined && Number.isNaN(x)) texts++;
  }
  const codes = codesAmong(numbers);
  const [rarest] = counts.size <= mostClasses ? [...counts].sort((a, b) => a[1] - b[1]) : [];
  return {
    name: column.name,
    kind: numeric ? 'number' : 'category',
    integers,
    distinct: counts.size,
    rows,
    missing: column.missing,
    ...(numeric && texts > 0 && { texts }),
    examples: [...counts.keys()].slice(0, 5),
    ...(codes.length > 0 && { codes }),
    ...(rarest && { rarest: { value: rarest[0], rows: rarest[1] } }),
    ...(rising && { rising }),
  };
}
