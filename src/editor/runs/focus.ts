/** What layers of trained models attend to, for hovers, the Explanation view and the panel; computed once a run and layer. */
import type { LayerFocus } from '../../explain/layers/layerFocus';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { Engine } from '../engine';
import type { Log } from '../log';
import { isCancelled } from '../problems';
import type { Run, Runs } from './store';

const mostKept = 200;

export class Foci {
  readonly #engine: Engine;
  readonly #runs: Runs;
  readonly #log: Log;
  /** null: the layer has nothing of the kind. */
  readonly #known = new Map<string, LayerFocus | null>();

  constructor(engine: Engine, runs: Runs, log: Log) {
    this.#engine = engine;
    this.#runs = runs;
    this.#log = log;
  }

  /** In the newest trained run of the model; undefined where there is none, or the layer gives no real numbers. */
  async of(
    model: Model,
    module: string,
    signal?: AbortSignal,
  ): Promise<(LayerFocus & { run: string }) | undefined> {
    const run = await this.#runs.trained({ file: model.file, class: model.name });
    return run && module !== '' ? this.ofRun(run, module, signal) : undefined;
  }

  async ofRun(
    run: Run,
    module: string,
    signal?: AbortSignal,
  ): Promise<(LayerFocus & { run: string }) | undefined> {
    const { id, epochsDone, state } = run.record;
    if (state === 'running' || state === 'paused') return undefined;
    const key = `${run.folder}:${state}:${epochsDone}:${module}`;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = await this.#engine
        .request('run/layer', { run: run.folder.fsPath, module }, signal ? { signal } : {})
        .catch(e => {
          if (isCancelled(e)) throw e;
          // A group, an embedding's index or the output itself is no fault.
          if (!(e instanceof VitrineError && e.code === 'bad-request'))
            this.#log.warn(`What ${module} of run ${id} attends to: ${e}`);
          return null;
        });
      if (this.#known.size >= mostKept) this.#known.clear();
      this.#known.set(key, found);
    }
    return found ? { ...found, run: id } : undefined;
  }
}
