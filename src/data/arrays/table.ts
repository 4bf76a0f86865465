/** Arrays as a table: the first axis counts rows, each entry of a sample is a column. */
import { bad, type Column, maxColumns, type Table } from '../table/table';
import type { NumpyArray } from './npy';

/** Names of a sample's entries: "x0" for a vector, "x0_2_3" for more axes. */
export function entryNames(sampleShape: readonly number[]): string[] {
  let names = ['x'];
  sampleShape.forEach((size, axis) => {
    names = names.flatMap(n => Array.from({ length: size }, (_, i) => `${n}${axis === 0 ? '' : '_'}${i}`));
  });
  return sampleShape.length === 0 ? ['x0'] : names;
}

/**
 * @param target one number for each sample, or absent (for prediction).
 * @param names of a sample's entries; "x0", "x1", … if absent.
 * @throws VitrineError bad-data when the shapes do not go together.
 */
export function tableOfArrays(
  file: string,
  features: NumpyArray,
  target?: { name: string; array: NumpyArray },
  names?: readonly string[],
): Table {
  const [rows, ...sample] = features.shape;
  const width = sample.reduce((a, b) => a * b, 1);
  if (rows === undefined || rows === 0 || width === 0)
    throw bad(
      file,
      undefined,
      `The array has the shape (${features.shape.join(', ')}): no samples. Expected (samples, …).`,
    );
  if (width > maxColumns)
    throw bad(file, undefined, `A sample has ${width} values; at most ${maxColumns} are read.`);
  const columns = (names?.length === width ? names : entryNames(sample)).map((name, c) =>
    columnOf(name, rows, row => features.data[row * width + c]!),
  );
  if (target) {
    const { shape, data } = target.array;
    if (shape[0] !== rows || data.length !== rows)
      throw bad(
        file,
        undefined,
        `The target "${target.name}" has the shape (${shape.join(', ')}), but there are ${rows} samples. Expected (${rows}) or (${rows}, 1).`,
      );
    columns.push(columnOf(target.name, rows, row => data[row]!));
  }
  return {
    file,
    delimiter: '\t',
    columns,
    rows,
    lines: Int32Array.from({ length: rows }, (_, i) => i + 1),
    notes: [],
  };
}

function columnOf(name: string, rows: number, at: (row: number) => number): Column {
  const numbers = new Float64Array(rows);
  let missing = 0;
  for (let row = 0; row < rows; row++) {
    const x = at(row);
    numbers[row] = Number.isFinite(x) ? x : Number.NaN;
    if (!Number.isFinite(x)) missing++;
  }
  return { name, numbers, texts: undefined, missing, numeric: rows - missing, decimal: '.' };
}
