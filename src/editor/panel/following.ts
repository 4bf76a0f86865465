/** Keeps the desk's run in step with what trains: its events, its record, and what it did before. */
import path from 'node:path';
import * as vscode from 'vscode';
import { messageIn } from '../../names/messages';
import type { RunEvent, RunRecord } from '../../train/runs/run';
import type { Engine } from '../engine';
import { experimentName } from '../experiments/info';
import type { Log } from '../log';
import { appendEvents, type LiveRun } from '../runs/live';
import type { Run, Runs } from '../runs/store';
import type { Training } from '../runs/training';
import { language } from '../settings';
import { samePath } from '../text/places';
import type { Desk } from './desk';

interface Needs {
  engine: Engine;
  log: Log;
  runs: Runs;
  training: Training;
}

export class Following {
  readonly #desk: Desk;
  readonly #needs: Needs;
  readonly #fail: (e: unknown) => void;
  /** Another run is shown: what can be asked of it may be something else. */
  readonly #loaded: () => Promise<void>;

  constructor(desk: Desk, needs: Needs, fail: (e: unknown) => void, loaded: () => Promise<void>) {
    this.#desk = desk;
    this.#needs = needs;
    this.#fail = fail;
    this.#loaded = loaded;
  }

  /** A training has begun: the desk shows it. */
  begin(live: LiveRun): void {
    const { state } = this.#desk;
    const record: RunRecord = {
      id: live.id,
      started: new Date().toISOString(),
      state: live.state,
      experiment: live.experiment,
      model: {
        file: state.model?.name === live.model ? state.model.file : '',
        class: live.model,
        parameters: live.parameters,
      },
      seed: 0,
      backend: live.backend,
      epochs: live.epochs,
      epochsDone: live.epoch,
      dataHash: '',
    };
    if (!state.experiment || !samePath(state.experiment.path, live.experiment))
      this.#desk.update({
        model: undefined,
        experiment: { path: live.experiment, name: experimentName(live.experiment) },
      });
    this.#desk.turn();
    this.#desk.update({
      run: { record, events: [] },
      view: 'training',
      backend: live.backend,
      error: undefined,
      selection: { ...state.selection, run: live.id },
    });
    if (live.epoch > 0) void this.#addHistory(live);
    void this.#needs.runs
      .reload(vscode.Uri.file(path.join(path.dirname(live.experiment), '.vitrine', 'runs', live.id)))
      .catch(() => {});
  }

  take(event: RunEvent): void {
    this.#desk.append(event.run, [event]);
    if (event.event === 'state') this.#patchRecord({ state: event.state });
  }

  async end(live: LiveRun): Promise<void> {
    if (this.#desk.state.run?.record.id !== live.id) return;
    const run = await this.#needs.runs.get(live.id);
    this.#patchRecord(run ? { ...run.record } : { state: live.state });
    if (live.state === 'failed')
      this.#desk.update({ error: live.message && messageIn(language(), live.message) });
  }

  /** The run's file may have changed. */
  refresh(): void {
    const { run } = this.#desk.state;
    if (!run) return;
    const known = this.#needs.runs.known().find(r => r.record.id === run.record.id);
    if (!known || known.record === run.record) return;
    const { live } = this.#needs.training;
    const state = live?.id === known.record.id ? live.state : known.record.state;
    // While a run is live its file changes at every checkpoint; only a new state is worth a message.
    if (run.record.state !== state || run.record.seed !== known.record.seed || known.record.ended)
      this.#desk.update({ run: { record: { ...known.record, state }, events: run.events } });
  }

  /** Shows a run with all that it did; a live one is shown already. */
  async load(run: Run): Promise<void> {
    const { live } = this.#needs.training;
    const { state } = this.#desk;
    if (live?.id === run.record.id && state.run?.record.id === live.id) return;
    try {
      const { record, events } = await this.#needs.engine.request('run/history', {
        folder: run.base,
        run: run.ownId,
      });
      const { id } = run.record;
      const kept: RunEvent[] = [];
      appendEvents(kept, events);
      this.#desk.update({
        run: { record: { ...record, id }, events: kept },
        selection: { ...this.#desk.state.selection, run: id },
        backend: record.backend,
      });
      await this.#loaded();
    } catch (e) {
      this.#fail(e);
    }
  }

  /** What a run that goes on did before it was interrupted. */
  async #addHistory(live: LiveRun): Promise<void> {
    try {
      const { events } = await this.#needs.engine.request('run/history', {
        folder: path.dirname(live.experiment),
        run: live.id,
      });
      const { run } = this.#desk.state;
      if (run?.record.id !== live.id) return;
      const lastStart = events.findLastIndex(e => e.event === 'start');
      const merged: RunEvent[] = [];
      appendEvents(merged, [...events.slice(0, Math.max(0, lastStart)), ...run.events]);
      this.#desk.update({ run: { record: run.record, events: merged } });
    } catch (e) {
      this.#needs.log.warn(`The history of run ${live.id} cannot be read: ${e}`);
    }
  }

  #patchRecord(change: Partial<RunRecord>): void {
    const { run } = this.#desk.state;
    if (run) this.#desk.update({ run: { record: { ...run.record, ...change }, events: run.events } });
  }
}
