/** Whom the model treats differently: rates by group with their intervals, the gaps, and what closing them would cost. */
import { html, nothing, type TemplateResult } from 'lit';
import { disparities } from '../../../src/explain/fairness/disparities';
import type { RateId } from '../../../src/explain/fairness/rates';
import type { Fairness, GroupFairness, Mitigation } from '../../../src/explain/fairness/result';
import type { ConstraintId } from '../../../src/explain/fairness/thresholds';
import { formatNumber, formatPercent } from '../logic/numbers';
import { icon } from '../parts/icons';
import { named, type StringKey, t } from '../strings';
import { calibrations, frontier } from './fairnessFigures';
import { retraining } from './fairnessTraining';
import { condition, type InquiryContext, type InquiryView, keep } from './inquiry';

type Context = InquiryContext<'fairness'>;

const shownRates: readonly RateId[] = [
  'selection_rate',
  'accuracy',
  'true_positive_rate',
  'false_positive_rate',
  'false_negative_rate',
  'precision',
];
const shownGaps = [
  'demographic_parity_difference',
  'demographic_parity_ratio',
  'equalized_odds_difference',
  'equal_opportunity_difference',
  'predictive_parity_difference',
] as const;
const constraints: readonly ConstraintId[] = [
  'demographic_parity',
  'equalized_odds',
  'true_positive_rate_parity',
];

interface Form {
  by: string[];
  positive: string;
  mitigate: '' | ConstraintId;
}
const forms = new Map<string, Form>();

export const fairness: InquiryView<'fairness'> = {
  kind: 'fairness',
  title: 'fairness.title',
  summary: 'fairness.summary',
  scope: 'model',
  unsuited: (subject, state) =>
    (subject ?? state.samples)?.target.kind === 'number' ? t('inquiry.classesOnly') : undefined,
  view(c) {
    const { state, asked } = c;
    const run = state.run?.record.id ?? '';
    const form = forms.get(run) ?? { by: [], positive: '', mitigate: '' };
    const set = (change: Partial<Form>) => {
      keep(forms, run, { ...form, ...change });
      c.redraw();
    };
    const source = c.subject ?? state.samples;
    const columns = columnsOf(c);
    const usual = source?.target.classes?.length === 2 ? source.target.classes[1] : undefined;
    const answer = asked?.answer?.value;
    return html`<div class="fairness">
      <p class="lead">${t('fairness.lead')}</p>
      ${
        columns.length === 0
          ? html`<p class="quiet">${t('fairness.noColumns')}
              <button class="link" @click=${() => c.actions.view('data')}>${t('explain.data')}</button></p>`
          : html`<fieldset class="chips">
                <legend>${t('fairness.by')}</legend>
                ${columns.map(
                  name => html`<button
                    class="chip"
                    aria-pressed=${form.by.includes(name)}
                    @click=${() =>
                      set({
                        by: form.by.includes(name)
                          ? form.by.filter(n => n !== name)
                          : [...form.by, name].slice(-3),
                      })}
                  >
                    ${name}
                  </button>`,
                )}
              </fieldset>
              <div class="inquiry-form">
                <label
                  >${t('fairness.positive')}
                  <select @change=${(e: Event) => set({ positive: (e.target as HTMLSelectElement).value })}>
                    <option value="" .selected=${form.positive === ''}>${usual ?? t('fairness.usual')}</option>
                    ${source?.target.classes
                      ?.filter(name => name !== usual)
                      .map(
                        name =>
                          html`<option value=${name} .selected=${form.positive === name}>${name}</option>`,
                      )}
                  </select></label
                >
                <label
                  >${t('fairness.mitigate')}
                  <select @change=${(e: Event) => set({ mitigate: (e.target as HTMLSelectElement).value as Form['mitigate'] })}>
                    <option value="" .selected=${form.mitigate === ''}>${t('fairness.noMitigation')}</option>
                    ${constraints.map(
                      id =>
                        html`<option value=${id} .selected=${form.mitigate === id}>${t(`fairness.constraint.${id}` as StringKey)}</option>`,
                    )}
                  </select></label
                >
                <vscode-button
                  ?disabled=${asked?.progress !== undefined || form.by.length === 0}
                  @click=${() =>
                    c.ask({
                      kind: 'fairness',
                      by: form.by,
                      ...(form.positive === '' ? {} : { positive: form.positive }),
                      ...(form.mitigate === '' ? {} : { mitigate: form.mitigate }),
                    })}
                  >${t('fairness.compare')}</vscode-button
                >
              </div>`
      }
      ${condition(c)} ${answer ? html`${result(answer)} ${retraining(c, answer)}` : nothing}
    </div>`;
  },
};

/** Columns of the data, whether the model sees them or not; pixels and the like divide nobody. */
function columnsOf({ subject, state }: Context): string[] {
  const source = subject ?? state.samples;
  if (!source || source.modality === 'image') return [];
  const values = subject?.sample.values ?? state.samples?.samples[0]?.values ?? {};
  const categories = source.features.filter(f => f.kind === 'category').map(f => f.name);
  const others = Object.keys(values).filter(name => !categories.includes(name));
  const names = new Set(state.samples?.identifiers ?? subject?.identifiers);
  return [...categories, ...others].filter(name => !names.has(name)).slice(0, 80);
}

