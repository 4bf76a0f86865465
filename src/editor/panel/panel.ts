/**
 * The panel: owns what is shown, follows training, and does what the page asks. There is one; it remembers what it
 * showed in the workspace's state, so that it comes back after a reload.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { RunEvent, RunRecord } from '../../train/run';
import type { Engine } from '../engine';
import { experimentName } from '../experiments/info';
import type { Experiments } from '../experiments/store';
import { commands, panelType } from '../ids';
import type { Inquiry } from '../inquiryProtocol';
import type { Log } from '../log';
import type { Models } from '../models';
import type { FromPage, PanelState, PanelView, Selection } from '../panelProtocol';
import { isCancelled, messageOf, showPlaceOf } from '../problems';
import { loadMethods } from '../registries';
import type { Explaining } from '../runs/explaining';
import type { LiveRun } from '../runs/live';
import { appendEvents } from '../runs/live';
import { isTrained, type Run, type Runs } from '../runs/store';
import type { Training } from '../runs/training';
import { enabled } from '../settings';
import { samePath, sourceOf } from '../text/places';
import { Inquiries } from './inquiries';
import { Outbox } from './outbox';
import { openPage, Page } from './page';
import { pageStrings } from './strings';

const { l10n } = vscode;

const PAGE_SIZE = 60;
const MAX_PAGE = 200;
/** Page names are suggestions for a save dialog; a page that sends more than this is not ours. */
const MAX_SAVED_TEXT = 20_000_000;

/** What is kept over a reload. */
interface Memory {
  file?: string;
  class?: string;
  experiment?: string;
  run?: string;
  view: PanelView;
  selection: Selection;
}

interface Needs {
  context: vscode.ExtensionContext;
  log: Log;
  engine: Engine;
  experiments: Experiments;
  models: Models;
  runs: Runs;
  training: Training;
  explaining: Explaining;
}

