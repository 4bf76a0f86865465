/**
 * A compiled plan as data: what each step calls, over which memory. It can be sent to other threads, and each of them
 * binds it to functions of its own.
 */
import { vectorFunctions } from '../wasm/cells/program';
import { fastKernels } from '../wasm/fastKernels';
import { instantiate, type Native, type NativeCode } from '../wasm/instantiate';

export type Step =
  /** A hand-written kernel (wasm/fastKernels.ts); addresses are bytes. */
  | {
      kind: 'fast';
      kernel: string;
      params: Readonly<Record<string, number>>;
      inputs: readonly number[];
      output: number;
      also: readonly number[];
    }
  /** Joined elementwise kernels: a function of the program's module of them. */
  | { kind: 'cells'; name: string; units: number; cost: number; addresses: readonly number[] }
  /** A kernel that gpu.js compiled. `row`: cells that lie side by side in its grid. */
  | { kind: 'portable'; module: WebAssembly.Module; math: readonly string[]; cells: number; row: number };

export interface Program {
  memory: WebAssembly.Memory;
  native: NativeCode;
  cells: { module: WebAssembly.Module; lanes: readonly string[] } | undefined;
  steps: readonly Step[];
}

/** A step in one thread: its work is `units` independent pieces, of which `share` does [lo, hi). */
export interface BoundStep {
  units: number;
  /** Floating-point operations of one unit, roughly. */
  cost: number;
  share(lo: number, hi: number, scratch: number): void;
}

type CellsFunction = (lo: number, hi: number, ...addresses: readonly number[]) => void;
type Run = (start: number, end: number, seed: number) => void;

/** @returns binds the step of an index; threads bind those that they take part in. */
export function bindProgram(program: Program): (index: number) => BoundStep {
  const { memory, cells } = program;
  const native = instantiate(program.native, memory);
  let joined: WebAssembly.Exports = {};
  if (cells) {
    const env: Record<string, WebAssembly.ImportValue> = { memory };
    for (const name of Object.values(vectorFunctions)) env[name] = native[name]!;
    for (const name of cells.lanes) env[`math_${name}`] = Math[name as 'sin'];
    joined = new WebAssembly.Instance(cells.module, { env }).exports;
  }
  const bind = (step: Step): BoundStep => {
    switch (step.kind) {
      case 'fast': {
        const kernel = fastKernels[step.kernel]!;
        const share = kernel.bind(native, step, step.params);
        return { units: kernel.units(step.params), cost: kernel.cost(step.params), share };
      }
      case 'cells': {
        const f = joined[step.name] as CellsFunction;
        const { units, cost, addresses } = step;
        return { units, cost, share: (lo, hi) => f(lo, hi, ...addresses) };
      }
      case 'portable':
        return portable(step, memory, native);
    }
  };
  const bound: BoundStep[] = [];
  return index => {
    bound[index] ??= bind(program.steps[index]!);
    return bound[index];
  };
}

/**
 * gpu.js's kernels compute four cells at a time where rows allow it: a group of four never crosses from one row into
 * the next. A unit is a row, or four cells where there is but one.
 */
function portable(
  { module, math, cells, row }: Step & { kind: 'portable' },
  memory: WebAssembly.Memory,
  native: Native,
): BoundStep {
  const env: Record<string, WebAssembly.ImportValue> = { memory };
  for (const name of math) env[`math_${name}`] = native[name] ?? Math[name as 'exp'];
  const { exports } = new WebAssembly.Instance(module, { env });
  const run = exports['run'] as Run;
  const simd = exports['run_simd'] as Run | undefined;
  // What a cell takes is not known: loops are in the source. It is seldom little.
  const cost = 32;
  if (row === cells) {
    const whole = simd ? row & ~3 : 0;
    return {
      units: Math.ceil(cells / 4),
      cost: 4 * cost,
      share(lo, hi) {
        const [start, end] = [lo * 4, Math.min(cells, hi * 4)];
        const middle = Math.min(end, whole);
        if (middle > start) simd!(start, middle, 0);
        if (end > Math.max(middle, start)) run(Math.max(middle, start), end, 0);
      },
    };
  }
  const units = cells / row;
  const whole = row & ~3;
  if (!simd || row < 4) return { units, cost: row * cost, share: (lo, hi) => run(lo * row, hi * row, 0) };
  if (whole === row) return { units, cost: row * cost, share: (lo, hi) => simd(lo * row, hi * row, 0) };
  return {
    units,
    cost: row * cost,
    share(lo, hi) {
      for (let at = lo * row; at < hi * row; at += row) {
        simd(at, at + whole, 0);
        run(at + whole, at + row, 0);
      }
    },
  };
}
