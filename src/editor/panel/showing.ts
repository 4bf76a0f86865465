/** Puts a model, an experiment or a run on the desk, with all that comes along; what is late is dropped. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { experimentName } from '../experiments/info';
import type { Experiments } from '../experiments/store';
import type { Log } from '../log';
import type { Models } from '../models';
import type { PanelView } from '../panelProtocol';
import type { Run, Runs } from '../runs/store';
import type { Training } from '../runs/training';
import { samePath } from '../text/places';
import { mustBeTrusted } from '../trust';
import type { Asking } from './asking';
import type { Comparing } from './comparing';
import type { Desk } from './desk';
import type { Following } from './following';
import type { Memory } from './memory';
import type { Work } from './work';

const { l10n } = vscode;

interface Needs {
  log: Log;
  experiments: Experiments;
  models: Models;
  runs: Runs;
  training: Training;
}

interface Parts {
  work: Work;
  asking: Asking;
  following: Following;
  comparing: Comparing;
}

export class Showing {
  readonly #desk: Desk;
  readonly #parts: Parts;
  readonly #needs: Needs;
  /** Counts what is shown, so that late answers about something else are dropped. */
  #shown = 0;

  constructor(desk: Desk, parts: Parts, needs: Needs) {
    this.#desk = desk;
    this.#parts = parts;
    this.#needs = needs;
  }

  /** A model's architecture; its experiment and newest run come along. */
  async model(file: string, className: string, module?: string): Promise<void> {
    const shown = ++this.#shown;
    await this.#parts.work.do('reading', l10n.t('Reading {0}…', className), async () => {
      const found = await this.#read(file, className);
      if (shown !== this.#shown) return;
      const [experiment] = await this.#needs.experiments.of(file, className);
      const { model, selection } = this.#desk.state;
      const other = !model || model.name !== className || !samePath(model.file, found.file);
      if (other) this.#desk.turn();
      this.#desk.update({
        model: found,
        view: 'architecture',
        selection: module === undefined ? (other ? {} : selection) : { ...selection, module },
        ...(other ? { experiment: undefined, run: undefined, layers: undefined } : {}),
      });
      if (experiment && (other || !this.#desk.state.experiment)) await this.#useExperiment(experiment.file);
    });
  }

  /** An experiment: its model, its newest run. */
  async experiment(file: string, view: PanelView): Promise<void> {
    const shown = ++this.#shown;
    const info = await this.#needs.experiments.get(vscode.Uri.file(file));
    const { experiment } = this.#desk.state;
    if (!experiment || !samePath(experiment.path, file)) {
      this.#desk.turn();
      this.#desk.update({ model: undefined, run: undefined, layers: undefined, selection: {} });
    }
    this.#desk.update({ view, error: undefined });
    await this.#useExperiment(file);
    if (info.model?.class) {
      const model = await this.#read(info.model.file, info.model.class);
      if (shown === this.#shown) this.#desk.update({ model });
    }
    await this.fill(view);
  }

  async run(run: Run, view: PanelView): Promise<void> {
    const shown = ++this.#shown;
    const { record } = run;
    const { selection, run: before, model } = this.#desk.state;
    if (before?.record.id !== record.id) this.#desk.turn();
    this.#desk.update({
      view,
      error: undefined,
      experiment: { path: record.experiment, name: experimentName(record.experiment) },
      selection: { ...selection, run: record.id },
    });
    await this.#parts.following.load(run);
    if (model?.name !== record.model.class || !samePath(model.file, record.model.file)) {
      const read = await this.#read(record.model.file, record.model.class).catch(e => {
        this.#needs.log.warn(`The model of run ${record.id} cannot be read any more: ${e}`);
        return undefined;
      });
      if (shown === this.#shown) this.#desk.update({ model: read, layers: undefined });
    }
    await this.fill(view);
  }

  /** What was shown before the window was reloaded. */
  async restore(memory: Memory, views: () => readonly PanelView[]): Promise<void> {
    const shown = ++this.#shown;
    const { work, following, comparing } = this.#parts;
    this.#desk.update({ selection: memory.selection ?? {} });
    await work.do('restoring', l10n.t('Coming back…'), async () => {
      const run = memory.run ? await this.#needs.runs.get(memory.run) : undefined;
      if (memory.experiment)
        this.#desk.update({
          experiment: { path: memory.experiment, name: experimentName(memory.experiment) },
        });
      if (run) await following.load(run);
      if (memory.compared?.length) await comparing.compare(memory.compared);
      if (memory.file && memory.class && shown === this.#shown)
        this.#desk.update({ model: await this.#read(memory.file, memory.class) });
      for (const view of views()) await this.fill(view);
    });
  }

  /** Loads what a view needs and has not. */
  async fill(view: PanelView): Promise<void> {
    const { samples, overview } = this.#desk.state;
    const { asking, comparing } = this.#parts;
    // The classes that can be explained, and what can be typed, are told with them.
    if ((view === 'data' || view === 'explain') && !samples) await asking.firstSamples();
    if (view === 'data' && !overview) await asking.overview();
    if (view === 'training') await comparing.list();
  }

  async #read(file: string, className: string): Promise<Model> {
    mustBeTrusted('model/read', { file });
    const found = await this.#needs.models.readClass(vscode.Uri.file(file), className);
    if (!found)
      throw new VitrineError(
        'class-not-found',
        l10n.t('{0} has no model class {1}.', path.basename(file), className),
        { at: { file } },
      );
    if (found.model) return found.model;
    const [first] = found.diagnostics;
    throw new VitrineError(
      'bad-model',
      first
        ? l10n.t('{0} cannot be read: {1}', className, first.message)
        : l10n.t('{0} cannot be read.', className),
      { at: first ?? { file } },
    );
  }

  async #useExperiment(file: string): Promise<void> {
    this.#desk.update({ experiment: { path: file, name: experimentName(file) } });
    const { live } = this.#needs.training;
    if (live && samePath(live.experiment, file)) return;
    const newest = (await this.#needs.runs.all()).find(r => samePath(r.record.experiment, file));
    if (newest && this.#desk.state.run?.record.id !== newest.record.id)
      await this.#parts.following.load(newest);
  }
}
