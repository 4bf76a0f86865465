/** From a graph to the list of kernels that an executor runs. */

import { VitrineError } from '../../model/errors';
import type { Concrete, KernelCall } from '../op';
import { requireOp } from '../opRegistry';
import { sizeOf } from '../ops/_launch';
import { foldTransposes } from './foldTransposes';
import { fuseAttention } from './fuseAttention';
import type { Graph, GraphNode } from './graph';
import { guardCall, isTrusted } from './guards';

/** What an executor compiles. All buffers are flat float32 arrays, known by name. */
export interface Plan {
  /** In order of execution. */
  calls: readonly KernelCall[];
  /** Elements of each buffer. */
  sizes: ReadonlyMap<string, number>;
  /** Written before a run (feeds, targets, learning rate); they keep their values until written again. */
  inputs: readonly string[];
  /** Kept between runs: weights, optimiser state, running statistics. */
  residents: readonly string[];
  constants: ReadonlyMap<string, Float32Array>;
  /** After a run `resident` has the value that `value` was computed to; all at once. */
  updates: readonly { resident: string; value: string }[];
  /** What may be read after a run. */
  outputs: readonly string[];
}

/**
 * Lowers what the required values need, and nothing else.
 *
 * @returns the plan, and the buffer that holds each value.
 */
export function lower(
  graph: Graph,
  ends: { inputs: readonly string[]; residents: readonly string[]; outputs: readonly string[] },
  /** Whether the executor has hand-written kernels. */
  fast: boolean,
): { plan: Plan; bufferOf(value: string): string } {
  const aliases = new Map<string, string>();
  const buffer = (id: string): string => {
    let at = graph.resolve(id);
    for (let next = aliases.get(at); next !== undefined; next = aliases.get(at)) at = next;
    return at;
  };
  const updates = graph.updates.map(u => ({
    resident: graph.resolve(u.resident),
    value: graph.resolve(u.value),
  }));
  const read = [...ends.outputs.map(o => graph.resolve(o)), ...updates.map(u => u.value)];
  const folded = needed(foldTransposes(graph, needed(graph.nodes, read), new Set(read)), read);
  const nodes = fast ? fuseAttention(graph, folded, new Set(read)) : folded;
  const calls: KernelCall[] = [];
  const sizes = new Map<string, number>();
  const note = (c: Concrete) => {
    if (!sizes.has(c.buffer)) sizes.set(c.buffer, sizeOf(c.shape));
    return c;
  };
  const concrete = (id: string): Concrete => note({ buffer: buffer(id), shape: graph.shape(id) });
  const makers = new Map(nodes.flatMap(n => n.outputs.map(o => [o, n] as const)));
  const guarded = new Set<string>();
  let scratch = 0;
  for (const node of nodes) {
    const definition = requireOp(node);
    if (!definition.lower) {
      throw new VitrineError(
        'unsupported-op',
        `The engine cannot compute the op "${node.op}"${node.origin?.module ? ` in ${node.origin.module}` : ''} yet.`,
        node.origin?.call && { at: node.origin.call },
      );
    }
    definition.lower({
      inputs: node.inputs.map(i => (i === '' ? undefined : concrete(i))),
      types: node.inputs.map(i => (i === '' ? undefined : graph.type(i))),
      // An output may turn out to be an alias: its buffer is noted when a kernel writes it.
      outputs: node.outputs.map(o => ({ buffer: o, shape: graph.shape(o) })),
      attributes: node.attributes,
      fast,
      scratch: shape => note({ buffer: `scratch${scratch++}`, shape }),
      kernel: call => {
        note(call.output);
        for (const c of call.also ?? []) note(c);
        const of = node.origin ?? node.gradientOf;
        if (sizeOf(call.output.shape) > 0) calls.push(of ? { ...call, nodes: [of.id] } : call);
      },
      guard: (i, range) => {
        const indices = concrete(node.inputs[i]!);
        const key = `${indices.buffer}:${range.from}:${range.below}`;
        if (guarded.has(key) || isTrusted(node, makers.get(node.inputs[i]!))) return;
        guarded.add(key);
        calls.push(guardCall(node, indices, note({ buffer: `guard${guarded.size}`, shape: [2] }), range));
      },
      alias: (output, input) => aliases.set(node.outputs[output]!, buffer(node.inputs[input]!)),
    });
  }
  const use = (id: string) => concrete(id).buffer;
  const used = new Set(calls.flatMap(c => c.inputs.map(i => i.buffer)));
  const plan: Plan = {
    calls,
    sizes,
    inputs: ends.inputs.map(use),
    residents: ends.residents.map(use),
    constants: new Map([...graph.constants].filter(([id]) => used.has(id) || ends.outputs.includes(id))),
    updates: updates.map(u => ({ resident: u.resident, value: use(u.value) })),
    outputs: [...new Set(ends.outputs.map(use))],
  };
  for (const id of plan.constants.keys()) use(id);
  return { plan, bufferOf: buffer };
}

/** The nodes that the ends depend on, in order. */
function needed(all: readonly GraphNode[], ends: readonly string[]): GraphNode[] {
  const wanted = new Set(ends);
  const nodes: GraphNode[] = [];
  for (let i = all.length - 1; i >= 0; i--) {
    const node = all[i]!;
    if (!node.outputs.some(o => wanted.has(o))) continue;
    for (const id of node.inputs) wanted.add(id);
    nodes.push(node);
  }
  return nodes.reverse();
}
