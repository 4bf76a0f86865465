/**
 * A model's graph in as few words as a language model can use: blocks that repeat are told once, with how often, and
 * what is still too long is folded by modules, which can be asked for one by one.
 */
import type { GraphDescription } from '../../engine/graphDescription';
import type { Shape } from '../../model/graph';

type DescribedNode = GraphDescription['nodes'][number];

export interface OutlineNode {
  /** The module's path, or the node's id where no module is called. */
  name: string;
  op?: string;
  spelling?: string;
  inputs?: readonly Shape[];
  output: Shape;
  parameters: number;
  flops?: DescribedNode['flops'];
  source?: { file: string; line: number };
  /** Of a module that is folded: how many nodes are in it. */
  folded?: number;
}

export interface Outline {
  nodes: OutlineNode[];
  /** Modules of which only the first is listed: the others are built alike. */
  repeated?: { first: string; last: string; times: number }[];
  note?: string;
}

/** Consecutive nodes of one module, or one node. */
interface Part {
  path: string;
  nodes: readonly DescribedNode[];
  parts?: readonly Part[];
  signature: string;
}

const mostNodes = 120;

/**
 * @param within only what is in this module.
 * @param placed how a source file is named.
 */
export function outlineOf(
  nodes: GraphDescription['nodes'],
  within = '',
  placed: (file: string) => string = file => file,
): Outline {
  const inside = within === '' ? nodes : nodes.filter(n => isIn(n.module, within));
  const repeated: Outline['repeated'] = [];
  const all = once(partsOf(inside, within), repeated);
  let depth = 0;
  while (depth < 40 && countOf(all, depth + 1) <= mostNodes) depth++;
  const kept = listed(all, depth, placed);
  const folded = kept.find(n => n.folded !== undefined);
  return {
    nodes: kept.slice(0, mostNodes),
    ...(repeated.length > 0 && { repeated: repeated.slice(0, 30) }),
    ...(folded
      ? { note: `Large modules are folded; give one as "module" to see inside, e.g. "${folded.name}".` }
      : kept.length > mostNodes && {
          note: `Only the first ${mostNodes} of ${kept.length} nodes are listed.`,
        }),
  };
}

const isIn = (module: string, within: string) => module === within || module.startsWith(`${within}.`);

function partsOf(nodes: readonly DescribedNode[], within: string): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < nodes.length; ) {
    const node = nodes[i]!;
    if (node.module === within) {
      parts.push({ path: node.name, nodes: [node], signature: signatureOf(node) });
      i++;
      continue;
    }
    const own = within === '' ? node.module : node.module.slice(within.length + 1);
    const path = `${within === '' ? '' : `${within}.`}${own.split('.')[0]}`;
    let end = i;
    while (end < nodes.length && isIn(nodes[end]!.module, path)) end++;
    const held = nodes.slice(i, end);
    const inner = partsOf(held, path);
    parts.push({
      path,
      nodes: held,
      parts: inner,
      signature: `(${inner.map(p => `${p.parts ? p.path.slice(path.length) : ''}${p.signature}`).join()})`,
    });
    i = end;
  }
  return parts;
}

function signatureOf({ op, inputs, output, parameters }: DescribedNode): string {
  return JSON.stringify([op, inputs, output, parameters]);
}

/** The same without what comes again under another number. */
function once(parts: readonly Part[], repeated: NonNullable<Outline['repeated']>): Part[] {
  const kept: Part[] = [];
  for (let i = 0; i < parts.length; ) {
    const part = parts[i]!;
    let end = i + 1;
    if (part.parts && /(^|\.)\d+$/.test(part.path))
      while (end < parts.length && parts[end]!.parts && parts[end]!.signature === part.signature) end++;
    if (end > i + 1) repeated.push({ first: part.path, last: parts[end - 1]!.path, times: end - i });
    kept.push(part.parts ? { ...part, parts: once(part.parts, repeated) } : part);
    i = end;
  }
  return kept;
}

function countOf(parts: readonly Part[], depth: number): number {
  return parts.reduce((n, p) => n + (p.parts && depth > 0 ? countOf(p.parts, depth - 1) : 1), 0);
}

function listed(parts: readonly Part[], depth: number, placed: (file: string) => string): OutlineNode[] {
  return parts.flatMap(p => {
    if (p.parts && (depth > 0 || p.nodes.length === 1)) return listed(p.parts, depth - 1, placed);
    const [first] = p.nodes;
    const source = first!.source && {
      source: { file: placed(first!.source.file), line: first!.source.line },
    };
    if (!p.parts) {
      const { name, op, spelling, inputs, output, parameters, flops } = first!;
      return [{ name, op, spelling, inputs, output, parameters, flops, ...source }];
    }
    return [
      {
        name: p.path,
        folded: p.nodes.length,
        inputs: first!.inputs,
        output: p.nodes.at(-1)!.output,
        parameters: p.nodes.reduce((n, d) => n + d.parameters, 0),
        ...source,
      },
    ];
  });
}
