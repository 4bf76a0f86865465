/** The hand-written micro-kernels (assembly/), instantiated over a memory. */
import relaxedBytes from 'kernels:relaxed';
import simdBytes from 'kernels:simd';
import { setFlagsFromString } from 'node:v8';
import { instantiate, type Native } from './instantiate';

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

/** @param memory shared, as the module imports it */
export function instantiateNative(memory: WebAssembly.Memory): Native {
  const native = instantiate(nativeModule().module, memory);
  native['init']!();
  return native;
}
