/** The tree of modules that the nodes' scopes make. */
import type { ModuleInfo, Node, Parameter } from '../../model/graph';

export function modulesOf(
  name: string,
  nodes: readonly Node[],
  parameters: readonly Parameter[],
  outputs: readonly string[],
): ModuleInfo[] {
  const members = new Map<string, Node[]>([['', []]]);
  const pathsOf = (module: string): string[] => {
    const steps = module.split('.');
    return module === '' ? [''] : ['', ...steps.map((_, i) => steps.slice(0, i + 1).join('.'))];
  };
  for (const node of nodes) {
    for (const path of pathsOf(node.module)) {
      const list = members.get(path);
      if (list) list.push(node);
      else members.set(path, [node]);
    }
  }
  const owned = new Map<string, string[]>();
  const user = new Map<string, string>();
  for (const node of nodes) for (const id of node.inputs) if (!user.has(id)) user.set(id, node.module);
  for (const p of parameters) {
    const prefix = p.name.slice(0, Math.max(0, p.name.lastIndexOf('.')));
    const owner = prefix !== '' && members.has(prefix) ? prefix : (user.get(p.name) ?? '');
    owned.set(owner, [...(owned.get(owner) ?? []), p.name]);
  }
  const isParameter = new Set(parameters.map(p => p.name));
  const ends = new Set(outputs);
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const id of new Set(node.inputs)) {
      const list = readers.get(id);
      if (list) list.push(node);
      else readers.set(id, [node]);
    }
  }
  return [...members]
    .sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : 0))
    .map(([path, inside]): ModuleInfo => {
      const own = new Set(inside);
      const made = new Set(inside.flatMap(n => n.outputs));
      const entering = new Set(
        inside.flatMap(n => n.inputs.filter(id => id !== '' && !made.has(id) && !isParameter.has(id))),
      );
      const leaving = [...made].filter(
        id => ends.has(id) || (readers.get(id) ?? []).some(reader => !own.has(reader)),
      );
      const ops = new Set(inside.map(n => n.op));
      return {
        path,
        type: path === '' ? name : ops.size === 1 ? [...ops][0]! : path.slice(path.lastIndexOf('.') + 1),
        arguments: '',
        parameters: owned.get(path) ?? [],
        inputs: [...entering],
        outputs: leaving,
      };
    });
}
