/** Finds layers and operations by what one remembers of them: a name, a path, a type. */
import type { Item, Tree } from './tree';

const most = 500;

/** Ids of the items that hold all words of the query, in the graph's order; those whose name begins so come first. */
export function findItems(tree: Tree, query: string): string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found: { id: string; first: boolean; at: number; depth: number }[] = [];
  for (const item of tree.items.values()) {
    if (item === tree.root || item.kind === 'stack') continue;
    const text = textOf(item, tree);
    if (!words.every(w => text.includes(w))) continue;
    found.push({
      id: item.id,
      first: item.name.toLowerCase().startsWith(words[0]!),
      at: item.nodes[0] ?? 0,
      depth: item.path.split('.').length,
    });
    if (found.length >= most) break;
  }
  return found
    .sort((a, b) => Number(b.first) - Number(a.first) || a.at - b.at || a.depth - b.depth)
    .map(f => f.id);
}

function textOf(item: Item, { model }: Tree): string {
  const ops = item.nodes.length === 1 ? model.nodes[item.nodes[0]!]!.op : '';
  return `${item.name} ${item.path} ${item.type} ${ops}`.toLowerCase();
}
