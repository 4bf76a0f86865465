/**
 * The panel: one desk, and the pages that show it: one, or several in editor groups side by side, each with a view of
 * its own and all with the same selection. It remembers what it showed in the workspace's state, so that it comes back
 * after a reload; which view a page showed, the page remembers itself.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { Engine } from '../engine';
import { experimentName } from '../experiments/info';
import type { Experiments } from '../experiments/store';
import { commands, panelType } from '../ids';
import type { Log } from '../log';
import type { Models } from '../models';
import type { FromPage, PanelState, PanelView, Selection } from '../panelProtocol';
import { showPlaceOf } from '../problems';
import type { Explaining } from '../runs/explaining';
import type { Run, Runs } from '../runs/store';
import type { Training } from '../runs/training';
import { enabled } from '../settings';
import { samePath, sourceOf } from '../text/places';
import { Asking, PAGE_SIZE } from './asking';
import { Comparing } from './comparing';
import { forgetDataFindings } from './dataFindings';
import { Desk } from './desk';
import { Following, ofAnotherRun } from './following';
import { Layers } from './layers';
import type { Outbox } from './outbox';
import { openPage, Page } from './page';
import { saveFromPage } from './saving';
import { pageStrings } from './strings';

const { l10n } = vscode;

/** What is kept over a reload. */
interface Memory {
  file?: string;
  class?: string;
  experiment?: string;
  run?: string;
  compared?: readonly string[];
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

/** Who made a selection: its own place need not be shown what is selected. */
export type Origin = 'panel' | 'editor' | 'sidebar';

export interface Selected {
  selection: Selection;
  /** What of it is new. */
  change: Partial<Selection>;
  origin: Origin;
}

const views: readonly PanelView[] = ['architecture', 'training', 'data', 'explain'];

export class Panel implements vscode.Disposable {
  readonly #needs: Needs;
  readonly #desk = new Desk();
  readonly #asking: Asking;
  readonly #following: Following;
  readonly #comparing: Comparing;
  readonly #layers: Layers;
  readonly #selected = new vscode.EventEmitter<Selected>();
  readonly #disposables: vscode.Disposable[];
  /** Something is selected; everything that shows it wants to know. */
  readonly onDidSelect = this.#selected.event;
  readonly #pages = new Map<Page, Outbox>();
  #restored = false;
  /** Counts what is shown, so that late answers about something else are dropped. */
  #shown = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
    const { training, explaining, models, runs } = needs;
    this.#asking = new Asking(this.#desk, needs);
    const fail = (e: unknown) => this.#asking.fail(e);
    this.#following = new Following(this.#desk, needs, fail, () => this.#asking.methods());
    this.#comparing = new Comparing(this.#desk, needs);
    this.#layers = new Layers(this.#desk, needs);
    this.#disposables = [
      this.#selected,
      new vscode.Disposable(forgetDataFindings),
      training.onDidStart(live => {
        this.#following.begin(live);
        if (enabled('openPanel')) this.showExperiment(live.experiment, 'training').catch(fail);
        this.#remember();
      }),
      training.onEvent(e => this.#following.take(e)),
      training.onDidEnd(live => {
        this.#following
          .end(live)
          .then(() => this.#asking.methods())
          .then(() => (this.#desk.shows('data') ? this.#asking.samples('test', 0, PAGE_SIZE) : undefined))
          .catch(fail);
      }),
      explaining.onDidChange(() => this.#asking.showAnswer()),
      models.onDidRead(r => {
        const { model: shown } = this.state;
        const model = shown && samePath(shown.file, r.uri.fsPath) ? r.models[shown.name]?.model : undefined;
        if (model) this.#desk.update({ model, layers: undefined });
      }),
      runs.onDidChange(() => {
        this.#following.refresh();
        if (this.#desk.shows('training')) this.#comparing.list().catch(fail);
      }),
      vscode.window.registerWebviewPanelSerializer(panelType, {
        deserializeWebviewPanel: async (panel, state) => {
          this.#attach(panel, viewIn(state));
          await this.#restore();
        },
      }),
    ];
  }

  /** What is shown; `view` is that of the page in front. */
  get state(): PanelState {
    return this.#desk.state;
  }

  get visible(): boolean {
    return [...this.#pages.keys()].some(p => p.visible);
  }

  /** Opens the panel beside the editor or brings it to the front. */
  async open(options: { keepFocus?: boolean } = {}): Promise<void> {
    const keepFocus = options.keepFocus ?? true;
    const front = this.#front();
    if (front) front.reveal(keepFocus);
    else this.#attach(openPage(this.#needs.context.extensionUri, vscode.ViewColumn.Beside, keepFocus));
    if (!this.state.model && !this.state.experiment) await this.#restore();
  }

  /** Moves a view to an editor group of its own; what stays behind shows another one. */
  async openToSide(view: PanelView = this.state.view, here?: PanelView): Promise<void> {
    const front = this.#front();
    if (!front) return this.open();
    const outbox = this.#pages.get(front)!;
    const rest = here && here !== view ? here : view === 'architecture' ? 'training' : 'architecture';
    this.#attach(openPage(this.#needs.context.extensionUri, front.column + 1, true), view);
    outbox.view = rest;
    this.#name();
    await this.#fill(rest);
  }

  /** Shows a model's architecture; its experiment and newest run come along. */
  async showModel(file: string, className: string, module?: string): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    this.#asking.busy(l10n.t('Reading {0}…', className));
    try {
      const found = await this.#readModel(file, className);
      if (shown !== this.#shown) return;
      const [experiment] = await this.#needs.experiments.of(file, className);
      const { model, selection } = this.state;
      const other = !model || model.name !== className || !samePath(model.file, found.file);
      this.#desk.update({
        model: found,
        view: 'architecture',
        selection: module === undefined ? (other ? {} : selection) : { ...selection, module },
        ...(other ? { ...ofAnotherRun, experiment: undefined, run: undefined, layers: undefined } : {}),
      });
      if (experiment && (other || !this.state.experiment)) await this.#useExperiment(experiment.file);
      this.#remember();
    } catch (e) {
      this.#asking.fail(e);
    } finally {
      if (shown === this.#shown) this.#asking.busy(undefined);
    }
  }

  /** Shows an experiment: its model, its newest run. */
  async showExperiment(file: string, view: PanelView): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    try {
      const info = await this.#needs.experiments.get(vscode.Uri.file(file));
      if (!this.state.experiment || !samePath(this.state.experiment.path, file))
        this.#desk.update({
          ...ofAnotherRun,
          model: undefined,
          run: undefined,
          layers: undefined,
          selection: {},
        });
      this.#desk.update({ view, error: undefined });
      await this.#useExperiment(file);
      if (info.model?.class) {
        const model = await this.#readModel(info.model.file, info.model.class);
        if (shown === this.#shown) this.#desk.update({ model });
      }
      await this.#fill(view);
      this.#remember();
    } catch (e) {
      this.#asking.fail(e);
    }
  }

  async showRun(run: Run, view: PanelView = 'training'): Promise<void> {
    const shown = ++this.#shown;
    await this.open();
    const { record } = run;
    const { selection } = this.state;
    this.#desk.update({
      view,
      error: undefined,
      experiment: { path: record.experiment, name: experimentName(record.experiment) },
      selection: { ...selection, run: record.id },
      ...(this.state.run?.record.id === record.id ? {} : ofAnotherRun),
    });
    await this.#following.load(run);
    const { model: before } = this.state;
    if (before?.name !== record.model.class || !samePath(before.file, record.model.file)) {
      const model = await this.#readModel(record.model.file, record.model.class).catch(e => {
        this.#needs.log.warn(`The model of run ${record.id} cannot be read any more: ${e}`);
        return undefined;
      });
      if (shown === this.#shown) this.#desk.update({ model, layers: undefined });
    }
    await this.#fill(view);
    this.#remember();
    if (selection.run !== record.id) this.#announce({ run: record.id }, 'panel');
  }

