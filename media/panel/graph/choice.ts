/** Which card of what is seen stands for a selection, and where an item is found that may be hidden in a closed group. */
import type { Placement, Rect } from './layout';
import { ancestors, cardOfModule, type Tree } from './tree';
import type { VisibleGraph } from './visible';

/** Ids of all groups that open. */
export function groupsOf(tree: Tree | undefined): string[] {
  const root = tree?.root;
  return [...(tree?.items.values() ?? [])].filter(i => i.children.length && i !== root).map(i => i.id);
}

/** The card of what is selected; inside a closed group, the group shows that the selection is there. */
export function selectedCard(
  tree: Tree | undefined,
  graph: VisibleGraph | undefined,
  { card, module }: { card?: string | undefined; module?: string | undefined },
): string | undefined {
  const seen = (id: string) => graph?.cards.some(c => c.id === id);
  if (card && seen(card)) return card;
  const id = cardOfModule(tree, module);
  if (!id) return undefined;
  return [id, ...ancestors(tree!, id)].find(seen);
}

/** Where an item is drawn: its card, that of the closed group around it, or its frame. */
export function placeOf(tree: Tree, placement: Placement | undefined, id: string): Rect | undefined {
  const shown = [id, ...ancestors(tree, id)].find(x => placement?.cards.has(x));
  return shown ? placement?.cards.get(shown) : placement?.boxes.get(id);
}

/** What the reader folded or unfolded. */
export interface Anchor {
  id: string;
  /** Where it was. */
  rect: Rect;
  focused: boolean;
}

/** Moves the camera so that what was opened or closed stays where it was. */
export function anchored<C extends { x: number; y: number; k: number }>(
  { id, rect }: Anchor,
  placement: Placement | undefined,
  camera: C,
): C {
  const after = placement?.cards.get(id) ?? placement?.boxes.get(id);
  if (!after) return camera;
  const { x, y, k } = camera;
  return {
    ...camera,
    x: x + (rect.x - after.x) * k,
    y: y + (rect.y - rect.height / 2 - after.y + after.height / 2) * k,
  };
}