export class Panel implements vscode.Disposable {
  readonly #needs: Needs;
  readonly #outbox: Outbox;
  readonly #inquiries: Inquiries;
  readonly #selected = new vscode.EventEmitter<Selection>();
  readonly #disposables: vscode.Disposable[];
  /** Something other than the page wants to know what is selected. */
  readonly onDidSelect = this.#selected.event;
  #page: Page | undefined;
  #restored = false;
  /** Counts what is shown, so that late answers about something else are dropped. */
  #shown = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#outbox = new Outbox(
      { view: 'architecture', selection: {}, methods: [] },
      {
        post: m => this.#page?.post(m),
        later: (callback, ms) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
        strings: pageStrings,
      },
    );
    this.#inquiries = new Inquiries(needs.engine, inquiries => this.#outbox.update({ inquiries }));
    const { training, explaining, models, runs } = needs;
    this.#disposables = [
      this.#selected,
      training.onDidStart(live => this.#follow(live)),
      training.onEvent(e => this.#take(e)),
      training.onDidEnd(live => void this.#ended(live)),
      explaining.onDidChange(() => this.#showAnswer()),
      models.onDidRead(r => {
        const model = this.state.model && r.models[this.state.model.name]?.model;
        if (model && this.state.model && samePath(this.state.model.file, r.uri.fsPath))
          this.#outbox.update({ model });
      }),
      runs.onDidChange(() => this.#refreshRecord()),
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async panel => {
          this.#attach(panel);
          await this.#restore();
        },
      }),
    ];
  }

  get state(): PanelState {
    return this.#outbox.state;
  }

  get visible(): boolean {
    return this.#page?.visible ?? false;
  }

  /** Opens the panel beside the editor or brings it to the front. */
  async open(options: { keepFocus?: boolean } = {}): Promise<void> {
    if (this.#page) this.#page.reveal(options.keepFocus ?? true);
    else this.#attach(openPage(this.#needs.context.extensionUri, options.keepFocus ?? true));
    if (!this.state.model && !this.state.experiment) await this.#restore();
  }

  /** Shows a model's architecture; its experiment and newest run come along. */
  async showModel(file: string, className: string, module?: string): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    this.#busy(l10n.t('Reading {0}…', className));
    try {
      const found = await this.#readModel(file, className);
      if (shown !== this.#shown) return;
      const [experiment] = await this.#needs.experiments.of(file, className);
      const other =
        this.state.model?.name !== className ||
        !this.state.model ||
        !samePath(this.state.model.file, found.file);
      this.#outbox.update({
        model: found,
        view: 'architecture',
        selection:
          module === undefined ? (other ? {} : this.state.selection) : { ...this.state.selection, module },
        ...(other
          ? {
              experiment: undefined,
              run: undefined,
              samples: undefined,
              explanation: undefined,
              explained: undefined,
            }
          : {}),
      });
      if (experiment && (other || !this.state.experiment)) await this.#useExperiment(experiment.file);
      this.#remember();
    } catch (e) {
      this.#fail(e);
    } finally {
      if (shown === this.#shown) this.#busy(undefined);
    }
  }

  /** Shows an experiment: its model, its newest run. */
  async showExperiment(file: string, view: PanelView): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    try {
      const info = await this.#needs.experiments.get(vscode.Uri.file(file));
      if (!this.state.experiment || !samePath(this.state.experiment.path, file)) {
        this.#outbox.update({
          model: undefined,
          run: undefined,
          samples: undefined,
          explanation: undefined,
          explained: undefined,
          selection: {},
        });
      }
      this.#outbox.update({ view, error: undefined });
      await this.#useExperiment(file);
      if (info.model?.class) {
        const model = await this.#readModel(info.model.file, info.model.class);
        if (shown === this.#shown) this.#outbox.update({ model });
      }
      this.#remember();
    } catch (e) {
      this.#fail(e);
    }
  }

  async showRun(run: Run, view: PanelView = 'training'): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    const { record } = run;
    this.#outbox.update({
      view,
      error: undefined,
      experiment: { path: record.experiment, name: experimentName(record.experiment) },
      selection: { ...this.state.selection, run: record.id },
      ...(this.state.run?.record.id === record.id
        ? {}
        : { samples: undefined, explanation: undefined, explained: undefined }),
    });
    await this.#loadHistory(run);
    if (
      this.state.model?.name !== record.model.class ||
      !samePath(this.state.model.file, record.model.file)
    ) {
      const model = await this.#readModel(record.model.file, record.model.class).catch(e => {
        this.#needs.log.warn(`The model of run ${record.id} cannot be read any more: ${e}`);
        return undefined;
      });
      if (shown === this.#shown) this.#outbox.update({ model });
    }
    this.#remember();
  }

  /** Puts a layer into the selection, e.g. the one under the cursor. */
  select(selection: Partial<Selection>): void {
    const next = { ...this.state.selection, ...selection };
    this.#outbox.update({ selection: next });
    this.#selected.fire(next);
    this.#remember();
  }

  showView(view: PanelView): void {
    this.#outbox.update({ view });
  }

  async #onMessage(m: FromPage): Promise<void> {
    const { training, log } = this.#needs;
    switch (m.type) {
      case 'ready':
        this.#outbox.ready();
        if (this.state.methods.length === 0) await this.#listMethods();
        if (this.state.view === 'data' && !this.state.samples) await this.#loadSamples('test', 0, PAGE_SIZE);
        break;
      case 'view':
        this.#outbox.update({ view: m.view });
        this.#remember();
        if (m.view === 'data' && !this.state.samples) await this.#loadSamples('test', 0, PAGE_SIZE);
        break;
      case 'select':
        this.select(m.selection);
        break;
      case 'reveal':
        await this.#reveal(m.module, m.node);
        break;
      case 'train':
        await vscode.commands.executeCommand(commands.train, this.#trainable());
        break;
      case 'stop':
        await training.stop();
        break;
      case 'pause':
        await training.pause();
        break;
      case 'continue':
        await training.continue();
        break;
      case 'samples':
        await this.#loadSamples(m.split, m.offset, m.count ?? PAGE_SIZE);
        break;
      case 'explain':
        await this.#explain(m.method, m.row, m.target);
        break;
      case 'inquire':
        await this.#inquire(m.inquiry);
        break;
      case 'cancelInquiry':
        this.#inquiries.cancel(m.kind);
        break;
      case 'report':
        await vscode.commands.executeCommand(commands.saveReport, this.state.run?.record.id);
        break;
      case 'save':
        await this.#save(m.name, m.text);
        break;
      case 'error':
        log.error(`The panel's page: ${m.message}`);
        break;
      default:
        m satisfies never;
    }
  }

  /** The methods, each with whether it fits the model of the run that is shown. */
  async #listMethods(): Promise<void> {
    const id = this.state.run?.record.id;
    const run = id === undefined ? undefined : await this.#needs.runs.get(id);
    const folder = run && isTrained(run.record) ? run.folder.fsPath : undefined;
    const methods = await loadMethods(this.#needs.engine, folder).catch(e => {
      this.#needs.log.warn(`Methods for run ${id}: ${e}`);
      return loadMethods(this.#needs.engine);
    });
    if (this.state.run?.record.id === id) this.#outbox.update({ methods });
  }

  #trainable(): unknown {
    const { experiment, model } = this.state;
    if (experiment) return vscode.Uri.file(experiment.path);
    return model ? { file: model.file, class: model.name } : undefined;
  }

  async #readModel(file: string, className: string): Promise<Model> {
    const { models } = this.#needs;
    if (!vscode.workspace.isTrusted)
      throw new VitrineError(
        'untrusted',
        l10n.t('The architecture needs Python to be evaluated, which a restricted workspace does not allow.'),
      );
    const found = await models.readClass(vscode.Uri.file(file), className);
    if (!found)
      throw new VitrineError(
        'class-not-found',
        l10n.t('{0} has no model class {1}.', path.basename(file), className),
        { at: { file } },
      );
    if (!found.model) {
      const [first] = found.diagnostics;
      throw new VitrineError(
        'bad-model',
        first
          ? l10n.t('{0} cannot be read: {1}', className, first.message)
          : l10n.t('{0} cannot be read.', className),
        first ? { at: first } : { at: { file } },
      );
    }
    return found.model;
  }

  async #useExperiment(file: string): Promise<void> {
    this.#outbox.update({ experiment: { path: file, name: experimentName(file) } });
    const { live } = this.#needs.training;
    if (live && samePath(live.experiment, file)) return;
    const newest = (await this.#needs.runs.all()).find(r => samePath(r.record.experiment, file));
    if (newest && this.state.run?.record.id !== newest.record.id) await this.#loadHistory(newest);
  }

  async #loadHistory(run: Run): Promise<void> {
    const { live } = this.#needs.training;
    if (live?.id === run.record.id && this.state.run?.record.id === live.id) return;
    try {
      const { record, events } = await this.#needs.engine.request('run/history', {
        folder: run.base,
        run: run.record.id,
      });
      const kept: RunEvent[] = [];
      appendEvents(kept, events);
      this.#outbox.update({
        run: { record, events: kept },
        selection: { ...this.state.selection, run: record.id },
        backend: record.backend,
      });
      await this.#listMethods();
    } catch (e) {
      this.#fail(e);
    }
  }

  #follow(live: LiveRun): void {
    const record: RunRecord = {
      id: live.id,
      started: new Date().toISOString(),
      state: live.state,
      experiment: live.experiment,
      model: {
        file: this.state.model?.name === live.model ? this.state.model.file : '',
        class: live.model,
        parameters: live.parameters,
      },
      seed: 0,
      backend: live.backend,
      epochs: live.epochs,
      epochsDone: live.epoch,
      dataHash: '',
    };
    const { experiment } = this.state;
    if (!experiment || !samePath(experiment.path, live.experiment))
      this.#outbox.update({
        model: undefined,
        experiment: { path: live.experiment, name: experimentName(live.experiment) },
      });
    this.#outbox.update({
      run: { record, events: [] },
      view: 'training',
      backend: live.backend,
      error: undefined,
      busy: undefined,
      explanation: undefined,
      explained: undefined,
      samples: undefined,
      selection: { ...this.state.selection, run: live.id },
    });
    if (live.epoch > 0) void this.#addHistory(live);
    void this.#needs.runs
      .reload(vscode.Uri.file(path.join(path.dirname(live.experiment), '.vitrine', 'runs', live.id)))
      .catch(() => {});
    if (enabled('openPanel')) void this.showExperiment(live.experiment, 'training');
    this.#remember();
  }

  /** What a run that goes on did before it was interrupted. */
  async #addHistory(live: LiveRun): Promise<void> {
    try {
      const { events } = await this.#needs.engine.request('run/history', {
        folder: path.dirname(live.experiment),
        run: live.id,
      });
      const { run } = this.state;
      if (run?.record.id !== live.id) return;
      const lastStart = events.findLastIndex(e => e.event === 'start');
      const merged: RunEvent[] = [];
      appendEvents(merged, [...events.slice(0, Math.max(0, lastStart)), ...run.events]);
      this.#outbox.update({ run: { record: run.record, events: merged } });
    } catch (e) {
      this.#needs.log.warn(`The history of run ${live.id} cannot be read: ${e}`);
    }
  }

  #take(event: RunEvent): void {
    this.#outbox.append(event.run, [event]);
    if (event.event === 'state') this.#patchRecord({ state: event.state });
  }

  #patchRecord(change: Partial<RunRecord>): void {
    const { run } = this.state;
    if (run) this.#outbox.update({ run: { record: { ...run.record, ...change }, events: run.events } });
  }

  #refreshRecord(): void {
    const { run } = this.state;
    if (!run) return;
    const known = this.#needs.runs.known().find(r => r.record.id === run.record.id);
    if (!known || known.record === run.record) return;
    const { live } = this.#needs.training;
    const state = live?.id === known.record.id ? live.state : known.record.state;
    // While a run is live its file changes at every checkpoint; only a new state is worth a message.
    if (run.record.state !== state || run.record.seed !== known.record.seed || known.record.ended)
      this.#outbox.update({ run: { record: { ...known.record, state }, events: run.events } });
  }

  async #ended(live: LiveRun): Promise<void> {
    if (this.state.run?.record.id !== live.id) return;
    const run = await this.#needs.runs.get(live.id);
    this.#patchRecord(run ? { ...run.record } : { state: live.state });
    if (live.state === 'failed') this.#outbox.update({ error: live.message });
    await this.#listMethods();
    if (this.state.view === 'data') await this.#loadSamples('test', 0, PAGE_SIZE);
  }

  async #loadSamples(split: 'train' | 'valid' | 'test', offset: number, count: number): Promise<void> {
    const { experiment, run } = this.state;
    if (!experiment) return;
    const shown = this.#shown;
    this.#busy(l10n.t('Loading data…'));
    try {
      const wanted = Math.min(MAX_PAGE, Math.max(1, Math.floor(count)));
      const start = Math.max(0, Math.floor(offset));
      const trained = run && isTrained(run.record) ? await this.#needs.runs.get(run.record.id) : undefined;
      const page = await this.#needs.engine.request('data/samples', {
        experiment: experiment.path,
        split,
        offset: start,
        count: wanted,
        ...(trained ? { run: trained.record.id } : {}),
      });
      if (shown === this.#shown)
        this.#outbox.update({ samples: { ...page, split, offset: start }, error: undefined });
    } catch (e) {
      this.#fail(e);
    } finally {
      this.#busy(undefined);
    }
  }

  async #explain(method: string, row?: number, target?: string | number): Promise<void> {
    const { run } = this.state;
    const choice = this.state.methods.find(m => m.id === method);
    try {
      const trained = run && (await this.#needs.runs.get(run.record.id));
      if (!trained || !choice)
        throw new VitrineError('bad-request', l10n.t('Explanations need a trained model: train it first.'));
      await this.explain(trained, choice, row, target);
    } catch (e) {
      this.#fail(e);
    }
  }

  async #inquire(inquiry: Inquiry): Promise<void> {
    const { run } = this.state;
    const trained = run && (await this.#needs.runs.get(run.record.id));
    if (!trained)
      throw new VitrineError('bad-request', l10n.t('Explanations need a trained model: train it first.'));
    await this.#inquiries.ask(trained, inquiry);
  }

  /** Asks for an explanation and shows it here. */
  async explain(
    run: Run,
    method: { id: string; title: string },
    row?: number,
    target?: string | number,
  ): Promise<void> {
    this.#outbox.update({
      error: undefined,
      selection: {
        ...this.state.selection,
        run: run.record.id,
        method: method.id,
        ...(row === undefined ? {} : { row }),
      },
    });
    const question = {
      run,
      method: method.id,
      title: method.title,
      ...(row === undefined ? {} : { row }),
      ...(target === undefined ? {} : { target }),
    };
    const answer = await this.#needs.explaining.ask(question);
    if (!answer) return;
    this.#outbox.update({ view: 'explain' });
    this.#remember();
  }

  #showAnswer(): void {
    const { answer, asked } = this.#needs.explaining;
    this.#busy(
      asked &&
        (asked.row === undefined
          ? l10n.t('Explaining the model by {0}…', asked.title)
          : l10n.t('Explaining row {0} by {1}…', asked.row, asked.title)),
    );
    if (asked || !answer || answer.explanation === this.state.explanation) return;
    if (this.state.run && this.state.run.record.id !== answer.question.run.record.id) return;
    if (answer.page) {
      const { samples, total: _, ...rest } = answer.page;
      const [sample] = samples;
      if (sample) this.#outbox.update({ explained: { ...rest, sample } });
    } else this.#outbox.update({ explained: undefined });
    this.#outbox.update({ explanation: answer.explanation, error: undefined });
  }

  async #reveal(module: string, node?: string): Promise<void> {
    const { model } = this.state;
    if (!model) return;
    const call = node === undefined ? undefined : model.nodes.find(n => n.id === node)?.call;
    const place = call ?? sourceOf(model, module);
    if (!place) {
      await vscode.window.showInformationMessage(l10n.t('The source does not say where this stands.'));
      return;
    }
    await showPlaceOf(place);
  }

  async #save(name: string, text: string): Promise<void> {
    if (text.length > MAX_SAVED_TEXT) return;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    // The name comes from a page: only its last part, and only harmless signs.
    const safe = path.basename(name).replace(/[^\w.\- ]/g, '_') || 'vitrine.svg';
    const target = await vscode.window.showSaveDialog({
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, safe) } : {}),
    });
    if (!target) return;
    try {
      await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
    } catch (e) {
      throw new VitrineError(
        'bad-file',
        l10n.t('{0} could not be written: {1}', target.fsPath, messageOf(e)),
      );
    }
  }

  #busy(busy: string | undefined): void {
    if (this.state.busy !== busy) this.#outbox.update({ busy });
  }

  #fail(e: unknown): void {
    if (isCancelled(e)) return;
    this.#needs.log.error(e instanceof Error ? (e.stack ?? e.message) : String(e));
    this.#outbox.update({ error: messageOf(e), busy: undefined });
  }

  #attach(panel: vscode.WebviewPanel): void {
    this.#page?.close();
    const page: Page = new Page(panel, this.#needs.context.extensionUri, {
      onMessage: m => {
        this.#onMessage(m).catch(e => this.#fail(e));
      },
      onHidden: () => this.#outbox.hidden(),
      onClosed: () => {
        if (this.#page !== page) return;
        this.#page = undefined;
        this.#outbox.hidden();
      },
    });
    this.#page = page;
    this.#name();
  }

  #name(): void {
    if (this.#page) this.#page.title = this.state.model ? `Vitrine: ${this.state.model.name}` : 'Vitrine';
  }

  #remember(): void {
    this.#name();
    const { model, experiment, run, view, selection } = this.state;
    const memory: Memory = {
      view,
      selection,
      ...(model ? { file: model.file, class: model.name } : {}),
      ...(experiment ? { experiment: experiment.path } : {}),
      ...(run ? { run: run.record.id } : {}),
    };
    void this.#needs.context.workspaceState.update(panelType, memory);
  }

  /** What was shown before the window was reloaded. */
  async #restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const memory = this.#needs.context.workspaceState.get<Memory>(panelType);
    if (!memory || this.state.model || this.state.experiment) return;
    const shown = ++this.#shown;
    this.#outbox.update({ view: memory.view, selection: memory.selection ?? {} });
    this.#busy(l10n.t('Coming back…'));
    try {
      const run = memory.run ? await this.#needs.runs.get(memory.run) : undefined;
      if (memory.experiment)
        this.#outbox.update({
          experiment: { path: memory.experiment, name: experimentName(memory.experiment) },
        });
      if (run) await this.#loadHistory(run);
      if (memory.file && memory.class && shown === this.#shown)
        this.#outbox.update({ model: await this.#readModel(memory.file, memory.class) });
      if (memory.view === 'data') await this.#loadSamples('test', 0, PAGE_SIZE);
      this.#name();
    } catch (e) {
      this.#fail(e);
    } finally {
      this.#busy(undefined);
    }
  }

  dispose(): void {
    this.#page?.close();
    for (const d of this.#disposables) d.dispose();
  }
}

/** Translations of the page's own sentences: entries of the bundle that begin with "panel:". */