  /** Lays runs over the shown one, in the view of training. */
  async compare(runs: readonly Run[]): Promise<void> {
    const [first, ...more] = runs;
    if (!first) return;
    if (!this.state.run || more.length > 0) await this.showRun(first);
    else {
      await this.open();
      this.#desk.update({ view: 'training' });
    }
    const ids = [...(this.state.compared ?? []).map(c => c.id), ...runs.map(r => r.record.id)];
    await this.#comparing.compare(ids.filter(id => id !== this.state.run?.record.id));
    this.#remember();
  }

  /** Puts a layer, a run or a sample into the selection, e.g. the layer under the cursor. */
  select(change: Partial<Selection>, origin: Origin = 'panel'): void {
    this.#desk.update({ selection: { ...this.state.selection, ...change } });
    this.#announce(change, origin);
    this.#remember();
  }

  showView(view: PanelView): void {
    this.#desk.update({ view });
  }

  /** Asks for an explanation and shows it here. */
  async explain(
    run: Run,
    method: { id: string; title: string },
    row?: number,
    target?: string | number,
  ): Promise<void> {
    if (!(await this.#asking.explain(run, method, row, target))) return;
    this.#desk.update({ view: 'explain' });
    this.#remember();
  }

  #announce(change: Partial<Selection>, origin: Origin): void {
    this.#selected.fire({ selection: this.state.selection, change, origin });
  }

  async #onMessage(m: FromPage, outbox: Outbox): Promise<void> {
    const { training, log } = this.#needs;
    switch (m.type) {
      case 'ready':
        outbox.ready();
        if (this.state.methods.length === 0) await this.#asking.methods();
        await this.#asking.lookForLanguageModel();
        await this.#fill(outbox.view);
        break;
      case 'view':
        outbox.view = m.view;
        this.#remember();
        await this.#fill(m.view);
        break;
      case 'side':
        await this.openToSide(m.view, m.here);
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
      case 'learningRate':
        await training.setLearningRate(m.value);
        break;
      case 'showRun':
        await vscode.commands.executeCommand(commands.showRun, m.run);
        break;
      case 'compare':
        await this.#comparing.compare(m.runs);
        this.#remember();
        break;
      case 'overview':
        await this.#asking.overview();
        break;
      case 'drop':
        await this.compare(await this.#droppedRuns(m.text));
        break;
      case 'samples':
        await this.#asking.samples(m.split, m.offset, m.count ?? PAGE_SIZE);
        break;
      case 'evaluate':
        await this.#asking.evaluate(m.split);
        break;
      case 'pick':
        await this.#asking.pick(m.title, m.rows);
        break;
      case 'layers':
        await this.#asking.working(l10n.t('Looking at every layer…'), () => this.#layers.show(m.by));
        break;
      case 'explain':
        // Where it is shown is the page's matter: beside the samples where there is room.
        if (await this.#asking.explainShown(m.method, m.row, m.target)) this.#remember();
        break;
      case 'inquire':
        await this.#asking.inquire(m.inquiry);
        break;
      case 'cancelInquiry':
        this.#asking.cancelInquiry(m.kind);
        break;
      case 'rephrase':
        await this.#asking.rephrase();
        break;
      case 'report':
        await vscode.commands.executeCommand(commands.saveReport, this.state.run?.record.id);
        break;
      case 'save':
        await saveFromPage(m.name, m.bytes ?? m.text);
        break;
      case 'error':
        log.error(`The panel's page: ${m.message}`);
        break;
      default:
        m satisfies never;
    }
  }

  /** Runs whose folders, or something in them, were dropped. */
  async #droppedRuns(text: string): Promise<Run[]> {
    const all = await this.#needs.runs.all();
    const ids = text
      .split(/[\r\n]+/)
      .flatMap(line => /\.vitrine\/runs\/([\w.-]+)/.exec(decoded(line))?.[1] ?? []);
    return all.filter(r => ids.includes(r.record.id));
  }

  /** Loads what a view needs and has not. */
  async #fill(view: PanelView): Promise<void> {
    if (view === 'data' && !this.state.samples) await this.#asking.samples('test', 0, PAGE_SIZE);
    if (view === 'data' && !this.state.overview) await this.#asking.overview();
    if (view === 'training') await this.#comparing.list();
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
    this.#desk.update({ experiment: { path: file, name: experimentName(file) } });
    const { live } = this.#needs.training;
    if (live && samePath(live.experiment, file)) return;
    const newest = (await this.#needs.runs.all()).find(r => samePath(r.record.experiment, file));
    if (newest && this.state.run?.record.id !== newest.record.id) await this.#following.load(newest);
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

  /** The page that is worked with: the active one, else one that is seen, else any. */
  #front(): Page | undefined {
    const pages = [...this.#pages.keys()];
    return pages.find(p => p.active) ?? pages.find(p => p.visible) ?? pages.at(-1);
  }

  #attach(panel: vscode.WebviewPanel, view?: PanelView): void {
    let page: Page;
    const outbox = this.#desk.join(
      {
        post: m => page.post(m),
        later: (callback, ms) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
        strings: pageStrings,
      },
      view,
    );
    page = new Page(panel, this.#needs.context.extensionUri, {
      onMessage: m => {
        this.#onMessage(m, outbox).catch(e => this.#asking.fail(e));
      },
      onActive: () => {
        this.#desk.front = outbox;
      },
      onHidden: () => outbox.hidden(),
      onClosed: () => {
        this.#pages.delete(page);
        if (this.#pages.size === 0) this.#asking.cancelInquiries();
        this.#desk.leave(outbox);
        this.#name();
      },
    });
    this.#pages.set(page, outbox);
    this.#name();
  }

