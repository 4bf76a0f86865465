/** What of the tree is shown when some groups are open: cards, the boxes around them, and the edges between. */
import type { Shape } from '../../../src/model/dim';
import type { Model, Parameter } from '../../../src/model/graph';
import { formatShape } from '../logic/numbers';
import { shortAttributes } from './arguments';
import type { Item, Tree } from './tree';

export interface Card {
  id: string;
  /** Absent for the model's inputs and outputs. */
  item?: Item;
  kind: Item['kind'] | 'input' | 'output';
  name: string;
  type: string;
  arguments: string;
  /** For a single call: its window, e.g. "2×2". */
  hint: string;
  /** How many trainable values it holds; shared ones count once. */
  parameters: number;
  /** Names of its parameters, in the model's order. */
  parameterNames: readonly string[];
  /** × n for a stack. */
  repeats: number;
  inputs: readonly Shape[];
  outputs: readonly Shape[];
  /** The open group that holds it. */
  parent: string;
}

export interface Box {
  id: string;
  item: Item;
  parent: string;
}

export interface Edge {
  id: string;
  from: string;
  to: string;
  /** Shapes of the values along it, as one label. */
  label: string;
}

export interface VisibleGraph {
  cards: readonly Card[];
  boxes: readonly Box[];
  edges: readonly Edge[];
}

export function visibleGraph(tree: Tree, open: ReadonlySet<string>): VisibleGraph {
  const { model, root } = tree;
  const facts = factsOf(model);
  const cards: Card[] = [];
  const boxes: Box[] = [];
  /** Of each node, the card that shows it. */
  const shownIn = new Map<number, string>();

  const walk = (item: Item, parent: string) => {
    if (item.children.length && open.has(item.id)) {
      if (item !== root) boxes.push({ id: item.id, item, parent });
      for (const child of item.children) walk(child, item.id);
      return;
    }
    for (const n of item.nodes) shownIn.set(n, item.id);
    cards.push(cardOf(item, parent, facts));
  };
  for (const child of root.children) walk(child, root.id);

  const producer = new Map<string, string>();
  model.nodes.forEach((n, i) => {
    for (const o of n.outputs) producer.set(o, shownIn.get(i)!);
  });
  const shapeOf = (value: string) => model.values[value]?.shape;
  const ends: Card[] = [];
  for (const v of model.inputs) {
    const id = `input:${v}`;
    producer.set(v, id);
    ends.push(endCard(id, 'input', model.values[v]?.name ?? v, shapeOf(v), root.id));
  }
  const edges = new Map<string, { from: string; to: string; values: Set<string> }>();
  const connect = (value: string, to: string) => {
    const from = producer.get(value);
    if (from === undefined || from === to) return;
    const key = `${from}\u0000${to}`;
    const edge = edges.get(key) ?? { from, to, values: new Set() };
    edge.values.add(value);
    edges.set(key, edge);
  };
  model.nodes.forEach((n, i) => {
    for (const v of n.inputs) if (v !== '' && !facts.constants.has(v)) connect(v, shownIn.get(i)!);
  });
  model.outputs.forEach((v, i) => {
    const id = `output:${v}:${i}`;
    ends.push(endCard(id, 'output', model.values[v]?.name ?? '', shapeOf(v), root.id));
    connect(v, id);
  });
  return {
    cards: [...ends.filter(e => e.kind === 'input'), ...cards, ...ends.filter(e => e.kind === 'output')],
    boxes,
    edges: [...edges].map(([id, e]) => ({
      id,
      from: e.from,
      to: e.to,
      label: labelOf([...e.values], shapeOf),
    })),
  };
}

/** What cards ask of the whole model, gathered once. */
interface Facts {
  model: Model;
  /** Trainable tensors by name, with their place in the model's order. */
  parameters: ReadonlyMap<string, { parameter: Parameter; place: number }>;
  /** Everything that is no activation: parameters, buffers, constants. */
  constants: ReadonlySet<string>;
  /** The nodes that read a value. */
  readers: ReadonlyMap<string, readonly number[]>;
}

function factsOf(model: Model): Facts {
  const readers = new Map<string, number[]>();
  model.nodes.forEach((n, i) => {
    for (const v of n.inputs) {
      const known = readers.get(v);
      if (known) known.push(i);
      else readers.set(v, [i]);
    }
  });
  return {
    model,
    readers,
    constants: new Set(model.parameters.map(p => p.name)),
    parameters: new Map(
      model.parameters
        .map((parameter, place) => [parameter.name, { parameter, place }] as const)
        .filter(([, { parameter }]) => parameter.kind === 'parameter'),
    ),
  };
}

function cardOf(item: Item, parent: string, { model, parameters, constants, readers }: Facts): Card {
  const members = new Set(item.nodes);
  const made = new Set<string>();
  const read = new Set<string>();
  for (const i of item.nodes) {
    for (const o of model.nodes[i]!.outputs) made.add(o);
    for (const v of model.nodes[i]!.inputs) if (v !== '') read.add(v);
  }
  const leaving = [...made].filter(
    v => model.outputs.includes(v) || readers.get(v)?.some(i => !members.has(i)),
  );
  const own = [...read]
    .map(v => parameters.get(v))
    .filter(p => p !== undefined)
    .sort((a, b) => a.place - b.place)
    .map(p => p.parameter);
  const shapes = (values: Iterable<string>) =>
    [...values].map(v => model.values[v]?.shape).filter(s => s !== undefined);
  return {
    id: item.id,
    item,
    kind: item.kind,
    name: item.name,
    type: item.type,
    arguments: item.arguments,
    hint: item.kind === 'op' ? shortAttributes(model.nodes[item.nodes[0]!]!.attributes) : '',
    parameters: own.reduce((sum, p) => sum + p.shape.reduce((a, b) => a * b, 1), 0),
    parameterNames: own.map(p => p.name),
    repeats: item.kind === 'stack' ? item.children.length : 1,
    inputs: shapes([...read].filter(v => !made.has(v) && !constants.has(v))),
    outputs: shapes(leaving.length ? leaving : made),
    parent,
  };
}

function endCard(
  id: string,
  kind: 'input' | 'output',
  name: string,
  shape: Shape | undefined,
  parent: string,
): Card {
  const shapes = shape ? [shape] : [];
  return {
    id,
    kind,
    name,
    type: kind,
    arguments: '',
    hint: '',
    parameters: 0,
    parameterNames: [],
    repeats: 1,
    inputs: kind === 'output' ? shapes : [],
    outputs: kind === 'input' ? shapes : [],
    parent,
  };
}

function labelOf(values: readonly string[], shapeOf: (v: string) => Shape | undefined): string {
  const counts = new Map<string, number>();
  for (const v of values) {
    const shape = shapeOf(v);
    const text = shape ? formatShape(shape) : '?';
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const parts = [...counts].map(([text, n]) => (n > 1 ? `${n} × ${text}` : text));
  return parts.length > 2 ? `${parts.slice(0, 2).join(', ')}, …` : parts.join(', ');
}

/** L2 norm over a card's parameters, from the norms of each: the root of the sum of squares. */
export function gradientNormOf(
  card: Pick<Card, 'parameterNames'>,
  norms: Readonly<Record<string, number>>,
): number | undefined {
  const known = card.parameterNames.filter(n => n in norms);
  if (known.length === 0) return undefined;
  return Math.sqrt(known.reduce((sum, n) => sum + norms[n]! ** 2, 0));
}
