/** Charts as inline SVG that take their colours from the page, so that they follow light, dark and print. */
import { formatNumber } from '../answers/predict';
import { visible } from '../words/visible';
import { type Html, html, type Part } from './html';

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

const width = 440;
const height = 250;
const margin = { left: 52, right: 14, top: 14, bottom: 40 };

interface Frame {
  x(value: number): number;
  y(value: number): number;
  grid: Html;
}

/** Up to six round numbers over a range. */
export function ticks(low: number, high: number, most = 6): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(f => f * power).find(s => s >= rough) ?? 10 * power;
  const out: number[] = [];
  // Counting steps, not adding them, keeps 0.3 from becoming 0.30000000000000004.
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    out.push(Number((i * step).toPrecision(12)));
  return out;
}

function frame(
  [x0, x1]: readonly [number, number],
  [y0, y1]: readonly [number, number],
  labels: { x: string; y: string },
  whole = false,
): Frame {
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const x = (v: number) => margin.left + ((v - x0) / (x1 - x0 || 1)) * (right - margin.left);
  const y = (v: number) => bottom - ((v - y0) / (y1 - y0 || 1)) * (bottom - margin.top);
  const xTicks = ticks(x0, x1).filter(t => !whole || Number.isInteger(t));
  return {
    x,
    y,
    grid: html`${ticks(y0, y1).map(
      t =>
        html`<line class="grid" x1="${margin.left}" x2="${right}" y1="${n(y(t))}" y2="${n(y(t))}"/><text class="tick" x="${margin.left - 7}" y="${n(y(t) + 3.5)}" text-anchor="end">${formatNumber(t)}</text>`,
    )}${xTicks.map(t => html`<text class="tick" x="${n(x(t))}" y="${bottom + 16}" text-anchor="middle">${formatNumber(t)}</text>`)}<line class="axis" x1="${margin.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/><text class="label" x="${(margin.left + right) / 2}" y="${height - 6}" text-anchor="middle">${labels.x}</text><text class="label" transform="translate(12 ${(margin.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${labels.y}</text>`,
  };
}

function svg(description: string, ...content: readonly Part[]): Html {
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">${content}</svg>`;
}

/** Lines over a common x axis; each with its own colour and dash, so that they are told apart without colour too. */
export function lineChart(lines: readonly Line[], labels: { x: string; y: string }): Html {
  const shown = lines.filter(l => l.points.length > 0);
  const xs = shown.flatMap(l => l.points.map(p => p[0]));
  const ys = shown.flatMap(l => l.points.map(p => p[1]));
  if (xs.length === 0) return html``;
  const yRange = padded(Math.min(...ys), Math.max(...ys));
  const { x, y, grid } = frame([Math.min(...xs), Math.max(...xs)], yRange, labels, true);
  return html`<figure>${svg(
    `${labels.y} over ${labels.x}: ${shown.map(l => l.name).join(', ')}`,
    grid,
    shown.map(
      (l, i) =>
        html`<polyline class="line s${i}" points="${l.points.map(p => `${n(x(p[0]))},${n(y(p[1]))}`).join(' ')}"/>${
          // A single epoch has no line to draw.
          l.points.length === 1 &&
          html`<circle class="dot s${i}" cx="${n(x(l.points[0]![0]))}" cy="${n(y(l.points[0]![1]))}" r="3.5"/>`
        }`,
    ),
  )}<figcaption>${shown.map(
    (l, i) =>
      html`<span class="key"><svg viewBox="0 0 24 6" aria-hidden="true"><line class="line s${i}" x1="0" x2="24" y1="3" y2="3"/></svg>${l.name}</span>`,
  )}</figcaption></figure>`;
}

/** Predicted probability against what turned out; the diagonal is perfect, and a dot's size is how many rows it has. */
export function reliabilityChart(
  bins: readonly { predicted: number; observed: number; count: number }[],
  labels: { x: string; y: string },
): Html {
  const { x, y, grid } = frame([0, 1], [0, 1], labels);
  const most = Math.max(1, ...bins.map(b => b.count));
  return svg(
    `${labels.y} by ${labels.x}`,
    grid,
    html`<line class="ideal" x1="${n(x(0))}" y1="${n(y(0))}" x2="${n(x(1))}" y2="${n(y(1))}"/><polyline class="line s0" points="${bins.map(b => `${n(x(b.predicted))},${n(y(b.observed))}`).join(' ')}"/>`,
    bins.map(
      b =>
        html`<circle class="dot s0" cx="${n(x(b.predicted))}" cy="${n(y(b.observed))}" r="${n(3 + 7 * Math.sqrt(b.count / most))}"><title>${b.count}</title></circle>`,
    ),
  );
}

/** Predicted against true numbers. */
export function scatterChart(
  points: readonly (readonly [x: number, y: number])[],
  labels: { x: string; y: string },
): Html {
  const all = points.flat();
  const range = padded(
    all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  );
  const { x, y, grid } = frame(range, range, labels);
  const [low, high] = range;
  return svg(
    `${labels.y} by ${labels.x}`,
    grid,
    html`<line class="ideal" x1="${n(x(low))}" y1="${n(y(low))}" x2="${n(x(high))}" y2="${n(y(high))}"/>`,
    points.map(p => html`<circle class="point" cx="${n(x(p[0]))}" cy="${n(y(p[1]))}" r="2.4"/>`),
  );
}

