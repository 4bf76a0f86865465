/** Phrases of the notes and messages. */
import type { Column } from './table';

export function names(columns: readonly Column[]): string {
  const shown = columns.slice(0, 5).map(c => `"${c.name}"`);
  return columns.length > 5 ? `${shown.join(', ')} and ${columns.length - 5} more columns` : shown.join(', ');
}

export function rowsOf(n: number): string {
  return n === 1 ? '1 row' : `${n} rows`;
}

export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
