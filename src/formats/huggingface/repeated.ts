/**
 * Blocks that repeat: of a model with many equal ones only the first three are read, and the others are made from the
 * third. Reading each of 96 takes most of a second.
 */
import type { Model, ModuleInfo, Node, Parameter, Value } from '../../model/graph';

/** As many blocks as are read. */
export const readBlocks = 3;

/**
 * A model that was read with three blocks, with `count` of them. `list`: the module that holds them, e.g.
 * "transformer.h".
 *
 * @returns undefined where the second and third block are not alike, so that nothing is known of the next.
 */
export function withRepeated(model: Model, list: string, count: number): Model | undefined {
  const inside = (path: string, block: number) =>
    path === `${list}.${block}` || path.startsWith(`${list}.${block}.`);
  const first = model.nodes.findIndex(n => inside(n.module, 1));
  const start = model.nodes.findIndex(n => inside(n.module, 2));
  const length = start - first;
  if (first < 0 || length <= 0 || count < readBlocks) return undefined;
  const [before, block] = [model.nodes.slice(first, start), model.nodes.slice(start, start + length)];
  if (!before.every(n => inside(n.module, 1)) || !block.every(n => inside(n.module, 2))) return undefined;
  const after = model.nodes.slice(start + length);
  if (block.length !== length || after.some(n => inside(n.module, 1) || inside(n.module, 2)))
    return undefined;

  const partners = partnersOf(model, list, before, block);
  if (!partners) return undefined;
  const { next, made } = partners;
  // What follows may look at the last block only.
  const elder = new Set(before.flatMap(n => n.outputs));
  if (after.some(n => n.inputs.some(id => elder.has(id)))) return undefined;

  const parameterOf = (name: string, k: number) => `${list}.${k}${name.slice(`${list}.2`.length)}`;
  const own = model.parameters.filter(p => inside(p.name, 2));
  const isOwn = new Set(own.map(p => p.name));
  const named = (id: string, k: number) => (k === 2 ? id : `${id}:${k}`);
  const renamed = (id: string, k: number): string => {
    if (isOwn.has(id)) return parameterOf(id, k);
    if (made.has(id)) return named(id, k);
    const from = next.get(id);
    return from === undefined ? id : named(from, k - 1);
  };

  const nodes: Node[] = [];
  const values: Record<string, Value> = {};
  const parameters: Parameter[] = [];
  const modules: ModuleInfo[] = [];
  const blockModules = model.modules.filter(m => inside(m.path, 2));
  for (let k = readBlocks; k < count; k++) {
    const value = (id: string): string => {
      const to = renamed(id, k);
      const type = model.values[id];
      if (type && to !== id && !next.has(id)) values[to] = { ...type, id: to };
      return to;
    };
    for (const n of block)
      nodes.push({
        ...n,
        id: `${n.id}:${k}`,
        module: parameterOf(n.module, k),
        inputs: n.inputs.map(value),
        outputs: n.outputs.map(value),
      });
    for (const p of own)
      parameters.push({
        ...p,
        name: value(p.name),
        ...(p.aliases && { aliases: p.aliases.map(a => (inside(a, 2) ? parameterOf(a, k) : a)) }),
      });
    for (const m of blockModules)
      modules.push({
        ...m,
        path: parameterOf(m.path, k),
        parameters: m.parameters.map(p => renamed(p, k)),
        inputs: m.inputs.map(id => renamed(id, k)),
        outputs: m.outputs.map(id => renamed(id, k)),
      });
  }
  const last = (id: string) => (made.has(id) ? named(id, count - 1) : id);
  const behind = <T>(items: readonly T[], isBlock: (item: T) => boolean, more: readonly T[]): T[] => {
    const at = items.findLastIndex(isBlock) + 1;
    return [...items.slice(0, at), ...more, ...items.slice(at)];
  };
  return {
    ...model,
    outputs: model.outputs.map(last),
    values: { ...model.values, ...values },
    nodes: [
      ...model.nodes.slice(0, start + length),
      ...nodes,
      ...after.map(n => ({ ...n, inputs: n.inputs.map(last) })),
    ],
    parameters: behind(model.parameters, p => isOwn.has(p.name), parameters),
    modules: behind(
      model.modules.map(m =>
        inside(m.path, 2) ? m : { ...m, inputs: m.inputs.map(last), outputs: m.outputs.map(last) },
      ),
      m => inside(m.path, 2),
      modules,
    ),
  };
}

/**
 * How the third block follows from the second, if it does so as any block will from the one before: `next` has of what
 * the third takes from the second what the fourth takes from the third, `made` what the third makes.
 */
function partnersOf(
  model: Model,
  list: string,
  before: readonly Node[],
  block: readonly Node[],
): { next: Map<string, string>; made: Set<string> } | undefined {
  const partner = new Map<string, string>();
  const next = new Map<string, string>();
  const made = new Set(block.flatMap(n => n.outputs));
  const parameters = new Map(model.parameters.map(p => [p.name, p]));
  const rest = (path: string, k: number) => path.slice(`${list}.${k}`.length);
  const alike = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const type = (id: string) => [model.values[id]?.dtype, model.values[id]?.shape];
  const isSame = (a: string, b: string): boolean => {
    if (a === b || partner.get(a) === b) return true;
    const [p, q] = [parameters.get(a), parameters.get(b)];
    if (p && q) {
      if (p.kind === 'constant' && q.kind === 'constant')
        return alike([p.dtype, p.shape, p.initializer], [q.dtype, q.shape, q.initializer]);
      return (
        a.startsWith(`${list}.1.`) &&
        b.startsWith(`${list}.2.`) &&
        rest(a, 1) === rest(b, 2) &&
        alike([p.dtype, p.shape, p.kind, p.trainable], [q.dtype, q.shape, q.kind, q.trainable])
      );
    }
    // From the block before.
    if (p || q || !partner.has(b) || !alike(type(a), type(b))) return false;
    next.set(b, partner.get(b)!);
    return true;
  };
  // First what each makes, as a block may take from the one before what it makes at its end.
  for (const [i, n] of before.entries()) {
    const m = block[i]!;
    const same =
      n.op === m.op &&
      rest(n.module, 1) === rest(m.module, 2) &&
      n.outputs.length === m.outputs.length &&
      n.inputs.length === m.inputs.length &&
      alike([n.attributes, n.call], [m.attributes, m.call]) &&
      n.outputs.every((id, k) => alike(type(id), type(m.outputs[k]!)));
    if (!same) return undefined;
    n.outputs.forEach((id, k) => {
      partner.set(id, m.outputs[k]!);
    });
  }
  return before.every((n, i) => n.inputs.every((id, k) => isSame(id, block[i]!.inputs[k]!)))
    ? { next, made }
    : undefined;
}
