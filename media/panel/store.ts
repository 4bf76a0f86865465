/**
 * What the page knows: the host's state as it was sent, and the reader's own settings (folds, smoothing, opacity),
 * which outlive a reload. Changes are pure functions; `Store` holds the current value and tells who listens.
 */
import type { InquiryKind } from '../../src/editor/inquiryProtocol';
import type { ColourBy, PanelState, ToPage } from '../../src/editor/panelProtocol';
import type { OptionValue } from '../../src/explain/optionFields';
import type { Direction } from './graph/layout';

export interface Settings {
  direction: Direction;
  colour: ColourBy;
  /** Groups that are open, by the model they belong to; absent models open as far as is readable. */
  open: Readonly<Record<string, readonly string[]>>;
  /** The card that is selected in the graph. */
  card?: string;
  axis: 'step' | 'epoch';
  smoothing: number;
  log: boolean;
  tables: boolean;
  /** Whose spreads over time are shown. */
  spread: 'weights' | 'gradients';
  allSpreads: boolean;
  allRuns: boolean;
  /** The Training view shows an episode of a run that learns in an environment. */
  watching: boolean;
  onlyWrong: boolean;
  /** The Data view shows the samples, or the data as a whole. */
  dataPart: 'samples' | 'overview';
  opacity: number;
  trustOpen: boolean;
  allBars: boolean;
  /** How the contributions to one prediction are drawn. */
  bars: 'bars' | 'waterfall' | 'force';
  /** The question that the Explain view shows instead of an attribution. */
  inquiry: '' | InquiryKind;
  method?: string;
  /** Of methods, by id: what is not as usual. The service checks it. */
  options: Readonly<Record<string, Readonly<Record<string, OptionValue>>>>;
  optionsOpen: boolean;
}

export const colours: readonly ColourBy[] = [
  'parameters',
  'flops',
  'seconds',
  'gradients',
  'zeros',
  'attribution',
];

export const defaults: Settings = {
  direction: 'TB',
  colour: 'parameters',
  open: {},
  axis: 'step',
  smoothing: 0.6,
  log: false,
  tables: false,
  spread: 'weights',
  allSpreads: false,
  allRuns: false,
  watching: false,
  onlyWrong: false,
  dataPart: 'samples',
  opacity: 0.8,
  trustOpen: true,
  allBars: false,
  bars: 'bars',
  inquiry: '',
  options: {},
  optionsOpen: false,
};

export interface Page {
  /** Undefined until the host has answered. */
  state?: PanelState;
  settings: Settings;
}

/** The state after a message; the same object if the message does not concern it. */
export function receive(state: PanelState | undefined, message: ToPage): PanelState | undefined {
  switch (message.type) {
    case 'state':
      return message.state;
    case 'patch': {
      if (!state) return state;
      const next: PanelState = { ...state, ...message.patch };
      for (const key of message.clear ?? []) delete next[key];
      return next;
    }
    case 'events': {
      if (state?.run?.record.id !== message.run) return state;
      const run = { ...state.run, events: [...state.run.events, ...message.events] };
      return { ...state, run };
    }
    default:
      message satisfies never;
      return state;
  }
}

/** Settings from what was remembered, whoever wrote it: unknown keys are dropped, wrong types replaced. */
export function restore(remembered: unknown): Settings {
  const settings: Record<string, unknown> = { ...defaults };
  if (typeof remembered === 'object' && remembered !== null) {
    for (const [key, value] of Object.entries(remembered)) {
      if (key === 'card' || key === 'method') {
        if (typeof value === 'string') settings[key] = value;
      } else if (key in defaults && typeof value === typeof settings[key] && value !== null)
        settings[key] = value;
    }
  }
  const { direction, colour, axis } = settings as unknown as Settings;
  if (direction !== 'TB' && direction !== 'LR') settings['direction'] = defaults.direction;
  if (!colours.includes(colour)) settings['colour'] = defaults.colour;
  const { spread } = settings as unknown as Settings;
  if (spread !== 'weights' && spread !== 'gradients') settings['spread'] = defaults.spread;
  if (axis !== 'step' && axis !== 'epoch') settings['axis'] = defaults.axis;
  return settings as unknown as Settings;
}

/** With an option of a method; as usual again if the value is undefined. */
export function withOption(
  settings: Settings,
  method: string,
  option: string,
  value: OptionValue | undefined,
): Settings {
  const { [option]: _, ...others } = settings.options[method] ?? {};
  const own = value === undefined ? others : { ...others, [option]: value };
  return { ...settings, options: { ...settings.options, [method]: own } };
}

function withoutCard({ card: _, ...settings }: Settings): Settings {
  return settings;
}

export class Store {
  #page: Page;
  readonly #listeners: (() => void)[] = [];

  constructor(settings: Settings) {
    this.#page = { settings };
  }

  get page(): Page {
    return this.#page;
  }

  receive(message: ToPage): void {
    const { state: before, settings } = this.#page;
    const state = receive(before, message);
    // A layer that was selected elsewhere takes the place of the card that was selected here.
    const elsewhere = before && state && state.selection.module !== before.selection.module;
    const kept = elsewhere ? withoutCard(settings) : settings;
    const chosen = state?.chosen === before?.chosen ? undefined : state?.chosen;
    this.#replace({
      ...this.#page,
      state,
      settings: chosen ? withOption(kept, chosen.method, chosen.option, chosen.path) : kept,
    });
  }

  /** What the page itself changes in the host's state at once, without waiting for its answer. */
  patch(patch: Partial<PanelState>): void {
    if (this.#page.state) this.#replace({ ...this.#page, state: { ...this.#page.state, ...patch } });
  }

  set(settings: Partial<Settings>): void {
    this.#replace({ ...this.#page, settings: { ...this.#page.settings, ...settings } });
  }

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #replace(page: Page): void {
    this.#page = page;
    for (const listener of this.#listeners) listener();
  }
}
