/**
 * Any gpu.js backend, through `createPipeline`: the plan is recorded once and replayed with its intermediates
 * resident. Inputs, weights and state cross the border as arguments and results at each run, so this is the portable
 * way, not the fastest; on the CPU see webasm.ts.
 */
import { GPU, type IPipelineRunShortcut } from 'gpu.js';
import { VitrineError } from '../../model/errors';
import type { Plan } from '../compile/plan';
import type { BackendInfo } from '../engine';
import { hoisted } from '../gpu/wgsl';
import type { KernelCall } from '../op';
import { type Executable, type Executor, LONGEST_LOOP } from './executor';

/** gpu.js's backends that run plans this way. */
type Mode = 'cpu' | 'webgl2';

export function pipelineExecutor(): Executor {
  const gpu = new GPU({ mode: 'cpu' });
  const backend: BackendInfo = { name: 'cpu', executor: 'generic', threads: 1 };
  return {
    backend,
    fast: false,
    compile: plan => compilePipeline(gpu, backend, 'cpu', plan),
    dispose: async () => {
      await gpu.destroy();
    },
  };
}

/** @throws bad-request where gpu.js would run any of it on another of its backends. */
export function compilePipeline(gpu: GPU, backend: BackendInfo, mode: Mode, plan: Plan): Promise<Executable> {
  return PipelineExecutable.compile(gpu, backend, mode, plan);
}

class PipelineExecutable implements Executable {
  private readonly values = new Map<string, Float32Array>();
  private constructor(
    readonly backend: BackendInfo,
    private readonly plan: Plan,
    private readonly pipeline: IPipelineRunShortcut | undefined,
    private readonly arguments_: readonly string[],
    private readonly results: readonly string[],
    private readonly kernels: readonly { destroy(): void }[],
  ) {
    // gpu.js takes no empty array: kernels that get one read none of it.
    for (const b of [...plan.inputs, ...plan.residents])
      this.values.set(b, new Float32Array(Math.max(1, plan.sizes.get(b) ?? 0)));
    for (const [b, data] of plan.constants) this.values.set(b, data.length > 0 ? data : new Float32Array(1));
    for (const b of arguments_) if (!this.values.has(b)) this.values.set(b, new Float32Array(1));
  }

  static async compile(gpu: GPU, backend: BackendInfo, mode: Mode, plan: Plan): Promise<PipelineExecutable> {
    const used = new Set(plan.calls.flatMap(c => c.inputs.map(i => i.buffer)));
    const outside = [...plan.inputs, ...plan.residents, ...plan.constants.keys()];
    const written = new Set(plan.calls.map(c => c.output.buffer));
    // What is empty is written by no kernel.
    const empty = [...used].filter(b => plan.sizes.get(b) === 0 && !outside.includes(b));
    const passed = [...outside, ...empty].filter(b => used.has(b));
    const guards = plan.calls.flatMap(c => (c.guard ? [c.output.buffer] : []));
    const results = [...new Set([...plan.outputs, ...plan.updates.map(u => u.value), ...guards])].filter(b =>
      written.has(b),
    );
    if (plan.calls.length === 0) return new PipelineExecutable(backend, plan, undefined, [], [], []);

    const known = new Map<string, (...handles: unknown[]) => unknown>();
    const kernels: { destroy(): void }[] = [];
    const kernelOf = (call: KernelCall) => {
      const grid = call.grid ?? [plan.sizes.get(call.output.buffer)!];
      // The cpu backend makes nested arrays of grids, which are no flat buffers: there, one thread axis is split.
      const { source, output } =
        mode === 'cpu' ? flattened(call.source, grid) : { source: hoisted(call.source), output: grid };
      const key = `${output.join('x')}:${source}`;
      let kernel = known.get(key);
      if (!kernel) {
        const made = gpu.createKernel(source, {
          output: [...output],
          precision: 'single',
          loopMaxIterations: LONGEST_LOOP,
        } as never);
        kernels.push(made as unknown as { destroy(): void });
        kernel = made as unknown as (...handles: unknown[]) => unknown;
        known.set(key, kernel);
      }
      return kernel;
    };
    const orchestrate = (...handles: unknown[]) => {
      const at = new Map(passed.map((b, i) => [b, handles[i]]));
      for (const call of plan.calls) {
        at.set(call.output.buffer, kernelOf(call)(...call.inputs.map(i => at.get(i.buffer))));
      }
      return results.map(b => at.get(b));
    };
    // gpu.js counts the pipeline's arguments by the function's own.
    Object.defineProperty(orchestrate, 'length', { value: passed.length });
    const pipeline = gpu.createPipeline(orchestrate as never);
    const executable = new PipelineExecutable(backend, plan, pipeline, passed, results, kernels);
    // The first call builds; only then is known what executes.
    await executable.call();
    // Its faster executors are for other backends; a kernel that it moved to another one is what must not pass.
    const own = mode === 'cpu' ? 'cpu' : 'gpu';
    const moved = ran(pipeline).find(k => k.constructor.mode !== own);
    if (moved) {
      await executable.dispose();
      const { fallbackReason } = moved;
      throw new VitrineError(
        'bad-request',
        `The backend "${backend.name}" cannot run this model: gpu.js fell back to "${moved.constructor.mode}"${fallbackReason ? ` (${fallbackReason})` : ''}. Choose another backend.`,
      );
    }
    return executable;
  }

