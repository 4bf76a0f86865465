/** The table of runs, and the curves that are laid over those of the run that is shown. */

import * as vscode from 'vscode';
import { historyOf } from '../../train/runs/history';
import { runFiles, secondsOf } from '../../train/runs/run';
import type { Engine } from '../engine';
import { experimentName } from '../experiments/info';
import type { Log } from '../log';
import type { RunCurves, RunRow } from '../panelProtocol';
import { settingsOf } from '../runs/settings';
import type { Run, Runs } from '../runs/store';
import { samePath } from '../text/places';
import type { Desk } from './desk';

const MAX_ROWS = 200;
/** More lines than this in one chart tell nothing. */
export const MAX_COMPARED = 50;

export class Comparing {
  readonly #desk: Desk;
  readonly #needs: { engine: Engine; runs: Runs; log: Log };
  /** By the run's folder: a snapshot never changes. */
  readonly #settings = new Map<string, Promise<Record<string, string>>>();
  readonly #curves = new Map<string, Promise<RunCurves | undefined>>();
  #asked = 0;
  #listing: Promise<void> | undefined;
  #again = false;

  constructor(desk: Desk, needs: { engine: Engine; runs: Runs; log: Log }) {
    this.#desk = desk;
    this.#needs = needs;
  }

  /** Lists the runs, those of the shown model first; calls that come while it works are one. */
  async list(): Promise<void> {
    if (this.#listing) {
      this.#again = true;
      return this.#listing;
    }
    this.#listing = this.#list().finally(() => {
      this.#listing = undefined;
    });
    await this.#listing;
    if (!this.#again) return;
    this.#again = false;
    await this.list();
  }

  async #list(): Promise<void> {
    const all = await this.#needs.runs.all();
    const { experiment, run } = this.#desk.state;
    const akin = (r: Run) =>
      Number(experiment !== undefined && samePath(r.record.experiment, experiment.path)) * 2 +
      Number(r.record.model.class === run?.record.model.class);
    const shown = [...all].sort((a, b) => akin(b) - akin(a)).slice(0, MAX_ROWS);
    const rows = await Promise.all(shown.map(r => this.#row(r)));
    if (JSON.stringify(rows) !== JSON.stringify(this.#desk.state.runs)) this.#desk.update({ runs: rows });
    const kept = this.#desk.state.compared?.filter(c => all.some(r => r.record.id === c.id));
    if (kept && kept.length !== this.#desk.state.compared!.length) this.#desk.update({ compared: kept });
  }

  /** Lays these runs, by id, over the shown one; unknown ones are left out. */
  async compare(ids: readonly string[]): Promise<void> {
    const asked = ++this.#asked;
    const wanted = [...new Set(ids)].slice(0, MAX_COMPARED);
    const all = await this.#needs.runs.all();
    const runs = wanted.flatMap(id => all.find(r => r.record.id === id) ?? []);
    const curves = await Promise.all(runs.map(r => this.#curvesOf(r)));
    if (asked === this.#asked) this.#desk.update({ compared: curves.filter(c => c !== undefined) });
  }

  /** Runs whose folders, or something in them, are named by addresses, a line each: what was dropped on a page. */
  async runsIn(addresses: string): Promise<Run[]> {
    const all = await this.#needs.runs.all();
    const ids = addresses
      .split(/[\r\n]+/)
      .flatMap(line => /\.vitrine\/runs\/([\w.-]+)/.exec(decoded(line))?.[1] ?? []);
    return all.filter(r => ids.includes(r.record.id));
  }

  async #row(run: Run): Promise<RunRow> {
    const { record } = run;
    return {
      id: record.id,
      ...(record.name ? { name: record.name } : {}),
      model: record.model.class,
      experiment: experimentName(record.experiment),
      started: record.started,
      state: record.state,
      epochs: record.epochs,
      epochsDone: record.epochsDone,
      parameters: record.model.parameters,
      ...(record.ended ? { seconds: secondsOf(record)! } : {}),
      ...(record.test ? { test: record.test } : {}),
      settings: { seed: String(record.seed), backend: record.backend, ...(await this.#settingsOf(run)) },
    };
  }

  #settingsOf(run: Run): Promise<Record<string, string>> {
    const key = run.folder.toString();
    let found = this.#settings.get(key);
    if (!found) {
      if (this.#settings.size > 4 * MAX_ROWS) this.#settings.clear();
      found = Promise.resolve(
        vscode.workspace.fs.readFile(vscode.Uri.joinPath(run.folder, runFiles.experiment)),
      )
        .then(bytes => settingsOf(new TextDecoder().decode(bytes)))
        .catch(() => ({}));
      this.#settings.set(key, found);
    }
    return found;
  }

  #curvesOf(run: Run): Promise<RunCurves | undefined> {
    const { id, state, epochsDone } = run.record;
    const key = `${run.folder}:${state}:${epochsDone}`;
    let found = this.#curves.get(key);
    if (!found) {
      if (this.#curves.size > 2 * MAX_COMPARED) this.#curves.clear();
      found = this.#needs.engine.request('run/history', { folder: run.base, run: run.ownId }).then(
        ({ record, events }) => {
          const { steps, epochs } = historyOf(events, record);
          return {
            id,
            steps: { step: Float64Array.from(steps.step), loss: Float64Array.from(steps.loss) },
            epochs,
          };
        },
        e => {
          this.#needs.log.warn(`The curves of run ${id} cannot be read: ${e}`);
          this.#curves.delete(key);
          return undefined;
        },
      );
      this.#curves.set(key, found);
    }
    return found;
  }
}

/** Of a URI that anything may have dropped here. */
function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
