/**
 * Lays out large graphs piece by piece: each open group by itself, from the inside out, and each group cut where a
 * single node carries everything (the end of a residual block, a block of a transformer). dagre takes seconds for 500
 * nodes at once and overflows its stack at 2,000; a piece has a few. Pieces that are large all the same are layered
 * by a plainer method.
 */
import { layout as dagre, Graph } from '@dagrejs/dagre';
import { type FlatEdge, type FlatGraph, type FlatPlacement, gaps, placeLayered } from './layered';
import type { LayoutInput, Placement, Point, Rect, Size } from './layout';

/** Up to here a piece is dagre's. */
const few = 60;

interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

interface Inner {
  placement: FlatPlacement;
  size: Size;
  /** Where the content's corner lies inside the box. */
  offset: Point;
}

export function placeLarge(
  input: LayoutInput,
  boxPadding: { side: number; top: number; bottom: number },
): Placement {
  const turned = input.direction === 'LR';
  const graph = turned ? turn(input) : input;
  const { side, top, bottom } = boxPadding;
  const padding: Padding = turned
    ? { top: side, bottom: side, left: top, right: bottom }
    : { top, bottom, left: side, right: side };
  const placed = new Composer(graph, padding).place();
  return turned ? turnBack(placed) : placed;
}

class Composer {
  private readonly children = new Map<string, string[]>();
  private readonly parent = new Map<string, string>();
  private readonly sizes = new Map<string, Size>();
  private readonly boxes: ReadonlySet<string>;
  private readonly inner = new Map<string, Inner>();
  /** By group, the pieces of edges that are drawn in it. */
  private readonly edges = new Map<string, FlatEdge[]>();
  /** Pieces of one shape are placed once: networks repeat themselves. */
  private readonly known = new Map<string, FlatPlacement>();
  /** Of each edge, the groups that hold a piece of it. */
  private readonly passed = new Map<string, string[]>();
  private readonly rootId: string;

  constructor(
    private readonly graph: LayoutInput,
    private readonly padding: Padding,
  ) {
    this.boxes = new Set(graph.boxes.map(b => b.id));
    this.rootId = '\u0000root';
    for (const x of [...graph.cards, ...graph.boxes]) {
      const parent = this.boxes.has(x.parent) ? x.parent : this.rootId;
      this.parent.set(x.id, parent);
      this.children.set(parent, [...(this.children.get(parent) ?? []), x.id]);
    }
    for (const c of graph.cards) this.sizes.set(c.id, c);
    for (const e of graph.edges) this.cut(e);
  }

  place(): Placement {
    for (const b of [...this.graph.boxes].reverse()) {
      const inner = this.placeGroup(b.id);
      this.inner.set(b.id, inner);
      this.sizes.set(b.id, inner.size);
    }
    const root = this.placeGroup(this.rootId);
    const cards = new Map<string, Rect>();
    const boxes = new Map<string, Rect>();
    const parts = new Map<string, Point[]>();
    const labels = new Map<string, Point>();
    const walk = (group: string, inner: Inner, at: Point) => {
      const moved = (p: Point): Point => ({ x: p.x + at.x, y: p.y + at.y });
      for (const [id, rect] of inner.placement.nodes) {
        const placed = { ...rect, ...moved(rect) };
        if (this.boxes.has(id)) {
          boxes.set(id, placed);
          const inside = this.inner.get(id)!;
          walk(id, inside, {
            x: placed.x - placed.width / 2 + inside.offset.x,
            y: placed.y - placed.height / 2 + inside.offset.y,
          });
        } else if (this.sizes.has(id)) cards.set(id, placed);
      }
      for (const [key, { points, label }] of inner.placement.edges) {
        parts.set(`${group}\u0000${key}`, points.map(moved));
        if (label) labels.set(key, moved(label));
      }
    };
    walk(this.rootId, root, root.offset);
    return {
      cards,
      boxes,
      edges: new Map(this.graph.edges.map(e => [e.id, this.join(e.id, parts, labels.get(e.id))])),
      width: root.size.width,
      height: root.size.height,
    };
  }

  /** Cuts an edge at the borders that it crosses: a piece in each group that it passes. */
  private cut(edge: LayoutInput['edges'][number]): void {
    const around = (id: string) => {
      const out: string[] = [];
      for (let at = this.parent.get(id)!; ; at = this.parent.get(at)!) {
        out.push(at);
        if (at === this.rootId) return out;
      }
    };
    const [from, to] = [around(edge.from), around(edge.to)];
    const common = from.find(g => to.includes(g))!;
    const passed: string[] = [];
    this.passed.set(edge.id, passed);
    const add = (group: string, e: FlatEdge) => {
      passed.push(group);
      const known = this.edges.get(group);
      if (known) known.push(e);
      else this.edges.set(group, [e]);
    };
    let start = edge.from;
    for (const group of from.slice(0, from.indexOf(common))) {
      add(group, { id: edge.id, from: start, to: port(edge.from, 'out') });
      start = group;
    }
    let end = edge.to;
    for (const group of to.slice(0, to.indexOf(common))) {
      add(group, { id: edge.id, from: port(edge.from, 'in'), to: end });
      end = group;
    }
    add(common, { id: edge.id, from: start, to: end, ...(edge.label ? { label: edge.label } : {}) });
  }

