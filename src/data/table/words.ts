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

/** What is said of numbers that stand with a sign: it was taken off. */
export function signNotes(columns: readonly Column[]): string[] {
  return columns.flatMap(({ name, signs = [] }) =>
    signs.length > 1
      ? [
          `The numbers of "${name}" stand with ${signs.map(s => `"${s}"`).join(' and ')}, which were taken off: are they of one unit?`,
        ]
      : signs.length === 1
        ? [`The numbers of "${name}" were read without their "${signs[0]}".`]
        : [],
  );
}
