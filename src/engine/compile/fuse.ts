/**
 * Joins elementwise kernels: what one writes and the next reads stays in a register, and each tensor is walked through
 * once. For executors that compile elementwise kernels themselves (engine/wasm/cells).
 */
import { VitrineError } from '../../model/errors';
import type { Concrete, KernelCall } from '../op';
import { argumentName, sizeOf } from '../ops/_launch';
import { broadcastStrides, collapse } from '../ops/_map';
import { Program, type Ref } from '../wasm/cells/program';
import type { Plan } from './plan';

/** What a joined kernel computes: rows of `sizes.at(-1)` cells of inputs with these strides. */
export interface Fused {
  sizes: readonly number[];
  /** For each input, along each of `sizes`; 0 repeats. */
  strides: readonly (readonly number[])[];
  program: Program;
  /** What the outputs get: `output`, then `also`. */
  stores: readonly Ref[];
}

/** The largest number of inputs and outputs of a joined kernel: more would only move registers to the stack. */
const WIDEST = 10;
const LONGEST = 80;

interface Group {
  calls: KernelCall[];
  /** Of the cells; all members write tensors of this size. */
  shape: readonly number[];
  /** No member repeats a part of an input: any shape of the same size would do. */
  flat: boolean;
  inputs: Set<string>;
  outputs: Set<string>;
  operations: number;
}

/**
 * The plan with its elementwise kernels joined where one reads what the other writes. What is read elsewhere is still
 * written. Calls stay in an order in which everything is computed before it is read.
 *
 * @param isKnown whether the executor can compile what an elementwise kernel computes; the others stay as they are.
 */
export function fuseElementwise(plan: Plan, isKnown: (program: Program) => boolean = () => true): Plan {
  // Which call reads each buffer last within the list, and who reads it at all.
  const readers = new Map<string, number[]>();
  plan.calls.forEach((c, i) => {
    for (const { buffer } of c.inputs) {
      const list = readers.get(buffer);
      if (list) list.push(i);
      else readers.set(buffer, [i]);
    }
  });
  const kept = new Set([...plan.outputs, ...plan.updates.map(u => u.value)]);
  const groupOf = new Map<number, Group>();
  const writer = new Map<string, number>();
  /** Position in the list at which a group runs: that of its last member. */
  plan.calls.forEach((call, i) => {
    writer.set(call.output.buffer, i);
    if (!call.cells) return;
    let group = groupFor(call, isKnown);
    if (!group) return;
    for (const { buffer } of call.inputs) {
      const from = writer.get(buffer);
      const other = from === undefined ? undefined : groupOf.get(from);
      if (!other || other === group || !fits(other, group)) continue;
      // The other group moves down to here: nobody in between may need what it writes.
      const members = new Set([...membersOf(other), ...membersOf(group), i]);
      const first = Math.min(...membersOf(other));
      const needed = [...other.outputs].some(b =>
        (readers.get(b) ?? []).some(r => r > first && r < i && !members.has(r)),
      );
      if (needed) continue;
      const merged: Group = {
        calls: [...other.calls, ...group.calls].sort(
          (a, b) => writer.get(a.output.buffer)! - writer.get(b.output.buffer)!,
        ),
        shape: other.flat ? group.shape : other.shape,
        flat: other.flat && group.flat,
        inputs: new Set(
          [...other.inputs, ...group.inputs].filter(b => !other.outputs.has(b) && !group!.outputs.has(b)),
        ),
        outputs: new Set([...other.outputs, ...group.outputs]),
        operations: other.operations + group.operations,
      };
      const seen = new Set(members);
      const stored = [...merged.outputs].filter(
        b => kept.has(b) || (readers.get(b) ?? []).some(r => !seen.has(r)),
      );
      if (merged.inputs.size + stored.length > WIDEST || merged.operations > LONGEST) continue;
      for (const m of membersOf(other)) groupOf.set(m, merged);
      for (const m of membersOf(group)) groupOf.set(m, merged);
      group = merged;
    }
    groupOf.set(i, group);
  });

  function membersOf(g: Group): number[] {
    return g.calls.map(c => writer.get(c.output.buffer)!);
  }

  const last = new Map<Group, number>();
  for (const [i, g] of groupOf) last.set(g, Math.max(last.get(g) ?? 0, i));
  const calls = plan.calls.flatMap((call, i) => {
    const group = groupOf.get(i);
    if (!group) return [call];
    if (last.get(group) !== i) return [];
    const members = new Set(membersOf(group));
    const isStored = (b: string) =>
      kept.has(b) || (readers.get(b) ?? []).some(r => !members.has(r)) || !readers.has(b);
    return [joined(group, isStored)];
  });
  const present = new Set(calls.flatMap(c => [c.output, ...(c.also ?? []), ...c.inputs].map(x => x.buffer)));
  const named = new Set([
    ...plan.inputs,
    ...plan.residents,
    ...plan.outputs,
    ...kept,
    ...plan.constants.keys(),
  ]);
  return {
    ...plan,
    calls,
    sizes: new Map([...plan.sizes].filter(([b]) => present.has(b) || named.has(b))),
  };
}

