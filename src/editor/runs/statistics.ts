/** Weight and gradient statistics of trained models, for hovers and the Explanation view; asked for once per run. */

import type { Model } from '../../model/graph';
import type { Engine } from '../engine';
import type { Log } from '../log';
import type { Trained } from '../text/hover';
import type { Run, Runs } from './store';

export class Statistics {
  readonly #engine: Engine;
  readonly #runs: Runs;
  readonly #log: Log;
  readonly #known = new Map<string, Promise<Trained | undefined>>();

  constructor(engine: Engine, runs: Runs, log: Log) {
    this.#engine = engine;
    this.#runs = runs;
    this.#log = log;
  }

  /** Of the newest trained run of the model; undefined if it was never trained. */
  async of(model: Model): Promise<Trained | undefined> {
    const run = await this.#runs.trained({ file: model.file, class: model.name });
    return run && this.ofRun(run);
  }

  ofRun(run: Run): Promise<Trained | undefined> {
    const { id, epochsDone, state } = run.record;
    const key = `${run.folder}:${state}:${epochsDone}`;
    let found = this.#known.get(key);
    if (!found) {
      if (this.#known.size > 50) this.#known.clear();
      found = this.#engine.request('run/parameters', { folder: run.base, run: run.ownId }).then(
        ({ parameters }) => ({ run: id, epochs: epochsDone, parameters }),
        e => {
          this.#log.warn(`No statistics of run ${id}: ${e}`);
          this.#known.delete(key);
          return undefined;
        },
      );
      this.#known.set(key, found);
    }
    return found;
  }
}
