/** Which nodes of a graph a comparison marks. Pure. */
import type { ModelDiff } from '../../src/model/diff';

export type Mark = 'added' | 'removed' | 'changed' | 'moved';

/** By the node's index in the model of one side. */
export function marksOf(diff: ModelDiff, side: 'before' | 'after'): ReadonlyMap<number, Mark> {
  const marks = new Map<number, Mark>();
  for (const l of diff.layers) {
    if (l.status === 'same') continue;
    for (const node of l[side]?.nodes ?? []) marks.set(node, l.status);
  }
  return marks;
}

/** The mark of a card that stands for nodes: theirs if they have it all, "changed" if some are marked. */
export function markOf(
  marks: ReadonlyMap<number, Mark> | undefined,
  nodes: readonly number[],
): Mark | undefined {
  if (!marks || nodes.length === 0) return undefined;
  const found = new Set(nodes.map(n => marks.get(n)));
  if (found.size === 1) return [...found][0];
  return [...found].some(m => m !== undefined) ? 'changed' : undefined;
}