  write(buffer: string, data: Float32Array | Int32Array): void {
    this.values.get(buffer)!.set(data);
  }

  async run(): Promise<void> {
    const results = await this.call();
    results.forEach((r, i) => {
      this.values.set(this.results[i]!, r);
    });
    for (const { guard, output } of this.plan.calls) {
      const [bad, found] = guard ? this.values.get(output.buffer)! : [];
      if (bad) throw guard!(found!);
    }
    const next = this.plan.updates.map(u => this.values.get(u.value)!);
    this.plan.updates.forEach((u, i) => {
      this.values.set(u.resident, Float32Array.from(next[i]!));
    });
  }

  read(buffer: string): Float32Array {
    return this.values.get(buffer)?.slice(0, this.plan.sizes.get(buffer)) ?? new Float32Array(0);
  }

  async dispose(): Promise<void> {
    await this.pipeline?.destroy();
    for (const k of this.kernels) k.destroy();
    this.values.clear();
  }

  private async call(): Promise<Float32Array[]> {
    if (!this.pipeline) return [];
    const given = this.arguments_.map(b => this.values.get(b)!);
    return ((await this.pipeline(...(given as never[]))) as unknown[]).map(flat);
  }
}

/** What is looked at of gpu.js's kernels. */
interface RanKernel {
  constructor: { mode: string };
  fallbackReason: string | null;
}

interface RanPlan {
  kernels: { clone: { kernel: RanKernel } }[];
  genericClones: Map<string, { kernel: RanKernel }>;
}

/**
 * The kernels that computed: gpu.js runs copies of those that were recorded, one for each step and place of its output,
 * and each may have moved on its own. Its own `backend` and `fallbackReason` speak of the first and of the executor.
 */
function ran(pipeline: IPipelineRunShortcut): RanKernel[] {
  const { kernels, genericClones } = pipeline.plan as RanPlan;
  // Where one of its faster executors ran, which here is one of another backend, there are the recorded ones alone.
  const copies = genericClones.size > 0 ? genericClones : new Map(kernels.map((k, i) => [`${i}`, k.clone]));
  return [...copies].filter(([key]) => !key.startsWith('up:')).map(([, copy]) => copy.kernel);
}

/** Results come as they were launched: rows of rows of Float32Arrays. */
function flat(value: unknown): Float32Array {
  if (value instanceof Float32Array) return value;
  const parts = (value as unknown[]).map(flat);
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** The same kernel over one thread axis. */
function flattened(source: string, grid: readonly number[]): { source: string; output: number[] } {
  const size = grid.reduce((p, d) => p * d, 1);
  if (grid.length === 1) return { source, output: [size] };
  const [x, y] = grid as [number, number];
  const thread: Record<string, string> = {
    x: `(this.thread.x % ${x})`,
    y: grid.length === 2 ? `Math.floor(this.thread.x / ${x})` : `(Math.floor(this.thread.x / ${x}) % ${y})`,
    z: `Math.floor(this.thread.x / ${x * y})`,
  };
  return {
    source: source.replace(/this\.thread\.([xyz])/g, (_, axis: string) => thread[axis]!),
    output: [size],
  };
}
