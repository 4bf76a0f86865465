/**
 * The panel: one desk, and the pages that show it, all with the same selection. It remembers what it showed in the
 * workspace's state, so that it comes back after a reload; which view a page showed, the page remembers itself.
 */
import * as vscode from 'vscode';
import { l10n } from 'vscode';
import type { Engine } from '../engine';
import type { Experiments } from '../experiments/store';
import { commands } from '../ids';
import type { Log } from '../log';
import type { Models } from '../models';
import type { FromPage, PanelState, PanelView, Selection } from '../panelProtocol';
import { manageTrust, showPlaceOf } from '../problems';
import type { Explaining } from '../runs/explaining';
import type { Foci } from '../runs/focus';
import type { Run, Runs } from '../runs/store';
import type { Training } from '../runs/training';
import { enabled } from '../settings';
import { samePath, sourceOf } from '../text/places';
import { Asking, PAGE_SIZE } from './asking';
import { Comparing } from './comparing';
import { forgetDataFindings } from './dataFindings';
import { Desk } from './desk';
import { Following } from './following';
import { Layers } from './layers';
import { remember, remembered } from './memory';
import type { Outbox } from './outbox';
import { Pages } from './pages';
import { saveFromPage } from './saving';
import { Showing } from './showing';
import { Work } from './work';

interface Needs {
  context: vscode.ExtensionContext;
  log: Log;
  engine: Engine;
  experiments: Experiments;
  models: Models;
  runs: Runs;
  training: Training;
  explaining: Explaining;
  foci: Foci;
}

/** Who made a selection: its own place need not be shown what is selected. */
export type Origin = 'panel' | 'editor' | 'sidebar';

export interface Selected {
  selection: Selection;
  /** What of it is new. */
  change: Partial<Selection>;
  origin: Origin;
}

