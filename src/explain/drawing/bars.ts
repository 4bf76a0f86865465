/** Bars around a common zero, the largest first. */
import type { BarsFigure } from '../figure';
import { html } from '../report/html';
import { clip, type Drawing, n, type Palette, text } from './svg';

/** More bars than this are not read one by one. */
const mostBars = 40;

export function drawBars(
  { names, values, spread }: Pick<BarsFigure, 'names' | 'values' | 'spread'>,
  palette: Palette,
): Drawing {
  const order = values.map((_, i) => i).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
  const shown = order.slice(0, mostBars);
  const reach = (sign: number) =>
    Math.max(0, ...shown.map(i => Math.max(0, sign * values[i]!) + (spread?.[i] ?? 0)));
  const [left, room, line] = [170, 300, 22];
  const signed = values.some(v => v < 0);
  // Signed bars have their zero in the middle; of others, only a spread can reach below it, and takes its room there.
  const above = signed ? Math.max(reach(1), reach(-1)) : reach(1);
  const below = signed ? above : Math.max(0, ...shown.map(i => (spread?.[i] ?? 0) - values[i]!));
  const unit = room / (above + below || Number.MIN_VALUE);
  const zero = left + below * unit;
  return {
    width: left + room + 90,
    height: shown.length * line + 4,
    content: html`${shown.map((i, at) => {
      const value = values[i]!;
      const length = Math.abs(value) * unit;
      const y = at * line;
      const end = zero + (value < 0 ? -length : length);
      const margin = spread && spread[i]! * unit;
      return html`${text(left - 8, y + 12, clip(names[i] ?? String(i), 24), { 'text-anchor': 'end' })}<rect x="${n(Math.min(zero, end))}" y="${y}" width="${n(length)}" height="${line - 6}" fill="${value < 0 ? palette.against : palette.for}"/>${
        margin &&
        html`<line x1="${n(end - margin)}" x2="${n(end + margin)}" y1="${y + 8}" y2="${y + 8}" stroke="${palette.ink}"/>`
      }${text(left + room + 8, y + 12, Number(value.toPrecision(4)))}`;
    })}`,
  };
}
