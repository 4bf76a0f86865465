/**
 * The model's graph as a tree of groups that fold. A group stands for one call of a module, found by scope paths; a
 * module whose calls are interrupted (a shared ReLU, a ModuleList with other work between its members) is split, so
 * that folding a group never makes a cycle. Repeated siblings of one structure become a stack.
 */
import type { Model, ModuleInfo, Node } from '../../../src/model/graph';

export interface Item {
  /** Stable over edits that leave names alone: the node's id, or the module's path with the number of the call. */
  id: string;
  /** `op`: one node. `module`: a leaf module's call of one node. `group` and `stack` have children. */
  kind: 'op' | 'module' | 'group' | 'stack';
  /** The module's path; "" for what the model itself calls. */
  path: string;
  /** What the card is called: the path below its parent, or the op for a call without a module. */
  name: string;
  /** Class of the module, or the op. */
  type: string;
  arguments: string;
  /** Indices into model.nodes, ascending. */
  nodes: readonly number[];
  children: readonly Item[];
  /** Which call of the module this is, counted from 0. */
  call: number;
}

export interface Tree {
  model: Model;
  root: Item;
  items: ReadonlyMap<string, Item>;
  /** Of each item's id, the id of the group that holds it. */
  parents: ReadonlyMap<string, string>;
  /** Indices of the nodes that each node reads. */
  reads: readonly (readonly number[])[];
}

export function treeOf(model: Model): Tree {
  const producer = new Map<string, number>();
  model.nodes.forEach((n, i) => {
    for (const o of n.outputs) producer.set(o, i);
  });
  const reads = model.nodes.map(n => [
    ...new Set(n.inputs.map(v => producer.get(v)).filter(i => i !== undefined)),
  ]);
  const modules = new Map(model.modules.map(m => [m.path, m]));
  const root = group(
    '',
    model.name,
    model.nodes.map((_, i) => i),
    0,
    { model, reads, modules },
  );
  const items = new Map<string, Item>();
  const parents = new Map<string, string>();
  const visit = (item: Item) => {
    items.set(item.id, item);
    for (const child of item.children) {
      parents.set(child.id, item.id);
      visit(child);
    }
  };
  visit(root);
  return { model, root, items, parents, reads };
}

interface Context {
  model: Model;
  reads: readonly (readonly number[])[];
  modules: ReadonlyMap<string, ModuleInfo>;
}

function group(path: string, name: string, nodes: readonly number[], call: number, context: Context): Item {
  const direct: number[] = [];
  const below = new Map<string, number[]>();
  for (const i of nodes) {
    const { module } = context.model.nodes[i]!;
    const child = module === path ? undefined : childPath(path, module);
    const members = child === undefined ? direct : below.get(child);
    if (members) members.push(i);
    else below.set(child!, [i]);
  }
  const children = direct.map(i => operation(i, context));
  for (const [child, members] of below) {
    calls(members, context.reads).forEach((part, c) => {
      children.push(callOf(child, relative(path, child), part, c, context));
    });
  }
  children.sort((a, b) => a.nodes[0]! - b.nodes[0]!);
  const module = context.modules.get(path);
  return {
    id: idOf(path, call),
    kind: 'group',
    path,
    name,
    type: module?.type ?? (path === '' ? context.model.name : ''),
    arguments: module?.arguments ?? '',
    nodes,
    children: stack(children, path, context),
    call,
  };
}

function callOf(path: string, name: string, nodes: readonly number[], call: number, context: Context): Item {
  const info = context.modules.get(path);
  if (nodes.length === 1 && context.model.nodes[nodes[0]!]!.module === path) {
    return {
      id: idOf(path, call),
      kind: 'module',
      path,
      name,
      type: info?.type ?? context.model.nodes[nodes[0]!]!.op,
      arguments: info?.arguments ?? '',
      nodes,
      children: [],
      call,
    };
  }
  const whole = group(path, name, nodes, call, context);
  // A group around a single thing says nothing: the thing takes the longer name.
  if (whole.children.length === 1) {
    const only = whole.children[0]!;
    if (only.path !== path) return { ...only, name: `${name}.${only.name}` };
  }
  return whole;
}

function operation(i: number, { model }: Context): Item {
  const node = model.nodes[i]!;
  return {
    id: `node:${node.id}`,
    kind: 'op',
    path: node.module,
    name: node.op,
    type: '',
    arguments: attributesText(node),
    nodes: [i],
    children: [],
    call: 0,
  };
}

/**
 * Splits the nodes of one module into calls: two of its nodes belong to different calls when a path from one to the
 * other leaves the module in between. Folding each part into one card then makes no cycle.
 */
