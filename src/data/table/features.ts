/** Which columns are features, and whether they hold what they should. */
import type { TableOptions } from './options';
import { bad, type Column, columnNamed, numberAt, type Table } from './table';
import { clip, names } from './words';

/** @param whole all rows are there: a column without a value in any of them tells nothing, and is left out. */
export function chooseFeatures(table: Table, options: TableOptions, notes: string[], whole = true): Column[] {
  const { split, target } = options;
  for (const name of options.categories ?? []) columnNamed(table, name, 'in data.categories');
  const excluded = new Set<string>();
  for (const name of options.exclude ?? []) excluded.add(columnNamed(table, name, 'in data.exclude').name);
  if (options.features) {
    return options.features.map(name => {
      const column = columnNamed(table, name, 'in data.features');
      if (name === target)
        throw bad(
          table.file,
          1,
          `The column "${name}" is the target and a feature at once. Remove it from data.features.`,
        );
      if (excluded.has(name))
        throw bad(
          table.file,
          1,
          `The column "${name}" is in data.features and in data.exclude. Remove it from one.`,
        );
      return column;
    });
  }
  for (const [what, name] of [
    ['group', split.group],
    ['time', split.time],
  ] as const) {
    if (name === undefined || excluded.has(name)) continue;
    excluded.add(columnNamed(table, name, `in data.split.${what}`).name);
    notes.push(
      `"${name}" divides the rows and is therefore no feature; name it in data.features to use it as one.`,
    );
  }
  const candidates = table.columns.filter(c => c.name !== target && !excluded.has(c.name));
  const empty = candidates.filter(c => whole && c.missing === table.rows && !options.image);
  if (empty.length > 0)
    notes.push(`${names(empty)} ${empty.length === 1 ? 'has' : 'have'} no value in any row: left out.`);
  const columns = candidates.filter(c => !empty.includes(c));
  if (columns.length === 0)
    throw bad(
      table.file,
      1,
      'No column is left to predict from. The table needs another column than the target.',
    );
  return columns;
}

export function checkImage(
  table: Table,
  columns: readonly Column[],
  image: NonNullable<TableOptions['image']>,
): void {
  const pixels = image.channels * image.height * image.width;
  if (pixels !== columns.length)
    throw bad(
      table.file,
      1,
      `An image of ${image.channels} x ${image.height} x ${image.width} has ${pixels} pixels, but ${columns.length} columns are features. Correct data.image, or choose the columns with data.features or data.exclude.`,
    );
}

/** Of float32, in which models compute: what is larger is infinite to them. */
const largestFloat = 3.4028234663852886e38;

/** Finds the first text among number columns, and how many more there are. @throws VitrineError bad-data */
export function checkNumbers(table: Table, columns: readonly Column[]): void {
  let first: { row: number; column: Column; text: string } | undefined;
  let count = 0;
  const found = (column: Column, row: number, text: string) => {
    count++;
    if (!first || row < first.row) first = { row, column, text };
  };
  for (const column of columns) {
    column.texts?.forEach((text, row) => {
      if (text !== undefined && Number.isNaN(numberAt(column, row))) found(column, row, text);
    });
    for (let row = 0; row < table.rows; row++)
      if (Math.abs(column.numbers[row]!) > largestFloat) found(column, row, String(column.numbers[row]));
  }
  if (!first) return;
  const { row, column, text } = first;
  const line = table.lines[row]!;
  const more = count > 1 ? ` ${count - 1} more ${count === 2 ? 'cell is' : 'cells are'} like this.` : '';
  const advice =
    /^[+-]?inf(inity)?$/i.test(text) || !Number.isNaN(numberAt(column, row))
      ? 'Infinite values, and those above 3.4e38, cannot be trained on: correct the value, or leave it empty and set data.missing.'
      : `Correct the value, leave it empty and set data.missing, or list "${column.name}" in data.categories.`;
  throw bad(
    table.file,
    line,
    `Line ${line}, column "${column.name}": found "${clip(text)}", expected ${Number.isNaN(numberAt(column, row)) ? 'a number' : 'a smaller number'}.${more} ${advice}`,
  );
}