function groupFor(call: KernelCall, isKnown: (program: Program) => boolean): Group | undefined {
  const size = sizeOf(call.output.shape);
  const program = new Program();
  try {
    build(
      program,
      call,
      call.inputs.map((_, index) => program.add({ op: 'input', index })),
    );
  } catch (e) {
    // What is not understood stays gpu.js's.
    if (e instanceof VitrineError && e.code === 'unsupported-op') return undefined;
    throw e;
  }
  if (!isKnown(program)) return undefined;
  return {
    calls: [call],
    shape: call.output.shape,
    flat: call.inputs.every(c => sizeOf(c.shape) === size || sizeOf(c.shape) === 1),
    inputs: new Set(call.inputs.map(c => c.buffer)),
    outputs: new Set([call.output.buffer]),
    operations: program.nodes.length,
  };
}

function fits(a: Group, b: Group): boolean {
  if (sizeOf(a.shape) !== sizeOf(b.shape)) return false;
  return a.flat || b.flat || a.shape.join() === b.shape.join();
}

function build(program: Program, call: KernelCall, values: readonly Ref[]): Ref {
  const { expression, statements } = call.cells!;
  const names = new Map(values.map((v, i) => [argumentName(i), v]));
  return program.evaluate(statements, expression, names);
}

/** One call for all of a group. */
function joined({ calls, shape, flat }: Group, isStored: (buffer: string) => boolean): KernelCall {
  const size = sizeOf(shape);
  const program = new Program();
  const full = flat ? [size] : shape;
  const stepsOf = (c: Concrete) => {
    const own = sizeOf(c.shape);
    if (own === 1) return full.map(() => 0);
    return own === size ? broadcastStrides(full, full) : broadcastStrides(c.shape, full);
  };
  const written = new Map<string, Ref>();
  // The same buffer may be read as a row and as a column: these are two inputs.
  const read = new Map<string, Ref>();
  const inputs: Concrete[] = [];
  const steps: number[][] = [];
  const refOf = (c: Concrete): Ref => {
    const made = written.get(c.buffer);
    if (made !== undefined) return made;
    const along = stepsOf(c);
    const key = `${c.buffer}:${along.join()}`;
    let value = read.get(key);
    if (value === undefined) {
      value = program.add({ op: 'input', index: inputs.length });
      read.set(key, value);
      inputs.push(c);
      steps.push(along);
    }
    return value;
  };
  for (const call of calls) written.set(call.output.buffer, build(program, call, call.inputs.map(refOf)));
  const { sizes, strides } = collapse(full, steps);
  const outputs = calls.map(c => c.output).filter(o => isStored(o.buffer));
  const [output, ...also] = outputs;
  return {
    name: calls.map(c => c.name).join(' + '),
    source: calls.length === 1 ? calls[0]!.source : '',
    inputs,
    output: output!,
    ...(also.length > 0 && { also }),
    elementwise: true,
    nodes: [...new Set(calls.flatMap(c => c.nodes ?? []))],
    fused: { sizes, strides, program, stores: outputs.map(o => written.get(o.buffer)!) },
  };
}
