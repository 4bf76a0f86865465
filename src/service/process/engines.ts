/** The engines of this process: one a backend, made when first asked for and then shared. */
import { type Calibration, calibrate } from '../../engine/calibrate';
import { autoEngine, type Candidate, type Choice } from '../../engine/choose';
import { createEngine } from '../../engine/create';
import type { BackendName, Engine } from '../../engine/engine';
import { threadCount } from '../../engine/executors/threads';
import { isWebasmSupported } from '../../engine/executors/webasm';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { BackendMemory } from './backendMemory';

const backends: readonly BackendName[] = ['webgpu', 'webview', 'webasm', 'cpu'];

/** What is known of a backend, for people. */
export interface BackendReport {
  name: BackendName;
  available: boolean;
  /** Why it is not there. */
  reason?: string;
  /** What executes, and how. */
  executor?: string;
  threads?: number;
  /** A GPU that is computed on the CPU. */
  emulated?: boolean;
  /** As measured; absent where nothing was measured yet. */
  figures?: Calibration;
}

export interface BackendReports {
  backends: readonly BackendReport[];
  /** What "auto" is where no model was measured. */
  base: BackendName;
  /** What "auto" chose for models, the newest first. */
  choices: readonly Choice[];
}

/** Opens the GPU of VS Code's page, or says in a sentence why it is not there. */
export type OpenWebview = () => Promise<Engine | string>;

export class Engines {
  private readonly open = new Map<string, Promise<Engine>>();
  private readonly memory: BackendMemory;
  private readonly threads: () => number;

  /**
   * @param threads how many compute on the CPU, as text; the environment's VITRINE_THREADS if undefined.
   * @param webview there where an editor is.
   */
  constructor(
    threads?: string,
    private readonly webview?: OpenWebview,
    memory?: BackendMemory,
  ) {
    this.threads = () => threadsAsked(threads ?? process.env['VITRINE_THREADS']);
    this.memory = memory ?? new BackendMemory(lenient(this.threads));
  }

  /**
   * @param backend its name; the best there is for a model if undefined.
   * @throws bad-usage for a name that there is not; what creating an engine throws.
   */
  async get(backend: string | undefined): Promise<Engine> {
    const key = backend ?? 'auto';
    const known = this.open.get(key);
    // One whose device went away is opened again.
    if (known && (await known.catch(() => undefined))?.lost?.() !== undefined) this.open.delete(key);
    let engine = this.open.get(key);
    if (!engine) {
      engine = this.create(key);
      this.open.set(key, engine);
      // Whoever asks next may be luckier.
      engine.catch(() => this.open.delete(key));
    }
    return engine;
  }

  /** The backend that a run was trained on, to ask its model on; the CPU where it is not there any more. */
  async prefer(backend: string | undefined): Promise<Engine> {
    try {
      return await this.get(backend);
    } catch (e) {
      if (e instanceof VitrineError && e.code === 'bad-request') return this.get(undefined);
      throw e;
    }
  }

  /** `prefer`, unless the user named a backend. */
  asked(backend: string | undefined): (run: string | undefined) => Promise<Engine> {
    return run => (backend === undefined ? this.prefer(run) : this.get(backend));
  }

  /** @param again measures, also what was measured before; else only what is remembered is told. */
  async report(again: boolean): Promise<BackendReports> {
    if (again) await this.memory.forget();
    const reports: BackendReport[] = [];
    for (const name of backends) {
      let engine: Engine;
      try {
        engine = await this.get(name);
      } catch (e) {
        reports.push({ name, available: false, reason: reasonOf(e) });
        continue;
      }
      const { executor, threads, emulated } = engine.backend;
      const figures = again ? await this.figures(engine) : await this.memory.calibration(nameOf(engine));
      reports.push({
        name,
        available: true,
        executor,
        threads,
        ...(emulated && { emulated }),
        ...(figures && { figures: { product: figures.product, elementwise: figures.elementwise } }),
      });
    }
    return { backends: reports, base: base(), choices: await this.memory.choices() };
  }

  async dispose(): Promise<void> {
    const engines = await Promise.allSettled(this.open.values());
    this.open.clear();
    for (const e of engines) if (e.status === 'fulfilled') await e.value.dispose();
  }

  private async create(backend: string): Promise<Engine> {
    const threads = this.threads();
    switch (backend) {
      case 'auto':
        return autoEngine(await this.get(base()), this.candidates(), this.memory);
      case 'webview':
        return this.createWebview();
      case 'webgpu':
      case 'webasm':
      case 'cpu':
        return createEngine({ backend, threads });
      default: {
        const near = nearest(backend, [...backends, 'auto']);
        throw new VitrineError(
          'bad-usage',
          `There is no backend "${backend}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(backends)}, and "auto" for the best of them.`,
        );
      }
    }
  }

  private async createWebview(): Promise<Engine> {
    const engine = this.webview
      ? await this.webview()
      : 'it computes in the panel of VS Code, and this is no VS Code; the backend "webgpu" uses the same GPU from here';
    if (typeof engine !== 'string') return engine;
    throw new VitrineError(
      'bad-request',
      `The backend "webview" is not there: ${engine}. Use "webasm", or "auto" for the best that there is.`,
    );
  }

  private candidates(): Candidate[] {
    const names: BackendName[] = this.webview ? ['webgpu', 'webview'] : ['webgpu'];
    return names.map(name => ({
      name,
      open: async () => {
        try {
          return await this.get(name);
        } catch (e) {
          return reasonOf(e);
        }
      },
      unfit: async (engine, cpu) => {
        if (!engine.backend.emulated) return undefined;
        const [theirs, own] = [await this.figures(engine), await this.figures(cpu)];
        const [a, b] = [theirs.product.at(-1)!, own.product.at(-1)!];
        if (a.size === b.size && a.ms < b.ms) return undefined;
        return `a GPU that is emulated on the CPU (a product of ${a.size} x ${a.size} takes it ${a.ms.toFixed(0)} ms)`;
      },
    }));
  }

  private async figures(engine: Engine): Promise<Calibration> {
    const name = nameOf(engine);
    const known = await this.memory.calibration(name);
    if (known) return known;
    const measured = await calibrate(engine);
    await this.memory.setCalibration(name, measured);
    return measured;
  }
}

const base = (): BackendName => (isWebasmSupported() ? 'webasm' : 'cpu');

function nameOf({ backend }: Engine): string {
  return `${backend.name}: ${backend.executor}`;
}

/** "The backend "webgpu" is not there: no GPU answered. Use …" says to a choice only why. */
function reasonOf(e: unknown): string {
  const text = e instanceof Error ? e.message : String(e);
  return /is not there: (.*?)\. Use /.exec(text)?.[1] ?? text;
}

/** 0: as many as there are cores. */
function threadsAsked(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new VitrineError(
    'bad-usage',
    `The number of threads is "${text}"; it must be a whole number, or 0 for one for each core.`,
  );
}

/** A wrong number is told when an engine is asked for. */
function lenient(threads: () => number): number {
  try {
    return threadCount(threads());
  } catch {
    return 0;
  }
}
