/** What is predicted. */
import type { TargetInfo } from '../dataset';
import { checkNumbers } from './features';
import type { TableOptions } from './options';
import { bad, type Column, looksNumeric, numberAt, type Table, textAt } from './table';
import { clip } from './words';

const maxClasses = 10_000;

/** Targets by row: class indices or values; NaN where missing. */
export function readTarget(
  table: Table,
  column: Column,
  options: Pick<TableOptions, 'categories' | 'targetType'>,
  notes: string[],
): { info: TargetInfo; values: Float64Array } {
  const numeric = looksNumeric(column, table.rows) && !options.categories?.includes(column.name);
  const type = options.targetType ?? (numeric ? 'number' : 'classes');
  const values = new Float64Array(table.rows).fill(Number.NaN);
  if (column.missing === table.rows)
    throw bad(
      table.file,
      1,
      `The target column "${column.name}" is empty in all rows. Expected a value to predict.`,
    );
  if (type === 'number') {
    if (!numeric) {
      const row = column.texts!.findIndex(t => t !== undefined);
      throw bad(
        table.file,
        table.lines[row]!,
        `Line ${table.lines[row]}, column "${column.name}": found "${clip(column.texts![row]!)}", expected a number, because the target is one (data.targetType or the loss says so). For classes use a loss such as cross_entropy.`,
      );
    }
    checkNumbers(table, [column]);
    for (let row = 0; row < table.rows; row++) values[row] = numberAt(column, row);
    return { info: { name: column.name, kind: 'number' }, values };
  }
  if (numeric) checkNumbers(table, [column]);
  const label = (row: number): string | undefined => {
    if (!numeric) return textAt(column, row);
    const x = numberAt(column, row);
    return Number.isNaN(x) ? undefined : String(x);
  };
  const found = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    const text = label(row);
    if (text !== undefined) found.add(text);
    if (found.size > maxClasses)
      throw bad(
        table.file,
        1,
        `The target column "${column.name}" has more than ${maxClasses} different values, too many for classes. For a number use a loss such as mse.`,
      );
  }
  const classes = [...found].sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  if (classes.length < 2)
    throw bad(
      table.file,
      1,
      `The target column "${column.name}" has only one class, "${clip(classes[0]!)}". Expected at least two to tell apart.`,
    );
  if (numeric && classes.length > 20 && classes.length > table.rows / 2)
    notes.push(
      `The target "${column.name}" has ${classes.length} classes in ${table.rows} rows: is it a number?`,
    );
  const code = new Map(classes.map((name, i) => [name, i]));
  for (let row = 0; row < table.rows; row++) {
    const text = label(row);
    if (text !== undefined) values[row] = code.get(text)!;
  }
  return { info: { name: column.name, kind: 'classes', classes }, values };
}