/** A text, each token coloured by what it speaks for; tokens "" fill up and are left out. */
export function colouredText(tokens: readonly string[], values: ArrayLike<number>): Html {
  const largest = tokens.reduce(
    (m, t, i) => (t === '' ? m : Math.max(m, Math.abs(values[i]!))),
    Number.MIN_VALUE,
  );
  // Characters stand close, words apart.
  const letters = tokens.every(t => [...t].length <= 1);
  return html`<p class="tokens${letters ? ' letters' : ''}">${tokens.map((token, i) => {
    const share = Math.round((Math.abs(values[i]!) / largest) * 60);
    return (
      token !== '' &&
      html`<span class="${values[i]! < 0 ? 'neg' : 'pos'}" style="--v:${share}%">${visible(token)}</span>${!letters && ' '}`
    );
  })}</p>`;
}

/** Bars to both sides of a middle line: for (warm) and against (cool). */
export function signedBars(items: readonly { name: string; value: number; note?: string }[]): Html {
  const largest = Math.max(...items.map(i => Math.abs(i.value)), Number.MIN_VALUE);
  const signed = items.some(i => i.value < 0);
  return html`<div class="bars${signed ? ' signed' : ''}">${items.map(({ name, value, note }) => {
    const size = (Math.abs(value) / largest) * (signed ? 50 : 100);
    const from = signed ? (value < 0 ? 50 - size : 50) : 0;
    return html`<div class="bar"><span class="name">${name}${note && html` <small>${note}</small>`}</span><span class="track"><i class="${value < 0 ? 'neg' : 'pos'}" style="left:${n(from)}%;width:${n(size)}%"></i></span><span class="value">${formatNumber(Number(value.toPrecision(3)))}</span></div>`;
  })}</div>`;
}

/** Rates of groups with their intervals, one row each. */
export function intervalChart(
  items: readonly { name: string; value: number; low: number; high: number; faint?: boolean }[],
): Html {
  const rowHeight = 26;
  const total = items.length * rowHeight + 24;
  const left = 150;
  const x = (v: number) => left + v * (width - left - 20);
  return html`<svg class="chart" viewBox="0 0 ${width} ${total}" role="img" aria-label="${items.map(i => `${i.name} ${formatNumber(i.value)}`).join(', ')}">${[
    0, 0.25, 0.5, 0.75, 1,
  ].map(
    t =>
      html`<line class="grid" x1="${n(x(t))}" x2="${n(x(t))}" y1="0" y2="${total - 20}"/><text class="tick" x="${n(x(t))}" y="${total - 6}" text-anchor="middle">${t * 100} %</text>`,
  )}${items.map((item, i) => {
    const y = i * rowHeight + 14;
    return html`<g class="${item.faint ? 'faint' : ''}"><text class="name" x="${left - 10}" y="${y + 4}" text-anchor="end">${clip(item.name, 22)}</text><line class="range" x1="${n(x(item.low))}" x2="${n(x(item.high))}" y1="${y}" y2="${y}"/><circle class="dot s0" cx="${n(x(item.value))}" cy="${y}" r="5"/></g>`;
  })}</svg>`;
}

/** More cells than this on a side are averaged: a report is no image file. */
const mostCells = 48;

/**
 * A picture of numbers, [H, W] or [C, H, W] with channels added up: grey from 0 to the largest, or signed in two
 * colours around zero.
 */
export function picture(
  values: ArrayLike<number>,
  shape: readonly number[],
  signed: boolean,
  title: string,
): Html {
  const [h, w] = shape.slice(-2) as [number, number];
  const step = Math.max(1, Math.ceil(Math.max(h, w) / mostCells));
  const [rows, columns] = [Math.ceil(h / step), Math.ceil(w / step)];
  const cells = new Float64Array(rows * columns);
  for (let i = 0; i < values.length; i++) {
    const y = Math.floor(i / w) % h;
    cells[Math.floor(y / step) * columns + Math.floor((i % w) / step)]! += values[i]!;
  }
  const low = signed ? 0 : cells.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = cells.reduce((a, b) => Math.max(a, signed ? Math.abs(b) : b), Number.NEGATIVE_INFINITY);
  const range = high - low || 1;
  return html`<figure class="picture${columns > 2 * rows ? ' wide' : ''}"><svg viewBox="0 0 ${columns} ${rows}" shape-rendering="crispEdges" role="img" aria-label="${title}"><rect class="back" width="${columns}" height="${rows}"/>${Array.from(
    cells,
    (v, i) => {
      const strength = Math.round(((signed ? Math.abs(v) : v - low) / range) * 100) / 100;
      return (
        strength > 0.01 &&
        html`<rect class="${signed ? (v < 0 ? 'neg' : 'pos') : 'ink'}" x="${i % columns}" y="${Math.floor(i / columns)}" width="1" height="1" opacity="${strength}"/>`
      );
    },
  )}</svg><figcaption>${title}</figcaption></figure>`;
}

function padded(low: number, high: number): [number, number] {
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  // Losses and rates start at zero or above: the axis does too.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Short numbers keep the file small. */
function n(x: number): string {
  return String(Number(x.toFixed(2)));
}
