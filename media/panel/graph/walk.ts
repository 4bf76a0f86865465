/** What keys do in a graph: walking along its edges, folding, choosing, zooming, finding. */
import type { GraphKey } from './gestures';
import type { Direction, Placement } from './layout';
import { neighbour } from './navigate';
import type { Card, VisibleGraph } from './visible';

export interface Walker {
  graph: VisibleGraph | undefined;
  placement: Placement | undefined;
  direction: Direction;
  /** The card that has the focus. */
  card: Card | undefined;
  find(): void;
  zoom(factor: number): void;
  fit(): void;
  focus(id: string): void;
  /** Undefined selects nothing. */
  select(card: Card | undefined): void;
  toggle(id: string): void;
}

/** Does what a key means. False where there is nothing to do it with. */
export function obey(key: GraphKey, w: Walker): boolean {
  const { card, graph } = w;
  switch (key.do) {
    case 'find':
      w.find();
      return true;
    case 'zoom':
      w.zoom(key.factor);
      return true;
    case 'fit':
      w.fit();
      return true;
    case 'first':
    case 'last': {
      const end = graph?.cards.at(key.do === 'first' ? 0 : -1);
      if (end) w.focus(end.id);
      return end !== undefined;
    }
    case 'none':
      w.select(undefined);
      return true;
    case 'select':
      if (card) w.select(card);
      return card !== undefined;
    case 'toggle':
      if (!card || !graph) return false;
      if (card.item?.children.length) w.toggle(card.id);
      else if (graph.boxes.some(b => b.id === card.parent)) w.toggle(card.parent);
      return true;
    case 'go': {
      if (!card || !graph || !w.placement) return false;
      const to = neighbour(card.id, key.arrow, w.placement.cards, graph.edges, w.direction);
      if (to) w.focus(to);
      return true;
    }
  }
}
