/**
 * What the page is told, and when. The host's state is the truth; a page that is hidden or not yet ready is told
 * nothing, and gets the whole of it when it says that it is ready. Patches that follow each other closely travel as
 * one, and so do the events of a run, about twenty times a second.
 */
import type { RunEvent } from '../../train/run';
import type { PanelState, ToPage } from '../panelProtocol';
import { appendEvents } from '../runs/live';

export interface OutboxOptions {
  post(message: ToPage): void;
  /** Calls back once after the time; returns how to take it back. */
  later(callback: () => void, milliseconds: number): () => void;
  strings(): Record<string, string>;
  /** Milliseconds between two messages. */
  interval?: number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #state: PanelState;
  #listening = false;
  #patch: Partial<PanelState> = {};
  #clear = new Set<keyof PanelState>();
  #events: RunEvent[] = [];
  #cancel: (() => void) | undefined;

  constructor(state: PanelState, options: OutboxOptions) {
    this.#state = state;
    this.#options = options;
  }

  get state(): PanelState {
    return this.#state;
  }

  /** The page is there and knows nothing. */
  ready(): void {
    this.#listening = true;
    this.#drop();
    this.#options.post({ type: 'state', state: this.#state, strings: this.#options.strings() });
  }

  /** The page is hidden or gone; it will say when it is ready again. */
  hidden(): void {
    this.#listening = false;
    this.#drop();
  }

  /** Replaces parts of the state; undefined clears a part. */
  update(change: { [K in keyof PanelState]?: PanelState[K] | undefined }): void {
    const next = { ...this.#state } as Record<string, unknown>;
    for (const [key, value] of Object.entries(change)) {
      const k = key as keyof PanelState;
      if (value === undefined) {
        delete next[k];
        delete this.#patch[k];
        this.#clear.add(k);
      } else {
        next[k] = value;
        this.#clear.delete(k);
        (this.#patch as Record<string, unknown>)[k] = value;
      }
      // The events so far are in the run that travels whole.
      if (k === 'run') this.#events = [];
    }
    this.#state = next as unknown as PanelState;
    this.#schedule();
  }

  /** Adds events to the run that is shown; those of another run are ignored. */
  append(run: string, events: readonly RunEvent[]): void {
    const shown = this.#state.run;
    if (!shown || shown.record.id !== run) return;
    appendEvents(shown.events as RunEvent[], events);
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
    const { run } = this.#state;
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