export function calls(members: readonly number[], reads: readonly (readonly number[])[]): number[][] {
  const inside = new Set(members);
  const round = new Map<number, number>();
  const parts: number[][] = [];
  for (let i = members[0]!; i <= members[members.length - 1]!; i++) {
    const within = inside.has(i);
    let r = within ? 0 : -1;
    for (const from of reads[i]!) {
      const before = round.get(from);
      if (before === undefined || before < 0) continue;
      // Outside, a node carries the round that a re-entry would open.
      r = Math.max(r, !within && inside.has(from) ? before + 1 : before);
    }
    round.set(i, r);
    if (within) {
      parts[r] ??= [];
      parts[r]!.push(i);
    }
  }
  return parts.filter(p => p?.length);
}

/** Neighbouring groups of the same structure that follow one another in a chain become one stack. */
function stack(children: readonly Item[], path: string, context: Context): Item[] {
  const out: Item[] = [];
  for (let i = 0; i < children.length; ) {
    let end = i + 1;
    while (
      end < children.length &&
      alike(children[i]!, children[end]!, context) &&
      children[end - 1]!.nodes.some(n => children[end]!.nodes.some(m => context.reads[m]!.includes(n)))
    )
      end++;
    const run = children.slice(i, end);
    const nodes = run.flatMap(c => c.nodes).sort((a, b) => a - b);
    // A stack that is all of its group would be a box in a box, unless the group is long.
    const fewest = run.length === children.length ? 3 : 2;
    if (run.length < fewest || calls(nodes, context.reads).length !== 1) {
      out.push(...run);
      i = end;
      continue;
    }
    const first = run[0]!;
    const last = run[run.length - 1]!;
    out.push({
      id: `stack:${first.id}`,
      kind: 'stack',
      path: first.path,
      name: `${first.name} … ${relative(path, last.path)}`,
      type: first.type,
      arguments: first.arguments,
      nodes,
      children: run,
      call: 0,
    });
    i = end;
  }
  return out;
}

/** Whether two groups compute the same with the same sizes, whatever their names. */
function alike(a: Item, b: Item, { model }: Context): boolean {
  if (a.kind !== 'group' || b.kind !== 'group' || a.type !== b.type || a.arguments !== b.arguments)
    return false;
  const facts = (n: Node) => [n.attributes, n.outputs.map(o => model.values[o]?.shape ?? null)];
  return (
    a.nodes.length === b.nodes.length &&
    a.nodes.every((at, k) => {
      const [m, n] = [model.nodes[at]!, model.nodes[b.nodes[k]!]!];
      return (
        m.op === n.op &&
        m.module.slice(a.path.length) === n.module.slice(b.path.length) &&
        JSON.stringify(facts(m)) === JSON.stringify(facts(n))
      );
    })
  );
}

function childPath(path: string, module: string): string | undefined {
  if (path !== '' && !module.startsWith(`${path}.`)) return undefined;
  const start = path === '' ? 0 : path.length + 1;
  const dot = module.indexOf('.', start);
  return dot < 0 ? module : module.slice(0, dot);
}

function relative(path: string, child: string): string {
  return path === '' ? child : child.startsWith(`${path}.`) ? child.slice(path.length + 1) : child;
}

function idOf(path: string, call: number): string {
  return call === 0 ? `module:${path}` : `module:${path}#${call + 1}`;
}

/** Attributes of a call in short, as one would write them. */
export function attributesText(node: Pick<Node, 'attributes'>): string {
  return Object.entries(node.attributes)
    .filter(([, v]) => !(Array.isArray(v) && v.length > 8))
    .map(([k, v]) => `${k}=${Array.isArray(v) ? `(${v.join(', ')})` : v}`)
    .join(', ');
}

/** The items that are opened at first: from the top down, as long as no more than `limit` cards are shown. */
export function initiallyOpen(tree: Tree, limit = 40): Set<string> {
  const open = new Set([tree.root.id]);
  let shown = tree.root.children.length;
  let level = tree.root.children;
  while (level.length) {
    const next: Item[] = [];
    for (const item of level) {
      // A leaf module of several operations (an LSTM) is one thing to its user, and a stack is there to be short.
      const closed = item.kind === 'stack' || item.children.every(c => c.kind === 'op');
      if (item.children.length === 0 || closed) continue;
      if (shown - 1 + item.children.length > limit) continue;
      shown += item.children.length - 1;
      open.add(item.id);
      next.push(...item.children);
    }
    level = next;
  }
  return open;
}

/** The groups that must be open for an item to be seen. */
export function ancestors(tree: Tree, id: string): string[] {
  const out: string[] = [];
  for (let at = tree.parents.get(id); at !== undefined; at = tree.parents.get(at)) out.push(at);
  return out;
}

/** The id of the item that stands for a module; undefined where there is none. */
export function cardOfModule(tree: Tree | undefined, module: string | undefined): string | undefined {
  if (!module || !tree) return undefined;
  if (tree.items.has(`module:${module}`)) return `module:${module}`;
  return [...tree.items.values()].find(i => i.path === module && i.kind !== 'stack')?.id;
}
