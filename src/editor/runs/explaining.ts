/** Asks the engine for explanations: one at a time, the newest wins; a slow one shows its progress and can be cancelled. */
import * as vscode from 'vscode';
import type { Explanation } from '../../explain/method';
import type { PartialResults, SamplePage } from '../../service/protocol';
import type { Engine } from '../engine';
import type { Log } from '../log';
import { isCancelled } from '../problems';
import { language } from '../settings';
import type { Run } from './store';

const { l10n } = vscode;

export interface Question {
  run: Run;
  method: string;
  /** Title of the method, for messages. */
  title: string;
  row?: number;
  target?: string | number;
  /** Of the method, those that are not as usual. */
  options?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  question: Question;
  explanation: Explanation;
  /** The row that is explained, with what is needed to draw it; absent for methods about the whole model. */
  page?: SamplePage;
}

/** Shorter work shows no notification. */
const QUIET = 1000;
/** What is judged sooner is shown once, with its trust. */
const PATIENCE = 400;

export class Explaining implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  /** A question was asked, answered or given up. */
  readonly onDidChange = this.#changed.event;
  #answer: Answer | undefined;
  #early: Answer | undefined;
  #asked: { question: Question; cancel: vscode.CancellationTokenSource } | undefined;
  #isWatched = () => false;

  constructor(engine: Engine, log: Log) {
    this.#engine = engine;
    this.#log = log;
  }

  /** Where this is true the progress is shown elsewhere, with a way to give up: there is no notification. */
  set watched(isWatched: () => boolean) {
    this.#isWatched = isWatched;
  }

  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** What there is of the answer to `asked` before it is judged, where judging takes a while: its trust is pending. */
  get early(): Answer | undefined {
    return this.#early;
  }

  /** What is being worked on. */
  get asked(): Question | undefined {
    return this.#asked?.question;
  }

  /** Undefined when it was cancelled, by the user or by a newer question. */
  async ask(question: Question): Promise<Answer | undefined> {
    this.#asked?.cancel.cancel();
    const cancel = new vscode.CancellationTokenSource();
    const mine = { question, cancel };
    this.#asked = mine;
    this.#early = undefined;
    this.#changed.fire();
    const sample = this.#sample(question, cancel.token);
    const begun = Date.now();
    const showEarly = async (explanation: Explanation) => {
      const page = await sample;
      await new Promise(done => setTimeout(done, Math.max(0, PATIENCE - (Date.now() - begun))));
      if (this.#asked !== mine || cancel.token.isCancellationRequested) return;
      this.#early = { question, explanation, ...(page ? { page } : {}) };
      this.#changed.fire();
    };
    let report: ((done: number, message?: string) => void) | undefined;
    const work = this.#engine.request(
      'explain',
      {
        run: question.run.folder.fsPath,
        method: question.method,
        language: language(),
        ...(question.row === undefined ? {} : { row: question.row }),
        ...(question.target === undefined ? {} : { target: question.target }),
        ...(question.options === undefined ? {} : { options: question.options }),
      },
      {
        token: cancel.token,
        onProgress: (done, message) => report?.(done, message),
        onPartial: value => void showEarly(value as PartialResults['explain']),
      },
    );
    const slow = setTimeout(() => {
      if (this.#isWatched()) return;
      void vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          cancellable: true,
          title:
            question.row === undefined
              ? l10n.t('Explaining the model by {0}', question.title)
              : l10n.t('Explaining row {0} by {1}', question.row, question.title),
        },
        (progress, token) => {
          let shown = 0;
          report = (done, message) => {
            progress.report({
              increment: Math.max(0, 100 * done - shown),
              ...(message ? { message } : {}),
            });
            shown = Math.max(shown, 100 * done);
          };
          token.onCancellationRequested(() => cancel.cancel());
          return work.then(
            () => {},
            () => {},
          );
        },
      );
    }, QUIET);
    try {
      const [explanation, page] = await Promise.all([work, sample]);
      if (this.#asked !== mine) return undefined;
      this.#answer = { question, explanation, ...(page ? { page } : {}) };
      return this.#answer;
    } catch (e) {
      if (isCancelled(e) || cancel.token.isCancellationRequested) return undefined;
      throw e;
    } finally {
      clearTimeout(slow);
      if (this.#asked === mine) {
        this.#asked = undefined;
        this.#early = undefined;
        this.#changed.fire();
      }
      cancel.dispose();
    }
  }

  /** The explained row; an explanation without its picture is better than none. */
  async #sample({ run, row }: Question, token: vscode.CancellationToken): Promise<SamplePage | undefined> {
    if (row === undefined) return undefined;
    try {
      return await this.#engine.request(
        'data/samples',
        {
          experiment: run.record.experiment,
          run: run.ownId,
          split: 'test',
          offset: 0,
          count: 1,
          rows: [row],
        },
        { token },
      );
    } catch (e) {
      if (!isCancelled(e)) this.#log.warn(`Row ${row} cannot be shown: ${e}`);
      return undefined;
    }
  }

  /** Gives up what is being worked on. */
  cancel(): void {
    this.#asked?.cancel.cancel();
  }

  forget(run: string): void {
    if (this.#answer?.question.run.record.id !== run) return;
    this.#answer = undefined;
    this.#changed.fire();
  }

  dispose(): void {
    this.#asked?.cancel.cancel();
    this.#changed.dispose();
  }
}
