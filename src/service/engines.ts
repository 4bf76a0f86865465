/** The engines of this process: one a backend, made when first asked for and then shared. */
import { createEngine } from '../engine/create';
import type { BackendName, Engine } from '../engine/engine';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';

const backends: readonly BackendName[] = ['webgpu', 'webasm', 'cpu'];

export class Engines {
  private readonly open = new Map<string, Promise<Engine>>();

  /** @param threads how many compute on the CPU, as text; the environment's VITRINE_THREADS if undefined. */
  constructor(private readonly threads?: string) {}

  /**
   * @param backend its name; the best there is if undefined.
   * @throws bad-usage for a name that there is not; what creating an engine throws.
   */
  get(backend: string | undefined): Promise<Engine> {
    const key = backend ?? '';
    let engine = this.open.get(key);
    if (!engine) {
      engine = this.create(backend);
      this.open.set(key, engine);
      // Whoever asks next may be luckier.
      engine.catch(() => this.open.delete(key));
    }
    return engine;
  }

  async dispose(): Promise<void> {
    const engines = await Promise.allSettled(this.open.values());
    this.open.clear();
    for (const e of engines) if (e.status === 'fulfilled') await e.value.dispose();
  }

  private async create(backend: string | undefined): Promise<Engine> {
    const threads = threadsAsked(this.threads ?? process.env['VITRINE_THREADS']);
    if (backend === undefined) return createEngine({ threads });
    if (isBackend(backend)) return createEngine({ backend, threads });
    const near = nearest(backend, backends);
    throw new VitrineError(
      'bad-usage',
      `There is no backend "${backend}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(backends)}.`,
    );
  }
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

function isBackend(name: string): name is BackendName {
  return (backends as readonly string[]).includes(name);
}
