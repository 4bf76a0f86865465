/** A model's graph as the command line prints it. The JSON form is a contract with scripts: only add to it. */
import registered from 'registry:engine/ops#op';
import { addDims, bindDim, mulDims, symbolsOf } from '../model/dim';
import { elementsOf } from '../model/elements';
import type { Dim, Model, Node, Shape, SourceRange } from '../model/graph';
import type { Footprint } from './footprint';
import type { OpDefinition } from './op';

export interface GraphDescription {
  model: string;
  parameters: number;
  /** For one sample. */
  flops: Dim;
  /** A shape, or a list of shapes if there are several. */
  input: Shape | readonly Shape[];
  output: Shape | readonly Shape[];
  nodes: readonly {
    /** Unique: the module's path, or the node's id where no module is called. */
    name: string;
    /** The module's path, "" where none is called. */
    module: string;
    /** How PyTorch spells the op, for people. */
    spelling: string;
    op: string;
    inputs: readonly Shape[];
    output: Shape;
    parameters: number;
    flops: Dim;
    source: { file: string; line: number; column: number } | null;
  }[];
  /** Peak bytes that the engine takes for a batch, on the CPU; absent where sizes other than the batch's are open. */
  memory?: Footprint;
  /** Of files that hold weights without the code that computes with them. */
  tensors?: readonly { name: string; dtype: string; shape: readonly number[] }[];
}

const ops = new Map((registered as readonly OpDefinition[]).map(op => [op.name, op]));

export function describeGraph(model: Model): GraphDescription {
  const sizes = new Map(
    model.parameters.filter(p => p.kind === 'parameter').map(p => [p.name, elementsOf(p)]),
  );
  const stored = new Set(model.parameters.map(p => p.name));
  const counted = new Set<string>();
  const named = new Set<string>();
  const nameOf = (node: Node) => {
    // A module may be called twice, and a call may take several ops.
    const name = node.module === '' || named.has(node.module) ? node.id : node.module;
    named.add(name);
    return name;
  };
  const definitions = new Map(model.modules.map(m => [m.path, m.definition]));
  const flopsFor = flopsOf(model);
  const nodes = model.nodes.map(node => {
    const own = node.inputs.filter(id => sizes.has(id) && !counted.has(id));
    // Shared weights count once, where they are first used.
    for (const id of own) counted.add(id);
    return {
      name: nameOf(node),
      module: node.module,
      spelling: spellingOf(node),
      op: node.op,
      inputs: node.inputs.filter(id => id !== '' && !stored.has(id)).map(id => model.values[id]!.shape),
      output: model.values[node.outputs[0]!]!.shape,
      parameters: own.reduce((n, id) => n + sizes.get(id)!, 0),
      flops: flopsFor(node),
      source: sourceOf(node, definitions),
    };
  });
  return {
    model: model.name,
    parameters: [...sizes.values()].reduce((a, b) => a + b, 0),
    flops: sumOf(nodes.map(n => n.flops)),
    input: oneOrAll(model.inputs.map(id => model.values[id]!.shape)),
    output: oneOrAll(model.outputs.map(id => model.values[id]!.shape)),
    nodes,
    ...(nodes.length === 0 && {
      tensors: model.parameters.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    }),
  };
}

/** Floating point operations for one sample; an op that does not say counts none. */
function flopsOf(model: Model): (node: Node) => Dim {
  const typeOf = (id: string) => (id === '' ? undefined : model.values[id]);
  const batch = symbolsOf(model.values[model.inputs[0] ?? '']?.shape[0] ?? 1);
  const one = Object.fromEntries(batch.map(symbol => [symbol, 1]));
  // Blocks that repeat have the same ones.
  const known = new Map<Dim, Dim>();
  return node => {
    const flops = ops.get(node.op)?.flops?.(
      node.inputs.map(typeOf),
      node.outputs.map(id => model.values[id]!),
      node.attributes,
    );
    if (flops === undefined) return 0;
    const own = known.get(flops) ?? bindDim(flops, one);
    known.set(flops, own);
    return own;
  };
}

/** Equal summands are counted, so that few sums are computed. */
function sumOf(all: readonly Dim[]): Dim {
  const counts = new Map<Dim, number>();
  for (const d of all) counts.set(d, (counts.get(d) ?? 0) + 1);
  return [...counts].reduce<Dim>((sum, [d, count]) => addDims(sum, mulDims(d, count)), 0);
}

/** Of the ways to write it, the one that needs no module. */
function spellingOf(node: Node): string {
  const ways = ops.get(node.op)?.torch ?? [];
  return ways.find(w => /^(F|torch|Tensor)\./.test(w)) ?? ways.find(w => !w.startsWith('nn.')) ?? node.op;
}

/** Where the layer is defined, else where it is called. */
function sourceOf(node: Node, definitions: ReadonlyMap<string, SourceRange | undefined>) {
  const at = (node.module === '' ? undefined : definitions.get(node.module)) ?? node.call;
  return at ? { file: at.file, line: at.line, column: at.column } : null;
}

function oneOrAll(shapes: readonly Shape[]): Shape | readonly Shape[] {
  return shapes.length === 1 ? shapes[0]! : shapes;
}
