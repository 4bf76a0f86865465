/**
 * Places cards, boxes and edges with dagre. Pure, and its input and output are plain data: it runs in a worker, where
 * it blocks nobody, and sizes of texts are measured by the page before.
 */
import { layout as dagre, Graph } from '@dagrejs/dagre';
import { placeLarge } from './layoutLarge';
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

export interface Size {
  width: number;
  height: number;
}

/** What dagre needs to know; survives structured cloning. */
export interface LayoutInput {
  direction: Direction;
  cards: readonly (Size & { id: string; parent: string })[];
  /** Parents before what they hold. */
  boxes: readonly { id: string; parent: string }[];
  edges: readonly { id: string; from: string; to: string; label?: Size }[];
}

export interface Sizes {
  card(card: Card): Size;
  /** Of an edge's label. */
  label(text: string): Size;
}

/** Room inside a box, and above its first row for its title. */
export const boxPadding = { side: 12, top: 26, bottom: 12 };

export function layoutInput(graph: VisibleGraph, sizes: Sizes, direction: Direction): LayoutInput {
  return {
    direction,
    cards: graph.cards.map(c => ({ id: c.id, parent: c.parent, ...sizes.card(c) })),
    boxes: graph.boxes.map(b => ({ id: b.id, parent: b.parent })),
    edges: graph.edges.map(e => ({
      id: e.id,
      from: e.from,
      to: e.to,
      ...(e.label ? { label: sizes.label(e.label) } : {}),
    })),
  };
}

/** Above this many cards and boxes dagre takes too long for the whole at once. */
const large = 110;

export function placeGraph(graph: LayoutInput): Placement {
  return graph.cards.length + graph.boxes.length > large ? placeLarge(graph, boxPadding) : placeWhole(graph);
}

function placeWhole(graph: LayoutInput): Placement {
  const { direction } = graph;
  const g = new Graph({ compound: true, multigraph: true });
  g.setGraph({ rankdir: direction, nodesep: 28, edgesep: 16, ranksep: direction === 'TB' ? 28 : 30 });
  g.setDefaultEdgeLabel(() => ({}));
  const boxIds = new Set(graph.boxes.map(b => b.id));
  for (const box of graph.boxes) g.setNode(box.id, {});
  for (const card of graph.cards) g.setNode(card.id, { width: card.width, height: card.height });
  for (const x of [...graph.boxes, ...graph.cards]) if (boxIds.has(x.parent)) g.setParent(x.id, x.parent);
  const parents = new Map([...graph.boxes, ...graph.cards].map(x => [x.id, x.parent]));
  const around = (id: string) => {
    const out: string[] = [];
    for (let at = parents.get(id); at !== undefined && boxIds.has(at); at = parents.get(at)) out.push(at);
    return out;
  };
  /** Boxes that an edge enters and leaves, the innermost first. */
  const crossed = new Map(
    graph.edges.map(e => {
      const [from, to] = [around(e.from), around(e.to)];
      return [e.id, { left: from.filter(b => !to.includes(b)), entered: to.filter(b => !from.includes(b)) }];
    }),
  );
  for (const edge of graph.edges) {
    const { left, entered } = crossed.get(edge.id)!;
    // Each border that the edge crosses needs room for the box's title beside the edge's label.
    const minlen = 1 + Math.max(entered.length, Math.ceil(left.length / 2));
    g.setEdge(
      edge.from,
      edge.to,
      edge.label ? { ...edge.label, labelpos: 'c', minlen } : { width: 0, height: 0, minlen },
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
  if (direction === 'TB') {
    for (const edge of graph.edges) {
      const { label, points } = edges.get(edge.id)!;
      const { left, entered } = crossed.get(edge.id)!;
      if (!label || (left.length === 0 && entered.length === 0)) continue;
      // Between the outermost borders, where no title is.
      const bottom = left.length ? bottomOf(boxes.get(left.at(-1)!)!) : bottomOf(cards.get(edge.from)!);
      const top = entered.length ? topOf(boxes.get(entered.at(-1)!)!) : topOf(cards.get(edge.to)!);
      const height = edge.label!.height;
      if (label.y - height / 2 > bottom && label.y + height / 2 < top) continue;
      // A long way round keeps its label where dagre found room for it.
      if (top - bottom < height || top - bottom > 160) continue;
      const y = (top + bottom) / 2;
      edges.get(edge.id)!.label = { x: xAt(points, y), y };
    }
  }

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
function boxesAround(graph: LayoutInput, cards: ReadonlyMap<string, Rect>): Map<string, Rect> {
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

function topOf(r: Rect): number {
  return r.y - r.height / 2;
}

function bottomOf(r: Rect): number {
  return r.y + r.height / 2;
}

/** Where a path from top to bottom is at a height. */
function xAt(points: readonly Point[], y: number): number {
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    if (y <= b.y || i === points.length - 1) {
      const part = b.y === a.y ? 0 : Math.min(1, Math.max(0, (y - a.y) / (b.y - a.y)));
      return a.x + part * (b.x - a.x);
    }
  }
  return points[0]?.x ?? 0;
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
