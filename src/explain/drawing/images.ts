/** Pictures beside each other, cell by cell; series as lines. */
import type { ImagesFigure } from '../figure';
import { type Html, html, raw } from '../report/html';
import { clip, type Drawing, n, type Palette, text } from './svg';

/** More cells on a side are averaged. */
const mostCells = 64;
const side = 150;

export function drawImages({ images }: ImagesFigure, palette: Palette): Drawing {
  const across = Math.min(4, images.length);
  return {
    width: across * (side + 14),
    height: Math.ceil(images.length / across) * (side + 30),
    content: html`${images.map((image, i) => {
      const [x, y] = [(i % across) * (side + 14), Math.floor(i / across) * (side + 30)];
      return html`<g transform="translate(${x} ${y})">${text(0, 12, clip(image.title, 24), { 'font-size': 11 })}<g transform="translate(0 18)">${draw(image, palette)}</g></g>`;
    })}`,
  };
}

function draw({ shape, values, low, high, scale }: ImagesFigure['images'][number], palette: Palette): Html {
  const span = high - low || 1;
  if (shape.length < 2) {
    const points = values.map(
      (v, i) => `${n((i / Math.max(1, values.length - 1)) * side)},${n(side - ((v - low) / span) * side)}`,
    );
    return html`<polyline points="${points.join(' ')}" fill="none" stroke="${palette.groups[0]!}" stroke-width="1.5"/>`;
  }
  const [h, w] = shape.slice(-2) as [number, number];
  const channels = values.length / (h * w);
  const step = Math.max(1, Math.ceil(Math.max(h, w) / mostCells));
  const [rows, columns] = [Math.ceil(h / step), Math.ceil(w / step)];
  const mean = (c: number, y: number, x: number) => {
    let [sum, count] = [0, 0];
    for (let i = y * step; i < Math.min(h, (y + 1) * step); i++)
      for (let j = x * step; j < Math.min(w, (x + 1) * step); j++) {
        sum += values[(c * h + i) * w + j]!;
        count++;
      }
    return sum / count;
  };
  const size = side / Math.max(rows, columns);
  const cells = Array.from({ length: rows * columns }, (_, k) => {
    const [y, x] = [Math.floor(k / columns), k % columns];
    const parts = Array.from({ length: channels }, (_, c) => mean(c, y, x));
    const at = `x="${n(x * size)}" y="${n(y * size)}" width="${n(size + 0.3)}" height="${n(size + 0.3)}"`;
    if (scale === 'diverging') {
      const v = parts.reduce((a, b) => a + b, 0) / Math.max(Math.abs(low), Math.abs(high), 1e-12);
      return `<rect ${at} fill="${v < 0 ? palette.against : palette.for}" opacity="${Math.min(1, Math.abs(v)).toFixed(3)}"/>`;
    }
    const level = (v: number) => Math.round(Math.min(1, Math.max(0, (v - low) / span)) * 255);
    const rgb =
      channels === 3
        ? parts.map(level)
        : new Array(3).fill(level(parts.reduce((a, b) => a + b, 0) / Math.max(1, channels)));
    return `<rect ${at} fill="rgb(${rgb.join(',')})"/>`;
  });
  return html`<g shape-rendering="crispEdges"><rect width="${n(columns * size)}" height="${n(rows * size)}" fill="${palette.back}"/>${raw(cells.join(''))}</g>`;
}
