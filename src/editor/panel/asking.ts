/** What pages ask of the engine about samples: pages of them, why the model says what it says, and where it errs. */
import * as vscode from 'vscode';
import type { Split } from '../../data/dataset';
import type { Transform } from '../../data/image/augmentChoices';
import type { Mitigate } from '../../formats/experiment/mitigation';
import { VitrineError } from '../../model/errors';
import { messageIn } from '../../names/messages';
import type { RunRecord } from '../../train/runs/run';
import type { Engine } from '../engine';
import type { Inquiry, InquiryKind } from '../inquiryProtocol';
import type { Log } from '../log';
import { loadMethods } from '../registries';
import { replaceText } from '../replaceText';
import type { Explaining, Question } from '../runs/explaining';
import { isTrained, type Run, type Runs } from '../runs/store';
import { language } from '../settings';
import { mustBeTrusted } from '../trust';
import { markData } from './dataFindings';
import type { Desk } from './desk';
import { Inquiries } from './inquiries';
import { hasLanguageModel, rephrase } from './rephrase';
import type { Work } from './work';

const { l10n } = vscode;

export const PAGE_SIZE = 60;
const MAX_PAGE = 200;
/** Milliseconds that a language model has for a paragraph. */
const REPHRASE_LIMIT = 60_000;

interface Needs {
  engine: Engine;
  runs: Runs;
  explaining: Explaining;
  log: Log;
}

export class Asking {
  readonly #desk: Desk;
  readonly #work: Work;
  readonly #needs: Needs;
  readonly #inquiries: Inquiries;

  constructor(desk: Desk, work: Work, needs: Needs) {
    this.#desk = desk;
    this.#work = work;
    this.#needs = needs;
    desk.onTurn(() => this.cancelInquiries());
    this.#inquiries = new Inquiries(needs.engine, inquiries => desk.update({ inquiries }));
  }

