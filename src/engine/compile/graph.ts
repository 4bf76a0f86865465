/**
 * The graph that is compiled: a model's nodes with all sizes known, and whatever loss, gradients and updates add to
 * them. Types are inferred as nodes are added, and composed ops are taken apart, so the graph is always sound.
 */
import { bindDim, bindShape, concreteShape, symbolsOf } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Attribute, Attributes, Bindings, Dim, Model, Node, TensorType } from '../../model/graph';
import { ShapeError } from '../op';
import { requireOp } from '../opRegistry';

export interface GraphNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
  /** The model's node that it stems from. */
  origin?: Node;
  /** The model's node whose gradient it computes, or a part of it. */
  gradientOf?: Node;
}

/** How a tensor is drawn: `value` with the probability `keep`, else 0; or from a distribution. */
export type Chance =
  | { kind: 'bernoulli'; keep: number; value: number }
  | { kind: 'normal'; mean: number; std: number }
  | { kind: 'uniform'; low: number; high: number };

/** A tensor that the host fills before each run. */
export interface Draw {
  id: string;
  shape: readonly number[];
  chance: Chance;
}

export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly types = new Map<string, TensorType>();
  readonly constants = new Map<string, Float32Array>();
  readonly draws: Draw[] = [];
  /** Buffers that get a new value at the end of a run. */
  readonly updates: { resident: string; value: string }[] = [];
  /** Values of nodes that are not run here, with what is said to whoever needs them. */
  private readonly lacking = new Map<string, VitrineError>();
  private readonly names = new Map<string, string>();
  private readonly scalars = new Map<number, string>();
  private next = 0;

  constructor(readonly training: boolean) {}

  /** A value that comes from outside: a feed, a weight. */
  declare(id: string, type: TensorType): string {
    this.types.set(id, type);
    return id;
  }

  /** What a value of the model is called here. */
  resolve(id: string): string {
    return this.names.get(id) ?? id;
  }

  type(id: string): TensorType {
    const type = this.types.get(this.resolve(id));
    this.requireRun(id);
    if (!type) throw new Error(`the value "${id}" does not exist`);
    return type;
  }

  shape(id: string): number[] {
    return concreteShape(this.type(id).shape);
  }

  has(id: string): boolean {
    return this.types.has(this.resolve(id));
  }

  /** Lets a value be there that nothing computes: only what needs it ends with the error. */
  lack(id: string, error: VitrineError): void {
    this.lacking.set(id, error);
  }

  lackOf(id: string): VitrineError | undefined {
    return this.lacking.get(this.resolve(id));
  }

  /** @throws unsupported-op where what a value needs is not run here. */
  requireRun(id: string): void {
    const error = this.lackOf(id);
    if (error) throw error;
  }

  scalar(value: number): string {
    const known = this.scalars.get(value);
    if (known) return known;
    const id = this.constant([], [value]);
    this.scalars.set(value, id);
    return id;
  }

  constant(shape: readonly number[], values: ArrayLike<number>): string {
    const id = this.declare(this.fresh(), { dtype: 'float32', shape });
    this.constants.set(id, Float32Array.from(values));
    return id;
  }

  /** Adds a node (or what it is composed of) and returns the ids of its outputs. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}, origin?: Node): string[] {
    const definition = requireOp(origin && origin.op === op ? origin : { op });
    const resolved = inputs.map(i => this.resolve(i));
    const types = resolved.map(i => (i === '' ? undefined : this.type(i)));
    const outputs = definition.infer(types, attributes);
    const parts = definition.expand?.({
      training: this.training,
      inputs: resolved,
      attributes,
      type: id => this.type(id),
      emit: (name, of, a) => this.emit(name, of, a, origin),
      scalar: v => this.scalar(v),
      bernoulli: (shape, keep, value) => this.drawn(shape, { kind: 'bernoulli', keep, value }),
      normal: (shape, mean, std) => this.drawn(shape, { kind: 'normal', mean, std }),
      uniform: (shape, low, high) => this.drawn(shape, { kind: 'uniform', low, high }),
      constant: (shape, values) => this.constant(shape, values),
      update: (resident, value) => this.updates.push({ resident, value }),
    });
    if (parts) return parts;
    const ids = outputs.map(t => this.declare(this.fresh(), t));
    this.nodes.push({ op, inputs: resolved, outputs: ids, attributes, ...(origin && { origin }) });
    return ids;
  }

  /** Gives a value the name that the model has for it. */
  name(id: string, value: string): void {
    this.names.set(id, value);
  }

  private drawn(symbolic: readonly Dim[], chance: Chance): string {
    const shape = concreteShape(symbolic);
    const id = this.declare(this.fresh(), { dtype: 'float32', shape });
    this.draws.push({ id, shape, chance });
    return id;
  }

  private fresh(): string {
    return `%${this.next++}`;
  }
}

