/** Tables and bars for people. */
import { printable } from './terminal';

export interface TableColumn {
  title: string;
  align?: 'left' | 'right';
  /** Longest width; what is longer is cut. */
  most?: number;
}

/** Lines of a table whose columns are as wide as they need. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string = t => t,
): string[] {
  const clean = rows.map(row => row.map((cell, c) => cut(printable(cell), columns[c]!.most ?? 60)));
  const widths = columns.map((column, c) =>
    Math.max(widthOf(column.title), ...clean.map(row => widthOf(row[c] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, c) => pad(cells[c] ?? '', widths[c]!, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  return [heading(line(columns.map(c => c.title))), ...clean.map(line)];
}

/** A bar from the middle: to the right for positive values, to the left for negative ones. */
export function signedBar(value: number, largest: number, half: number): string {
  const size = largest > 0 ? Math.abs(value) / largest : 0;
  const bar = eighths(size * half);
  if (value >= 0) return `${' '.repeat(half)}│${bar}`;
  // Left-growing blocks exist in halves only: whole cells will do.
  const cells = Math.round(size * half);
  return `${' '.repeat(half - cells)}${'█'.repeat(cells)}│`;
}

/** A bar of so many cells, in eighths. */
export function eighths(cells: number): string {
  const whole = Math.floor(cells);
  const rest = Math.round((cells - whole) * 8);
  return rest === 8 ? '█'.repeat(whole + 1) : '█'.repeat(whole) + ' ▏▎▍▌▋▊▉'[rest]!.trim();
}

/** 44426 -> "44,426". */
export function grouped(n: number | string): string {
  return typeof n === 'number' ? n.toLocaleString('en-US') : n;
}

/** 1234567 -> "1.23 M". */
export function scaled(n: number | string): string {
  if (typeof n === 'string') return n;
  const units = ['', ' k', ' M', ' G', ' T', ' P'];
  let i = 0;
  let x = n;
  while (Math.abs(x) >= 1000 && i < units.length - 1) {
    x /= 1000;
    i++;
  }
  return `${i === 0 ? x : x.toPrecision(3)}${units[i]}`;
}

export function shapeText(shape: readonly (number | string)[]): string {
  return `(${shape.join(', ')})`;
}

export function fixedNumber(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? x.toExponential(2) : x.toFixed(4);
}

/** Lines of at most so many characters (at least one), broken at spaces; a script without spaces is broken anywhere. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && widthOf(line) + 1 + widthOf(rest) > width) {
      lines.push(line);
      line = '';
    }
    rest = line === '' ? rest : `${line} ${rest}`;
    while (widthOf(rest) > width) {
      lines.push([...rest].slice(0, width).join(''));
      rest = [...rest].slice(width).join('');
    }
    line = rest;
  }
  return line === '' ? lines : [...lines, line];
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? space + text : text + space;
}

function cut(text: string, most: number): string {
  return widthOf(text) > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
}

function widthOf(text: string): number {
  return [...text].length;
}
