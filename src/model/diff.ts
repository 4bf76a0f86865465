/**
 * What is different between two versions of a model: layers that came, went, or are not what they were. A layer is a
 * module without modules below it, or a call of an op that belongs to none. Layers are the same one if they have the
 * same place in the tree of modules; of those that are left over, what looks the same in the same order was moved.
 */

import type { Shape } from './dim';
import { elementsOf, parameterCount } from './elements';
import type { Model, ModuleInfo, Node, Parameter, SourceRange } from './graph';

export interface Layer {
  /** The module's path, or that of the calling module with the op and its number: "layer1.0:Add". */
  path: string;
  /** The class, or the op. */
  type: string;
  /** As PyTorch prints them; of ops their attributes. */
  arguments: string;
  inputs: readonly Shape[];
  outputs: readonly Shape[];
  /** Of its own, by their names below its path. */
  parameters: readonly { name: string; shape: readonly number[] }[];
  count: number;
  /** Indices into the model's nodes. */
  nodes: readonly number[];
  definition?: SourceRange;
}

export interface LayerChange {
  what: 'type' | 'arguments' | 'input' | 'output' | 'parameters';
  before: string;
  after: string;
}

export interface LayerDiff {
  status: 'same' | 'added' | 'removed' | 'changed' | 'moved';
  before?: Layer;
  after?: Layer;
  /** What is different, where there are both. */
  changes: readonly LayerChange[];
}

export interface ModelDiff {
  /** In the order of the newer model; what went stands where it stood. */
  layers: readonly LayerDiff[];
  counts: Readonly<Record<LayerDiff['status'], number>>;
  parameters: { before: number; after: number };
  inputs: { before: readonly Shape[]; after: readonly Shape[] };
  outputs: { before: readonly Shape[]; after: readonly Shape[] };
}

export function diffModels(before: Model, after: Model): ModelDiff {
  const old = layersOf(before);
  const now = layersOf(after);
  const byPath = new Map(old.map(l => [l.path, l]));
  const partners = new Map<Layer, Layer>();
  for (const l of now) {
    const same = byPath.get(l.path);
    if (same) partners.set(l, same);
  }
  const paired = new Set(partners.values());
  const moved = new Set<Layer>();
  for (const [a, b] of alike(
    old.filter(l => !paired.has(l)),
    now.filter(l => !partners.has(l)),
  )) {
    partners.set(b, a);
    paired.add(a);
    moved.add(b);
  }
  const layers: LayerDiff[] = [];
  const removed = old.filter(l => !paired.has(l));
  const positions = new Map(old.map((l, i) => [l, i]));
  let next = 0;
  for (const l of now) {
    const partner = partners.get(l);
    if (!partner) {
      layers.push({ status: 'added', after: l, changes: [] });
      continue;
    }
    // Those that went stood before what stayed behind them.
    for (; next < removed.length && positions.get(removed[next]!)! < positions.get(partner)!; next++)
      layers.push({ status: 'removed', before: removed[next]!, changes: [] });
    const changes = changesOf(partner, l);
    layers.push({
      status: changes.length > 0 ? 'changed' : moved.has(l) ? 'moved' : 'same',
      before: partner,
      after: l,
      changes,
    });
  }
  for (; next < removed.length; next++)
    layers.push({ status: 'removed', before: removed[next]!, changes: [] });
  const counts = { same: 0, added: 0, removed: 0, changed: 0, moved: 0 };
  for (const l of layers) counts[l.status]++;
  const shapes = (m: Model, ids: readonly string[]) => ids.map(id => m.values[id]?.shape ?? []);
  return {
    layers,
    counts,
    parameters: { before: parameterCount(before), after: parameterCount(after) },
    inputs: { before: shapes(before, before.inputs), after: shapes(after, after.inputs) },
    outputs: { before: shapes(before, before.outputs), after: shapes(after, after.outputs) },
  };
}

/** A model as its layers, in the order in which they are first called; what is never called comes last. */
export function layersOf(model: Model): Layer[] {
  const parameters = new Map(model.parameters.map(p => [p.name, p]));
  const parents = new Set(model.modules.map(m => m.path.slice(0, Math.max(0, m.path.lastIndexOf('.')))));
  const leaves = new Map(
    model.modules.filter(m => m.path !== '' && !parents.has(m.path)).map(m => [m.path, m]),
  );
  const out = new Map<string, Described>();
  const counts = new Map<string, number>();
  const used = new Set<string>();
  const of = new Map<string, number[]>();
  for (const [index, node] of model.nodes.entries()) {
    const leaf = leaves.get(node.module);
    if (leaf) {
      of.set(leaf.path, [...(of.get(leaf.path) ?? []), index]);
      if (!out.has(leaf.path)) out.set(leaf.path, ofModule(model, leaf, parameters));
      for (const name of leaf.parameters) used.add(name);
      continue;
    }
    const base = `${node.module}:${node.op}`;
    const n = (counts.get(base) ?? 0) + 1;
    counts.set(base, n);
    const path = n === 1 ? base : `${base}#${n}`;
    const own = node.inputs.flatMap(id => parameters.get(id) ?? []).filter(p => p.kind !== 'constant');
    for (const p of own) used.add(p.name);
    of.set(path, [index]);
    out.set(path, ofNode(model, node, path, own));
  }
  for (const module of model.modules) {
    const own = module.parameters.flatMap(n => parameters.get(n) ?? []).filter(p => p.kind !== 'constant');
    if (out.has(module.path) || own.length === 0 || own.every(p => used.has(p.name))) continue;
    out.set(module.path, ofModule(model, module, parameters));
  }
  return [...out].map(([key, layer]) => {
    const nodes = of.get(key) ?? [];
    // Scopes of ONNX have no arguments of their own: those of their one node say what they are.
    const only = layer.arguments === '' && nodes.length === 1 ? model.nodes[nodes[0]!] : undefined;
    return { ...layer, nodes, ...(only && { arguments: attributesText(only) }) };
  });
}

