/** Groups that are to be treated alike while training: written into the experiment, and trained again. */
import { html, type TemplateResult } from 'lit';
import type { Fairness } from '../../../src/explain/fairness/result';
import type { Mitigate } from '../../../src/formats/experiment/mitigation';
import { type StringKey, t } from '../strings';
import { type InquiryContext, keep } from './inquiry';

type Choice = 'reweighing' | 'demographic_parity' | 'equalized_odds';
const choices: readonly Choice[] = ['reweighing', 'demographic_parity', 'equalized_odds'];
const strengths = [1, 3, 10, 30, 100];

interface Form {
  choice: Choice;
  strength: number;
}
const forms = new Map<string, Form>();

export function retraining(c: InquiryContext<'fairness'>, f: Fairness): TemplateResult {
  const { run, experiment } = c.state;
  const key = run?.record.id ?? '';
  const form = forms.get(key) ?? { choice: 'demographic_parity', strength: 10 };
  const set = (change: Partial<Form>) => {
    keep(forms, key, { ...form, ...change });
    c.redraw();
  };
  const { choice, strength } = form;
  const train = () => {
    const positive = f.positive && { positive: f.positive.name };
    const mitigate: Mitigate =
      choice === 'reweighing'
        ? { method: 'reweighing', ...positive }
        : { method: 'covariance', strength, constraint: choice, ...positive };
    c.actions.send({ type: 'mitigate', by: f.by, mitigate });
  };
  return html`<section class="retraining">
    <h3 class="part">${t('fairness.train.title')}</h3>
    <p class="quiet">${t('fairness.train.lead', { columns: f.by.join(', ') })}</p>
    <div class="inquiry-form">
      <label
        >${t('fairness.train.how')}
        <select @change=${(e: Event) => set({ choice: (e.target as HTMLSelectElement).value as Choice })}>
          ${choices.map(
            id =>
              html`<option value=${id} .selected=${choice === id}>${t(`fairness.train.${id}` as StringKey)}</option>`,
          )}
        </select></label
      >
      <label ?hidden=${choice === 'reweighing'}
        >${t('fairness.train.strength')}
        <select @change=${(e: Event) => set({ strength: Number((e.target as HTMLSelectElement).value) })}>
          ${strengths.map(s => html`<option value=${s} .selected=${strength === s}>${s}</option>`)}
        </select></label
      >
      <vscode-button ?disabled=${!experiment} @click=${train}>${t('fairness.train.train')}</vscode-button>
    </div>
  </section>`;
}
