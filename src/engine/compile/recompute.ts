/**
 * Activation checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost", arXiv:1604.06174): what a
 * named part of the model computes inside is not kept for the gradients but computed again when they are. The part's
 * inputs and outputs are kept. Random tensors (dropout) are inputs of the graph, so the second time gives the same bits.
 */
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import type { Graph, GraphNode } from './graph';

/**
 * The part that a module belongs to, by patterns of paths: "layer1" is one part with all below it, "blocks.*" a part
 * for each child of `blocks`. Undefined where it belongs to none.
 */
export function partOf(module: string, patterns: readonly string[]): string | undefined {
  const path = module.split('.');
  for (const pattern of patterns) {
    const names = pattern.split('.');
    if (names.length <= path.length && names.every((n, i) => n === '*' || n === path[i]))
      return path.slice(0, names.length).join('.');
  }
  return undefined;
}

/**
 * Has the nodes of gradients, which begin at `gradients`, read values of the parts as they are computed again.
 *
 * @param kept values that are read from outside
 * @throws bad-experiment for a pattern that fits no module.
 */
export function recompute(
  graph: Graph,
  gradients: number,
  patterns: readonly string[],
  kept: ReadonlySet<string>,
): void {
  const forward = graph.nodes.slice(0, gradients);
  const parts = new Map<string, GraphNode[]>();
  const fitting = new Set<string>();
  for (const node of forward) {
    const module = node.origin?.module ?? '';
    const part = partOf(module, patterns);
    if (part === undefined) continue;
    for (const p of patterns) if (partOf(module, [p]) !== undefined) fitting.add(p);
    const known = parts.get(part);
    if (known) known.push(node);
    else parts.set(part, [node]);
  }
  const unknown = patterns.find(p => !fitting.has(p));
  if (unknown !== undefined) {
    const modules = [
      ...new Set(forward.flatMap(n => n.origin?.module.split('.').slice(0, 2).join('.') ?? [])),
    ];
    throw new VitrineError(
      'bad-experiment',
      `"recompute": no module fits "${unknown}". There are ${listed(
        modules.filter(m => m !== ''),
        20,
      )}.`,
    );
  }
  const readers = new Map<string, GraphNode[]>();
  for (const node of forward) {
    for (const id of node.inputs) {
      const list = readers.get(id);
      if (list) list.push(node);
      else readers.set(id, [node]);
    }
  }
  for (const nodes of parts.values()) {
    const own = new Set(nodes);
    // What the rest of the model reads is there anyway.
    const isInside = (id: string) =>
      !kept.has(id) && (readers.get(id) ?? []).every(reader => own.has(reader));
    const inside = new Set(nodes.flatMap(n => n.outputs).filter(isInside));
    again(graph, gradients, nodes, inside);
  }
}

/** Copies the nodes that compute what gradients read of `inside` to where it is first read. */
function again(
  graph: Graph,
  gradients: number,
  nodes: readonly GraphNode[],
  inside: ReadonlySet<string>,
): void {
  const first = graph.nodes.findIndex((n, i) => i >= gradients && n.inputs.some(id => inside.has(id)));
  if (first < 0) return;
  const wanted = new Set(graph.nodes.slice(first).flatMap(n => n.inputs.filter(id => inside.has(id))));
  const names = new Map<string, string>();
  const copies: GraphNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (!node.outputs.some(o => wanted.has(o))) continue;
    for (const id of node.inputs) if (inside.has(id)) wanted.add(id);
    for (const o of node.outputs) names.set(o, graph.declare(`${o}:again`, graph.type(o)));
    copies.unshift(node);
  }
  const renamed = (node: GraphNode): GraphNode => ({
    ...node,
    inputs: node.inputs.map(id => names.get(id) ?? id),
  });
  for (let i = first; i < graph.nodes.length; i++) graph.nodes[i] = renamed(graph.nodes[i]!);
  graph.nodes.splice(
    first,
    0,
    ...copies.map(n => ({ ...renamed(n), outputs: n.outputs.map(o => names.get(o)!) })),
  );
}
