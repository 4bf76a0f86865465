/** Places cards, boxes and edges with dagre. Pure: sizes come from outside, so that it also runs without a page. */
import { layout as dagre, Graph } from '@dagrejs/dagre';
import type { Card, VisibleGraph } from './visible';

export type Direction = 'TB' | 'LR';

export interface Rect {
  /** Centre. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Placement {
  cards: ReadonlyMap<string, Rect>;
  boxes: ReadonlyMap<string, Rect>;
  edges: ReadonlyMap<string, { points: readonly Point[]; label?: Point }>;
  width: number;
  height: number;
}

export interface Sizes {
  card(card: Card): { width: number; height: number };
  /** Of an edge's label. */
  label(text: string): { width: number; height: number };
}

/** Room inside a box, and above its first row for its title. */
export const boxPadding = { side: 12, top: 26, bottom: 12 };

export function placeGraph(graph: VisibleGraph, sizes: Sizes, direction: Direction): Placement {
  const g = new Graph({ compound: true, multigraph: true });
  g.setGraph({ rankdir: direction, nodesep: 28, edgesep: 16, ranksep: direction === 'TB' ? 22 : 26 });
  g.setDefaultEdgeLabel(() => ({}));
  const boxIds = new Set(graph.boxes.map(b => b.id));
  for (const box of graph.boxes) g.setNode(box.id, {});
  for (const card of graph.cards) g.setNode(card.id, { ...sizes.card(card) });
  for (const x of [...graph.boxes, ...graph.cards]) if (boxIds.has(x.parent)) g.setParent(x.id, x.parent);
  for (const edge of graph.edges) {
    g.setEdge(
      edge.from,
      edge.to,
      edge.label ? { ...sizes.label(edge.label), labelpos: 'c' } : { width: 0, height: 0 },
      edge.id,
    );
  }
  dagre(g);

  const cards = new Map<string, Rect>();
  for (const card of graph.cards) cards.set(card.id, rectOf(g.node(card.id)));
  const edges = new Map<string, { points: Point[]; label?: Point }>();
  for (const edge of graph.edges) {
    const e = g.edge(edge.from, edge.to, edge.id) as { points?: Point[]; x?: number; y?: number };
    edges.set(edge.id, {
      points: (e.points ?? []).map(p => ({ x: p.x, y: p.y })),
      ...(e.x !== undefined && e.y !== undefined ? { label: { x: e.x, y: e.y } } : {}),
    });
  }
  const boxes = boxesAround(graph, cards);

  let [left, top, right, bottom] = [0, 0, 0, 0];
  const all = [...cards.values(), ...boxes.values()];
  if (all.length) {
    left = Math.min(...all.map(r => r.x - r.width / 2));
    top = Math.min(...all.map(r => r.y - r.height / 2));
    right = Math.max(...all.map(r => r.x + r.width / 2));
    bottom = Math.max(...all.map(r => r.y + r.height / 2));
  }
  for (const { points } of edges.values()) {
    for (const p of points) {
      left = Math.min(left, p.x);
      right = Math.max(right, p.x);
      top = Math.min(top, p.y);
      bottom = Math.max(bottom, p.y);
    }
  }
  const move = (p: { x: number; y: number }) => {
    p.x -= left;
    p.y -= top;
  };
  for (const r of all) move(r);
  for (const e of edges.values()) {
    for (const p of e.points) move(p);
    if (e.label) move(e.label);
  }
  return { cards, boxes, edges, width: right - left, height: bottom - top };
}

/** dagre leaves no room for a box's title, so boxes are drawn around what they hold, from the inside out. */
function boxesAround(graph: VisibleGraph, cards: ReadonlyMap<string, Rect>): Map<string, Rect> {
  const boxes = new Map<string, Rect>();
  const held = new Map<string, string[]>();
  for (const x of [...graph.boxes, ...graph.cards]) {
    held.set(x.parent, [...(held.get(x.parent) ?? []), x.id]);
  }
  // Boxes come parents first, so the reverse has children first.
  for (const box of [...graph.boxes].reverse()) {
    const inner = (held.get(box.id) ?? [])
      .map(id => cards.get(id) ?? boxes.get(id))
      .filter(r => r !== undefined);
    if (inner.length === 0) continue;
    const left = Math.min(...inner.map(r => r.x - r.width / 2)) - boxPadding.side;
    const right = Math.max(...inner.map(r => r.x + r.width / 2)) + boxPadding.side;
    const top = Math.min(...inner.map(r => r.y - r.height / 2)) - boxPadding.top;
    const bottom = Math.max(...inner.map(r => r.y + r.height / 2)) + boxPadding.bottom;
    boxes.set(box.id, {
      x: (left + right) / 2,
      y: (top + bottom) / 2,
      width: right - left,
      height: bottom - top,
    });
  }
  return boxes;
}

function rectOf(n: unknown): Rect {
  const { x, y, width, height } = n as Rect;
  return { x, y, width, height };
}

/** A smooth path through an edge's points: straight at its ends, quadratic curves at its bends. */
export function edgePath(points: readonly Point[]): string {
  if (points.length < 2) return '';
  const at = (p: Point) => `${round(p.x)} ${round(p.y)}`;
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  let path = `M${at(points[0]!)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const to = i === points.length - 2 ? points[i + 1]! : middle(points[i]!, points[i + 1]!);
    path += `Q${at(points[i]!)} ${at(to)}`;
  }
  if (points.length === 2) path += `L${at(points[1]!)}`;
  return path;
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
