/** A rule that holds the prediction where it is, whatever else changes. */
import { html, nothing } from 'lit';
import { formatPercent } from '../logic/numbers';
import { t } from '../strings';
import { condition, type InquiryView } from './inquiry';

export const anchor: InquiryView<'anchor'> = {
  kind: 'anchor',
  title: 'anchor.title',
  summary: 'anchor.summary',
  scope: 'prediction',
  unsuited(subject) {
    if (!subject) return undefined;
    if (subject.modality !== 'table') return t('inquiry.tablesOnly');
    return subject.target.kind === 'classes' ? undefined : t('inquiry.classesOnly');
  },
  view(c) {
    const { subject, asked } = c;
    if (!subject) return html`${nothing}`;
    const row = subject.sample.row;
    const a = asked?.answer?.to.row === row ? asked.answer.value : undefined;
    return html`<div class="anchor">
      <p class="lead">${t('anchor.lead')}</p>
      <div class="inquiry-form">
        <vscode-button ?disabled=${asked?.progress !== undefined} @click=${() => c.ask({ kind: 'anchor', row })}
          >${t(a ? 'anchor.again' : 'anchor.search')}</vscode-button
        >
      </div>
      ${condition(c)}
      ${
        a
          ? html`<div class="rule">
                <span class="part">${t('anchor.if')}</span>
                <ul>
                  ${
                    a.conditions.length === 0
                      ? html`<li class="quiet">${t('anchor.always')}</li>`
                      : a.conditions.map(x => html`<li class="condition">${x.text}</li>`)
                  }
                </ul>
                <span class="part">${t('anchor.then')}</span> <strong class="big">${a.prediction.label}</strong>
              </div>
              <dl class="meters">
                ${meter(t('anchor.precision'), a.precision, t('anchor.precision.help'), a.interval)}
                ${meter(t('anchor.coverage'), a.coverage, t('anchor.coverage.help'))}
              </dl>
              <p class="sentence">${a.text}</p>`
          : nothing
      }
    </div>`;
  },
};

function meter(name: string, share: number, help: string, interval?: readonly [number, number]) {
  return html`<div>
    <dt>${name}</dt>
    <dd>
      <span class="meter-track" aria-hidden="true"
        ><span class="meter-fill" .style=${`width: ${(100 * share).toFixed(1)}%`}></span>
        ${
          interval
            ? html`<span
                class="whisker"
                .style=${`left: ${(100 * interval[0]).toFixed(1)}%; width: ${(100 * (interval[1] - interval[0])).toFixed(1)}%`}
              ></span>`
            : nothing
        }</span
      >
      <strong class="mono">${formatPercent(share)}</strong>
      ${interval ? html`<span class="mono quiet">${formatPercent(interval[0])} – ${formatPercent(interval[1])}</span>` : nothing}
      <span class="quiet">${help}</span>
    </dd>
  </div>`;
}
