/** Where an arrow key leads in the graph: along an edge where one goes that way, else to the nearest card beside. */
import type { Direction, Rect } from './layout';
import type { Edge } from './visible';

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

export function neighbour(
  from: string,
  arrow: Arrow,
  cards: ReadonlyMap<string, Rect>,
  edges: readonly Edge[],
  direction: Direction,
): string | undefined {
  const [forward, back] = direction === 'TB' ? ['ArrowDown', 'ArrowUp'] : ['ArrowRight', 'ArrowLeft'];
  const here = cards.get(from);
  if (!here) return undefined;
  const nearest = (ids: readonly string[]) =>
    ids
      .map(id => ({ id, rect: cards.get(id) }))
      .filter(c => c.rect !== undefined)
      .sort((a, b) => distance(here, a.rect!) - distance(here, b.rect!))[0]?.id;
  if (arrow === forward) return nearest(edges.filter(e => e.from === from).map(e => e.to));
  if (arrow === back) return nearest(edges.filter(e => e.to === from).map(e => e.from));
  const sign = arrow === 'ArrowRight' || arrow === 'ArrowDown' ? 1 : -1;
  const [across, along] = direction === 'TB' ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const reach = direction === 'TB' ? here.height : here.width;
  return nearest(
    [...cards]
      .filter(
        ([id, r]) =>
          id !== from && sign * (r[across] - here[across]) > 1 && Math.abs(r[along] - here[along]) < reach,
      )
      .map(([id]) => id),
  );
}

function distance(a: Rect, b: Rect): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
