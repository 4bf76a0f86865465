/** What the executor must know of a hand-written kernel. */
import type { Native } from './instantiate';

export type Params = Readonly<Record<string, number>>;

/** Addresses in bytes. */
export interface Addresses {
  inputs: readonly number[];
  output: number;
  /** Of the outputs after the first. */
  also: readonly number[];
}

/** Computes the share [lo, hi) of a kernel's units with scratch memory at `work`. */
export type Share = (lo: number, hi: number, work: number) => void;

export interface FastKernelDefinition {
  /** How many independent pieces the work has. */
  units(p: Params): number;
  /** Floating-point operations of one unit, roughly: decides whether threads pay. */
  cost(p: Params): number;
  scratchBytes(p: Params): number;
  bind(native: Native, at: Addresses, p: Params): Share;
}

/** Packed panels of A and of B, unless that is there packed, and one tile, as in assembly/gemm.ts. */
export function gemmScratchBytes(m: number, n: number, k: number, packed = false): number {
  const rows = Math.ceil(Math.min(m, 132) / 4) * 4;
  const columns = packed ? 0 : Math.ceil(Math.min(n, 512) / 16) * 16;
  return 4 * ((rows + columns) * Math.min(k, 512) + 6 * 16);
}

/** The parameters by name, in this order: as many numbers as there are names. */
export function pick<const N extends readonly string[]>(
  p: Params,
  names: N,
): { -readonly [K in keyof N]: number } {
  return names.map(n => {
    const value = p[n];
    if (value === undefined) throw new Error(`the parameter ${n} of a micro-kernel is missing`);
    return value;
  }) as { -readonly [K in keyof N]: number };
}
