/**
 * From elementwise programs to one WebAssembly module: each program is a function over the addresses of its inputs
 * and outputs that loops over rows, four cells at a time. Programs that are the same share a function.
 */
import type { Fused } from '../../compile/fuse';
import {
  ADD,
  at,
  type Code,
  call,
  DIV,
  encodeModule,
  F32,
  type FunctionBody,
  type FunctionType,
  float,
  get,
  I32,
  i32,
  MUL,
  SHL,
  SUB,
  set,
  simd,
  tee,
  V128,
} from './encode';
import { inline, isInlined, type Writer } from './inline';
import { binaryCodes, type Operation, type Program, type Ref, unaryCodes, vectorFunctions } from './program';

export interface CellsModule {
  bytes: Uint8Array<ArrayBuffer>;
  /** Functions of Math that the module calls lane by lane, as `math_NAME`. */
  lanes: readonly string[];
  /** For each program the name of its function: (lo, hi, addresses of inputs…, addresses of outputs…). */
  names: readonly string[];
}

/** How many independent pieces a program's work has: rows, or groups of four cells where there is one row. */
export function unitsOf({ sizes }: Fused): number {
  return sizes.length === 1 ? Math.ceil(sizes[0]! / 4) : sizes.slice(0, -1).reduce((p, d) => p * d, 1);
}

const load = simd(0x00);
const loadSplat = simd(0x09);
const store = simd(0x0b);
const storeLane64 = [...simd(0x5b), ...at(2, 0), 0];
const splat = simd(0x13);

/** @param relaxed whether the micro-kernels multiply and add in one instruction: functions in line do what they do. */
export function emitCells(programs: readonly Fused[], maximumPages: number, relaxed: boolean): CellsModule {
  const known = new Map<string, number>();
  const functions: Fused[] = [];
  const names = programs.map(fused => {
    const { sizes, strides, program, stores } = fused;
    const key = JSON.stringify([sizes, strides, program.nodes, stores]);
    let index = known.get(key);
    if (index === undefined) {
      index = functions.push(fused) - 1;
      known.set(key, index);
    }
    return `f${index}`;
  });
  const lanes = new Map<string, number>();
  const vectors = new Set<string>();
  for (const fused of functions) {
    for (const n of fused.program.nodes) {
      if (n.op === 'lanes') lanes.set(n.name, n.args.length);
      else if (n.op in vectorFunctions && !isInlined(n.op))
        vectors.add(vectorFunctions[n.op as keyof typeof vectorFunctions]);
    }
  }
  const imports: { name: string; type: FunctionType }[] = [
    ...[...vectors].map(name => ({ name, type: { parameters: [V128], results: [V128] } })),
    ...[...lanes].map(([name, count]) => ({
      name: `math_${name}`,
      type: { parameters: new Array<number>(count).fill(F32), results: [F32] },
    })),
  ];
  const index = new Map(imports.map(({ name }, i) => [name, i]));
  return {
    bytes: encodeModule(
      imports,
      functions.map(fused => body(fused, index, relaxed)),
      maximumPages,
    ),
    lanes: [...lanes.keys()],
    names,
  };
}

/** Hands out locals after the parameters. */
class Locals {
  readonly types: number[] = [];
  constructor(private readonly parameters: number) {}

  add(type: number): number {
    return this.parameters + this.types.push(type) - 1;
  }
}

