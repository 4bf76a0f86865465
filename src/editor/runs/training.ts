/** Trains one experiment at a time: start, pause, go on, stop; and tells everyone how it goes. */
import * as vscode from 'vscode';
import { paceMeter } from '../../data/progress';
import { VitrineError } from '../../model/errors';
import { metricWord } from '../../names/metrics';
import { type RunEvent, type RunState, secondsOf } from '../../train/runs/run';
import type { Engine, Loss } from '../engine';
import { commands, contexts } from '../ids';
import { isExperiment } from '../language/diagnostics';
import type { Log } from '../log';
import { isPython } from '../models';
import { isCancelled, report } from '../problems';
import { backend } from '../settings';
import { duration, number, percent, sentences } from '../text/format';
import { samePath } from '../text/places';
import { mustBeTrusted } from '../trust';
import { follow, isOver, type LiveRun, progressOf, startLive } from './live';
import { headline } from './record';
import type { Runs } from './store';

const { l10n } = vscode;

export interface TrainOptions {
  /** Id of the run to go on with, from its last checkpoint. */
  resume?: string;
  seed?: number;
  /** Overrides of the experiment by dotted path. */
  set?: Readonly<Record<string, unknown>>;
  /** False throws what goes wrong to the caller, and tells the user of no result. */
  told?: boolean;
}

