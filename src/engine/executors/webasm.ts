/**
 * The CPU's executor: gpu.js compiles each kernel to SIMD WebAssembly, but over one memory that is laid out by our
 * plan. Weights and state never leave it, what is elementwise happens in place, reshapes cost nothing, and a step is
 * a plain loop over exported functions. Kernels that have a hand-written form (`fast`) use that, over the same memory.
 *
 * Why not `createPipeline` here, whose fused executor does much the same: it takes weights as arguments and hands new
 * ones back, each copied twice per step, and answers through several promises. See docs/engine.md for the numbers.
 *
 * The modules come from gpu.js's own kernel objects (`kernel.kernel`), whose two-step build (translateSource, then
 * _assembleModule against a memory layout) its pipelines use in the same way. package.json pins the version.
 */
import { GPU } from 'gpu.js';
import { VitrineError } from '../../model/errors';
import { layOut } from '../compile/layout';
import { outputsOf } from '../compile/memory';
import type { Plan } from '../compile/plan';
import type { BackendInfo } from '../engine';
import type { KernelCall } from '../op';
import { emitCells, unitsOf } from '../wasm/cells/emit';
import { fastKernels } from '../wasm/fastKernels';
import { instantiateNative, nativeCode } from '../wasm/native';
import { type Executable, type Executor, LONGEST_LOOP } from './executor';
import { noteIn, type Profile } from './profile';
import { bindProgram, type Program, type Step } from './program';
import { mayThread, ThreadPool, threadCount } from './threads';
import { Transfer } from './transfer';

/** What is used of gpu.js's WebAssemblyKernel. */
interface WasmKernel {
  constructor: { mode: string; isSIMDSupported: boolean };
  fallbackReason?: string | null;
  argumentNames: string[];
  output: number[];
  threadDim: number[];
  usedMathImports: Set<string>;
  setupConstants(): void;
  setupArguments(args: unknown[]): void;
  validateSettings(args: unknown[]): void;
  translateSource(): boolean;
  _assembleModule(
    layout: GpuLayout,
    cells: number,
    shared: boolean,
  ): { bytes: Uint8Array; initial: number; maximum: number };
}

interface GpuLayout {
  arrays: Record<string, { index: number; offset: number; dims: number[]; flatLength: number }>;
  scalars: Record<string, never>;
  constantArrays: Record<string, never>;
  outputOffset: number;
  totalBytes: number;
}

export function isWebasmSupported(): boolean {
  return GPU.isWebAssemblySupported;
}

let inUse = 0;

/** Bytes of all memories of plans that were compiled and not disposed of, in this process. */
export function memoryInUse(): number {
  return inUse;
}

export interface WebasmOptions {
  /** Gets the time of each kernel; measuring costs small nets much of their speed. */
  profile?: Profile;
  /** Hears how long each kernel took, in ms; costs as much. */
  observe?: (call: KernelCall, milliseconds: number) => void;
  /** How many threads share large steps: see `threadCount`. The results are the same whatever it is. */
  threads?: number;
}

/** @param pool for tests: threads in place of those that `threads` asks for. */
export function webasmExecutor(
  { profile, threads, observe }: WebasmOptions = {},
  pool = poolOf(threads),
): Executor {
  const gpu = new GPU({ mode: 'webasm' });
  const count = pool?.threads ?? 1;
  const backend: BackendInfo = {
    name: 'webasm',
    executor: `fused-resident, ${nativeCode().variant}${mayThread() ? '' : ', one thread: no shared memory'}`,
    threads: count,
  };
  return {
    backend,
    fast: true,
    compile: async plan =>
      new WebasmExecutable(gpu, backend, plan, pool, profile ? noteIn(profile) : observe),
    dispose: async () => {
      await pool?.dispose();
      await gpu.destroy();
    },
  };
}

function poolOf(threads: number | undefined): ThreadPool | undefined {
  const count = threadCount(threads);
  return count > 1 ? new ThreadPool(count) : undefined;
}

type Run = () => Promise<void> | undefined;

class WebasmExecutable implements Executable {
  readonly zeroed = true;
  private f32: Float32Array;
  private transfer: Transfer;
  private steps: Run[];
  /** Whether a run changes what is kept between runs. */
  private readonly changes: boolean;
  /** Why the numbers in memory are no good any more. */
  private broken: Error | undefined;
  private readonly places = new Map<string, { start: number; end: number }>();
  private readonly views = new Map<string, Float32Array>();
  /** What is computed of a resident when it is written. */
  private readonly whenWritten = new Map<string, readonly (() => void)[]>();
  private readonly copies: readonly (readonly [from: number, end: number, to: number])[];
  private release: () => void = () => undefined;
  bytes: number;

