/** The hand-written micro-kernels over a memory. Free of the module's bytes, so that threads need not carry them. */

/** Exports of assembly/index.ts. Addresses are bytes, sizes and strides elements; [lo, hi) is the share of the work. */
export type Native = Readonly<Record<string, (...args: number[]) => number>>;

/** Bytes at the start of a memory that belong to the micro-kernels; see `init` in assembly/simd.ts. */
export const NATIVE_BYTES = 1024;

/** @param memory shared, as the module imports it; `init` must have been called once for it */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Native {
  const abort = (): never => {
    throw new Error('a micro-kernel was called with arguments that it does not take');
  };
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory, abort, log: Math.log, exp64: Math.exp },
  });
  return exports as unknown as Native;
}