type Described = Omit<Layer, 'nodes'>;

function ofModule(model: Model, module: ModuleInfo, parameters: ReadonlyMap<string, Parameter>): Described {
  const shapes = (ids: readonly string[]) =>
    ids.flatMap(id => (model.values[id] ? [model.values[id]!.shape] : []));
  const prefix = module.path === '' ? '' : `${module.path}.`;
  return {
    path: module.path,
    type: module.type,
    arguments: module.arguments,
    inputs: shapes(module.inputs),
    outputs: shapes(module.outputs),
    ...counted(
      module.parameters.flatMap(n => parameters.get(n) ?? []),
      prefix,
    ),
    ...(module.definition && { definition: module.definition }),
  };
}

function ofNode(model: Model, node: Node, path: string, own: readonly Parameter[]): Described {
  const names = new Set(model.parameters.map(p => p.name));
  const shapes = (ids: readonly string[]) =>
    ids.flatMap(id => (id !== '' && !names.has(id) && model.values[id] ? [model.values[id]!.shape] : []));
  return {
    path,
    type: node.op,
    arguments: attributesText(node),
    inputs: shapes(node.inputs),
    outputs: shapes(node.outputs),
    ...counted(own, node.module === '' ? '' : `${node.module}.`),
    ...(node.call && { definition: node.call }),
  };
}

function attributesText(node: Node): string {
  return Object.entries(node.attributes)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : value}`)
    .join(', ');
}

function counted(parameters: readonly Parameter[], prefix: string): Pick<Layer, 'parameters' | 'count'> {
  const own = parameters.filter(p => p.kind !== 'constant');
  return {
    parameters: own.map(p => ({
      name: p.name.startsWith(prefix) ? p.name.slice(prefix.length) : p.name,
      shape: p.shape,
    })),
    count: own.filter(p => p.kind === 'parameter').reduce((n, p) => n + elementsOf(p), 0),
  };
}

function changesOf(a: Layer, b: Layer): LayerChange[] {
  const out: LayerChange[] = [];
  const note = (what: LayerChange['what'], before: string, after: string) => {
    if (before !== after) out.push({ what, before, after });
  };
  note('type', a.type, b.type);
  note('arguments', a.arguments, b.arguments);
  note('input', shapesText(a.inputs), shapesText(b.inputs));
  note('output', shapesText(a.outputs), shapesText(b.outputs));
  const parameters = (l: Layer) => l.parameters.map(p => `${p.name} ${shapeText(p.shape)}`).join(', ');
  note('parameters', parameters(a), parameters(b));
  return out;
}

/** The longest common sequence of two lists of layers by what they are, as pairs. */
function alike(a: readonly Layer[], b: readonly Layer[]): [Layer, Layer][] {
  // A whole other model shares nothing that is worth the time.
  if (a.length * b.length > 4_000_000) return [];
  const keys = (l: Layer) => JSON.stringify([l.type, l.arguments, l.parameters, l.outputs]);
  const x = a.map(keys);
  const y = b.map(keys);
  const longest = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      longest[i]![j] =
        x[i] === y[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
  const pairs: [Layer, Layer][] = [];
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    if (x[i] === y[j]) pairs.push([a[i++]!, b[j++]!]);
    else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** One line a layer: what a comparison of texts shows. */
export function describeModel(model: Model): string {
  const lines = layersOf(model).map(l => {
    const shape = l.outputs.length ? ` -> ${shapesText(l.outputs)}` : '';
    const parameters = l.parameters.map(p => `\n    ${p.name} ${shapeText(p.shape)}`).join('');
    return `${l.path}: ${l.type}(${l.arguments})${shape}${parameters}`;
  });
  const ends = (ids: readonly string[]) => shapesText(ids.map(id => model.values[id]?.shape ?? []));
  return [
    `${model.name}: ${parameterCount(model)} parameters`,
    `input ${ends(model.inputs)}`,
    ...lines,
    `output ${ends(model.outputs)}`,
    '',
  ].join('\n');
}

function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

function shapesText(shapes: readonly Shape[]): string {
  return shapes.map(shapeText).join(', ');
}
