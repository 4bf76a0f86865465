import assert from 'node:assert/strict';
import { bringIntoView, fitReadable, fitWhole, zoomAt } from '../../../media/panel/graph/camera';
import {
  edgePath,
  layoutInput,
  type Placement,
  placeGraph,
  type Rect,
} from '../../../media/panel/graph/layout';
import { neighbour } from '../../../media/panel/graph/navigate';
import { initiallyOpen, treeOf } from '../../../media/panel/graph/tree';
import { visibleGraph } from '../../../media/panel/graph/visible';
import { resnet, transformer } from './fixtures/models';

const sizes = {
  card: () => ({ width: 140, height: 50 }),
  label: (text: string) => ({ width: text.length * 7, height: 16 }),
};

function overlap(a: Rect, b: Rect): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 0.5 &&
    Math.abs(a.y - b.y) < (a.height + b.height) / 2 - 0.5
  );
}

function placed(direction: 'TB' | 'LR'): { graph: ReturnType<typeof visibleGraph>; placement: Placement } {
  const tree = treeOf(resnet([16, 32]));
  const graph = visibleGraph(tree, initiallyOpen(tree, 1000));
  return { graph, placement: placeGraph(layoutInput(graph, sizes, direction)) };
}

describe('the layout', () => {
  for (const direction of ['TB', 'LR'] as const) {
    it(`places every card within the drawing, none on another (${direction})`, () => {
      const { graph, placement } = placed(direction);
      const rects = graph.cards.map(c => placement.cards.get(c.id)!);
      rects.forEach((r, i) => {
        assert.ok(r.x - r.width / 2 >= -0.01 && r.y - r.height / 2 >= -0.01);
        assert.ok(
          r.x + r.width / 2 <= placement.width + 0.01 && r.y + r.height / 2 <= placement.height + 0.01,
        );
        for (const other of rects.slice(i + 1)) assert.ok(!overlap(r, other));
      });
    });
  }

  it('draws boxes around what they hold, with room for their titles', () => {
    const { graph, placement } = placed('TB');
    for (const box of graph.boxes) {
      const outer = placement.boxes.get(box.id)!;
      for (const card of graph.cards.filter(c => c.parent === box.id)) {
        const r = placement.cards.get(card.id)!;
        assert.ok(r.y - r.height / 2 - (outer.y - outer.height / 2) >= 26 - 0.01);
        assert.ok(Math.abs(r.x - outer.x) <= (outer.width - r.width) / 2);
      }
    }
  });

  it('keeps labels of edges that enter a box off its title', () => {
    const { graph, placement } = placed('TB');
    for (const edge of graph.edges) {
      const label = placement.edges.get(edge.id)?.label;
      if (!label) continue;
      for (const box of graph.boxes) {
        const r = placement.boxes.get(box.id)!;
        const title: Rect = { x: r.x - r.width / 2 + 50, y: r.y - r.height / 2 + 12, width: 100, height: 24 };
        const pill: Rect = { ...label, ...sizes.label(edge.label) };
        assert.ok(!overlap(title, pill), `${edge.label} lies on ${box.item.name}`);
      }
    }
  });

  it('draws paths from the first point to the last', () => {
    assert.equal(edgePath([]), '');
    assert.equal(
      edgePath([
        { x: 0, y: 0 },
        { x: 1, y: 10 },
      ]),
      'M0 0L1 10',
    );
    const bent = edgePath([
      { x: 0, y: 0 },
      { x: 10, y: 10 },
      { x: 0, y: 20 },
    ]);
    assert.equal(bent, 'M0 0Q10 10 0 20');
  });
});

describe('arrow keys in the graph', () => {
  const tree = treeOf(transformer(2));
  const graph = visibleGraph(tree, initiallyOpen(tree, 1000));
  const { cards } = placeGraph(layoutInput(graph, sizes, 'TB'));

  it('walk along edges, forth and back', () => {
    const first = graph.cards[0]!.id;
    const down = neighbour(first, 'ArrowDown', cards, graph.edges, 'TB')!;
    assert.equal(down, 'module:embed');
    assert.equal(neighbour(down, 'ArrowUp', cards, graph.edges, 'TB'), first);
    assert.equal(neighbour(first, 'ArrowUp', cards, graph.edges, 'TB'), undefined);
  });

  it('turn with the direction', () => {
    const lr = placeGraph(layoutInput(graph, sizes, 'LR')).cards;
    assert.equal(neighbour(graph.cards[0]!.id, 'ArrowRight', lr, graph.edges, 'LR'), 'module:embed');
  });

  it('go to the nearest beside where no edge goes', () => {
    const rects = new Map<string, Rect>([
      ['a', { x: 0, y: 0, width: 10, height: 10 }],
      ['b', { x: 20, y: 2, width: 10, height: 10 }],
      ['c', { x: 40, y: 0, width: 10, height: 10 }],
    ]);
    assert.equal(neighbour('a', 'ArrowRight', rects, [], 'TB'), 'b');
    assert.equal(neighbour('c', 'ArrowLeft', rects, [], 'TB'), 'b');
    assert.equal(neighbour('a', 'ArrowLeft', rects, [], 'TB'), undefined);
  });
});

describe('the camera', () => {
  const view = { width: 800, height: 600 };

  it('zooms around a point', () => {
    const c = zoomAt({ x: 10, y: 20, k: 1 }, 2, 100, 100);
    assert.equal(c.k, 2);
    assert.equal((100 - c.x) / c.k, 90);
    assert.equal((100 - c.y) / c.k, 80);
    assert.equal(zoomAt(c, 1000, 0, 0).k, 4);
  });

  it('fits, but never larger than life', () => {
    assert.deepEqual(fitWhole({ width: 100, height: 100 }, view), { x: 350, y: 250, k: 1 });
    const tall = fitWhole({ width: 100, height: 5520 }, view);
    assert.ok(Math.abs(tall.k - 0.1) < 1e-9);
    assert.equal(fitReadable({ width: 100, height: 5520 }, view).y, 24);
    assert.ok(fitReadable({ width: 100, height: 5520 }, view).k >= 0.55);
    assert.equal(fitWhole({ width: 0, height: 0 }, view).k, 1);
  });

  it('moves no more than it must', () => {
    const c = { x: 0, y: 0, k: 1 };
    assert.deepEqual(bringIntoView(c, { x: 400, y: 300, width: 50, height: 50 }, view), c);
    assert.equal(bringIntoView(c, { x: 900, y: 300, width: 50, height: 50 }, view).x, 800 - 16 - 925);
  });
});
