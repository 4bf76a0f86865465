/** Notes about what would make results look better, or stranger, than they are. */
import { listed } from '../../model/suggest';
import type { Split } from '../dataset';
import type { PreparationColumn } from '../preparation';
import { type Column, type Table, textAt } from './table';
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

/** Notes what makes a test look better than it is: rows known from training, and a feature that is the answer. */
export function noteLeaks(
  table: Table,
  columns: readonly Column[],
  target: Column,
  splits: Readonly<Record<Split, Int32Array>>,
  notes: string[],
): void {
  const trained = new Set<number>();
  const whole = [...columns, target];
  const key = (row: number) => rowKey(whole, row);
  for (const row of splits.train) trained.add(key(row));
  for (const part of ['valid', 'test'] as const) {
    const again = splits[part].filter(row => trained.has(key(row))).length;
    if (again > 0)
      notes.push(
        `${rowsOf(again)} of the ${part === 'test' ? 'test' : 'validation'} part also ${again === 1 ? 'occurs' : 'occur'} among the training rows.`,
      );
  }
  for (const column of columns) {
    let same = true;
    for (let row = 0; row < table.rows && same; row++) same = textAt(column, row) === textAt(target, row);
    if (same)
      notes.push(
        `The column "${column.name}" equals the target in every row: it gives the answer away. Exclude it?`,
      );
  }
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
