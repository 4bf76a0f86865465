/** The hand-written micro-kernels over a memory. Free of the modules' bytes, so that threads need not carry them. */

/** Exports of assembly/index.ts. Addresses are bytes, sizes and strides elements; [lo, hi) is the share of the work. */
export type Native = Readonly<Record<string, (...args: number[]) => number>>;

/** The compiled micro-kernels. */
export interface NativeCode {
  kernels: WebAssembly.Module;
  /** What they take their blocks of twice the width from: see assembly/tiles.ts. */
  tiles?: WebAssembly.Module;
}

/** Bytes at the start of a memory that belong to the micro-kernels; see `init` in assembly/simd.ts. */
export const NATIVE_BYTES = 1024;

/** @param memory shared, as the modules import it; `init` must have been called once for it */
export function instantiate({ kernels, tiles }: NativeCode, memory: WebAssembly.Memory): Native {
  const abort = (): never => {
    throw new Error('a micro-kernel was called with arguments that it does not take');
  };
  const blocks = tiles && new WebAssembly.Instance(tiles, { env: { memory, abort } }).exports;
  const { exports } = new WebAssembly.Instance(kernels, {
    env: { memory, abort, log: Math.log, exp64: Math.exp, ...blocks },
  });
  return exports as unknown as Native;
}
