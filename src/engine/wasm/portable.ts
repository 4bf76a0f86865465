/**
 * Portable kernels on our own memory: gpu.js translates a kernel's source to WebAssembly (SIMD over four cells), and
 * the module is laid over addresses that our memory plan chose, so that it reads and writes the same memory as the
 * micro-kernels. gpu.js's fused pipeline does the same inside; it has no door for foreign steps, which is why the
 * class behind a kernel is used here directly. gpu.js is pinned to the version that this was written for.
 */
import { GPU, Input } from 'gpu.js';
import type { KernelCall } from '../op';
import { sizeOf } from '../ops/_launch';

/** What is used of gpu.js's WebAssemblyKernel. */
interface WebAssemblyKernel {
  constructor: {
    mode: string;
    dispatchSpans(run: Run, runSimd: Run | null, cells: number, sizeX: number, seed: number): string;
  };
  argumentTypes: string[] | null;
  output: number[];
  threadDim: number[];
  usedMathImports: Iterable<string>;
  setupConstants(): void;
  setupArguments(values: unknown[]): void;
  validateSettings(values: unknown[]): void;
  translateSource(): boolean;
  computeLayout(values: unknown[]): Layout;
  _assembleModule(layout: Layout, cells: number, shared: boolean): { bytes: Uint8Array };
}
type Run = (lo: number, hi: number, seed: number) => void;
interface Layout {
  arrays: Record<string, { index: number; offset: number }>;
  outputOffset: number;
  totalBytes?: number;
}

/** Computes a kernel's cells [lo, hi); both multiples of the row's length unless the grid has one axis. */
export interface PortableKernel {
  cells: number;
  run(): void;
}

/** One source is translated once; a module is made for each set of addresses. */
export class PortableCompiler {
  private readonly gpu = new GPU({ mode: 'webasm' as never });
  private readonly translated = new Map<string, { kernel: WebAssemblyKernel; values: unknown[] }>();
  private readonly modules = new Map<string, WebAssembly.Instance>();

  constructor(
    private readonly memory: WebAssembly.Memory,
    /** Upper limit of the memory in bytes, as it was made with. */
    private readonly limit: number,
  ) {}

  compile(call: KernelCall, inputs: readonly number[], output: number): PortableKernel {
    const grid = call.grid ?? [sizeOf(call.output.shape)];
    const sizes = call.inputs.map(x => sizeOf(x.shape));
    const { kernel, values } = this.translate(call.source, grid, sizes);
    const key = `${call.source}|${grid}|${inputs}|${output}`;
    let instance = this.modules.get(key);
    const cells = grid.reduce((p, d) => p * d, 1);
    if (!instance) {
      const layout = kernel.computeLayout(values);
      for (const record of Object.values(layout.arrays)) record.offset = inputs[record.index]!;
      layout.outputOffset = output;
      // The module declares limits of its memory from this; they must admit ours.
      layout.totalBytes = this.limit;
      const { bytes } = kernel._assembleModule(layout, cells, true);
      const env: Record<string, WebAssembly.ImportValue> = { memory: this.memory };
      for (const name of kernel.usedMathImports) {
        env[`math_${name}`] = Math[name as 'exp'];
      }
      instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), { env });
      this.modules.set(key, instance);
    }
    const run = instance.exports['run'] as unknown as Run;
    const simd = (instance.exports['run_simd'] as unknown as Run | undefined) ?? null;
    const dispatch = kernel.constructor.dispatchSpans;
    const row = grid[0]!;
    return { cells, run: () => void dispatch(run, simd, cells, row, 0) };
  }

  private translate(
    source: string,
    grid: readonly number[],
    sizes: readonly number[],
  ): { kernel: WebAssemblyKernel; values: unknown[] } {
    const key = `${source}|${grid}|${sizes}`;
    const known = this.translated.get(key);
    if (known) return known;
    const { kernel } = this.gpu.createKernel(
      source as never,
      { output: [...grid], precision: 'single' } as never,
    ) as unknown as { kernel: WebAssemblyKernel };
    if (kernel.constructor.mode !== 'webasm')
      throw new Error(`gpu.js gave a ${kernel.constructor.mode} kernel where a webasm one was asked for`);
    // Only the sizes of arguments matter for translation; views of one shared zero-length backing would do if gpu.js
    // did not look at lengths.
    const values = sizes.map(n => new Input(new Float32Array(n) as never, [n] as never));
    kernel.argumentTypes = null;
    kernel.setupConstants();
    kernel.setupArguments(values);
    kernel.validateSettings(values);
    kernel.threadDim = [...grid, 1, 1].slice(0, 3);
    if (!kernel.translateSource())
      throw new Error(`gpu.js cannot translate this kernel to WebAssembly: ${source}`);
    const made = { kernel, values };
    this.translated.set(key, made);
    return made;
  }

  dispose(): void {
    this.translated.clear();
    this.modules.clear();
    void this.gpu.destroy();
  }
}
