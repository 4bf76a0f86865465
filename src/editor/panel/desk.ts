/**
 * What the pages of the panel lie on: one state that all of them show, so that a layer, a run or a sample that is
 * selected in one is selected in every other. `view` in the state is that of the page in front.
 */
import type { RunEvent } from '../../train/runs/run';
import type { PanelState, PanelView } from '../panelProtocol';
import { appendEvents } from '../runs/live';
import { type Change, Outbox, type OutboxOptions, type SharedState } from './outbox';

/** What belongs to a run or a model. */
const ofAnotherRun = {
  samples: undefined,
  overview: undefined,
  explanation: undefined,
  explained: undefined,
  evaluation: undefined,
  picked: undefined,
} as const;

export class Desk {
  #shared: SharedState = { selection: {}, methods: [] };
  /** Shown by the next page, where there is none. */
  #view: PanelView = 'architecture';
  readonly #outboxes = new Set<Outbox>();
  #front: Outbox | undefined;
  readonly #turned: (() => void)[] = [];

  get state(): PanelState {
    return { ...this.#shared, view: this.#front?.view ?? this.#view };
  }

  /** A new page's outbox; the page is in front. */
  join(options: OutboxOptions, view?: PanelView): Outbox {
    const outbox = new Outbox(() => this.#shared, view ?? this.state.view, options);
    this.#outboxes.add(outbox);
    this.front = outbox;
    return outbox;
  }

  leave(outbox: Outbox): void {
    outbox.hidden();
    this.#outboxes.delete(outbox);
    if (this.#front !== outbox) return;
    this.#view = outbox.view;
    this.#front = [...this.#outboxes].at(-1);
  }

  /** The page that commands speak to. */
  set front(outbox: Outbox) {
    if (this.#outboxes.has(outbox)) this.#front = outbox;
  }

  /** True where some page shows the view. */
  shows(view: PanelView): boolean {
    return [...this.#outboxes].some(o => o.view === view);
  }

  /** Replaces parts of the state; undefined clears a part. `view` is for the page in front. */
  update({ view, ...change }: Change<PanelState>): void {
    const next = { ...this.#shared } as Record<string, unknown>;
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete next[key];
      else next[key] = value;
    }
    this.#shared = next as unknown as SharedState;
    for (const outbox of this.#outboxes) outbox.take(change);
    if (view === undefined) return;
    this.#view = view;
    // Where a page shows it already, another one need not change.
    if (this.#front && !this.shows(view)) this.#front.view = view;
  }

  /** Lets go of what belongs to a run or a model and makes no sense beside another. */
  turn(): void {
    for (const listener of this.#turned) listener();
    this.update(ofAnotherRun);
  }

  /** Something else is about to be shown. */
  onTurn(listener: () => void): void {
    this.#turned.push(listener);
  }

  /** Adds events to the run that is shown; those of another run are ignored. */
  append(run: string, events: readonly RunEvent[]): void {
    const shown = this.#shared.run;
    if (!shown || shown.record.id !== run) return;
    appendEvents(shown.events as RunEvent[], events);
    for (const outbox of this.#outboxes) outbox.append(events);
  }
}
