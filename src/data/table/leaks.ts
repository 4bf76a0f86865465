/** Notes about what would make results look better, or stranger, than they are. */
import { listed } from '../../model/suggest';
import type { Split } from '../dataset';
import { evenly } from '../evenly';
import { type Cells, givenAway } from '../overview/leak';
import type { PreparationColumn } from '../preparation';
import { type Column, numberAt, textAt } from './table';
import { rowsOf } from './words';

/** Categories that only validation or test rows have become all zeros, as scikit-learn's handle_unknown='ignore'. */
export function noteUnseen(
  sources: readonly Column[],
  learned: readonly PreparationColumn[],
  splits: Readonly<Record<Split, Int32Array>>,
  notes: string[],
): void {
  learned.forEach(({ categories }, i) => {
    const column = sources[i]!;
    if (!categories) return;
    const known = new Set(categories);
    const unknown = new Set<string>();
    let rows = 0;
    for (const row of [...splits.valid, ...splits.test]) {
      const text = textAt(column, row);
      if (text === undefined || known.has(text)) continue;
      unknown.add(text);
      rows++;
    }
    if (rows > 0)
      notes.push(
        `${listed([...unknown], 5)} in "${column.name}" did not occur in the training rows; ${rowsOf(rows)} of the other parts stand there without a category.`,
      );
  });
}

/** Notes what makes a test look better than it is: rows that are known from training. */
export function noteCopies(
  columns: readonly Column[],
  splits: Readonly<Record<Split, Int32Array>>,
  notes: string[],
): void {
  const trained = new Set<number>();
  for (const row of splits.train) trained.add(rowKey(columns, row));
  for (const part of ['valid', 'test'] as const) {
    const again = splits[part].filter(row => trained.has(rowKey(columns, row))).length;
    if (again > 0) notes.push(copiesIn(part, again));
  }
}

/** Whole sentences, as other languages have them. */
function copiesIn(part: 'valid' | 'test', again: number): string {
  const rows = rowsOf(again);
  if (part === 'test')
    return again === 1
      ? `${rows} of the test part also occurs among the training rows.`
      : `${rows} of the test part also occur among the training rows.`;
  return again === 1
    ? `${rows} of the validation part also occurs among the training rows.`
    : `${rows} of the validation part also occur among the training rows.`;
}

/** More rows tell no more. */
const mostRows = 20_000;

/** The columns that give the answer away, each with a sentence about it. */
export function leaksOf(
  columns: readonly Column[],
  numeric: ReadonlySet<Column>,
  target: Cells,
  rows: Int32Array,
): { column: string; message: string }[] {
  const looked = evenly(rows, mostRows);
  const answers: Cells = { ...target, ...cellsAt(target, looked) };
  return columns.flatMap(column => {
    const message = givenAway(cellsOf(column, numeric.has(column), looked), answers);
    return message === undefined ? [] : [{ column: column.name, message }];
  });
}

function cellsAt({ numbers, codes }: Cells, rows: Int32Array): Pick<Cells, 'numbers' | 'codes'> {
  return {
    ...(numbers && { numbers: Float64Array.from(rows, row => numbers[row]!) }),
    ...(codes && { codes: Int32Array.from(rows, row => codes[row]!) }),
  };
}

function cellsOf(column: Column, numeric: boolean, rows: Int32Array): Cells {
  const { name } = column;
  if (numeric) return { name, numbers: Float64Array.from(rows, row => numberAt(column, row)) };
  const places = new Map<string, number>();
  const codes = Int32Array.from(rows, row => {
    const text = textAt(column, row);
    if (text === undefined) return -1;
    if (!places.has(text)) places.set(text, places.size);
    return places.get(text)!;
  });
  return { name, codes, texts: [...places.keys()] };
}

/** Two 32-bit hashes as one number: short keys instead of the rows' whole text. */
function rowKey(columns: readonly Column[], row: number): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  const mix = (word: number) => {
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ (word + 0x9e3779b9), 0x85ebca6b);
    b ^= b >>> 13;
  };
  for (const column of columns) {
    const text = column.texts?.[row];
    if (text === undefined) {
      double[0] = column.numbers[row]!;
      mix(words[0]!);
      mix(words[1]!);
    } else for (let i = 0; i < text.length; i++) mix(text.charCodeAt(i));
  }
  // 53 bits fit into a number.
  return (a >>> 0) * 2097152 + (b >>> 11);
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
