import assert from 'node:assert/strict';
import { type LayoutInput, type Placement, placeGraph, type Rect } from '../../../media/panel/graph/layout';

const card = (id: string, parent = 'root') => ({ id, parent, width: 140, height: 60 });
const label = { width: 80, height: 16 };
const edge = (from: string, to: string) => ({ id: `${from}>${to}`, from, to, label });

/** Blocks of some layers with a way around each, in boxes. */
function residual(blocks: number, layers: number): LayoutInput {
  const graph = { cards: [] as ReturnType<typeof card>[], boxes: [] as { id: string; parent: string }[] };
  const edges: ReturnType<typeof edge>[] = [];
  let before = '';
  for (let b = 0; b < blocks; b++) {
    graph.boxes.push({ id: `b${b}`, parent: 'root' });
    for (let i = 0; i < layers; i++) {
      graph.cards.push(card(`${b}.${i}`, `b${b}`));
      if (i) edges.push(edge(`${b}.${i - 1}`, `${b}.${i}`));
    }
    const [first, last] = [`${b}.0`, `${b}.${layers - 1}`];
    edges.push(edge(first, last));
    if (before) edges.push(edge(before, first));
    before = last;
  }
  return { direction: 'TB', ...graph, edges };
}

/** Layers of several branches that mix, with no place where one card carries all. */
function mesh(layers: number, width: number): LayoutInput {
  const cards = [];
  const edges = [];
  for (let i = 0; i < layers; i++)
    for (let j = 0; j < width; j++) {
      cards.push(card(`${i}.${j}`));
      if (i) for (const d of [0, 1]) edges.push(edge(`${i - 1}.${(j + d) % width}`, `${i}.${j}`));
    }
  return { direction: 'TB', cards, boxes: [], edges };
}

function overlapping(rects: readonly Rect[]): number {
  let count = 0;
  const sorted = [...rects].sort((a, b) => a.y - b.y);
  sorted.forEach((a, i) => {
    for (let j = i + 1; j < sorted.length; j++) {
      const b = sorted[j]!;
      if (b.y - b.height / 2 >= a.y + a.height / 2) break;
      if (Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 0.01) count++;
    }
  });
  return count;
}

function check(graph: LayoutInput, placed: Placement): void {
  assert.equal(placed.cards.size, graph.cards.length);
  assert.equal(overlapping([...placed.cards.values()]), 0);
  const along = graph.direction === 'TB' ? 'y' : 'x';
  for (const e of graph.edges) {
    const [from, to] = [placed.cards.get(e.from)!, placed.cards.get(e.to)!];
    assert.ok(from[along] < to[along], `${e.id} leads forward`);
    const { points } = placed.edges.get(e.id)!;
    const [first, last] = [points[0]!, points.at(-1)!];
    for (const [p, r] of [
      [first, from],
      [last, to],
    ] as const)
      assert.ok(
        Math.abs(p.x - r.x) <= r.width / 2 + 1 && Math.abs(p.y - r.y) <= r.height / 2 + 1,
        `${e.id} ends at its cards`,
      );
  }
  for (const r of placed.cards.values()) {
    assert.ok(r.x - r.width / 2 >= -0.01 && r.x + r.width / 2 <= placed.width + 0.01);
    assert.ok(r.y - r.height / 2 >= -0.01 && r.y + r.height / 2 <= placed.height + 0.01);
  }
  for (const c of graph.cards) {
    const box = placed.boxes.get(c.parent);
    const r = placed.cards.get(c.id)!;
    if (box)
      assert.ok(
        Math.abs(box.x - r.x) <= (box.width - r.width) / 2 &&
          Math.abs(box.y - r.y) <= (box.height - r.height) / 2,
        `${c.id} lies in its box`,
      );
  }
}

describe('the layout of large graphs', () => {
  it('places 2,000 cards in 200 boxes without overlaps', () => {
    const graph = residual(200, 10);
    check(graph, placeGraph(graph));
  });

  it('lays out from left to right as well', () => {
    const graph = { ...residual(40, 6), direction: 'LR' as const };
    check(graph, placeGraph(graph));
  });

  it('layers what cannot be cut', () => {
    const graph = mesh(60, 12);
    check(graph, placeGraph(graph));
  });

  it('gives the same blocks the same look', () => {
    const placed = placeGraph(residual(30, 6));
    const inside = (b: number) =>
      Array.from({ length: 6 }, (_, i) => {
        const [r, box] = [placed.cards.get(`${b}.${i}`)!, placed.boxes.get(`b${b}`)!];
        return [Math.round(r.x - box.x), Math.round(r.y - box.y)];
      });
    assert.deepEqual(inside(3), inside(21));
  });
});
