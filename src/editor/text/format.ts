/** How numbers, sizes and times are written for people. */
import type { Dim, Shape } from '../../model/dim';

/** 27434 -> "27,434". */
export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Large counts in short: 950 -> "950", 27434 -> "27.4 k", 3.1e9 -> "3.1 G". */
export function shortCount(n: number): string {
  const units = ['', ' k', ' M', ' G', ' T', ' P'];
  let unit = 0;
  let left = n;
  while (Math.abs(left) >= 999.5 && unit < units.length - 1) {
    left /= 1000;
    unit++;
  }
  const digits = unit === 0 ? 0 : Math.abs(left) < 10 ? 2 : Math.abs(left) < 100 ? 1 : 0;
  return `${Number(left.toFixed(digits))}${units[unit]}`;
}

/** As PyTorch prints it: "[N, 5]". */
export function shapeText(shape: Shape): string {
  let text = texts.get(shape);
  if (text === undefined) {
    text = `[${shape.map(dimText).join(', ')}]`;
    texts.set(shape, text);
  }
  return text;
}

/** An edit leaves most values as they are. */
const texts = new WeakMap<Shape, string>();

function dimText(d: Dim): string {
  // "((N+1)//(2))" is canonical, "(N+1)//2" is how one writes it.
  if (typeof d === 'number' || !d.includes('(')) return String(d);
  return d.replace(/\((\w+)\)/g, '$1').replace(/^\((.*\/\/\w+)\)$/, '$1');
}

/** A number with three significant digits and no more zeros than needed: 0.7071 -> "0.707", 1e-7 -> "1.00e-7". */
export function number(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'NaN' : x > 0 ? '∞' : '−∞';
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e6) return minus(count(x));
  if (size < 1e-3 || size >= 1e6) return minus(x.toExponential(2));
  return minus(String(Number(x.toPrecision(3))));
}

function minus(text: string): string {
  return text.replace(/^-/, '−');
}

export function percent(x: number): string {
  return `${(100 * x).toFixed(1)} %`;
}

/** 83 -> "1 min 23 s". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} min ${s % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A bar of `width` characters for a value in 0…1, in eighths: what a tree's description can hold. */
export function bar(fraction: number, width = 8): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest > 0 ? '▏▎▍▌▋▊▉'[rest - 1] : '');
}

/** Inline code in Markdown, whatever the text holds. */
export function code(text: string): string {
  const flat = text.replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(m => m[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = flat.startsWith('`') || flat.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${flat}${pad}${fence}`.replace(/\|/g, '\\|');
}

/** Text that Markdown must not read as its own signs. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}

/** Sentences one behind the other: a full stop of Chinese is as wide as its space already. */
export function sentences(...all: readonly string[]): string {
  return all.filter(Boolean).reduce((a, b) => (a === '' || /[。！？]$/.test(a) ? a + b : `${a} ${b}`), '');
}
