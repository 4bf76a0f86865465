/** How numbers are written on the page: short, aligned, and never more digits than they deserve. */
import type { Dim, Shape } from '../../../src/model/dim';

/** 1234 -> "1.23k", 61706 -> "61.7k", 11689512 -> "11.7M". Below a thousand the number itself. */
export function formatCount(n: number): string {
  const units = ['', 'k', 'M', 'B', 'T'];
  let unit = 0;
  let x = n;
  // 999.5 would print as "1000" with three digits, so it moves to the next unit.
  while (Math.abs(x) >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    x /= 1000;
    unit++;
  }
  if (unit === 0) return `${n}`;
  return `${Number(x.toPrecision(3))}${units[unit]}`;
}

/** With thousands separators, for where there is room: 61706 -> "61,706". */
export function formatInteger(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Significant digits without exponent noise: 0.03124 -> "0.0312", 0.00001 -> "1.00e−5", 12.0 -> "12.0". */
export function formatNumber(x: number | null | undefined, digits = 3): string {
  if (x === null || x === undefined) return '–';
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  const size = Math.abs(x);
  let text: string;
  if (size >= 1e6 || size < 1e-3)
    text = size
      .toExponential(digits - 1)
      .replace('e-', 'e−')
      .replace('e+', 'e');
  else if (size >= 10 ** digits) text = `${Math.round(size)}`;
  else text = size.toPrecision(digits);
  return x < 0 ? `−${text}` : text;
}

/** A raw value of a table: integers stay integers, other numbers get four digits. */
export function formatValue(x: string | number | null | undefined): string {
  if (x === null || x === undefined) return '–';
  if (typeof x === 'string') return x;
  return Number.isInteger(x) && Math.abs(x) < 1e9 ? `${x}`.replace('-', '−') : formatNumber(x, 4);
}

/** With its sign always shown: +0.12, −0.30. */
export function formatSigned(x: number, digits = 3): string {
  return x > 0 ? `+${formatNumber(x, digits)}` : formatNumber(x, digits);
}

/** 0.9722 -> "97.2 %". */
export function formatPercent(x: number, digits = 1): string {
  return Number.isFinite(x) ? `${(x * 100).toFixed(digits)} %` : formatNumber(x);
}

/** Metrics between 0 and 1 that one reads as percentages. */
const ratios = /accuracy|precision|recall|f1|auc|r2/i;

export function formatMetric(name: string, value: number): string {
  return ratios.test(name) && !/r2/i.test(name) ? formatPercent(value) : formatNumber(value, 3);
}

/** Seconds -> "850 ms", "12 s", "3 min 20 s", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 ? `${minutes} min ${s % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** ["N", 10, 6, 6] -> "N×10×6×6"; a scalar is "scalar"; sums and quotients stand in parentheses. */
export function formatShape(shape: Shape): string {
  if (shape.length === 0) return 'scalar';
  return shape.map(formatDim).join('×');
}

function formatDim(d: Dim): string {
  if (typeof d === 'number') return `${d}`;
  // "((H)//(2))" is canonical, H//2 is how one writes it.
  const text = d
    .replace(/\((\w+)\)/g, '$1')
    .replace(/\*/g, '·')
    .replace(/-/g, '−');
  return /[+−/]/.test(text.slice(1)) && !/^\(.*\)$/.test(text) ? `(${text})` : text;
}

/** The number of elements if all sizes are known. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((p, d) => p * d, 1);
}