/** Of each value the node that makes it, and how many times nodes read it. */
export function linksOf(nodes: readonly GraphNode[]): {
  makers: Map<string, GraphNode>;
  readers: Map<string, number>;
} {
  const makers = new Map<string, GraphNode>();
  const readers = new Map<string, number>();
  for (const node of nodes) {
    for (const id of node.outputs) makers.set(id, node);
    for (const id of node.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  }
  return { makers, readers };
}

/**
 * A model's graph for given sizes. Sizes of 0 are sizes: what PyTorch computes of empty tensors is computed. Nodes that are
 * not run here are left out, with those behind them.
 *
 * @throws bad-request (a symbol without a value), shape-mismatch at the node's place, unsupported-op where an output needs what is
 *   not run here.
 */
export function bindModel(model: Model, bindings: Bindings, training: boolean): Graph {
  for (const [symbol, size] of Object.entries(bindings)) {
    if (!Number.isSafeInteger(size) || size < 0)
      throw new VitrineError(
        'bad-request',
        `The size ${symbol} is ${size}; it must be a whole number, 0 or more.`,
      );
  }
  const graph = new Graph(training);
  for (const id of model.inputs) {
    const { dtype, shape } = model.values[id]!;
    const bound = bindShape(shape, bindings);
    const unbound = [...new Set(bound.flatMap(symbolsOf))];
    if (unbound.length > 0)
      throw new VitrineError(
        'bad-request',
        `${model.name}'s input ${model.values[id]!.name ?? id} has the shape (${shape.join(', ')}), but ${unbound.join(' and ')} ${unbound.length > 1 ? 'have' : 'has'} no value. Give it in the bindings.`,
      );
    graph.declare(id, { dtype, shape: bound });
  }
  for (const p of model.parameters) graph.declare(p.name, { dtype: p.dtype, shape: p.shape });
  for (const node of model.nodes) addNode(graph, model, node, bindings);
  for (const id of model.outputs) graph.requireRun(id);
  return graph;
}

/** Why a node is not run, by itself or by what it reads. */
function lackOf(graph: Graph, model: Model, node: Node): VitrineError | undefined {
  const { shown } = node;
  const before = () => node.inputs.slice(0, shown?.reads).flatMap(id => graph.lackOf(id) ?? [])[0];
  if (shown?.as !== 'lacking' && shown?.as !== 'waiting') {
    const error = before();
    if (error) return error;
  }
  if (shown)
    return new VitrineError(
      'unsupported-op',
      `What is asked of ${model.name} needs a node that is not run here. ${shown.why}`,
      { at: { file: model.file } },
    );
  try {
    requireOp(node);
  } catch (e) {
    if (e instanceof VitrineError) return e;
    throw e;
  }
  return undefined;
}

function addNode(graph: Graph, model: Model, node: Node, bindings: Bindings): void {
  for (const id of node.inputs) {
    if (id !== '' && !graph.has(id) && !graph.lackOf(id))
      throw new VitrineError(
        'bad-model',
        `${model.name}'s node ${node.id} (${node.op}) reads "${id}", which nothing computes.`,
      );
  }
  const lack = lackOf(graph, model, node);
  if (lack) {
    for (const id of node.outputs) graph.lack(id, lack);
    return;
  }
  try {
    const attributes = bindAttributes(node.attributes, bindings);
    const refusal =
      model.format === 'onnx'
        ? undefined
        : requireOp(node).refuses?.(
            node.inputs.map(i => (i === '' ? undefined : graph.type(i))),
            attributes,
          );
    if (refusal) throw new ShapeError(refusal);
    const outputs = graph.emit(node.op, node.inputs, attributes, node);
    node.outputs.forEach((id, i) => {
      if (outputs[i] !== undefined) graph.name(id, outputs[i]);
    });
  } catch (e) {
    if (!(e instanceof ShapeError)) throw e;
    const place = node.module === '' ? model.name : `${model.name}.${node.module}`;
    throw new VitrineError(
      'shape-mismatch',
      `${place} (${node.op}): ${e.message}`,
      node.call && { at: node.call },
    );
  }
}

/** Fills symbolic sizes in, in lists and alone; text that is no size stays. */
function bindAttributes(attributes: Attributes, bindings: Bindings): Attributes {
  const bind = (value: Dim): Dim => {
    if (typeof value === 'number' || !/^[\w\s+\-*/()]+$/.test(value)) return value;
    try {
      const bound = bindDim(value, bindings);
      return typeof bound === 'number' ? bound : value;
    } catch {
      return value;
    }
  };
  const one = (value: Attribute): Attribute =>
    Array.isArray(value)
      ? (value as readonly Dim[]).map(bind)
      : typeof value === 'string'
        ? bind(value)
        : value;
  return Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, one(v)]));
}