function result(f: Fairness): TemplateResult {
  return html`<p class="sentence">${f.text}</p>
    <div class="gaps">
      ${shownGaps.map(id => {
        const value = f.metrics[id];
        if (value === undefined || value === null) return nothing;
        const info = disparities[id];
        const interval = f.intervals[id];
        const chance = f.chance[id];
        const bad = info.kind === 'ratio' ? value < 0.8 : value > 0.1;
        return html`<article class=${`gap ${bad ? 'wide' : 'narrow'}`}>
          <h3>${icon(bad ? 'fair' : 'good')} ${named(`disparity:${id}`, info.title)}</h3>
          <p class="big mono">${formatNumber(value)}</p>
          <p class="quiet">
            ${interval ? html`<span class="mono">${formatNumber(interval[0], 2)} – ${formatNumber(interval[1], 2)}</span>` : nothing}
            ${chance !== undefined ? html`<span>${t('fairness.chance', { share: formatPercent(chance) })}</span>` : nothing}
          </p>
          <p class="quiet">${named(`disparity:${id}:summary`, info.summary)}</p>
        </article>`;
      })}
    </div>
    ${table(f)} ${calibrations(f)}
    ${f.mitigation ? mitigation(f.mitigation) : nothing}
    ${f.notes.map(n => html`<p class="quiet">${n}</p>`)}`;
}

function table(f: Fairness): TemplateResult {
  const groups = Object.entries(f.groups);
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t('fairness.table')}>
    <table class="options disaggregated">
      <caption class="hidden">${t('fairness.table')}</caption>
      <thead>
        <tr>
          <th scope="col">${f.by.join(' × ')}</th>
          <th scope="col" class="num">${t('fairness.count')}</th>
          ${shownRates.map(rate => html`<th scope="col">${t(`fairness.rate.${rate}` as StringKey)}</th>`)}
          ${f.overall.calibration ? html`<th scope="col" class="num">${t('fairness.calibrationError')}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${groups.map(
          ([name, g]) => html`<tr class=${g.compared ? '' : 'quiet'}>
            <th scope="row">${name}</th>
            <td class="num mono">${g.count}</td>
            ${shownRates.map(rate => html`<td>${rateBar(g, rate)}</td>`)} ${offBy(g, f)}
          </tr>`,
        )}
        <tr class="all">
          <th scope="row">${t('fairness.all')}</th>
          <td class="num mono">${f.overall.count}</td>
          ${shownRates.map(rate => html`<td>${rateBar(f.overall, rate)}</td>`)} ${offBy(f.overall, f)}
        </tr>
      </tbody>
    </table>
  </div>`;
}

/** By how much its probabilities are off on average, where the model gives some. */
function offBy(g: GroupFairness, f: Fairness): TemplateResult {
  if (!f.overall.calibration) return html`${nothing}`;
  return html`<td class="num mono">${g.calibration ? formatPercent(g.calibration.expected_calibration_error) : '–'}</td>`;
}

function rateBar(g: GroupFairness, rate: RateId): TemplateResult {
  const value = g[rate];
  if (value === null || value === undefined) return html`<span class="quiet">–</span>`;
  const interval = g.intervals[rate];
  return html`<span class="rate">
    <span class="meter-track" aria-hidden="true"
      ><span class="meter-fill" .style=${`width: ${(100 * value).toFixed(1)}%`}></span>
      ${
        interval
          ? html`<span
              class="whisker"
              .style=${`left: ${(100 * interval[0]).toFixed(1)}%; width: ${(100 * (interval[1] - interval[0])).toFixed(1)}%`}
            ></span>`
          : nothing
      }</span
    >
    <span class="mono" title=${interval ? `${formatPercent(interval[0])} – ${formatPercent(interval[1])}` : ''}>${formatPercent(value, 0)}</span>
  </span>`;
}

function mitigation(m: Mitigation): TemplateResult {
  return html`<section class="mitigation">
    <h3 class="part">${t('fairness.mitigated', { constraint: t(`fairness.constraint.${m.constraint}` as StringKey) })}</h3>
    <p>
      ${t('fairness.beforeAfter', {
        accuracyBefore: formatPercent(m.before.accuracy),
        accuracyAfter: formatPercent(m.after.accuracy),
        gapBefore: formatNumber(m.before.gap, 2),
        gapAfter: formatNumber(m.after.gap, 2),
      })}
    </p>
    <div class="mitigation-body">
      <table class="options">
        <thead>
          <tr><th scope="col">${t('fairness.group')}</th><th scope="col">${t('fairness.rule')}</th></tr>
        </thead>
        <tbody>
          ${Object.entries(m.rules).map(
            ([name, rules]) => html`<tr>
              <th scope="row">${name}</th>
              <td>${rules.map(r => html`<div>${ruleText(r)}</div>`)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${m.frontier && m.frontier.length > 1 ? frontier(m) : nothing}
    </div>
  </section>`;
}

function ruleText({ chance, above }: Mitigation['rules'][string][number]): string {
  const rule =
    above === 'always'
      ? t('fairness.always')
      : above === 'never'
        ? t('fairness.never')
        : t('fairness.above', { threshold: formatNumber(above) });
  return chance >= 0.9995 ? rule : t('fairness.withChance', { chance: formatPercent(chance), rule });
}
