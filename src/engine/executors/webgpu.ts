/**
 * The GPU's executor, in Node and in pages: gpu.js translates each kernel to WGSL, joined elementwise kernels are
 * written by gpu/cells.ts, and all of a plan's tensors lie in one buffer of the device by the same memory plan as on the
 * CPU. Weights and state never leave it; a run is one submission, and only what is read comes back.
 *
 * Why not gpu.js's `createPipeline`, whose fused encoder does much the same: it takes weights as arguments and hands
 * new ones back at each call, binds each tensor by itself (GPUs offer as few as eight bindings, an Adam step wants
 * more), and what it cannot take it hands to a slower executor. Here there is nothing to fall back to: a kernel runs on
 * the GPU or is an error.
 */
import { VitrineError } from '../../model/errors';
import { fuseElementwise } from '../compile/fuse';
import { outputsOf, planMemory } from '../compile/memory';
import type { Plan } from '../compile/plan';
import type { BackendInfo, BackendName } from '../engine';
import { cellsShader, isKnown } from '../gpu/cells';
import { type GpuDevice, lostError, messageOf } from '../gpu/device';
import { groupShader } from '../gpu/kernels';
import { copyShader, GROUP, GROUPS_ACROSS, type GroupShader, portableShader } from '../gpu/wgsl';
import type { KernelCall } from '../op';
import type { Executable, Executor } from './executor';
import { withGuards } from './guarded';
import { noteIn, type Profile } from './profile';

/** The places of a step's tensors start at multiples of this in the uniform buffer: the most that a GPU may ask for. */
const ALIGNED = 256;

interface Step {
  call: KernelCall;
  pipeline: GPUComputePipeline;
  /** Where its places lie, in bytes. */
  places: number;
  groups: readonly [number, number, number];
}

/** @param profile gets the time of each kernel, where the GPU can tell it; measuring costs much of a step's speed. */
export function webgpuExecutor(gpu: GpuDevice, name: BackendName = 'webgpu', profile?: Profile): Executor {
  const backend: BackendInfo = {
    name,
    executor: `WebGPU on ${gpu.description}${gpu.emulated ? ', emulated on the CPU' : ''}`,
    threads: 1,
    ...(gpu.emulated && { emulated: true }),
  };
  const shaders = new Shaders(gpu.device);
  return {
    backend,
    fast: false,
    compile: plan =>
      withGuards(plan, p =>
        WebGpuExecutable.compile(gpu, backend, shaders, p, gpu.timing ? profile : undefined),
      ),
    lost: gpu.lost,
    dispose: async () => gpu.close(),
  };
}

/** Compiled shaders by their text, and the layout that all of them share. */
class Shaders {
  readonly bindings: GPUBindGroupLayout;
  private readonly layout: GPUPipelineLayout;
  private readonly known = new Map<string, Promise<GPUComputePipeline>>();

  constructor(private readonly device: GPUDevice) {
    const visibility = 4; // COMPUTE; the constants are no globals in Node
    this.bindings = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
        { binding: 1, visibility, buffer: { type: 'storage' } },
      ],
    });
    this.layout = device.createPipelineLayout({ bindGroupLayouts: [this.bindings] });
  }

  get(name: string, code: string): Promise<GPUComputePipeline> {
    let made = this.known.get(code);
    if (!made) {
      made = this.compile(name, code);
      this.known.set(code, made);
    }
    return made;
  }

  private async compile(name: string, code: string): Promise<GPUComputePipeline> {
    const module = this.device.createShaderModule({ code });
    const { messages } = await module.getCompilationInfo();
    const error = messages.find(m => m.type === 'error');
    if (error)
      throw new Error(`the shader of ${name} does not compile: ${error.lineNum}: ${error.message}\n${code}`);
    return this.device.createComputePipelineAsync({
      layout: this.layout,
      compute: { module, entryPoint: 'main' },
    });
  }
}

const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  resolve: 0x200,
};

class WebGpuExecutable implements Executable {
  private readonly fetched = new Map<string, Float32Array>();
  private staging: GPUBuffer | undefined;
  private disposed = false;

  private constructor(
    private readonly gpu: GpuDevice,
    readonly backend: BackendInfo,
    private readonly buffers: { arena: GPUBuffer; places: GPUBuffer; group: GPUBindGroup },
    private readonly steps: readonly Step[],
    private readonly at: ReadonlyMap<string, { offset: number; size: number }>,
    private readonly outputs: readonly string[],
    private readonly clock: KernelClock | undefined,
  ) {}

