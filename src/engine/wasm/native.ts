/** The hand-written micro-kernels (assembly/), instantiated over a memory. */
import relaxedBytes from 'kernels:relaxed';
import simdBytes from 'kernels:simd';
import { setFlagsFromString } from 'node:v8';

/** Exports of assembly/index.ts. Addresses are bytes, sizes and strides elements; [lo, hi) is the share of the work. */
export type Native = Readonly<Record<string, (...args: number[]) => number>>;

export type NativeVariant = 'simd' | 'relaxed-simd';

/**
 * Relaxed SIMD multiplies and adds in one instruction. Node 20 has it behind a flag that must be set before the first
 * module that uses it is compiled; where even that does not help, plain SIMD does the work.
 */
function supportsRelaxedSimd(): boolean {
  const valid = (): boolean => WebAssembly.validate(relaxedBytes as BufferSource);
  if (valid()) return true;
  try {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  } catch {
    return false;
  }
  return valid();
}

let module: { variant: NativeVariant; module: WebAssembly.Module } | undefined;

/** Compiled once for the process. */
export function nativeModule(): { variant: NativeVariant; module: WebAssembly.Module } {
  if (!module) {
    const relaxed = supportsRelaxedSimd();
    module = {
      variant: relaxed ? 'relaxed-simd' : 'simd',
      module: new WebAssembly.Module((relaxed ? relaxedBytes : simdBytes) as BufferSource),
    };
  }
  return module;
}

/** Bytes at the start of a memory that belong to the micro-kernels; see `init` in assembly/simd.ts. */
export const NATIVE_BYTES = 1024;

/** @param memory shared, as the module imports it */
export function instantiateNative(memory: WebAssembly.Memory): Native {
  const abort = (): never => {
    throw new Error('a micro-kernel was called with arguments that it does not take');
  };
  const { exports } = new WebAssembly.Instance(nativeModule().module, {
    env: { memory, abort, log: Math.log, exp64: Math.exp },
  });
  const native = exports as unknown as Native;
  native['init']!();
  return native;
}