export class Training implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #runs: Runs;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #event = new vscode.EventEmitter<RunEvent>();
  readonly #started = new vscode.EventEmitter<LiveRun>();
  readonly #ended = new vscode.EventEmitter<LiveRun>();
  /** The live run or its state is another. */
  readonly onDidChange = this.#changed.event;
  /** Every event of the live run. */
  readonly onEvent = this.#event.event;
  readonly onDidStart = this.#started.event;
  readonly onDidEnd = this.#ended.event;
  readonly #disposables: vscode.Disposable[];
  #live: LiveRun | undefined;
  /** The experiment whose run is being prepared, and who waits for its end. */
  #preparing: string | undefined;
  /** Of a run that reads its data still. */
  #starting: vscode.CancellationTokenSource | undefined;
  #finish: ((state: RunState) => void) | undefined;
  #progress: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  #reported = 0;
  #lastMessage = 0;

  constructor(engine: Engine, runs: Runs, log: Log) {
    this.#engine = engine;
    this.#runs = runs;
    this.#log = log;
    this.#disposables = [
      this.#changed,
      this.#event,
      this.#started,
      this.#ended,
      engine.onRunEvent(e => this.#take(e)),
      engine.onLost(l => this.#lost(l)),
    ];
  }

  get live(): LiveRun | undefined {
    return this.#live;
  }

  get busy(): boolean {
    return this.#preparing !== undefined;
  }

  isTraining(experiment: string): boolean {
    return this.#preparing !== undefined && samePath(this.#preparing, experiment);
  }

  /** Trains until the end; errors and the result are told to the user, or the caller. */
  async train(experiment: string, options: TrainOptions = {}): Promise<LiveRun | undefined> {
    mustBeTrusted('run/start');
    if (this.#preparing !== undefined) {
      await vscode.window.showInformationMessage(
        l10n.t('A training is under way already. Stop it before another one starts.'),
      );
      return undefined;
    }
    this.#preparing = experiment;
    await this.#announce();
    try {
      await saveSources();
      return await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: l10n.t('Training'),
          cancellable: true,
        },
        (progress, token) => this.#run(experiment, options, progress, token),
      );
    } catch (e) {
      if (options.told === false) throw e;
      void report(e, this.#log);
      return undefined;
    } finally {
      this.#preparing = undefined;
      this.#live = undefined;
      this.#finish = undefined;
      this.#progress = undefined;
      await this.#announce();
    }
  }

  async #run(
    experiment: string,
    options: TrainOptions,
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    token: vscode.CancellationToken,
  ): Promise<LiveRun | undefined> {
    this.#progress = progress;
    this.#reported = 0;
    progress.report({ message: l10n.t('preparing…') });
    const ended = new Promise<RunState>(resolve => {
      this.#finish = resolve;
    });
    const starting = new vscode.CancellationTokenSource();
    this.#starting = starting;
    token.onCancellationRequested(() => void this.stop());
    if (token.isCancellationRequested) starting.cancel();
    const chosen = backend(vscode.Uri.file(experiment));
    const pace = paceMeter();
    try {
      const { run } = await this.#engine.request(
        'run/start',
        {
          experiment,
          ...(chosen ? { backend: chosen } : {}),
          ...(options.resume ? { resume: options.resume } : {}),
          ...(options.seed === undefined ? {} : { seed: options.seed }),
          ...(options.set ? { set: options.set } : {}),
        },
        {
          token: starting.token,
          onProgress: done => {
            const { share, secondsLeft } = pace({ what: 'data', done, total: 1 });
            progress.report({
              message: l10n.t('reading data: {0}, {1} left', percent(share), duration(secondsLeft)),
            });
          },
        },
      );
      this.#log.info(`Run ${run} of ${experiment}`);
      if (starting.token.isCancellationRequested) void this.#ask('run/stop');
    } catch (e) {
      if (isCancelled(e)) return undefined;
      throw e;
    } finally {
      this.#starting = undefined;
      starting.dispose();
    }
    await ended;
    const live = this.#live;
    if (live) await this.#conclude(live, options.told !== false);
    return live;
  }

  async #conclude(live: LiveRun, told: boolean): Promise<void> {
    await this.#runs.refresh();
    this.#ended.fire(live);
    if (live.state === 'failed')
      throw new VitrineError('diverged', live.message ?? l10n.t('The training failed.'));
    if (told) void this.#tellResult(live);
  }

  async #tellResult(live: LiveRun): Promise<void> {
    const run = await this.#runs.get(live.id);
    const result = headline(run?.record.test);
    const explain = l10n.t('Explain a Prediction');
    const show = l10n.t('Show Run');
    const score = result
      ? l10n.t(
          'Test {0}: {1}.',
          metricWord(result.name, vscode.env.language),
          result.name === 'accuracy' ? percent(result.value) : number(result.value),
        )
      : live.loss !== undefined
        ? l10n.t('Loss {0}.', number(live.loss))
        : '';
    const seconds = run && secondsOf(run.record);
    const time = seconds !== undefined ? l10n.t('It took {0}.', duration(seconds)) : '';
    const text =
      live.state === 'stopped'
        ? l10n.t('Training of {0} was stopped after epoch {1}.', live.model, live.epoch)
        : l10n.t('{0} is trained: {1} epochs.', live.model, live.epoch);
    const answer = await vscode.window.showInformationMessage(sentences(text, score, time), explain, show);
    if (answer === explain) await vscode.commands.executeCommand(commands.explainRun, live.id);
    else if (answer === show) await vscode.commands.executeCommand(commands.showRun, live.id);
  }

  /** Ends the run with a checkpoint; one that reads its data still is given up. */
  async stop(): Promise<void> {
    if (this.#live) await this.#ask('run/stop');
    else this.#starting?.cancel();
  }

  async pause(): Promise<void> {
    await this.#ask('run/pause');
  }

  async continue(): Promise<void> {
    await this.#ask('run/continue');
  }

  /** For the steps to come, in place of the experiment's; a schedule goes on from it. */
  async setLearningRate(learningRate: number): Promise<void> {
    const run = this.#live?.id;
    if (!run) return;
    try {
      await this.#engine.request('run/learningRate', { run, learningRate });
    } catch (e) {
      void report(e, this.#log);
    }
  }

  async #ask(method: 'run/stop' | 'run/pause' | 'run/continue'): Promise<void> {
    const run = this.#live?.id;
    if (!run) return;
    try {
      await this.#engine.request(method, { run });
    } catch (e) {
      void report(e, this.#log);
    }
  }

  #take(event: RunEvent): void {
    if (this.#preparing === undefined) return;
    if (event.event === 'start' && this.#live?.id !== event.run) {
      this.#live = startLive(event, this.#preparing);
      this.#started.fire(this.#live);
      void this.#announce();
    }
    const live = this.#live;
    if (!live || live.id !== event.run) return;
    const { state } = live;
    follow(live, event);
    this.#event.fire(event);
    this.#showProgress(live);
    if (live.state !== state) void this.#announce();
    if (event.event === 'end' || (event.event === 'state' && event.state === 'failed'))
      this.#finish?.(live.state);
  }

  #showProgress(live: LiveRun): void {
    const now = Date.now();
    if (now - this.#lastMessage < 200 && !isOver(live.state)) return;
    this.#lastMessage = now;
    const done = 100 * progressOf(live);
    this.#progress?.report({
      message: `${live.model}: ${progressText(live)}`,
      increment: Math.max(0, done - this.#reported),
    });
    this.#reported = Math.max(done, this.#reported);
  }

  #lost({ reason, runs }: Loss): void {
    this.#log.warn(`The engine process ${reason}.`);
    // Nobody was waiting: it starts again when it is needed, and there is nothing to tell.
    if (runs.length === 0) return;
    const show = l10n.t('Show Log');
    for (const { resumedFrom, error } of runs) {
      const text =
        error === undefined
          ? l10n.t('The engine stopped unexpectedly; the run goes on from epoch {0}.', (resumedFrom ?? 0) + 1)
          : l10n.t('The engine stopped unexpectedly; the run could not go on: {0}', error);
      void vscode.window.showWarningMessage(text, show).then(answer => {
        if (answer === show) this.#log.show();
      });
    }
  }

  async #announce(): Promise<void> {
    this.#changed.fire();
    const set = (name: string, value: boolean) => vscode.commands.executeCommand('setContext', name, value);
    const paused = this.#live?.state === 'paused';
    await Promise.all([
      set(contexts.training, this.#preparing !== undefined),
      set(contexts.paused, paused),
      set(contexts.computing, this.#live !== undefined && !paused),
    ]);
  }

  dispose(): void {
    for (const d of this.#disposables) d.dispose();
  }
}

/** "epoch 12 of 50, loss 0.31, valid accuracy 96.7 %". */
export function progressText(live: LiveRun): string {
  const parts = [
    live.state === 'paused'
      ? l10n.t('paused at epoch {0} of {1}', live.epoch, live.epochs)
      : l10n.t('epoch {0} of {1}', Math.min(live.epochs, live.epoch + 1), live.epochs),
  ];
  if (live.loss !== undefined) parts.push(l10n.t('loss {0}', number(live.loss)));
  const accuracy = live.valid?.['accuracy'];
  if (accuracy !== undefined) parts.push(l10n.t('valid accuracy {0}', percent(accuracy)));
  return parts.join(', ');
}

/** The engine reads files: what is typed but not saved would not be what is trained. */
async function saveSources(): Promise<void> {
  const dirty = vscode.workspace.textDocuments.filter(
    d => d.isDirty && !d.isUntitled && (isPython(d) || isExperiment(d)),
  );
  for (const d of dirty)
    if (!(await d.save()))
      throw new VitrineError(
        'bad-file',
        l10n.t('{0} could not be saved, so nothing was trained.', d.uri.fsPath),
      );
}