  constructor(
    gpu: GPU,
    readonly backend: BackendInfo,
    given: Plan,
    private readonly pool?: ThreadPool,
    observe?: (call: KernelCall, milliseconds: number) => void,
  ) {
    const {
      plan,
      offsets,
      bytes,
      pages: initial,
      copies,
      scratch,
      scratchSize,
    } = layOut(given, pool?.threads ?? 1);
    if (initial > 65536)
      throw new VitrineError(
        'bad-request',
        `The model needs ${(bytes / 2 ** 30).toFixed(1)} GB for one batch, more than the 4 GB that WebAssembly can address. Take a smaller batch, or have activations computed again ("recompute" in the experiment).`,
      );
    // gpu.js declares this maximum in each module; the memory's may not be larger.
    const maximum = Math.max(initial, 4096);
    const memory = new WebAssembly.Memory({ initial, maximum, shared: true });
    instantiateNative(memory);
    this.f32 = new Float32Array(memory.buffer);
    this.transfer = new Transfer(this.f32);
    for (const [buffer, offset] of offsets) {
      this.places.set(buffer, { start: offset / 4, end: offset / 4 + (plan.sizes.get(buffer) ?? 0) });
    }
    this.changes = plan.updates.length > 0;
    this.copies = copies.map(({ from, to }) => {
      const f = this.places.get(from)!;
      return [f.start, f.end, this.places.get(to)!.start] as const;
    });
    for (const [buffer, data] of plan.constants) this.write(buffer, data);

    const program = programOf(plan, gpu, memory, { offsets, bytes, maximum });
    const bind = bindProgram(program);
    const bound = plan.calls.map((_, i) => bind(i));
    const shared = pool && bound.some(b => pool.worth(b)) ? pool : undefined;
    const id = shared?.add(program, scratch + scratchSize, scratchSize) ?? 0;
    this.steps = bound.map((step, i) => {
      if (shared?.worth(step)) return () => shared.run(id, i, step, scratch);
      const { units, share } = step;
      return () => {
        share(0, units, scratch);
        return undefined;
      };
    });
    plan.calls.forEach(({ guard, output }, i) => {
      if (guard) this.steps[i] = this.guarded(this.steps[i]!, offsets.get(output.buffer)! / 4, guard);
    });
    plan.calls.forEach(({ once, inputs: [from] }, i) => {
      if (!once) return;
      const { units, share } = bound[i]!;
      const all = this.whenWritten.get(from!.buffer) ?? [];
      this.whenWritten.set(from!.buffer, [...all, () => share(0, units, scratch)]);
    });
    if (observe) this.steps = this.steps.map((step, i) => timed(step, plan.calls[i]!, observe));
    this.steps = this.steps.filter((_, i) => !plan.calls[i]!.once);
    if (shared) this.release = () => shared.remove(id);
    this.bytes = memory.buffer.byteLength;
    inUse += this.bytes;
  }

  private guarded(step: Run, cell: number, error: (found: number) => Error): Run {
    return () => {
      const late = step();
      if (this.f32[cell] !== 0) throw error(this.f32[cell + 1]!);
      return late;
    };
  }

  write(buffer: string, data: Float32Array | Int32Array): void {
    const { start } = this.places.get(buffer)!;
    if (data.buffer !== this.f32.buffer || data.byteOffset !== start * 4) this.transfer.write(data, start);
    const once = this.whenWritten.get(buffer);
    if (once) for (const step of once) step();
  }

  run(): Promise<void> | undefined {
    if (this.broken) throw this.broken;
    const busy = this.pool?.busy;
    return busy ? busy.then(() => this.run()) : this.from(0);
  }

  /** Runs the steps from one on; a promise where a thread keeps a step waiting. */
  private from(first: number): Promise<void> | undefined {
    const { steps } = this;
    try {
      for (let i = first; i < steps.length; i++) {
        const late = steps[i]!();
        if (late) return this.after(late, i + 1);
      }
    } catch (e) {
      throw this.failed(e);
    }
    for (const [from, end, to] of this.copies) this.transfer.move(from, end, to);
    return undefined;
  }

  private async after(late: Promise<void>, next: number): Promise<void> {
    try {
      await late;
    } catch (e) {
      throw this.failed(e);
    }
    await this.from(next);
  }

  /** A step that was lost half-way has left what it changes (weights, state) in no known condition. */
  private failed(e: unknown): unknown {
    if (e instanceof VitrineError && e.code === 'engine-lost' && this.changes) this.broken = e;
    return e;
  }

  read(buffer: string): Float32Array {
    const { start, end } = this.places.get(buffer)!;
    return this.transfer.read(start, end);
  }

  view(buffer: string): Float32Array {
    let view = this.views.get(buffer);
    if (!view) {
      const { start, end } = this.places.get(buffer)!;
      view = this.f32.subarray(start, end);
      this.views.set(buffer, view);
    }
    return view;
  }