function body(fused: Fused, functions: ReadonlyMap<string, number>, relaxed: boolean): FunctionBody {
  const { sizes, strides, program, stores } = fused;
  const inputs = strides.length;
  const parameters = new Array<number>(2 + inputs + stores.length).fill(I32);
  const [lo, hi] = [0, 1];
  const inputAddress = (i: number) => 2 + i;
  const outputAddress = (i: number) => 2 + inputs + i;
  const locals = new Locals(parameters.length);
  const writer: Writer = { relaxed, vector: () => locals.add(V128) };
  const width = sizes.at(-1)!;
  const repeated = strides.map(s => s.at(-1) === 0);
  // Each input's and output's pointer, and what is the same in a whole row.
  const pointers = strides.map(() => locals.add(I32));
  const outputPointers = stores.map(() => locals.add(I32));
  const rowValues = strides.map((_, i) => (repeated[i] ? locals.add(V128) : -1));
  const row = locals.add(I32);
  const rest = locals.add(I32);
  const left = locals.add(I32);
  const constants = new Map<Ref, number>();
  program.nodes.forEach((n, ref) => {
    if (n.op === 'constant') constants.set(ref, locals.add(V128));
  });

  const prologue: number[] = [];
  for (const [ref, local] of constants) {
    const { value } = program.nodes[ref] as Operation & { op: 'constant' };
    prologue.push(0x43, ...float(value), ...splat, ...set(local));
  }
  const advance = (local: number, bytes: number): number[] => [
    ...get(local),
    ...i32(bytes),
    ADD,
    ...set(local),
  ];
  const stored = (how: (value: number, pointer: number) => Code) => {
    const { code, results } = values(program, stores, functions, writer, constants, i =>
      repeated[i] ? get(rowValues[i]!) : [...get(pointers[i]!), ...load, ...at(2, 0)],
    );
    return [...code, ...results.flatMap((r, i) => how(r, outputPointers[i]!))];
  };
  const whole = (): number[] =>
    stored((value, pointer) => [...get(pointer), ...get(value), ...store, ...at(2, 0)]);
  const moving = [...pointers.filter((_, i) => !repeated[i]), ...outputPointers];
  /** Whole vectors while `left` (their number) lasts. */
  const loop = (): number[] => [
    ...[0x02, 0x40], // block
    ...get(left),
    ...[0x45, 0x0d, 0x00], // nothing left: leave
    ...[0x03, 0x40], // loop
    ...whole(),
    ...moving.flatMap(p => advance(p, 16)),
    ...get(left),
    ...i32(1),
    SUB,
    ...tee(left),
    ...[0x0d, 0x00], // again
    0x0b,
    0x0b,
  ];
  const fill = (): number[] =>
    rowValues.flatMap((v, i) => (v < 0 ? [] : [...get(pointers[i]!), ...loadSplat, ...at(2, 0), ...set(v)]));

  const code: number[] = [...prologue];
  if (sizes.length === 1) {
    // One row: the share [lo, hi) counts vectors, and writing past the end touches only the buffer's own slack.
    const start = (address: number, pointer: number, moves: boolean): number[] => [
      ...get(address),
      ...(moves ? [...get(lo), ...i32(4), SHL, ADD] : []),
      ...set(pointer),
    ];
    strides.forEach((_, i) => {
      code.push(...start(inputAddress(i), pointers[i]!, !repeated[i]));
    });
    stores.forEach((_, i) => {
      code.push(...start(outputAddress(i), outputPointers[i]!, true));
    });
    code.push(...fill(), ...get(hi), ...get(lo), SUB, ...set(left), ...loop());
    return { type: { parameters, results: [] }, locals: locals.types, code };
  }

  const outer = sizes.slice(0, -1);
  code.push(...get(lo), ...set(row), ...[0x02, 0x40], ...[0x03, 0x40]);
  code.push(...get(row), ...get(hi), ...[0x4f, 0x0d, 0x01]); // row >= hi: leave
  // Where the row starts in each input: the sum of the outer indices times their strides.
  strides.forEach((_, i) => {
    code.push(...get(inputAddress(i)), ...set(pointers[i]!));
  });
  code.push(...get(row), ...set(rest));
  for (let axis = outer.length - 1; axis >= 0; axis--) {
    const size = outer[axis]!;
    const index: number[] =
      axis === 0 ? get(rest) : [...get(rest), ...i32(size), 0x70 /* remainder, unsigned */];
    strides.forEach((s, i) => {
      if (s[axis] === 0) return;
      code.push(...get(pointers[i]!), ...index, ...i32(s[axis]! * 4), MUL, ADD, ...set(pointers[i]!));
    });
    if (axis > 0) code.push(...get(rest), ...i32(size), DIV, ...set(rest));
  }
  stores.forEach((_, i) => {
    code.push(...get(outputAddress(i)), ...get(row), ...i32(width * 4), MUL, ADD, ...set(outputPointers[i]!));
  });
  code.push(...fill());
  if (width >= 4) code.push(...i32(width >> 2), ...set(left), ...loop());
  const tail = width & 3;
  if (tail > 0) {
    // The next row's cells may be another thread's, or inputs yet to be read: exactly the row's own are written.
    code.push(
      ...stored((value, pointer) => [
        ...(tail >= 2 ? [...get(pointer), ...get(value), ...storeLane64] : []),
        ...(tail & 1
          ? [...get(pointer), ...get(value), ...simd(0x5a), ...at(2, (tail - 1) * 4), tail - 1]
          : []),
      ]),
    );
  }
  code.push(...get(row), ...i32(1), ADD, ...set(row), ...[0x0c, 0x00], 0x0b, 0x0b);
  return { type: { parameters, results: [] }, locals: locals.types, code };
}

/** Computes the program's values for four cells; `results` are the locals that hold what is to be stored. */
function values(
  program: Program,
  stores: readonly Ref[],
  functions: ReadonlyMap<string, number>,
  writer: Writer,
  constants: ReadonlyMap<Ref, number>,
  input: (index: number) => Code,
): { code: Code; results: number[] } {
  const needed = new Set<Ref>(stores);
  for (let ref = program.nodes.length - 1; ref >= 0; ref--) {
    const n = program.nodes[ref]!;
    if (needed.has(ref) && 'args' in n) for (const a of n.args) needed.add(a);
  }
  const held = new Map<Ref, number>(constants);
  const code: number[] = [];
  program.nodes.forEach((n, ref) => {
    if (!needed.has(ref) || n.op === 'constant') return;
    if (isInlined(n.op) && 'args' in n) {
      const made = inline(n.op, held.get(n.args[0]!)!, writer);
      code.push(...made.code);
      held.set(ref, made.result);
      return;
    }
    const args = 'args' in n ? n.args.map(a => get(held.get(a)!)) : [];
    let own: Code;
    if (n.op === 'input') own = input(n.index);
    else if (n.op === 'select') own = [...args.flat(), ...simd(0x52)];
    else if (n.op === 'lanes') own = byLanes(n.args.length, args, functions.get(`math_${n.name}`)!);
    else if (n.op in vectorFunctions)
      own = [...args.flat(), ...call(functions.get(vectorFunctions[n.op as keyof typeof vectorFunctions])!)];
    else own = [...args.flat(), ...simd({ ...unaryCodes, ...binaryCodes }[n.op as keyof typeof binaryCodes])];
    const local = writer.vector();
    held.set(ref, local);
    code.push(...own, ...set(local));
  });
  return { code, results: stores.map(s => held.get(s)!) };
}

function byLanes(count: number, args: readonly Code[], f: number): Code {
  const code: number[] = [...args[0]!];
  for (let lane = 0; lane < 4; lane++) {
    for (let i = 0; i < count; i++) code.push(...args[i]!, ...simd(0x1f), lane);
    code.push(...call(f), ...simd(0x20), lane);
  }
  return code;
}
