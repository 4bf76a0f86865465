/** The hand-written micro-kernels (assembly/), instantiated over a memory. */
import relaxedBytes from 'kernels:relaxed';
import simdBytes from 'kernels:simd';
import wideBytes from 'kernels:wide';
import { setFlagsFromString } from 'node:v8';
import { instantiate, type Native, type NativeCode } from './instantiate';
import { wideTiles } from './wide';

export type NativeVariant = 'simd' | 'relaxed-simd' | 'relaxed-simd in pairs';

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

const compiled = (bytes: Uint8Array) => new WebAssembly.Module(bytes as BufferSource);

let made: { variant: NativeVariant; code: NativeCode } | undefined;

/** Compiled once for the process. All variants with multiply-add give the same numbers, bit for bit. */
export function nativeCode(): { variant: NativeVariant; code: NativeCode } {
  if (made) return made;
  const relaxed = supportsRelaxedSimd();
  const tiles = relaxed ? wideTiles() : undefined;
  if (tiles) made = { variant: 'relaxed-simd in pairs', code: { kernels: compiled(wideBytes), tiles } };
  else if (relaxed) made = { variant: 'relaxed-simd', code: { kernels: compiled(relaxedBytes) } };
  else made = { variant: 'simd', code: { kernels: compiled(simdBytes) } };
  return made;
}

/** @param memory shared, as the modules import it */
export function instantiateNative(memory: WebAssembly.Memory, code = nativeCode().code): Native {
  const native = instantiate(code, memory);
  native['init']!();
  return native;
}
