/** Opens an engine on the backend that was asked for, or on the best that there is. */
import { VitrineError } from '../model/errors';
import { stagingOf } from '../model/stages';
import type { BackendName, Engine, Evaluator, Trainer } from './engine';
import { createEvaluator } from './evaluator';
import type { Executor } from './executors/executor';
import { pipelineExecutor } from './executors/pipeline';
import { isWebasmSupported, type WebasmOptions, webasmExecutor } from './executors/webasm';
import { webgpuExecutor } from './executors/webgpu';
import type { GpuDevice } from './gpu/device';
import { openNodeGpu } from './gpu/nodeGpu';
import { StagedEvaluator } from './staged';
import { createTrainer } from './trainer';

/**
 * @param options.backend "webasm" (SIMD on the CPU), "cpu" (plain JavaScript: slow, the reference) or "webgpu";
 *   "auto" takes webasm, or cpu where WebAssembly lacks SIMD.
 * @throws bad-request when the backend that was asked for is not there.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return engineOn(await executorFor(options.backend ?? 'auto', options));
}

/** An engine that compiles for an executor, and disposes of it with itself. */
export function engineOn(executor: Executor): Engine {
  const open = new Set<{ dispose(): Promise<void> }>();
  const kept = <T extends Evaluator | Trainer>(made: T): T => {
    open.add(made);
    const { dispose } = made;
    made.dispose = async () => {
      open.delete(made);
      await dispose.call(made);
    };
    return made;
  };
  return {
    backend: executor.backend,
    evaluator: async (model, request) => {
      const staging = stagingOf(model);
      if (staging) return kept(new StagedEvaluator(executor, model, request, staging));
      return kept(await createEvaluator(executor, model, request));
    },
    trainer: async (model, request) => {
      if (stagingOf(model))
        throw new VitrineError(
          'unsupported-op',
          `${model.name} is run in steps, as its sizes depend on values: it cannot be trained. Export it with fixed sizes and without what selects by values.`,
        );
      return kept(await createTrainer(executor, model, request));
    },
    lost: () => executor.lost?.(),
    async dispose() {
      for (const x of [...open]) await x.dispose();
      await executor.dispose();
    },
  };
}

/** `threads` is for "webasm"; `profile` is for "webasm" and "webgpu". */
export interface EngineOptions extends WebasmOptions {
  backend?: BackendName | 'auto';
}

async function executorFor(backend: string, options: EngineOptions): Promise<Executor> {
  switch (backend) {
    case 'auto':
      return isWebasmSupported() ? webasmExecutor(options) : pipelineExecutor();
    case 'webasm':
      if (!isWebasmSupported())
        throw new VitrineError(
          'bad-request',
          'The backend "webasm" is not there: this process has no WebAssembly. Use "cpu".',
        );
      return webasmExecutor(options);
    case 'cpu':
      return pipelineExecutor();
    case 'webgpu':
      return webgpuExecutor(await requireGpu(), 'webgpu', options.profile);
    default:
      throw new VitrineError(
        'bad-request',
        `There is no backend "${backend}". There are "auto", "webasm", "webgpu" and "cpu".`,
      );
  }
}

async function requireGpu(): Promise<GpuDevice> {
  const gpu = await openNodeGpu();
  if (typeof gpu !== 'string') return gpu;
  throw new VitrineError(
    'bad-request',
    `The backend "webgpu" is not there: ${gpu}. Use "webasm", or "auto" for the best that there is.`,
  );
}
