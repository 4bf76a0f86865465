/** What drawings share: colours, the element around them, axes and short numbers. */
import { formatNumber } from '../answers/predict';
import { ticks } from '../report/charts';
import { type Html, html, raw } from '../report/html';

/** Colours as values of SVG attributes: plain ones for files, custom properties for pages that have a theme. */
export interface Palette {
  /** Speaks for. */
  for: string;
  /** Speaks against. */
  against: string;
  /** Behind pictures. */
  back: string;
  ink: string;
  quiet: string;
  paper: string;
  /** Groups of points; more groups begin again. */
  groups: readonly string[];
}

/** Colour-blind safe: warm for, cool against; groups after Okabe and Ito. */
export const filePalette: Palette = {
  for: '#d55e00',
  against: '#0072b2',
  back: '#111111',
  ink: '#222222',
  quiet: '#777777',
  paper: '#ffffff',
  groups: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#f0e442', '#777777'],
};

export interface Drawing {
  width: number;
  height: number;
  content: Html;
}

/** A drawing as an element that stands alone. */
export function svgElement({ width, height, content }: Drawing, title: string, palette: Palette): Html {
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img" font-family="sans-serif" font-size="12" fill="${palette.ink}"><title>${title}</title>${content}</svg>`;
}

/** Drawings below each other. */
export function stacked(drawings: readonly Drawing[], gap = 18): Drawing {
  let y = 0;
  const content = drawings.map(d => {
    const at = y;
    y += d.height + gap;
    return html`<g transform="translate(0 ${n(at)})">${d.content}</g>`;
  });
  return {
    width: Math.max(0, ...drawings.map(d => d.width)),
    height: Math.max(0, y - gap),
    content: html`${content}`,
  };
}

export function text(
  x: number,
  y: number,
  what: string | number,
  more: Readonly<Record<string, string | number>> = {},
): Html {
  return html`<text x="${n(x)}" y="${n(y)}"${attributes(more)}>${what}</text>`;
}

/** Attributes in the order given. Names are ours; values are escaped. */
export function attributes(given: Readonly<Record<string, string | number>>): Html {
  return html`${Object.entries(given).map(
    ([name, value]) => html` ${raw(name)}="${typeof value === 'number' ? n(value) : value}"`,
  )}`;
}

/** Short numbers keep files small. */
export function n(x: number): string {
  return String(Number(x.toFixed(2)));
}

export function clip(what: string, most: number): string {
  return what.length > most ? `${what.slice(0, most - 1)}…` : what;
}

export interface Frame {
  x(v: number): number;
  y(v: number): number;
  /** The drawing's inside. */
  box: { left: number; right: number; top: number; bottom: number };
  grid: Html;
  width: number;
  height: number;
}

export interface Side {
  title: string;
  range: readonly [number, number];
  labels?: readonly string[];
}

/** Axes with round numbers, or with names at the places 0, 1, …. */
export function axes(xSide: Side, ySide: Side, palette: Palette, height = 300): Frame {
  const width = 520;
  const left = ySide.labels ? 140 : 64;
  const box = { left, right: width - 16, top: 12, bottom: height - (xSide.labels ? 76 : 46) };
  const scale = ([low, high]: readonly [number, number], from: number, to: number) => {
    const span = high - low || 1;
    return (v: number) => from + ((v - low) / span) * (to - from);
  };
  const x = scale(xSide.range, box.left, box.right);
  const y = scale(ySide.range, box.bottom, box.top);
  const placesOf = ({ labels, range }: Side, most: number): [number, string][] => {
    if (!labels) return ticks(range[0], range[1]).map(t => [t, formatNumber(t)]);
    const every = Math.ceil(labels.length / most);
    return labels.map((l, i): [number, string] => [i, clip(l, 18)]).filter((_, i) => i % every === 0);
  };
  const grid = html`${placesOf(ySide, 24).map(
    ([t, name]) =>
      html`<line x1="${n(box.left)}" x2="${n(box.right)}" y1="${n(y(t))}" y2="${n(y(t))}" stroke="${palette.quiet}" stroke-opacity="0.25"/>${text(box.left - 7, y(t) + 4, name, { 'text-anchor': 'end', fill: palette.quiet, 'font-size': 11 })}`,
  )}${placesOf(xSide, 20).map(([t, name]) =>
    xSide.labels
      ? html`<text transform="translate(${n(x(t))} ${n(box.bottom + 14)}) rotate(-35)" text-anchor="end" fill="${palette.quiet}" font-size="11">${name}</text>`
      : text(x(t), box.bottom + 16, name, {
          'text-anchor': 'middle',
          fill: palette.quiet,
          'font-size': 11,
        }),
  )}<line x1="${n(box.left)}" x2="${n(box.right)}" y1="${n(box.bottom)}" y2="${n(box.bottom)}" stroke="${palette.quiet}"/>${text((box.left + box.right) / 2, height - 6, clip(xSide.title, 70), { 'text-anchor': 'middle' })}${
    !ySide.labels &&
    html`<text transform="translate(12 ${n((box.top + box.bottom) / 2)}) rotate(-90)" text-anchor="middle">${clip(ySide.title, 40)}</text>`
  }`;
  return { x, y, box, grid, width, height };
}

/** The least and largest finite value with a little room, at least as wide as nothing. */
export function rangeOf(values: Iterable<number>, room = 0.04): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (low > high) return [0, 1];
  const more = (high - low || Math.abs(high) || 1) * room;
  return [low - more, high + more];
}

/** A legend in a line, and how high it is. */
export function legend(
  entries: readonly { name: string; colour: string; dashed?: boolean }[],
  left: number,
  y: number,
  palette: Palette,
  width = 500,
): Drawing {
  let x = left;
  let row = 0;
  const content = entries.map(({ name, colour, dashed }) => {
    const shown = clip(name, 32);
    const wide = 34 + 6.5 * shown.length;
    if (x > left && x + wide > width) {
      x = left;
      row++;
    }
    const at = y + row * 18;
    const out = html`<line x1="${n(x)}" x2="${n(x + 18)}" y1="${n(at - 4)}" y2="${n(at - 4)}" stroke="${colour}" stroke-width="3"${dashed && raw(' stroke-dasharray="4 3"')}/>${text(x + 24, at, shown, { fill: palette.quiet, 'font-size': 11 })}`;
    x += wide;
    return out;
  });
  return { width, height: entries.length > 0 ? (row + 1) * 18 : 0, content: html`${content}` };
}
