/** gpu.js may compute a kernel on another of its backends than the one that was asked for: that is an error, never silent. */
import assert from 'node:assert/strict';
import { GPU } from 'gpu.js';
import type { Plan } from '../../../src/engine/compile/plan';
import { compilePipeline, pipelineExecutor } from '../../../src/engine/executors/pipeline';
import { webasmExecutor } from '../../../src/engine/executors/webasm';
import { VitrineError } from '../../../src/model/errors';

const twice = 'function (a) { return a[this.thread.x] * 2; }';
const plusOne = 'function (a) { return a[this.thread.x] + 1; }';
const unknown = 'function (a) { return undefinedThing(a[this.thread.x]); }';

/** The sources, each over what the one before it wrote. */
function plan(...sources: string[]): Plan {
  const at = (i: number) => ({ buffer: `b${i}`, shape: [4] });
  return {
    calls: sources.map((source, i) => ({ name: `K${i}`, source, inputs: [at(i)], output: at(i + 1) })),
    sizes: new Map(Array.from({ length: sources.length + 1 }, (_, i) => [`b${i}`, 4])),
    ...{ inputs: ['b0'], residents: [], constants: new Map(), updates: [] },
    outputs: [`b${sources.length}`],
  };
}

const refuses = (message: RegExp) => (e: unknown) => {
  assert.ok(e instanceof VitrineError, `${e}`);
  assert.match(e.message, message);
  return true;
};

describe('a backend that is fallen back from', () => {
  const info = { name: 'webview', executor: 'WebGL2', threads: 1 } as const;
  const { warn } = console;
  before(() => {
    // gpu.js complains of each.
    console.warn = () => undefined;
  });
  after(() => {
    console.warn = warn;
  });

  it('is refused, with the reason of the kernel that moved', async () => {
    const gpu = new GPU({ mode: 'cpu' });
    const { createKernel } = gpu;
    gpu.createKernel = ((...of: Parameters<typeof createKernel>) => {
      const made = createKernel.apply(gpu, of);
      Object.assign((made as unknown as { kernel: object }).kernel, {
        fallbackReason: 'no room for a texture',
      });
      return made;
    }) as never;
    await assert.rejects(
      compilePipeline(gpu, info, 'webgl2', plan(twice)),
      refuses(
        /^The backend "webview" cannot run this model: gpu\.js fell back to "cpu" \(no room for a texture\)\. Choose another/,
      ),
    );
    await gpu.destroy();
  });

  it('is refused where one of the faster executors of gpu.js took over', async () => {
    const gpu = new GPU({ mode: 'webasm' });
    await assert.rejects(
      compilePipeline(gpu, info, 'webgl2', plan(twice, plusOne)),
      refuses(/gpu\.js fell back to "webasm"\. Choose/),
    );
    await gpu.destroy();
  });

  it('is refused where any kernel moved, not the first alone', async () => {
    const gpu = new GPU({ mode: 'cpu' });
    const other = new GPU({ mode: 'webasm' });
    const { createKernel } = gpu;
    gpu.createKernel = ((source: string, settings: { pipeline?: boolean }) =>
      settings.pipeline && source.includes('+ 1')
        ? other.createKernel(source as never, settings as never)
        : createKernel.call(gpu, source as never, settings as never)) as never;
    await assert.rejects(
      compilePipeline(gpu, { ...info, name: 'cpu' }, 'cpu', plan(twice, plusOne, twice)),
      refuses(/gpu\.js fell back to "webasm"/),
    );
    await gpu.destroy();
    await other.destroy();
  });

  it('is none where each kernel runs where it was asked to', async () => {
    for (const executor of [pipelineExecutor(), webasmExecutor({ threads: 1 })]) {
      const executable = await executor.compile(plan(twice, plusOne, twice));
      executable.write('b0', Float32Array.of(1, 2, 3, 4));
      await executable.run();
      assert.deepEqual([...executable.read('b3')], [6, 10, 14, 18]);
      await executable.dispose();
      await executor.dispose();
    }
  });

  it('is none on webasm for what cannot be written there', async () => {
    const executor = webasmExecutor({ threads: 1 });
    await assert.rejects(executor.compile(plan(twice, unknown)), /WebAssembly backend does not yet support/);
    await executor.dispose();
  });

  it('is refused on webasm where gpu.js makes kernels of another kind', async () => {
    const executor = webasmExecutor({ threads: 1 });
    const { createKernel } = GPU.prototype;
    const cpu = new GPU({ mode: 'cpu' });
    GPU.prototype.createKernel = ((source: string, settings: object) =>
      createKernel.call(cpu, source as never, settings as never)) as never;
    try {
      await assert.rejects(
        executor.compile(plan(twice)),
        refuses(/runs the kernel K0 on "cpu", not on webasm/),
      );
    } finally {
      GPU.prototype.createKernel = createKernel;
      await executor.dispose();
      await cpu.destroy();
    }
  });
});
