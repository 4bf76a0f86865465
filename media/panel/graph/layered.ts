/**
 * A layered drawing (Sugiyama, Tagawa, Toda 1981) in time that grows with the graph's size, for parts that are too
 * large for dagre: longest-path layers, barycentre sweeps against crossings, and places by least squares with the
 * gaps kept (pool adjacent violators), which is what dagre does better and slower.
 */
import type { Point, Rect, Size } from './layout';

export interface FlatEdge {
  id: string;
  from: string;
  to: string;
  label?: Size;
}

export interface FlatGraph {
  /** In an order in which every edge leads forward. */
  nodes: readonly (Size & { id: string })[];
  edges: readonly FlatEdge[];
}

export interface FlatPlacement {
  nodes: Map<string, Rect>;
  edges: Map<string, { points: Point[]; label?: Point }>;
}

export const gaps = { node: 28, edge: 14, layer: 30 };
/** An edge over more layers than this is drawn straight: a bend in each of them would only cost time. */
const longest = 48;
const orderSweeps = 6;
const placeSweeps = 8;

interface Cell {
  /** Index of the node, or −1 for a bend of an edge. */
  node: number;
  width: number;
  x: number;
  up: Cell[];
  down: Cell[];
  rank: number;
}

export function placeLayered({ nodes, edges }: FlatGraph): FlatPlacement {
  const index = new Map(nodes.map((n, i) => [n.id, i]));
  const layerOf = layersOf(nodes.length, edges, index);
  const layers: Cell[][] = Array.from({ length: Math.max(0, ...layerOf) + 1 }, () => []);
  const cellOf = nodes.map((n, i) => {
    const cell: Cell = { node: i, width: n.width, x: 0, up: [], down: [], rank: 0 };
    layers[layerOf[i]!]!.push(cell);
    return cell;
  });
  const bends = new Map<string, Cell[]>();
  for (const e of edges) {
    const [a, b] = [index.get(e.from)!, index.get(e.to)!];
    const [start, end] = [layerOf[a]!, layerOf[b]!];
    const between: Cell[] = [];
    if (end - start <= longest)
      for (let l = start + 1; l < end; l++) {
        const bend: Cell = { node: -1, width: 1, x: 0, up: [], down: [], rank: 0 };
        layers[l]!.push(bend);
        between.push(bend);
      }
    const chain = [cellOf[a]!, ...between, cellOf[b]!];
    if (end - start <= longest)
      for (let i = 1; i < chain.length; i++) {
        chain[i - 1]!.down.push(chain[i]!);
        chain[i]!.up.push(chain[i - 1]!);
      }
    bends.set(e.id, between);
  }
  orderLayers(layers);
  placeAcross(layers);
  return result(nodes, edges, index, layers, layerOf, bends);
}

function layersOf(count: number, edges: readonly FlatEdge[], index: ReadonlyMap<string, number>): number[] {
  const layer = new Array<number>(count).fill(0);
  const into = new Map<number, number[]>();
  const out = new Map<number, number[]>();
  for (const e of edges) {
    const [a, b] = [index.get(e.from)!, index.get(e.to)!];
    into.set(b, [...(into.get(b) ?? []), a]);
    out.set(a, [...(out.get(a) ?? []), b]);
  }
  for (let i = 0; i < count; i++)
    for (const a of into.get(i) ?? []) layer[i] = Math.max(layer[i]!, layer[a]! + 1);
  // What nothing holds up moves down to what reads it: a constant beside its only reader.
  for (let i = count - 1; i >= 0; i--) {
    const readers = out.get(i);
    if (readers && !into.has(i)) layer[i] = Math.max(layer[i]!, Math.min(...readers.map(r => layer[r]!)) - 1);
  }
  return layer;
}

function orderLayers(layers: Cell[][]): void {
  const number = (layer: Cell[]) => {
    for (let i = 0; i < layer.length; i++) layer[i]!.rank = i;
  };
  layers.forEach(number);
  const centre = (cell: Cell, side: 'up' | 'down') => {
    const around = cell[side];
    if (around.length === 0) return cell.rank;
    let sum = 0;
    for (const c of around) sum += c.rank;
    return sum / around.length;
  };
  for (let sweep = 0; sweep < orderSweeps; sweep++) {
    const side = sweep % 2 ? 'down' : 'up';
    for (const layer of side === 'up' ? layers : [...layers].reverse()) {
      const keys = new Map(layer.map(c => [c, centre(c, side)]));
      layer.sort((a, b) => keys.get(a)! - keys.get(b)! || a.rank - b.rank);
      number(layer);
    }
  }
}