  static async compile(
    gpu: GpuDevice,
    backend: BackendInfo,
    shaders: Shaders,
    given: Plan,
    profile?: Profile,
  ): Promise<WebGpuExecutable> {
    requirePresent(gpu, backend);
    const { device } = gpu;
    const plan = fuseElementwise(given, isKnown);
    const memory = planMemory(plan);
    const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    const calls: Dispatch[] = plan.calls.flatMap(call => dispatchesOf(call, plan, gpu.emulated));
    for (const { from, to } of memory.copies) {
      const cells = plan.sizes.get(from)!;
      const shape = [cells];
      calls.push({
        call: { name: 'Copy', source: '', inputs: [{ buffer: from, shape }], output: { buffer: to, shape } },
        code: copyShader(cells),
        groups: groupsFor(cells),
        buffers: [to, from],
        scratch: 0,
      });
    }
    const scratch = calls.reduce((n, c) => Math.max(n, c.scratch), 0);
    const bytes = Math.max(16, memory.bytes + scratch * 4);
    if (bytes > most)
      throw new VitrineError(
        'bad-request',
        `The model needs ${gigabytes(bytes)} for one batch, more than the ${gigabytes(most)} that ${gpu.description} gives to one computation. Take a smaller batch, have activations computed again ("recompute" in the experiment), or use the backend "webasm".`,
      );
    const longest = calls.reduce((n, c) => Math.max(n, c.buffers.length), 1);
    const room = Math.ceil((longest * 4) / ALIGNED) * ALIGNED;
    const places = new Uint32Array(((calls.length + 1) * room) / 4);
    calls.forEach((c, i) => {
      c.buffers.forEach((b, j) => {
        places[(i * room) / 4 + j] = (b === SCRATCH ? memory.bytes : (memory.offsets.get(b) ?? 0)) / 4;
      });
    });
    const pipelines = await Promise.all(calls.map(c => shaders.get(c.call.name, c.code)));
    const steps = calls.map(
      ({ call, groups }, i): Step => ({ call, pipeline: pipelines[i]!, places: i * room, groups }),
    );

    device.pushErrorScope('out-of-memory');
    const arena = device.createBuffer({
      size: bytes,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
    const refused = await device.popErrorScope();
    if (refused)
      throw new VitrineError(
        'bad-request',
        `${gpu.description} has no ${gigabytes(bytes)} of memory left for the model (${refused.message}). Take a smaller batch, or use the backend "webasm".`,
      );
    const placesBuffer = device.createBuffer({
      size: places.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
    device.queue.writeBuffer(placesBuffer, 0, places);
    const group = device.createBindGroup({
      layout: shaders.bindings,
      entries: [
        { binding: 0, resource: { buffer: placesBuffer, size: room } },
        { binding: 1, resource: { buffer: arena } },
      ],
    });
    const at = new Map(
      [...memory.offsets].map(([b, offset]) => [b, { offset, size: plan.sizes.get(b) ?? 0 }] as const),
    );
    const made = new WebGpuExecutable(
      gpu,
      backend,
      { arena, places: placesBuffer, group },
      steps,
      at,
      plan.outputs,
      profile && new KernelClock(device, steps, profile),
    );
    for (const [buffer, data] of plan.constants) made.write(buffer, data);
    return made;
  }

  write(buffer: string, data: Float32Array | Int32Array): void {
    const place = this.at.get(buffer)!;
    if (data.length === 0) return;
    const cells = data instanceof Float32Array ? data : Float32Array.from(data);
    this.gpu.device.queue.writeBuffer(
      this.buffers.arena,
      place.offset,
      cells.buffer as ArrayBuffer,
      cells.byteOffset,
      cells.byteLength,
    );
    this.fetched.delete(buffer);
  }

  async run(wanted: readonly string[] = this.outputs): Promise<void> {
    this.fetched.clear();
    await this.submit(this.steps, wanted);
  }

  async fetch(wanted: readonly string[]): Promise<void> {
    await this.submit(
      [],
      wanted.filter(b => !this.fetched.has(b)),
    );
  }

  read(buffer: string): Float32Array {
    const data = this.fetched.get(buffer);
    if (!data) throw new Error(`"${buffer}" was not fetched from the GPU`);
    return data.slice();
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.fetched.clear();
    this.staging?.destroy();
    this.buffers.arena.destroy();
    this.buffers.places.destroy();
    this.clock?.dispose();
  }

  private async submit(steps: readonly Step[], wanted: readonly string[]): Promise<void> {
    requirePresent(this.gpu, this.backend);
    const { device } = this.gpu;
    const { arena, group } = this.buffers;
    // What is empty and written by no kernel has no place.
    const reads = [...new Set(wanted)].map(buffer => ({
      buffer,
      ...(this.at.get(buffer) ?? { offset: 0, size: 0 }),
    }));
    const bytes = reads.reduce((n, r) => n + r.size * 4, 0);
    if (steps.length === 0 && bytes === 0) {
      for (const { buffer } of reads) this.fetched.set(buffer, new Float32Array(0));
      return;
    }
    const encoder = device.createCommandEncoder();
    if (steps.length > 0 && this.clock) this.clock.encode(encoder, group);
    else if (steps.length > 0) {
      const pass = encoder.beginComputePass();
      for (const s of steps) dispatch(pass, group, s);
      pass.end();
    }
    const staging = this.stagingFor(Math.max(4, bytes));
    let offset = 0;
    for (const r of reads) {
      if (r.size > 0) encoder.copyBufferToBuffer(arena, r.offset, staging, offset, r.size * 4);
      offset += r.size * 4;
    }
    device.queue.submit([encoder.finish()]);
    try {
      // Waiting even where nothing is read keeps the GPU no more than a step behind.
      await staging.mapAsync(1);
    } catch (e) {
      throw lostError(this.backend.name, this.gpu.lost() ?? messageOf(e));
    }
    const all = new Float32Array(staging.getMappedRange(0, Math.max(4, bytes)).slice(0));
    staging.unmap();
    requirePresent(this.gpu, this.backend);
    if (steps.length > 0) await this.clock?.note();
    offset = 0;
    for (const r of reads) {
      this.fetched.set(r.buffer, all.subarray(offset, offset + r.size));
      offset += r.size;
    }
  }

  private stagingFor(bytes: number): GPUBuffer {
    if (this.staging && this.staging.size >= bytes) return this.staging;
    this.staging?.destroy();
    this.staging = this.gpu.device.createBuffer({
      size: Math.ceil(bytes / 256) * 256,
      usage: usage.mapRead | usage.copyTarget,
    });
    return this.staging;
  }
}

function dispatch(pass: GPUComputePassEncoder, group: GPUBindGroup, step: Step): void {
  pass.setPipeline(step.pipeline);
  pass.setBindGroup(0, group, [step.places]);
  pass.dispatchWorkgroups(...step.groups);
}

/** Times kernels by the GPU's own clock: each has a pass of its own, as clocks are read between passes alone. */
class KernelClock {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly read: GPUBuffer;
  private readonly timed: readonly Step[];
  private readonly tell: (call: KernelCall, milliseconds: number) => void;

  constructor(
    device: GPUDevice,
    private readonly steps: readonly Step[],
    profile: Profile,
  ) {
    // WebGPU allows 4096 queries in a set.
    this.timed = steps.slice(0, 2048);
    const count = Math.max(2, this.timed.length * 2);
    this.queries = device.createQuerySet({ type: 'timestamp', count });
    this.resolved = device.createBuffer({ size: count * 8, usage: usage.resolve | usage.copySource });
    this.read = device.createBuffer({ size: count * 8, usage: usage.mapRead | usage.copyTarget });
    this.tell = noteIn(profile);
  }

  encode(encoder: GPUCommandEncoder, group: GPUBindGroup): void {
    this.steps.forEach((s, i) => {
      const pass = encoder.beginComputePass(
        i < this.timed.length
          ? {
              timestampWrites: {
                querySet: this.queries,
                beginningOfPassWriteIndex: 2 * i,
                endOfPassWriteIndex: 2 * i + 1,
              },
            }
          : {},
      );
      dispatch(pass, group, s);
      pass.end();
    });
    encoder.resolveQuerySet(this.queries, 0, this.timed.length * 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.read, 0, this.timed.length * 16);
  }

  /** After a run was waited for. */
  async note(): Promise<void> {
    await this.read.mapAsync(1);
    const nanoseconds = new BigUint64Array(this.read.getMappedRange().slice(0));
    this.read.unmap();
    this.timed.forEach((s, i) => {
      this.tell(s.call, Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6);
    });
  }

  dispose(): void {
    this.queries.destroy();
    this.resolved.destroy();
    this.read.destroy();
  }
}

/** The place behind all tensors, for what a kernel of two steps keeps between them. */
const SCRATCH = Symbol('scratch');

interface Dispatch {
  call: KernelCall;
  code: string;
  groups: GroupShader['groups'];
  buffers: readonly (string | typeof SCRATCH)[];
  /** Numbers that it keeps there. */
  scratch: number;
}

function dispatchesOf(call: KernelCall, plan: Plan, emulated: boolean): Dispatch[] {
  const { code, groups, scratch } = shaderOf(call, plan, emulated);
  const outputs = outputsOf(call).map(c => c.buffer);
  const inputs = call.inputs.map(c => c.buffer);
  if (!scratch) return [{ call, code, groups, buffers: [...outputs, ...inputs], scratch: 0 }];
  return [
    { call, code, groups, buffers: [SCRATCH, ...inputs], scratch: scratch.cells },
    {
      call: { ...call, name: `${call.name}, added up` },
      ...{ code: scratch.after, groups: groupsFor(scratch.for), scratch: 0 },
      buffers: [...outputs, SCRATCH, ...inputs],
    },
  ];
}

function shaderOf(call: KernelCall, plan: Plan, emulated: boolean): GroupShader {
  const cells = plan.sizes.get(call.output.buffer)!;
  if (call.fused) return { code: cellsShader(call.fused), groups: groupsFor(cells) };
  return groupShader(call, emulated) ?? { code: portableShader(call, cells), groups: groupsFor(cells) };
}

/** For a thread a cell. */
function groupsFor(cells: number): GroupShader['groups'] {
  const groups = Math.ceil(cells / GROUP);
  return [Math.min(groups, GROUPS_ACROSS), Math.ceil(groups / GROUPS_ACROSS), 1];
}

function requirePresent(gpu: GpuDevice, backend: BackendInfo): void {
  const lost = gpu.lost();
  if (lost !== undefined) throw lostError(backend.name, lost);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`;
}