  /** Several pages are told apart by their view. */
  #name(): void {
    const { model } = this.state;
    const title = model ? `Vitrine: ${model.name}` : 'Vitrine';
    for (const [page, { view }] of this.#pages)
      page.title = this.#pages.size > 1 ? `${title} · ${viewTitle(view)}` : title;
  }

  #remember(): void {
    this.#name();
    const { model, experiment, run, view, selection, compared } = this.state;
    const memory: Memory = {
      view,
      selection,
      ...(model ? { file: model.file, class: model.name } : {}),
      ...(experiment ? { experiment: experiment.path } : {}),
      ...(run ? { run: run.record.id } : {}),
      ...(compared?.length ? { compared: compared.map(c => c.id) } : {}),
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
    this.#desk.update({ view: memory.view, selection: memory.selection ?? {} });
    await this.#asking.working(l10n.t('Coming back…'), async () => {
      const run = memory.run ? await this.#needs.runs.get(memory.run) : undefined;
      if (memory.experiment)
        this.#desk.update({
          experiment: { path: memory.experiment, name: experimentName(memory.experiment) },
        });
      if (run) await this.#following.load(run);
      if (memory.compared?.length) await this.#comparing.compare(memory.compared);
      if (memory.file && memory.class && shown === this.#shown)
        this.#desk.update({ model: await this.#readModel(memory.file, memory.class) });
      for (const view of views) if (this.#desk.shows(view)) await this.#fill(view);
      this.#name();
    });
  }

  dispose(): void {
    for (const page of [...this.#pages.keys()]) page.close();
    for (const d of this.#disposables) d.dispose();
  }
}

function viewTitle(view: PanelView): string {
  switch (view) {
    case 'architecture':
      return l10n.t('Architecture');
    case 'training':
      return l10n.t('Training');
    case 'data':
      return l10n.t('Data');
    case 'explain':
      return l10n.t('Explain');
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

/** The view that a page remembered. */
function viewIn(state: unknown): PanelView | undefined {
  const view = (state as { view?: unknown } | undefined)?.view;
  return views.find(v => v === view);
}
