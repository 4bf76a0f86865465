/** In which order nodes are read. */
import { listed } from '../../model/suggest';
import type { Findings } from './findings';
import { nameOf } from './names';
import type { NodeProto } from './schema';

/** Names that a node reads, those that its subgraphs take from outside included. */
export function reads(node: NodeProto): string[] {
  const names = (node.input ?? []).filter(n => n !== '');
  for (const a of node.attribute ?? [])
    for (const g of [a.g, ...(a.graphs ?? [])]) if (g) for (const n of g.node ?? []) names.push(...reads(n));
  return names;
}

/**
 * In an order in which each node follows what it reads; files should have it, but not all do.
 *
 * @param isThere whether a name is known before the nodes.
 * @throws VitrineError bad-model for a cycle, or a name that nothing computes.
 */
export function sorted(
  nodes: readonly NodeProto[],
  isThere: (name: string) => boolean,
  findings: Findings,
): NodeProto[] {
  const maker = new Map<string, number>();
  nodes.forEach((n, i) => {
    for (const o of n.output ?? []) if (o !== '') maker.set(o, i);
  });
  const needs = nodes.map(n => new Set(reads(n).flatMap(name => maker.get(name) ?? [])));
  const waiting = needs.map(s => s.size);
  const readers = new Map<number, number[]>();
  needs.forEach((s, i) => {
    for (const j of s) readers.set(j, [...(readers.get(j) ?? []), i]);
  });
  for (const n of nodes)
    for (const name of n.input ?? [])
      if (name !== '' && !maker.has(name) && !isThere(name))
        throw findings.bad('bad-model', `${nameOf(n)} reads "${name}", which nothing computes.`);
  // Already in order, as nearly always: keep it as it is.
  if (needs.every((s, i) => [...s].every(j => j < i))) return [...nodes];
  const order: NodeProto[] = [];
  const ready = waiting.flatMap((w, i) => (w === 0 ? [i] : []));
  for (let at = 0; at < ready.length; at++) {
    const i = ready[at]!;
    order.push(nodes[i]!);
    for (const j of readers.get(i) ?? []) if (--waiting[j]! === 0) ready.push(j);
  }
  if (order.length < nodes.length) {
    const stuck = nodes.filter((_, i) => waiting[i]! > 0).map(nameOf);
    throw findings.bad('bad-model', `The graph has a cycle through ${listed(stuck, 5)}.`);
  }
  return order;
}