function placeAcross(layers: Cell[][]): void {
  for (const layer of layers) {
    let x = 0;
    for (const c of layer) {
      c.x = x + c.width / 2;
      x += c.width + gaps.node;
    }
    const shift = x / 2;
    for (const c of layer) c.x -= shift;
  }
  for (let sweep = 0; sweep < placeSweeps; sweep++) {
    const side = sweep % 2 ? 'down' : 'up';
    for (const layer of side === 'up' ? layers : [...layers].reverse()) {
      const wanted = layer.map(c => {
        const around = c[side].length ? c[side] : c[side === 'up' ? 'down' : 'up'];
        return around.length ? around.reduce((s, o) => s + o.x, 0) / around.length : c.x;
      });
      keepApart(layer, wanted);
    }
  }
}

/** The places nearest to the wanted ones, in the least squares, with order and gaps kept. */
function keepApart(layer: readonly Cell[], wanted: readonly number[]): void {
  // With the room that stands before each cell taken away, the gaps become "not less than the one before".
  const before: number[] = [];
  let sum = 0;
  layer.forEach((c, i) => {
    const last = layer[i - 1];
    if (last) sum += (last.width + c.width) / 2 + (last.node < 0 || c.node < 0 ? gaps.edge : gaps.node);
    before.push(sum);
  });
  const blocks: { mean: number; weight: number; count: number }[] = [];
  wanted.forEach((w, i) => {
    // Bends are light: straight long edges matter less than cards over each other.
    const weight = layer[i]!.node < 0 ? 0.6 : 1;
    let block = { mean: w - before[i]!, weight, count: 1 };
    while (blocks.length && blocks[blocks.length - 1]!.mean > block.mean) {
      const last = blocks.pop()!;
      const total = last.weight + block.weight;
      block = {
        mean: (last.mean * last.weight + block.mean * block.weight) / total,
        weight: total,
        count: last.count + block.count,
      };
    }
    blocks.push(block);
  });
  let i = 0;
  for (const { mean, count } of blocks) for (let j = 0; j < count; j++, i++) layer[i]!.x = mean + before[i]!;
}

function result(
  nodes: FlatGraph['nodes'],
  edges: readonly FlatEdge[],
  index: ReadonlyMap<string, number>,
  layers: readonly Cell[][],
  layerOf: readonly number[],
  bends: ReadonlyMap<string, readonly Cell[]>,
): FlatPlacement {
  const labelHeight = Math.max(0, ...edges.map(e => e.label?.height ?? 0));
  const tops: number[] = [];
  const heights = layers.map(l => Math.max(1, ...l.map(c => (c.node < 0 ? 1 : nodes[c.node]!.height))));
  let y = 0;
  for (const h of heights) {
    tops.push(y);
    y += h + gaps.layer + labelHeight;
  }
  const rects = new Map<string, Rect>();
  for (const layer of layers)
    for (const c of layer) {
      const node = nodes[c.node];
      if (!node) continue;
      const l = layerOf[c.node]!;
      rects.set(node.id, { x: c.x, y: tops[l]! + heights[l]! / 2, width: node.width, height: node.height });
    }
  const lines: FlatPlacement['edges'] = new Map();
  for (const e of edges) {
    const [from, to] = [rects.get(e.from)!, rects.get(e.to)!];
    const start = layerOf[index.get(e.from)!]!;
    const points = [
      { x: from.x, y: from.y + from.height / 2 },
      ...(bends.get(e.id) ?? []).map((c, i) => ({
        x: c.x,
        y: tops[start + 1 + i]! + heights[start + 1 + i]! / 2,
      })),
      { x: to.x, y: to.y - to.height / 2 },
    ];
    const [a, b] = [points[0]!, points[1]!];
    lines.set(e.id, {
      points,
      ...(e.label ? { label: { x: (a.x + b.x) / 2, y: a.y + (gaps.layer + labelHeight) / 2 } } : {}),
    });
  }
  return { nodes: rects, edges: lines };
}
