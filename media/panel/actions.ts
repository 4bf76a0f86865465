/** What the reader can do, in one place: each changes the page at once and tells the host. */

import type { Split } from '../../src/data/dataset';
import type { Inquiry } from '../../src/editor/inquiryProtocol';
import type { FromPage, PanelState, PanelView, Selection } from '../../src/editor/panelProtocol';
import { usualMethod } from '../../src/explain/usual';
import type { Settings, Store } from './store';

/** Samples that one page shows: as many as fill a screen; the host may send fewer. */
export const pageSize = { image: 60, table: 60 };

export interface Actions {
  send(message: FromPage): void;
  set(settings: Partial<Settings>): void;
  view(view: PanelView): void;
  /** @param card of the graph, where that was what was chosen; a layer chosen elsewhere takes its place. */
  select(selection: Partial<Selection>, card?: string): void;
  samples(split: Split, offset: number, augmented?: number): void;
  /** Asks for the data as a whole. */
  overview(): void;
  /** Explains with a method, or with the current one; methods about the whole model need no row. */
  explain(choice: { method?: string; row?: number; target?: number }): void;
  /** Puts a question beyond "why". */
  inquire(inquiry: Inquiry): void;
  dismissError(): void;
}

export function actionsOf(store: Store, send: (message: FromPage) => void): Actions {
  const state = (): PanelState | undefined => store.page.state;
  return {
    send,
    set: settings => store.set(settings),
    view(view) {
      store.patch({ view });
      // The host loads what a view needs and has not: the first samples of the data.
      send({ type: 'view', view });
    },
    select(selection, card) {
      const s = state();
      if ('module' in selection) store.set({ card });
      if (s) store.patch({ selection: { ...s.selection, ...selection } });
      send({ type: 'select', selection });
    },
    overview() {
      send({ type: 'overview' });
    },
    samples(split, offset, augmented) {
      const image = state()?.samples?.modality === 'image';
      send({
        type: 'samples',
        split,
        offset,
        count: image ? pageSize.image : pageSize.table,
        ...(augmented === undefined ? {} : { augmented }),
      });
    },
    explain({ method, row, target }) {
      const s = state();
      if (!s) return;
      const chosen = method ?? currentMethod(s, store.page.settings);
      if (!chosen) return;
      const scope = s.methods.find(m => m.id === chosen)?.scope ?? 'prediction';
      store.set({ method: chosen, inquiry: '' });
      this.select({ method: chosen, ...(row === undefined ? {} : { row }) });
      const at = row ?? s.selection.row;
      const own = store.page.settings.options[chosen] ?? {};
      const options = Object.keys(own).length > 0 ? { options: own } : {};
      if (scope === 'model') {
        const index = target ?? classAsked(s);
        send({
          type: 'explain',
          method: chosen,
          ...(index === undefined || !isOfClass(s, chosen, own) ? {} : { target: index }),
          ...options,
        });
      } else if (at !== undefined)
        send({
          type: 'explain',
          method: chosen,
          row: at,
          ...(target === undefined ? {} : { target }),
          ...options,
        });
    },
    inquire(inquiry) {
      const s = state();
      const run = s?.run?.record.id;
      if (s && run !== undefined) {
        const before = s.inquiries?.[inquiry.kind];
        // Under way at once: until the host says so the page may be drawn many times, and would ask as often.
        const asked = {
          run,
          asked: inquiry,
          progress: 0,
          ...(before?.run === run && before.answer && { answer: before.answer }),
        };
        store.patch({ inquiries: { ...s.inquiries, [inquiry.kind]: asked } });
      }
      send({ type: 'inquire', inquiry });
    },
    dismissError() {
      store.patch({ error: undefined });
    },
  };
}

/** The method that a click on a sample asks for: the last one chosen if it speaks of predictions. */
export function currentMethod(state: PanelState, settings: Settings): string | undefined {
  const predictions = state.methods.filter(m => m.scope === 'prediction' && m.unsuited === undefined);
  const wanted = [state.selection.method, settings.method];
  const chosen = predictions.find(m => wanted.includes(m.id))?.id;
  return chosen ?? usualMethod(id => predictions.some(m => m.id === id)) ?? predictions[0]?.id;
}

/** Whether what a method says of the whole model is about one class. */
export function isOfClass(
  { methods }: Pick<PanelState, 'methods'>,
  id: string,
  options: Readonly<Record<string, unknown>>,
): boolean {
  const of = methods.find(m => m.id === id)?.ofClass;
  return of === true || (of !== undefined && options[of.option] === of.value);
}

/** The class that the whole model is asked about: that of the explanation which is shown, or what the open sample is taken for. */
export function classAsked({
  explanation,
  explained,
  samples,
  selection,
  methods,
}: PanelState): number | undefined {
  const { classes, boxes } = (explained ?? samples)?.target ?? {};
  if (!classes || boxes) return undefined;
  if (
    explanation &&
    (explanation.row !== null || isOfClass({ methods }, explanation.method, explanation.options ?? {}))
  )
    return explanation.target.index < classes.length ? explanation.target.index : undefined;
  const sample =
    explained?.sample.row === selection.row
      ? explained?.sample
      : samples?.samples.find(one => one.row === selection.row);
  const index = classes.indexOf(sample?.prediction?.label ?? '');
  return index < 0 ? undefined : index;
}

/** The method that is shown, or is on its way. */
export function chosenMethod(state: PanelState, settings: Settings): string | undefined {
  const shown = state.explanation?.method;
  const asked = state.selection.method;
  return (state.busy ? (asked ?? shown) : (shown ?? asked)) ?? currentMethod(state, settings);
}

/** False once a run exists whose weights can be asked. */
export function isUntrained(state: PanelState): boolean {
  return (
    !state.run || (state.run.record.epochsDone === 0 && !state.run.events.some(e => e.event === 'epoch'))
  );
}
