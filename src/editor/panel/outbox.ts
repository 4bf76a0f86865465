/**
 * What one page is told, and when. The desk's state is the truth; a page that is hidden or not yet ready is told
 * nothing, and gets the whole of it when it says that it is ready. Patches that follow each other closely travel as
 * one, and so do the events of a run, about twenty times a second. Which view it shows is the page's own matter.
 */
import type { RunEvent } from '../../train/runs/run';
import type { PanelState, PanelView, ToPage } from '../panelProtocol';

export interface OutboxOptions {
  post(message: ToPage): void;
  /** Calls back once after the time; returns how to take it back. */
  later(callback: () => void, milliseconds: number): () => void;
  strings(): Record<string, string>;
  /** Milliseconds between two messages. */
  interval?: number;
}

/** What pages share: everything but which view is shown. */
export type SharedState = Omit<PanelState, 'view'>;

export type Change<S = SharedState> = { [K in keyof S]?: S[K] | undefined };

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #shared: () => SharedState;
  #view: PanelView;
  #previous: PanelView | undefined;
  #listening = false;
  #patch: Partial<PanelState> = {};
  #clear = new Set<keyof PanelState>();
  #events: RunEvent[] = [];
  #cancel: (() => void) | undefined;

  constructor(shared: () => SharedState, view: PanelView, options: OutboxOptions) {
    this.#shared = shared;
    this.#view = view;
    this.#options = options;
  }

  get view(): PanelView {
    return this.#view;
  }

  /** What it showed before. */
  get previous(): PanelView | undefined {
    return this.#previous;
  }

  set view(view: PanelView) {
    if (view !== this.#view) this.#previous = this.#view;
    this.#view = view;
    this.take({ view });
  }

  /** The page is there and knows nothing. */
  ready(): void {
    this.#listening = true;
    this.#drop();
    this.#options.post({
      type: 'state',
      state: { ...this.#shared(), view: this.#view },
      strings: this.#options.strings(),
    });
  }

  /** The page is hidden or gone; it will say when it is ready again. */
  hidden(): void {
    this.#listening = false;
    this.#drop();
  }

  /** Parts of the state that were replaced; undefined says that a part is gone. */
  take(change: Change<PanelState>): void {
    for (const [key, value] of Object.entries(change)) {
      const k = key as keyof PanelState;
      if (value === undefined) {
        delete this.#patch[k];
        this.#clear.add(k);
      } else {
        this.#clear.delete(k);
        (this.#patch as Record<string, unknown>)[k] = value;
      }
      // The events so far are in the run that travels whole.
      if (k === 'run') this.#events = [];
    }
    this.#schedule();
  }

  /** Events that were added to the run that is shown. */
  append(events: readonly RunEvent[]): void {
    // A run that travels whole anyway takes them along.
    if (!this.#patch.run) this.#events.push(...events);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#listening) {
      this.#drop();
      return;
    }
    this.#cancel ??= this.#options.later(() => this.#flush(), this.#options.interval ?? 50);
  }

  #flush(): void {
    this.#cancel = undefined;
    if (!this.#listening) return;
    if (Object.keys(this.#patch).length > 0 || this.#clear.size > 0) {
      this.#options.post({
        type: 'patch',
        patch: this.#patch,
        ...(this.#clear.size > 0 ? { clear: [...this.#clear] } : {}),
      });
    }
    const { run } = this.#shared();
    if (this.#events.length > 0 && run) {
      this.#options.post({ type: 'events', run: run.record.id, events: this.#events });
    }
    this.#patch = {};
    this.#clear = new Set();
    this.#events = [];
  }

  #drop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#patch = {};
    this.#clear = new Set();
    this.#events = [];
  }
}
