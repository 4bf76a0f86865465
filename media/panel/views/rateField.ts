/** The field that changes the learning rate of a run that is under way. */
import { html, noChange, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { History } from '../../../src/train/runs/history';
import type { Actions } from '../actions';
import { t } from '../strings';

/** What was typed last and is no learning rate, with the run it was meant for. */
let refused: { run: string; text: string } | undefined;

/** A positive number, with a point or a comma; undefined for all else. */
export function learningRateOf(text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'));
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** Changes the learning rate from the next step on. */
export function rateField(run: string, history: History, actions: Actions): TemplateResult {
  const wrong = refused?.run === run ? refused.text : undefined;
  const take = (e: Event) => {
    const input = e.target as HTMLInputElement;
    const value = learningRateOf(input.value);
    refused = value === undefined ? { run, text: input.value.trim() } : undefined;
    if (value !== undefined) {
      actions.send({ type: 'learningRate', value });
      input.blur();
    }
    actions.set({});
  };
  const leave = (e: KeyboardEvent) => {
    if (e.key !== 'Escape') return;
    refused = undefined;
    const input = e.target as HTMLInputElement;
    // Else leaving the field would take what is in it.
    input.value = shown;
    input.blur();
    actions.set({});
  };
  const now = history.steps.learningRate.at(-1);
  const shown = now === undefined ? '' : `${Number(now.toPrecision(4))}`;
  // What is being typed, or has to be mended, is not overwritten by what comes in.
  const typing = wrong !== undefined || document.activeElement?.closest('.rate-field') != null;
  return html`<span class="rate-field"
    ><label title=${t('train.learningRate.help')}
      >${t('train.learningRate')}
      <input
        type="text"
        inputmode="decimal"
        size="8"
        .value=${typing ? noChange : live(shown)}
        aria-invalid=${wrong === undefined ? nothing : 'true'}
        aria-describedby=${wrong === undefined ? nothing : 'rate-wrong'}
        @change=${take}
        @keydown=${leave}
    /></label>
    <span id="rate-wrong" class="rate-wrong" role="alert"
      >${wrong === undefined ? nothing : wrong === '' ? t('train.learningRate.none') : t('train.learningRate.wrong', { text: wrong.length > 20 ? `${wrong.slice(0, 20)}…` : wrong })}</span
    ></span
  >`;
}