  async dispose(): Promise<void> {
    this.views.clear();
    this.release();
    this.release = () => undefined;
    inUse -= this.bytes;
    this.bytes = 0;
    this.steps = [];
    this.f32 = new Float32Array(0);
    this.transfer = new Transfer(this.f32);
  }
}

function timed(step: Run, call: KernelCall, observe: (call: KernelCall, milliseconds: number) => void): Run {
  return () => {
    const start = performance.now();
    const late = step();
    observe(call, performance.now() - start);
    return late;
  };
}

/** The plan's calls as steps of a program over a memory. */
function programOf(
  plan: Plan,
  gpu: GPU,
  memory: WebAssembly.Memory,
  place: { offsets: ReadonlyMap<string, number>; bytes: number; maximum: number },
): Program {
  const { offsets } = place;
  const joined = plan.calls.flatMap(c => c.fused ?? []);
  const cells =
    joined.length > 0 ? emitCells(joined, place.maximum, nativeCode().variant !== 'simd') : undefined;
  const names = new Map(joined.map((f, i) => [f, cells!.names[i]!]));
  const kernels = new Map<string, WasmKernel>();
  const steps = plan.calls.map((call): Step => {
    const size = plan.sizes.get(call.output.buffer)!;
    if (call.fused) {
      const units = unitsOf(call.fused);
      const addresses = [...call.inputs, ...outputsOf(call)].map(c => offsets.get(c.buffer)!);
      const cost = (size / units) * call.fused.program.nodes.length;
      return { kind: 'cells', name: names.get(call.fused)!, units, cost, addresses };
    }
    if (call.fast && fastKernels[call.fast.name])
      return {
        kind: 'fast',
        kernel: call.fast.name,
        params: call.fast.params,
        inputs: call.inputs.map(i => offsets.get(i.buffer)!),
        output: offsets.get(call.output.buffer)!,
        also: (call.also ?? []).map(c => offsets.get(c.buffer)!),
      };
    return portableStep(gpu, kernels, call, plan, place);
  });
  // Their modules are all that is needed of them.
  for (const k of kernels.values()) (k as unknown as { destroy(): void }).destroy();
  return {
    memory,
    native: nativeCode().code,
    cells: cells && { module: new WebAssembly.Module(cells.bytes), lanes: cells.lanes },
    steps,
  };
}

function portableStep(
  gpu: GPU,
  kernels: Map<string, WasmKernel>,
  call: KernelCall,
  plan: Plan,
  { offsets, bytes }: { offsets: ReadonlyMap<string, number>; bytes: number },
): Step {
  const cells = plan.sizes.get(call.output.buffer)!;
  const kernel = kernelFor(gpu, kernels, call, cells);
  const arrays: GpuLayout['arrays'] = {};
  call.inputs.forEach(({ buffer }, index) => {
    const flatLength = plan.sizes.get(buffer)!;
    arrays[kernel.argumentNames[index]!] = {
      index,
      offset: offsets.get(buffer)!,
      dims: [flatLength, 1, 1],
      flatLength,
    };
  });
  const outputOffset = offsets.get(call.output.buffer)!;
  const layout: GpuLayout = { arrays, scalars: {}, constantArrays: {}, outputOffset, totalBytes: bytes };
  const assembled = kernel._assembleModule(layout, cells, true);
  return {
    kind: 'portable',
    module: new WebAssembly.Module(assembled.bytes as BufferSource),
    math: [...kernel.usedMathImports],
    cells,
    row: kernel.threadDim[0]!,
  };
}

/** A kernel translated for its source and grid; the same source may run over other buffers. */
function kernelFor(gpu: GPU, known: Map<string, WasmKernel>, call: KernelCall, cells: number): WasmKernel {
  const grid = call.grid ?? [cells];
  const key = `${grid.join('x')}:${call.source}`;
  const made = known.get(key);
  if (made) return made;
  const shortcut = gpu.createKernel(call.source, {
    output: [...grid],
    precision: 'single',
    loopMaxIterations: LONGEST_LOOP,
    argumentTypes: call.inputs.map(() => 'Array'),
  } as never);
  const kernel = (shortcut as unknown as { kernel: WasmKernel }).kernel;
  if (kernel.constructor.mode !== 'webasm')
    throw new VitrineError(
      'bad-request',
      `gpu.js runs the kernel ${call.name} on "${kernel.constructor.mode}", not on webasm.`,
    );
  const samples = call.inputs.map(() => new Float32Array(1));
  kernel.setupConstants();
  kernel.setupArguments(samples);
  kernel.validateSettings(samples);
  kernel.threadDim = [...grid, 1, 1].slice(0, 3);
  if (!kernel.translateSource()) throw new Error(`the kernel ${call.name} returns what webasm cannot store`);
  known.set(key, kernel);
  return kernel;
}
