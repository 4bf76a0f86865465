/**
 * A question beyond "why" that the Explain view can ask: one file here each. The host answers; the page keeps what is
 * being typed. `inquiries` lists them in the order of the menu.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Inquiry, InquiryKind, InquiryState } from '../../../src/editor/inquiryProtocol';
import type { PanelState, SampleOnPage } from '../../../src/editor/panelProtocol';
import type { Actions } from '../actions';
import { icon } from '../parts/icons';
import type { Settings } from '../store';
import { type StringKey, t } from '../strings';

export interface InquiryContext<K extends InquiryKind> {
  state: PanelState;
  settings: Settings;
  actions: Actions;
  /** The row in question with what is known of its columns, if one is chosen and was loaded. */
  subject: SampleOnPage | undefined;
  /** Of the run that is shown. */
  asked: InquiryState<K> | undefined;
  ask(inquiry: Extract<Inquiry, { kind: K }>): void;
  redraw(): void;
}

export interface InquiryView<K extends InquiryKind> {
  kind: K;
  title: StringKey;
  summary: StringKey;
  scope: 'prediction' | 'model';
  /** It makes no sense here, and is not offered. */
  absent?(subject: SampleOnPage | undefined, state: PanelState): boolean;
  /** Why it cannot be asked here, in words. */
  unsuited?(subject: SampleOnPage | undefined, state: PanelState): string | undefined;
  view(context: InquiryContext<K>): TemplateResult;
}

/** What a question is shown with; answers about other runs than the one that is shown are left out. */
export function contextOf<K extends InquiryKind>(
  kind: K,
  c: Pick<InquiryContext<K>, 'state' | 'settings' | 'actions' | 'subject' | 'redraw'>,
): InquiryContext<K> {
  const known = c.state.inquiries?.[kind];
  return {
    ...c,
    asked: known?.run === c.state.run?.record.id ? known : undefined,
    ask: inquiry => c.actions.inquire(inquiry),
  };
}

/** Most rows or runs whose choices are kept: the oldest are forgotten. */
const mostKept = 200;

/** Puts a reader's choice into a map that does not grow for ever. */
export function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > mostKept) map.delete(map.keys().next().value!);
}

/** What is under way with a way to end it, or what went wrong. */
export function condition<K extends InquiryKind>(c: InquiryContext<K>): TemplateResult {
  const { asked } = c;
  if (asked?.progress !== undefined)
    return html`<div class="inquiry-progress" role="status">
      <progress max="1" .value=${asked.progress} aria-label=${t('inquiry.working')}></progress>
      <span class="quiet">${t('inquiry.working')}</span>
      <button class="link" @click=${() => c.actions.send({ type: 'cancelInquiry', kind: asked.asked.kind })}>
        ${t('inquiry.cancel')}
      </button>
    </div>`;
  if (asked?.error !== undefined)
    return html`<p class="inquiry-error" role="alert">${icon('poor')} ${asked.error}</p>`;
  return html`${nothing}`;
}

/** "a cell": the columns of the row in the order of the features, with those that are no features left out. */
export function cellsOf(subject: SampleOnPage) {
  return subject.features.map(feature => ({
    feature,
    value: subject.sample.values[feature.name] ?? null,
  }));
}
