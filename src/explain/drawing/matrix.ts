/** A matrix as coloured cells; of a stack of matrices, small ones in a grid. */

import { formatNumber } from '../answers/predict';
import type { MatrixFigure } from '../figure';
import { html } from '../report/html';
import { clip, type Drawing, n, type Palette, text } from './svg';

/** Of a stack, at most this many are drawn; more are for a view that lets one choose. */
const mostSmall = 24;

export function drawMatrix(figure: MatrixFigure, palette: Palette): Drawing {
  const { stack = [], values } = figure;
  const [r, c] = [figure.rows.labels.length, figure.columns.labels.length];
  const count = stack.reduce((k, s) => k * s.labels.length, 1);
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
  const cell = (v: number) => ({
    fill: figure.scale === 'diverging' && v < 0 ? palette.against : palette.for,
    opacity: Math.min(1, Math.abs(v) / largest).toFixed(3),
  });
  const square = (at: number, x0: number, y0: number, w: number, h: number) =>
    html`<rect x="${n(x0)}" y="${n(y0)}" width="${n(w * c)}" height="${n(h * r)}" fill="none" stroke="${palette.quiet}" stroke-opacity="0.5"/>${Array.from(
      { length: r * c },
      (_, i) => {
        const { fill, opacity } = cell(values[at * r * c + i]!);
        return (
          Number(opacity) > 0.005 &&
          html`<rect x="${n(x0 + (i % c) * w)}" y="${n(y0 + Math.floor(i / c) * h)}" width="${n(w)}" height="${n(h)}" fill="${fill}" opacity="${opacity}"/>`
        );
      },
    )}`;
  if (count > 1) {
    const across = stack.at(-1)!.labels.length > 8 ? 6 : stack.at(-1)!.labels.length;
    const side = Math.max(60, Math.min(150, 560 / across - 12));
    const shown = Math.min(count, mostSmall);
    const titleOf = (k: number) => {
      const parts: string[] = [];
      let rest = k;
      for (const s of [...stack].reverse()) {
        parts.unshift(`${s.title} ${s.labels[rest % s.labels.length]}`);
        rest = Math.floor(rest / s.labels.length);
      }
      return parts.join(', ');
    };
    return {
      width: across * (side + 12),
      height: Math.ceil(shown / across) * (side + 28),
      content: html`${Array.from({ length: shown }, (_, k) => {
        const [x, y] = [(k % across) * (side + 12), Math.floor(k / across) * (side + 28)];
        return html`${text(x, y + 11, clip(titleOf(k), Math.floor(side / 6)), { 'font-size': 10, fill: palette.quiet })}${square(k, x, y + 16, side / c, side / r)}`;
      })}`,
    };
  }
  // Many columns are steps in time, few of which are named.
  const names = figure.rows.labels.map(l => clip(l, 20));
  const left = 30 + 5.8 * Math.max(4, ...names.map(l => l.length));
  // A name of 11 pixels under each column, and the whole as wide as a panel beside an editor where it can be.
  const wide = Math.max(figure.text ? 72 : c > 60 ? 4 : 11.5, Math.min(56, (490 - left) / c));
  const high = Math.max(16, Math.min(40, 420 / r));
  const top = 90;
  const readable = figure.text !== undefined || (wide >= 34 && r <= 30);
  return {
    width: left + wide * c + 10,
    height: top + high * r + 20,
    content: html`${text(left + (wide * c) / 2, 14, figure.columns.title, { 'text-anchor': 'middle', 'font-size': 11, fill: palette.quiet })}<text transform="translate(12 ${n(top + (high * r) / 2)}) rotate(-90)" text-anchor="middle" font-size="11" fill="${palette.quiet}">${figure.rows.title}</text>${figure.columns.labels.map(
      (l, i) =>
        html`<text transform="translate(${n(left + (i + 0.6) * wide)} ${top - 6}) rotate(-45)" font-size="11">${clip(l, 14)}</text>`,
    )}${names.map((l, i) =>
      text(left - 8, top + (i + 0.5) * high + 4, l, { 'text-anchor': 'end', 'font-size': 11 }),
    )}${square(0, left, top, wide, high)}${
      readable &&
      Array.from({ length: r * c }, (_, i) =>
        text(
          left + ((i % c) + 0.5) * wide,
          top + (Math.floor(i / c) + 0.5) * high + 4,
          clip(figure.text?.[i] ?? formatNumber(Number(values[i]!.toPrecision(3))), Math.floor(wide / 6.2)),
          { 'text-anchor': 'middle', 'font-size': 10 },
        ),
      )
    }`,
  };
}