  private placeGroup(group: string): Inner {
    const ids = this.children.get(group) ?? [];
    const edges = this.edges.get(group) ?? [];
    const nodes = ids.map(id => ({
      id,
      width: this.sizes.get(id)!.width,
      height: this.sizes.get(id)!.height,
    }));
    const has = new Set(ids);
    const ports = [...new Set(edges.flatMap(e => [e.from, e.to]).filter(id => !has.has(id)))];
    const all = [
      ...ports.filter(p => p.endsWith('in')).map(id => ({ id, width: 1, height: 1 })),
      ...nodes,
      ...ports.filter(p => p.endsWith('out')).map(id => ({ id, width: 1, height: 1 })),
    ];
    const placement = placeFlat({ nodes: sorted(all, edges), edges }, this.known);
    let [left, top, right, bottom] = [
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    const see = (x: number, y: number) => {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    };
    for (const r of placement.nodes.values()) {
      see(r.x - r.width / 2, r.y - r.height / 2);
      see(r.x + r.width / 2, r.y + r.height / 2);
    }
    for (const e of placement.edges.values()) for (const p of e.points) see(p.x, p.y);
    if (left > right) [left, top, right, bottom] = [0, 0, 0, 0];
    const pad = group === this.rootId ? { top: 0, bottom: 0, left: 0, right: 0 } : this.padding;
    return {
      placement,
      size: { width: right - left + pad.left + pad.right, height: bottom - top + pad.top + pad.bottom },
      offset: { x: pad.left - left, y: pad.top - top },
    };
  }

  /** The pieces of an edge in the order in which it passes them, as one line. */
  private join(id: string, parts: ReadonlyMap<string, Point[]>, label: Point | undefined) {
    const pieces: Point[][] = [];
    for (const group of this.passed.get(id) ?? []) {
      const found = parts.get(`${group}\u0000${id}`);
      if (found) pieces.push(found);
    }
    pieces.sort((a, b) => a[0]!.y - b[0]!.y);
    return { points: pieces.flat(), ...(label ? { label } : {}) };
  }
}

function port(from: string, side: 'in' | 'out'): string {
  return `\u0000port:${from}:${side}`;
}

/** A topological order that keeps the given one where it can. Whatever a cycle leaves over comes last. */
function sorted<T extends { id: string }>(nodes: readonly T[], edges: readonly FlatEdge[]): T[] {
  const index = new Map(nodes.map((n, i) => [n.id, i]));
  const waiting = nodes.map(() => 0);
  const out: number[][] = nodes.map(() => []);
  for (const e of edges) {
    const [a, b] = [index.get(e.from)!, index.get(e.to)!];
    out[a]!.push(b);
    waiting[b]!++;
  }
  const order: number[] = [];
  const done = nodes.map(() => false);
  // Almost always the given order is one already: look from the front for the first that waits for nothing.
  const ready = nodes.flatMap((_, i) => (waiting[i] === 0 ? [i] : []));
  while (ready.length) {
    const i = ready.shift()!;
    done[i] = true;
    order.push(i);
    for (const b of out[i]!)
      if (--waiting[b]! === 0) {
        let at = ready.length;
        while (at > 0 && ready[at - 1]! > b) at--;
        ready.splice(at, 0, b);
      }
  }
  return [...order, ...nodes.flatMap((_, i) => (done[i] ? [] : [i]))].map(i => nodes[i]!);
}

/** Cut at the nodes that everything passes, each piece placed by itself and hung below the one before. */
function placeFlat(graph: FlatGraph, known: Map<string, FlatPlacement>): FlatPlacement {
  const at = new Map(graph.nodes.map((n, i) => [n.id, i]));
  const forward = graph.edges.filter(e => at.get(e.from)! < at.get(e.to)!);
  if (graph.nodes.length <= 2) return placePiece({ nodes: graph.nodes, edges: forward }, known);
  // Open[i]: edges that pass over node i without touching it.
  const change = new Int32Array(graph.nodes.length + 1);
  for (const e of forward) {
    change[at.get(e.from)! + 1]!++;
    change[at.get(e.to)!]!--;
  }
  const linked = new Set(forward.map(e => at.get(e.to)!));
  const cuts: number[] = [];
  let open = 0;
  for (let i = 0; i < graph.nodes.length; i++) {
    open += change[i]!;
    if (i > 0 && i < graph.nodes.length - 1 && open === 0 && linked.has(i)) cuts.push(i);
  }
  const result: FlatPlacement = { nodes: new Map(), edges: new Map() };
  const ends = [...cuts, graph.nodes.length - 1];
  const byStart = new Map<number, FlatEdge[]>();
  let segment = 0;
  for (const e of [...forward].sort((a, b) => at.get(a.from)! - at.get(b.from)!)) {
    while (at.get(e.from)! >= ends[segment]!) segment++;
    byStart.set(segment, [...(byStart.get(segment) ?? []), e]);
  }
  let start = 0;
  ends.forEach((end, s) => {
    const nodes = graph.nodes.slice(start, end + 1);
    const piece = placePiece({ nodes, edges: byStart.get(s) ?? [] }, known);
    const first = nodes[0]!.id;
    const hung = result.nodes.get(first);
    const own = piece.nodes.get(first)!;
    const [dx, dy] = hung ? [hung.x - own.x, hung.y - own.y] : [0, 0];
    for (const [id, r] of piece.nodes)
      if (!result.nodes.has(id)) result.nodes.set(id, { ...r, x: r.x + dx, y: r.y + dy });
    for (const [id, { points, label }] of piece.edges)
      result.edges.set(id, {
        points: points.map(p => ({ x: p.x + dx, y: p.y + dy })),
        ...(label ? { label: { x: label.x + dx, y: label.y + dy } } : {}),
      });
    start = end;
  });
  return result;
}

function placePiece(graph: FlatGraph, known: Map<string, FlatPlacement>): FlatPlacement {
  if (graph.nodes.length > few) return placeLayered(graph);
  const names = new Map(graph.nodes.map((n, i) => [n.id, `${i}`]));
  const shape = {
    nodes: graph.nodes.map((n, i) => ({ id: `${i}`, width: n.width, height: n.height })),
    edges: graph.edges.map((e, i) => ({
      id: `${i}`,
      from: names.get(e.from)!,
      to: names.get(e.to)!,
      ...(e.label ? { label: e.label } : {}),
    })),
  };
  const key = JSON.stringify(shape);
  const placed = known.get(key) ?? (shape.nodes.length <= 2 ? placeLayered(shape) : placeByDagre(shape));
  known.set(key, placed);
  return {
    nodes: new Map(graph.nodes.map((n, i) => [n.id, placed.nodes.get(`${i}`)!])),
    edges: new Map(graph.edges.map((e, i) => [e.id, placed.edges.get(`${i}`)!])),
  };
}

function placeByDagre(graph: FlatGraph): FlatPlacement {
  const g = new Graph({ multigraph: true });
  g.setGraph({ rankdir: 'TB', nodesep: gaps.node, edgesep: 16, ranksep: gaps.layer });
  g.setDefaultEdgeLabel(() => ({}));
  for (const n of graph.nodes) g.setNode(n.id, { width: n.width, height: n.height });
  for (const e of graph.edges)
    g.setEdge(e.from, e.to, e.label ? { ...e.label, labelpos: 'c' } : { width: 0, height: 0 }, e.id);
  dagre(g);
  const nodes = new Map<string, Rect>();
  for (const n of graph.nodes) {
    const { x, y, width, height } = g.node(n.id) as unknown as Rect;
    nodes.set(n.id, { x, y, width, height });
  }
  const edges: FlatPlacement['edges'] = new Map();
  for (const e of graph.edges) {
    const { points = [], x, y } = g.edge(e.from, e.to, e.id) as { points?: Point[]; x?: number; y?: number };
    edges.set(e.id, {
      points: points.map(p => ({ x: p.x, y: p.y })),
      ...(e.label && x !== undefined && y !== undefined ? { label: { x, y } } : {}),
    });
  }
  return { nodes, edges };
}

function turn(graph: LayoutInput): LayoutInput {
  const swap = <T extends Size>(s: T): T => ({ ...s, width: s.height, height: s.width });
  return {
    direction: 'TB',
    cards: graph.cards.map(swap),
    boxes: graph.boxes,
    edges: graph.edges.map(e => ({ ...e, ...(e.label ? { label: swap(e.label) } : {}) })),
  };
}

function turnBack(p: Placement): Placement {
  const rects = (all: ReadonlyMap<string, Rect>) =>
    new Map([...all].map(([id, r]) => [id, { x: r.y, y: r.x, width: r.height, height: r.width }]));
  const point = ({ x, y }: Point): Point => ({ x: y, y: x });
  return {
    cards: rects(p.cards),
    boxes: rects(p.boxes),
    edges: new Map(
      [...p.edges].map(([id, e]) => [
        id,
        { points: e.points.map(point), ...(e.label ? { label: point(e.label) } : {}) },
      ]),
    ),
    width: p.height,
    height: p.width,
  };
}
