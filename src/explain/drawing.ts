/** An attribution as a picture that stands alone: an SVG file with its own colours and title. */
import type { Explanation } from './method';
import { escapeHtml } from './report/html';

/** Colour-blind safe: warm for, cool against. */
const colours = { for: '#d55e00', against: '#0072b2', back: '#111111', ink: '#222222', paper: '#ffffff' };

/** More bars than this are not read one by one. */
const mostBars = 40;

/** @param names of inputs stand in the picture as they are; they may be anything, so they are escaped. */
export function attributionSvg(explanation: Explanation): string {
  const { shape, values, names } = explanation.attribution;
  const title = `${explanation.method}: ${explanation.target.name}${explanation.row === null ? '' : `, row ${explanation.row}`}`;
  const isImage = shape.length >= 2 && shape.at(-1)! > 1 && shape.at(-2)! > 1;
  return isImage
    ? heatmap(values, shape, title)
    : bars(values, names ?? values.map((_, i) => String(i)), title);
}

/** Channels are added up; each cell is one rectangle, its strength the share of the largest. */
function heatmap(values: readonly number[], shape: readonly number[], title: string): string {
  const [h, w] = shape.slice(-2) as [number, number];
  const cells = new Float64Array(h * w);
  values.forEach((v, i) => {
    cells[i % (h * w)]! += v;
  });
  const largest = cells.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
  const marks = Array.from(cells, (v, i) => {
    const opacity = Math.abs(v) / largest;
    if (opacity < 0.005) return '';
    const colour = v < 0 ? colours.against : colours.for;
    return `<rect x="${i % w}" y="${Math.floor(i / w)}" width="1" height="1" fill="${colour}" opacity="${opacity.toFixed(3)}"/>`;
  });
  const scale = Math.max(1, Math.round(320 / Math.max(h, w)));
  return svg(
    { width: w * scale, height: h * scale, viewBox: `0 0 ${w} ${h}` },
    title,
    `<rect width="${w}" height="${h}" fill="${colours.back}"/>${marks.join('')}`,
    ' shape-rendering="crispEdges"',
  );
}

function bars(values: readonly number[], names: readonly string[], title: string): string {
  const order = values.map((_, i) => i).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
  const shown = order.slice(0, mostBars);
  const largest = Math.max(...shown.map(i => Math.abs(values[i]!)), Number.MIN_VALUE);
  const [left, half, row] = [170, 150, 22];
  const lines = shown.map((i, at) => {
    const value = values[i]!;
    const length = (Math.abs(value) / largest) * half;
    const y = 30 + at * row;
    const x = left + half - (value < 0 ? length : 0);
    const name = names[i] ?? String(i);
    return `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(name.length > 24 ? `${name.slice(0, 23)}…` : name)}</text><rect x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${row - 6}" fill="${value < 0 ? colours.against : colours.for}"/><text x="${left + 2 * half + 8}" y="${y + 12}">${Number(value.toPrecision(4))}</text>`;
  });
  const height = 36 + shown.length * row;
  const width = left + 2 * half + 80;
  return svg(
    { width, height, viewBox: `0 0 ${width} ${height}` },
    title,
    `<rect width="${width}" height="${height}" fill="${colours.paper}"/><g font-family="sans-serif" font-size="12" fill="${colours.ink}"><text x="8" y="18" font-weight="bold">${escapeHtml(title)}</text>${lines.join('')}</g>`,
  );
}

function svg(
  size: { width: number; height: number; viewBox: string },
  title: string,
  content: string,
  more = '',
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="${size.viewBox}" role="img"${more}><title>${escapeHtml(title)}</title>${content}</svg>\n`;
}