export class Panel implements vscode.Disposable {
  readonly #needs: Needs;
  readonly #desk = new Desk();
  readonly #work: Work;
  readonly #asking: Asking;
  readonly #comparing: Comparing;
  readonly #layers: Layers;
  readonly #showing: Showing;
  readonly #pages: Pages;
  readonly #selected = new vscode.EventEmitter<Selected>();
  readonly #disposables: vscode.Disposable[];
  /** Something is selected; everything that shows it wants to know. */
  readonly onDidSelect = this.#selected.event;
  #restored = false;
  /** Shows again what was shown last, where it was refused. */
  #refused: (() => Promise<void>) | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    const { training, explaining, models, runs } = needs;
    const desk = this.#desk;
    const work = new Work(desk, needs.log);
    const fail = (e: unknown) => work.fail(e);
    const asking = new Asking(desk, work, needs);
    const following = new Following(desk, needs, fail, () => asking.methods());
    const comparing = new Comparing(desk, needs);
    this.#work = work;
    this.#asking = asking;
    this.#comparing = comparing;
    this.#layers = new Layers(desk, needs);
    this.#showing = new Showing(desk, { work, asking, following, comparing }, needs);
    this.#pages = new Pages(desk, needs.context.extensionUri, {
      onMessage: (m, outbox) => void this.#take(m, outbox).catch(fail),
      onEmpty: () => this.#cancelAll(),
      onRestored: () => this.#restore(),
    });
    desk.onTurn(() => work.cancel());
    explaining.watched = () => this.visible;
    this.#disposables = [
      this.#selected,
      new vscode.Disposable(forgetDataFindings),
      training.onDidStart(live => {
        following.begin(live);
        if (enabled('openPanel')) this.showExperiment(live.experiment, 'training').catch(fail);
        this.#remember();
      }),
      training.onEvent(e => following.take(e)),
      training.onDidEnd(live => {
        following
          .end(live)
          .then(() => asking.methods())
          .then(() => (desk.shows('data') || desk.shows('explain') ? asking.firstSamples() : undefined))
          .catch(fail);
      }),
      explaining.onDidChange(() => asking.showAnswer()),
      models.onDidRead(r => {
        const { model: shown } = this.state;
        const model = shown && samePath(shown.file, r.uri.fsPath) ? r.models[shown.name]?.model : undefined;
        if (model) desk.update({ model, layers: undefined });
      }),
      runs.onDidChange(() => {
        following.refresh();
        if (desk.shows('training')) comparing.list().catch(fail);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (!this.state.untrusted) return;
        // What was refused may be shown now.
        desk.update({ error: undefined, untrusted: undefined });
        void this.#refused?.();
      }),
    ];
  }

  /** What is shown; `view` is that of the page in front. */
  get state(): PanelState {
    return this.#desk.state;
  }

  get visible(): boolean {
    return this.#pages.visible;
  }

  /** Opens the panel beside the editor or brings it to the front. */
  async open(options: { keepFocus?: boolean } = {}): Promise<void> {
    this.#pages.open(options.keepFocus ?? true);
    if (!this.state.model && !this.state.experiment) await this.#restore();
  }

  /** Moves a view to an editor group of its own; what stays behind shows another one. */
  async openToSide(view: PanelView = this.state.view, here?: PanelView): Promise<void> {
    const rest = this.#pages.openToSide(view, here);
    if (rest === undefined) await this.open();
    else await this.#showing.fill(rest);
  }

  /** Shows a model's architecture; its experiment and newest run come along. */
  async showModel(file: string, className: string, module?: string): Promise<void> {
    await this.open();
    this.#refused = () => this.showModel(file, className, module);
    await this.#showing.model(file, className, module);
    this.#remember();
  }

  /** Shows an experiment: its model, its newest run. */
  async showExperiment(file: string, view: PanelView): Promise<void> {
    await this.open();
    this.#refused = () => this.showExperiment(file, view);
    await this.#showing.experiment(file, view).catch(e => this.#work.fail(e));
    this.#remember();
  }

  async showRun(run: Run, view: PanelView = 'training'): Promise<void> {
    await this.open();
    const { id } = run.record;
    const other = this.state.selection.run !== id;
    await this.#showing.run(run, view);
    this.#remember();
    if (other) this.#announce({ run: id }, 'panel');
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

  async #take(m: FromPage, outbox: Outbox): Promise<void> {
    const { training, log } = this.#needs;
    const asking = this.#asking;
    switch (m.type) {
      case 'ready':
        outbox.ready();
        if (this.state.methods.length === 0) await asking.methods();
        await asking.lookForLanguageModel();
        await this.#showing.fill(outbox.view);
        break;
      case 'view':
        outbox.view = m.view;
        this.#remember();
        await this.#showing.fill(m.view);
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
      case 'ask':
        await vscode.commands.executeCommand(commands.askModel, { file: this.state.model?.file });
        break;
      case 'resume':
        await vscode.commands.executeCommand(commands.resumeRun, m.run);
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
        await asking.overview();
        break;
      case 'drop':
        await this.compare(await this.#comparing.runsIn(m.text));
        break;
      case 'samples':
        await asking.samples(m.split, m.offset, m.count ?? PAGE_SIZE, m.augmented);
        break;
      case 'mitigate':
        await asking.mitigate(m.by, m.mitigate);
        await vscode.commands.executeCommand(commands.train, this.#trainable());
        break;
      case 'augment':
        await asking.augment(m.transforms);
        break;
      case 'evaluate':
        await asking.evaluate(m.split);
        break;
      case 'pick':
        await asking.pick(m.title, m.rows);
        break;
      case 'layers':
        await this.#work.do('layers', l10n.t('Looking at every layer…'), s => this.#layers.show(m.by, s));
        break;
      case 'focus':
        await this.#work.do('focus', l10n.t('Looking at {0}…', m.module), s =>
          this.#layers.attend(m.module, s),
        );
        break;
      case 'explain':
        // Where it is shown is the page's matter: beside the samples where there is room.
        if (await asking.explainShown(m.method, m.row, m.target, m.options)) this.#remember();
        break;
      case 'chooseExamples':
        await asking.chooseExamples(m.method, m.option);
        break;
      case 'inquire':
        await asking.inquire(m.inquiry);
        break;
      case 'cancelInquiry':
        asking.cancelInquiry(m.kind);
        break;
      case 'cancel':
        this.#work.cancel();
        this.#needs.explaining.cancel();
        break;
      case 'trust':
        await vscode.commands.executeCommand(manageTrust);
        break;
      case 'rephrase':
        await asking.rephrase();
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

  #trainable(): unknown {
    const { experiment, model } = this.state;
    if (experiment) return vscode.Uri.file(experiment.path);
    return model ? { file: model.file, class: model.name } : undefined;
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

  /** Nobody looks any more. */
  #cancelAll(): void {
    this.#work.cancel();
    this.#asking.cancelInquiries();
  }

  #remember(): void {
    this.#pages.name();
    remember(this.state, this.#needs.context.workspaceState);
  }

  async #restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const memory = remembered(this.#needs.context.workspaceState);
    if (!memory || this.state.model || this.state.experiment) return;
    this.#refused = () => this.#showing.restore(memory, () => this.#pages.shown);
    await this.#refused();
    this.#pages.name();
  }

  dispose(): void {
    this.#pages.dispose();
    for (const d of this.#disposables) d.dispose();
  }
}
