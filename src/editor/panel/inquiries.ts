/** Puts the page's questions to the engine: of each kind the newest counts, and what it replaces is cancelled. */

import { messageIn } from '../../names/messages';
import type { Engine } from '../engine';
import type { Inquiry, InquiryKind, InquiryState, InquiryStates, MethodBeside } from '../inquiryProtocol';
import { isCancelled, messageOf } from '../problems';
import type { Run } from '../runs/store';
import { language } from '../settings';
import { answerTyped } from './answerTyped';
import { Latest } from './latest';

type Progress = (done: number) => void;
export type Answering = {
  [K in InquiryKind]: (
    inquiry: Extract<Inquiry, { kind: K }>,
    call: {
      run: string;
      engine: Engine;
      signal: AbortSignal;
      progress: Progress;
      partly(value: unknown): void;
    },
  ) => Promise<unknown>;
};

const answering: Answering = {
  async whatIf({ row, values, method }, { run, engine, signal, partly }) {
    const { before, after } = await engine.request('predict/whatIf', { run, row, values }, { signal });
    partly({ before, after });
    const explanation = await engine.request(
      'explain',
      { run, row, values, method, language: language() },
      { signal },
    );
    return { before, after, explanation };
  },
  counterfactual({ kind: _, ...question }, { run, engine, signal, progress }) {
    return engine.request(
      'counterfactual',
      { run, ...question, language: language() },
      { signal, onProgress: progress },
    );
  },
  episode({ seed }, { run, engine, signal, progress }) {
    return engine.request('episode', { run, seed }, { signal, onProgress: progress });
  },
  typed: answerTyped,
  anchor({ row }, { run, engine, signal, progress }) {
    return engine.request('anchor', { run, row, language: language() }, { signal, onProgress: progress });
  },
  filmstrip({ row, method }, { run, engine, signal, progress }) {
    return engine.request(
      'filmstrip',
      { run, row, method, language: language() },
      { signal, onProgress: progress },
    );
  },
  async methodsBeside({ row, methods }, { run, engine, signal, progress, partly }) {
    const found: MethodBeside[] = [];
    for (const [i, method] of methods.entries()) {
      try {
        const explanation = await engine.request(
          'explain',
          { run, row, method, language: language() },
          { signal, onProgress: done => progress((i + done) / methods.length) },
        );
        found.push({ explanation });
      } catch (e) {
        if (isCancelled(e)) throw e;
        found.push({ method, failed: messageOf(e) });
      }
      partly([...found]);
    }
    return found;
  },
  async robustness({ row }, { run, engine, signal, progress }) {
    const found = await engine.request(
      'robustness',
      { run, ...(row === undefined ? {} : { row }) },
      { signal, onProgress: progress },
    );
    return { ...found, text: messageIn(language(), found.text) };
  },
  async fairness({ kind: _, ...question }, { run, engine, signal, progress }) {
    const found = await engine.request(
      'fairness',
      { run, ...question, language: language() },
      { signal, onProgress: progress },
    );
    return { ...found, notes: found.notes.map(note => messageIn(language(), note)) };
  },
};

export class Inquiries {
  readonly #engine: Engine;
  readonly #show: (states: InquiryStates) => void;
  #states: InquiryStates = {};
  readonly #latest = new Latest<InquiryKind>();

  constructor(engine: Engine, show: (states: InquiryStates) => void) {
    this.#engine = engine;
    this.#show = show;
  }

  async ask({ record, folder }: Run, inquiry: Inquiry): Promise<void> {
    const { kind } = inquiry;
    const run = record.id;
    const asked = this.#latest.begin(kind);
    const before = this.#states[kind];
    // What was asked of another run says nothing of this one.
    let answer: unknown = before?.run === run ? before.answer : undefined;
    const set = (more: object) =>
      this.#set(kind, { run, asked: inquiry, ...(answer ? { answer } : {}), ...more });
    let shown = 0;
    set({ progress: 0 });
    try {
      const ask = answering[kind] as (i: Inquiry, call: object) => Promise<unknown>;
      const value = await ask(inquiry, {
        run: folder.fsPath,
        engine: this.#engine,
        signal: asked.signal,
        progress: (done: number) => {
          // A page need not be told of every thousandth.
          if (!asked.current || done - shown < 0.02) return;
          shown = done;
          set({ progress: done });
        },
        partly: (part: unknown) => {
          if (!asked.current) return;
          answer = { to: inquiry, value: part };
          set({ progress: 0.5 });
        },
      });
      if (!asked.current) return;
      answer = { to: inquiry, value };
      set({});
    } catch (e) {
      if (asked.current) set(isCancelled(e) ? {} : { error: messageOf(e) });
    } finally {
      asked.end();
    }
  }

  get states(): InquiryStates {
    return this.#states;
  }

  cancel(kind: InquiryKind): void {
    this.#latest.cancel(kind);
  }

  cancelAll(): void {
    this.#latest.cancelAll();
  }

  #set(kind: InquiryKind, state: unknown): void {
    this.#states = { ...this.#states, [kind]: state as InquiryState<InquiryKind> };
    this.#show(this.#states);
  }
}
