/**
 * A model's graph as an SVG file, without a browser: the folding and the layout are the panel's own, texts are measured
 * by the mean width of their letters.
 */
import { type Direction, edgePath, layoutInput, placeGraph, type Rect } from '../../media/panel/graph/layout';
import { initiallyOpen, treeOf } from '../../media/panel/graph/tree';
import { type Card, visibleGraph } from '../../media/panel/graph/visible';
import { formatCount } from '../../media/panel/logic/numbers';
import type { Model } from '../model/graph';

const margin = 20;
const mono = 'ui-monospace, Menlo, Consolas, monospace';
const sans = 'system-ui, -apple-system, Segoe UI, sans-serif';

/** @param direction "TB" from top to bottom, "LR" from left to right. */
export function graphSvg(model: Model, direction: Direction = 'TB'): string {
  const tree = treeOf(model);
  const graph = visibleGraph(tree, initiallyOpen(tree));
  const placed = placeGraph(
    layoutInput(
      graph,
      { card: sizeOf, label: text => ({ width: text.length * 6.4 + 8, height: 16 }) },
      direction,
    ),
  );
  const { width, height } = placed;
  const parts: string[] = [];
  for (const box of graph.boxes) {
    const r = placed.boxes.get(box.id);
    if (!r) continue;
    parts.push(
      rect(r, 8, 'fill="#8881" stroke="#9995" stroke-dasharray="3 3"'),
      text(
        r.x - r.width / 2 + 10,
        r.y - r.height / 2 + 17,
        box.item.name,
        `font-family="${sans}" font-size="11.5" font-weight="600"`,
      ),
    );
  }
  for (const edge of graph.edges) {
    const e = placed.edges.get(edge.id);
    if (!e) continue;
    parts.push(`<path d="${edgePath(e.points)}" fill="none" stroke="#888" marker-end="url(#arrow)"/>`);
    if (edge.label && e.label)
      parts.push(
        text(
          e.label.x,
          e.label.y + 3.5,
          edge.label,
          `font-family="${mono}" font-size="10" text-anchor="middle" fill="#666"`,
        ),
      );
  }
  for (const card of graph.cards) {
    const r = placed.cards.get(card.id);
    if (r) parts.push(drawCard(card, r));
  }
  const [w, h] = [Math.ceil(width + 2 * margin), Math.ceil(height + 2 * margin)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escaped(model.name)}">`,
    `<title>${escaped(model.name)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1 1 7 4 1 7" fill="none" stroke="#888"/></marker></defs>',
    `<rect x="${-margin}" y="${-margin}" width="${w}" height="${h}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function linesOf(card: Card): { title: string; second: string; third: string } {
  const end = card.kind === 'input' || card.kind === 'output';
  const title = card.name || (end ? card.kind : card.type);
  return {
    title,
    second: end ? card.kind : card.type === title ? card.hint : card.type,
    third: card.arguments.length > 38 ? `${card.arguments.slice(0, 37)}…` : card.arguments,
  };
}

function sizeOf(card: Card): { width: number; height: number } {
  const { title, second, third } = linesOf(card);
  const count = card.parameters ? formatCount(card.parameters) : '';
  const rows = 1 + Number(second !== '') + Number(third !== '');
  const repeats = card.repeats > 1 ? 40 : 0;
  const widest = Math.max(
    (title.length + count.length + 2) * 7.2 + repeats,
    second.length * 6.6,
    third.length * 6.3,
  );
  return { width: Math.max(70, widest + 28), height: 12 + rows * 16 };
}

function drawCard(card: Card, r: Rect): string {
  const { title, second, third } = linesOf(card);
  const [x, y] = [r.x - r.width / 2, r.y - r.height / 2];
  const end = card.kind === 'input' || card.kind === 'output';
  const out: string[] = [];
  if (card.kind === 'stack')
    for (const by of [8, 4])
      out.push(rect({ ...r, x: r.x + by, y: r.y + by }, 6, 'fill="#fafafa" stroke="#bbb"'));
  out.push(rect(r, end ? r.height / 2 : 6, 'fill="#fafafa" stroke="#999"'));
  out.push(text(x + 14, y + 19, title, `font-family="${sans}" font-size="12.5" font-weight="600"`));
  let at = y + 35;
  if (second) {
    out.push(text(x + 14, at, second, `font-family="${sans}" font-size="11.5" fill="#555"`));
    at += 16;
  }
  if (third) out.push(text(x + 14, at, third, `font-family="${mono}" font-size="10" fill="#666"`));
  const right = [
    card.parameters ? formatCount(card.parameters) : '',
    card.repeats > 1 ? `× ${card.repeats}` : '',
  ]
    .filter(Boolean)
    .join('  ');
  if (right)
    out.push(
      text(
        x + r.width - 10,
        y + 19,
        right,
        `font-family="${mono}" font-size="10.5" text-anchor="end" fill="#444"`,
      ),
    );
  return out.join('');
}

function rect(r: Rect, radius: number, style: string): string {
  return `<rect x="${short(r.x - r.width / 2)}" y="${short(r.y - r.height / 2)}" width="${short(r.width)}" height="${short(r.height)}" rx="${radius}" ${style}/>`;
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text x="${short(x)}" y="${short(y)}" ${style}>${escaped(content)}</text>`;
}

function short(x: number): string {
  return String(Math.round(x * 100) / 100);
}

function escaped(s: string): string {
  return (
    s
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to say them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
  );
}
