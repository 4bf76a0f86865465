/** Nodes that are shown and not run, and what is computed without them. */
import type { Model, Node } from './graph';

/** Nodes that a value needs; `enters` says whether to look at what a node reads. */
export function nodesFor(
  { nodes }: Pick<Model, 'nodes'>,
  ids: Iterable<string>,
  enters: (node: Node) => boolean = () => true,
): Set<Node> {
  const makers = new Map(nodes.flatMap(n => n.outputs.map(o => [o, n] as const)));
  const found = new Set<Node>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const node = makers.get(id);
    if (!node || found.has(node)) continue;
    found.add(node);
    if (enters(node)) waiting.push(...node.inputs.slice(0, node.shown?.reads));
  }
  return found;
}

/** Outputs that need what the engine lacks, whatever running tells. */
export function lostOutputs(model: Pick<Model, 'nodes' | 'outputs'>): string[] {
  if (!model.nodes.some(n => n.shown?.as === 'lacking')) return [];
  const enters = (n: Node) => n.shown?.as !== 'waiting';
  return model.outputs.filter(id => [...nodesFor(model, [id], enters)].some(n => n.shown?.as === 'lacking'));
}
