/**
 * What calls of blocks drew, told apart from what they were given: drawn again for a block that is alike without its
 * Python being run. They outlive the file that they were read from: most of it stays when it is edited.
 */
import type { Attributes, DType, Initializer, Shape } from '../../model/graph';
import type { Place, RecordedNode, RecordedValue } from './recording';

/** An id inside of a call counts from its first value; -1 is none; -2 - i is the i-th value that it was given. */
type Inner = number;

interface DrawnNode {
  op: string;
  inputs: readonly Inner[];
  outputs: readonly Inner[];
  attributes: Attributes;
  /** Its place among the modules from the block down. */
  module: number;
  at?: Place;
}

interface DrawnValue {
  dtype: DType;
  shape: Shape;
  initializer?: Initializer;
  /** Its place among the nodes; none for a leaf. */
  producer?: number;
}

export interface Drawn {
  nodes: readonly DrawnNode[];
  values: readonly DrawnValue[];
  given: number;
  modules: number;
}

/** What a call drew; nothing if it used more than it was given. */
export function drawnBy(
  nodes: readonly RecordedNode[],
  values: readonly RecordedValue[],
  first: number,
  given: readonly number[],
  modules: readonly number[],
): Drawn | undefined {
  const outer = new Map<number, number>();
  given.forEach((id, i) => {
    if (!outer.has(id)) outer.set(id, -2 - i);
  });
  const places = new Map<number, number>();
  modules.forEach((m, i) => {
    if (!places.has(m)) places.set(m, i);
  });
  let lost = false;
  const inner = (id: number): Inner => {
    if (id < 0) return -1;
    if (id >= first) return id - first;
    const found = outer.get(id);
    if (found === undefined) lost = true;
    return found ?? -1;
  };
  const drawnNodes = nodes.map((n): DrawnNode => {
    const module = places.get(n.module);
    if (module === undefined) lost = true;
    return {
      op: n.op,
      inputs: n.inputs.map(inner),
      outputs: n.outputs.map(inner),
      attributes: n.attributes,
      module: module ?? 0,
      ...(n.at ? { at: n.at } : {}),
    };
  });
  const numbers = new Map(nodes.map((n, i) => [n, i]));
  const drawnValues = values.map(({ dtype, shape, initializer, producer }): DrawnValue => {
    const by = producer && numbers.get(producer);
    if (producer && by === undefined) lost = true;
    return {
      dtype,
      shape,
      ...(initializer ? { initializer } : {}),
      ...(by === undefined ? {} : { producer: by }),
    };
  });
  if (lost) return undefined;
  return { nodes: drawnNodes, values: drawnValues, given: given.length, modules: modules.length };
}

/** The nodes and values of a call that is like one before, from a first id on. */
export function drawAgain(
  { nodes, values }: Drawn,
  first: number,
  given: readonly number[],
  modules: readonly number[],
): { nodes: RecordedNode[]; values: RecordedValue[] } {
  const outer = (i: Inner) => (i >= 0 ? first + i : i === -1 ? -1 : given[-2 - i]!);
  const made = nodes.map(
    (n): RecordedNode => ({
      op: n.op,
      inputs: n.inputs.map(outer),
      outputs: n.outputs.map(outer),
      attributes: n.attributes,
      module: modules[n.module]!,
      ...(n.at ? { at: n.at } : {}),
    }),
  );
  return {
    nodes: made,
    values: values.map(
      ({ dtype, shape, initializer, producer }, i): RecordedValue => ({
        id: first + i,
        kind: producer === undefined ? 'leaf' : 'node',
        dtype,
        shape,
        ...(initializer ? { initializer } : {}),
        ...(producer === undefined ? {} : { producer: made[producer]! }),
      }),
    ),
  };
}
