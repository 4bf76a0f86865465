/** Ids of values in a model: parameters by name, inputs by argument, the rest by what makes them. */
import type { RecordedValue, Recording } from './recording';

export function namesOf(r: Recording, kept: Recording['nodes']): Map<number, string> {
  const names = new Map<number, string>();
  const taken = new Set<string>();
  const name = (v: number, wanted: string) => {
    if (names.has(v)) return;
    let free = wanted;
    for (let i = 2; taken.has(free); i++) free = `${wanted}_${i}`;
    taken.add(free);
    names.set(v, free);
  };
  // Counted in the class: what else was read, or tried, is nothing to a value's id.
  const numbers = new Map([...r.values.keys()].map((v, i) => [v, i]));
  for (const p of r.parameters) name(p.id, p.name);
  for (const v of r.inputs) name(v, r.values.get(v)?.name ?? 'input');
  const made = new Set(kept.flatMap(n => n.outputs));
  for (const n of kept) {
    for (const v of n.inputs) {
      const value = v < 0 ? undefined : r.values.get(v);
      if (value && value.kind !== 'input' && !made.has(v)) name(v, constantName(value, numbers.get(v)!));
    }
    for (const o of n.outputs) name(o, `v${numbers.get(o)}`);
  }
  for (const v of r.outputs) name(v, `v${numbers.get(v)}`);
  return names;
}

function constantName(v: RecordedValue, number: number): string {
  const i = v.initializer;
  if (v.shape.length === 0 && i) {
    if (i.kind === 'constant') return `${i.value}`;
    if (i.kind === 'zeros') return '0';
    if (i.kind === 'ones') return '1';
    if (i.kind === 'values') return `${i.values[0]}`;
  }
  return `constant${number}`;
}