  /** The methods, each with whether it fits the model of the run that is shown. */
  async methods(): Promise<void> {
    const id = this.#desk.state.run?.record.id;
    const run = id === undefined ? undefined : await this.#needs.runs.get(id);
    const folder = run && isTrained(run.record) ? run.folder.fsPath : undefined;
    const methods = await loadMethods(this.#needs.engine, folder).catch(e => {
      this.#needs.log.warn(`Methods for run ${id}: ${e}`);
      return loadMethods(this.#needs.engine);
    });
    if (this.#desk.state.run?.record.id === id) this.#desk.update({ methods });
  }

  async inquire(inquiry: Inquiry): Promise<void> {
    const { run } = this.#desk.state;
    const trained = run && (await this.#needs.runs.get(run.record.id));
    if (!trained) {
      // The page takes it to be under way.
      this.#desk.update({ inquiries: this.#inquiries.states });
      throw new VitrineError('bad-request', l10n.t('Explanations need a trained model: train it first.'));
    }
    await this.#inquiries.ask(trained, inquiry);
  }

  /** Whether other words can be had. A window without language models is told so at once. */
  async lookForLanguageModel(): Promise<void> {
    if (await hasLanguageModel().catch(() => false)) this.#desk.update({ canRephrase: true });
  }

  /** The explanation that is shown, in other words. */
  async rephrase(): Promise<void> {
    const text = this.#desk.state.explanation?.text;
    if (text === undefined) return;
    const cancel = new vscode.CancellationTokenSource();
    // A model that hangs must not keep the panel busy.
    const late = setTimeout(() => cancel.cancel(), REPHRASE_LIMIT);
    await this.#work
      .do('words', l10n.t('Asking for other words…'), async () => {
        const other = await rephrase(text, cancel.token);
        this.#desk.update({ rephrased: { of: text, text: other } });
      })
      .finally(() => {
        clearTimeout(late);
        cancel.dispose();
      });
  }

  cancelInquiry(kind: InquiryKind): void {
    this.#inquiries.cancel(kind);
  }

  /** Nobody waits for an answer any more. */
  cancelInquiries(): void {
    this.#inquiries.cancelAll();
  }

  async samples(split: Split, offset: number, count: number, augmented?: number): Promise<void> {
    const { experiment, run } = this.#desk.state;
    if (!experiment) return;
    await this.#work.do('samples', l10n.t('Loading data…'), async signal => {
      const wanted = Math.min(MAX_PAGE, Math.max(1, Math.floor(count)));
      const start = Math.max(0, Math.floor(offset));
      const trained = await this.#trained(run?.record);
      const page = await this.#needs.engine.request(
        'data/samples',
        {
          experiment: experiment.path,
          split,
          offset: start,
          count: wanted,
          ...(augmented !== undefined && { augmented }),
          ...(trained ? { run: trained.ownId } : {}),
        },
        { signal },
      );
      const { state } = this.#desk;
      if (state.experiment?.path === experiment.path && state.run?.record.id === run?.record.id)
        this.#desk.update({
          samples: { ...page, split, offset: start, ...(augmented !== undefined && { augmented }) },
          error: undefined,
        });
    });
  }

  /** The samples to begin with: those that nothing was learned from, where there are such. */
  async firstSamples(): Promise<void> {
    for (const split of ['test', 'valid', 'train'] as const) {
      await this.samples(split, 0, PAGE_SIZE);
      if (this.#desk.state.samples?.total !== 0) return;
    }
  }

  /** Writes how training pictures are altered into the experiment file, and shows what training will see. */
  async augment(transforms: readonly Transform[]): Promise<void> {
    const { experiment, samples } = this.#desk.state;
    if (!experiment) return;
    const { withAugment } = await import('../../formats/experiment/augment');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(experiment.path));
    await replaceText(document, withAugment(document.getText(), transforms, experiment.path));
    const shown = samples?.split === 'train' ? samples.offset : 0;
    await this.samples(
      'train',
      shown,
      samples?.samples.length || PAGE_SIZE,
      transforms.length > 0 ? 0 : undefined,
    );
  }

  /** Writes into the experiment file whose groups are treated alike while training. */
  async mitigate(by: readonly string[], mitigate: Mitigate): Promise<void> {
    const { experiment } = this.#desk.state;
    if (!experiment) return;
    const { withMitigation } = await import('../../formats/experiment/mitigation');
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(experiment.path));
    await replaceText(document, withMitigation(document.getText(), by, mitigate, experiment.path));
  }

  /** The data as a whole; what to beware of is marked in the experiment file. */
  async overview(): Promise<void> {
    const { experiment, run } = this.#desk.state;
    if (!experiment) return;
    await this.#work.do('overview', l10n.t('Looking at the data as a whole…'), async signal => {
      const trained = await this.#trained(run?.record);
      const { overview, diagnostics } = await this.#needs.engine.request(
        'data/overview',
        { experiment: experiment.path, ...(trained ? { run: trained.ownId } : {}) },
        { signal },
      );
      const said = <W extends { message: string }>(warning: W): W => ({
        ...warning,
        message: messageIn(language(), warning.message),
      });
      markData(experiment.path, diagnostics.map(said));
      if (this.#desk.state.experiment?.path === experiment.path)
        this.#desk.update({
          overview: {
            ...overview,
            warnings: overview.warnings.map(said),
            notes: overview.notes.map(note => messageIn(language(), note)),
          },
        });
    });
  }

  /** The run that is shown, once it has weights. */
  async #trained(record: RunRecord | undefined): Promise<Run | undefined> {
    return record && isTrained(record) ? this.#needs.runs.get(record.id) : undefined;
  }

  /** What the shown run gets right and wrong. */
  async evaluate(split: Split): Promise<void> {
    const { run, evaluation } = this.#desk.state;
    if (!run || (evaluation?.run === run.record.id && evaluation.split === split)) return;
    const { id } = run.record;
    await this.#work.do('evaluation', l10n.t('Asking the model about every sample…'), async signal => {
      const trained = await this.#needs.runs.get(id);
      if (!trained || !isTrained(trained.record)) return;
      const found = await this.#needs.engine.request(
        'run/evaluation',
        { run: trained.folder.fsPath, split },
        { signal },
      );
      if (this.#desk.state.run?.record.id === id)
        this.#desk.update({ evaluation: { ...found, run: id }, picked: undefined });
    });
  }

  /** Samples by row, such as those that a cell of the confusion matrix holds. */
  async pick(title: string, rows: readonly number[]): Promise<void> {
    const { experiment, run } = this.#desk.state;
    if (rows.length === 0) return this.#desk.update({ picked: undefined });
    if (!experiment || !run) return;
    await this.#work.do('picked', l10n.t('Loading data…'), async signal => {
      const kept = await this.#needs.runs.get(run.record.id);
      if (!kept) return;
      const page = await this.#needs.engine.request(
        'data/samples',
        {
          experiment: experiment.path,
          split: 'test',
          offset: 0,
          count: 1,
          rows: rows.filter(r => Number.isSafeInteger(r) && r >= 0).slice(0, MAX_PAGE),
          run: kept.ownId,
        },
        { signal },
      );
      if (this.#desk.state.run?.record.id === run.record.id)
        this.#desk.update({ picked: { ...page, title } });
    });
  }

  /** Explains with the shown run. */
  async explainShown(
    method: string,
    row?: number,
    target?: string | number,
    options?: Question['options'],
  ): Promise<boolean> {
    mustBeTrusted('explain');
    const { run, methods } = this.#desk.state;
    const choice = methods.find(m => m.id === method);
    const trained = run && (await this.#needs.runs.get(run.record.id));
    if (!trained || !choice)
      throw new VitrineError('bad-request', l10n.t('Explanations need a trained model: train it first.'));
    return this.explain(trained, choice, row, target, options);
  }

  /** Examples of a concept: a folder, or a file where the system's dialog offers both. */
  async chooseExamples(method: string, option: string): Promise<void> {
    mustBeTrusted('explain');
    const [chosen] =
      (await vscode.window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: true,
        title: l10n.t('Choose a folder of examples'),
        openLabel: l10n.t('Choose'),
        ...(vscode.workspace.workspaceFolders?.[0] && {
          defaultUri: vscode.workspace.workspaceFolders[0].uri,
        }),
      })) ?? [];
    if (chosen) this.#desk.update({ chosen: { method, option, path: chosen.fsPath } });
  }

  /** @returns false when it was cancelled, by the user or by a newer question. */
  async explain(
    run: Run,
    method: { id: string; title: string },
    row?: number,
    target?: string | number,
    options?: Question['options'],
  ): Promise<boolean> {
    this.#desk.update({
      error: undefined,
      selection: {
        ...this.#desk.state.selection,
        run: run.record.id,
        method: method.id,
        ...(row === undefined ? {} : { row }),
      },
    });
    const answer = await this.#needs.explaining.ask({
      run,
      method: method.id,
      title: method.title,
      ...(row === undefined ? {} : { row }),
      ...(target === undefined ? {} : { target }),
      ...(options === undefined ? {} : { options }),
    });
    return answer !== undefined;
  }

  /** The newest answer, or that one is awaited. */
  showAnswer(): void {
    const { answer: judged, asked, early } = this.#needs.explaining;
    const { state } = this.#desk;
    const answer = asked ? early : judged;
    this.#work.say(
      this,
      asked &&
        (asked.row === undefined
          ? l10n.t('Explaining the model by {0}…', asked.title)
          : l10n.t('Explaining row {0} by {1}…', asked.row, asked.title)),
    );
    // What was given up before it was judged is not left standing.
    if (!asked && !answer && state.explanation?.trust.pending) this.#desk.update({ explanation: undefined });
    if (!answer || answer.explanation === state.explanation) return;
    if (state.run && state.run.record.id !== answer.question.run.record.id) return;
    if (answer.page) {
      const { samples, total: _, ...rest } = answer.page;
      const [sample] = samples;
      if (sample) this.#desk.update({ explained: { ...rest, sample } });
    } else this.#desk.update({ explained: undefined });
    this.#desk.update({ explanation: answer.explanation, error: undefined });
  }
}
