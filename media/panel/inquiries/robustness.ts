/** How small a disturbance, made to mislead it, turns the model's answers (PGD). */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Robustness } from '../../../src/service/inquiries/robustnessRun';
import { linePath } from '../logic/linePath';
import { formatNumber, formatPercent } from '../logic/numbers';
import { t } from '../strings';
import { condition, type InquiryContext, type InquiryView } from './inquiry';

export const robustness: InquiryView<'robustness'> = {
  kind: 'robustness',
  title: 'robustness.title',
  summary: 'robustness.summary',
  scope: 'model',
  unsuited: (subject, state) =>
    (subject ?? state.samples)?.target.kind === 'number' ? t('inquiry.classesOnly') : undefined,
  view(c) {
    const { subject, asked } = c;
    const answer = asked?.answer?.value;
    const busy = asked?.progress !== undefined;
    return html`<div class="robustness">
      <p class="lead">${t('robustness.lead')}</p>
      <div class="inquiry-form">
        <vscode-button ?disabled=${busy} @click=${() => c.ask({ kind: 'robustness' })}>${t('robustness.rows')}</vscode-button>
        ${
          subject
            ? html`<vscode-button
                secondary
                ?disabled=${busy}
                @click=${() => c.ask({ kind: 'robustness', row: subject.sample.row })}
                >${t('robustness.row', { row: subject.sample.row })}</vscode-button
              >`
            : nothing
        }
      </div>
      ${condition(c)} ${answer ? result(answer, c) : nothing}
    </div>`;
  },
};

function result(r: Robustness, _: InquiryContext<'robustness'>): TemplateResult {
  const points = [{ epsilon: 0, accuracy: r.accuracy, misled: 0, label: r.label }, ...r.points];
  return html`<p class="sentence">${r.text}</p>
    ${r.row === null ? chart(points) : nothing}
    <table class="options">
      <thead>
        <tr>
          <th scope="col" class="num">${t('robustness.change')}</th>
          <th scope="col" class="num">${t(r.row === null ? 'robustness.right' : 'explain.prediction')}</th>
          ${r.row === null ? html`<th scope="col" class="num">${t('robustness.misled')}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${points.map(
          p => html`<tr>
            <td class="num mono">${formatNumber(p.epsilon)}</td>
            <td class="num mono">${p.label ?? formatPercent(p.accuracy)}</td>
            ${r.row === null ? html`<td class="num mono">${formatPercent(p.misled)}</td>` : nothing}
          </tr>`,
        )}
      </tbody>
    </table>`;
}

const size = { width: 460, height: 170, left: 44, right: 12, top: 10, bottom: 28 };

function chart(points: readonly { epsilon: number; accuracy: number }[]): TemplateResult {
  const most = Math.max(...points.map(p => p.epsilon));
  // Small disturbances matter most: the axis is by square root.
  const x = (e: number) => size.left + Math.sqrt(e / most) * (size.width - size.left - size.right);
  const y = (a: number) => size.top + (1 - a) * (size.height - size.top - size.bottom);
  return html`<svg
    class="chart-small"
    viewBox=${`0 0 ${size.width} ${size.height}`}
    role="img"
    aria-label=${t('robustness.chart', {
      points: points.map(p => `${formatNumber(p.epsilon)}: ${formatPercent(p.accuracy)}`).join('; '),
    })}
  >
    ${[0, 0.5, 1].map(
      a => svg`<path class="grid" d=${`M${size.left} ${y(a)}H${size.width - size.right}`} />
        <text class="tick" x=${size.left - 6} y=${y(a) + 4} text-anchor="end">${formatPercent(a, 0)}</text>`,
    )}
    ${points
      .filter((p, i) => i === 0 || i === points.length - 1 || p.epsilon >= most / 20)
      .map(
        p =>
          svg`<text class="tick" x=${p.epsilon === most ? size.width : x(p.epsilon)} y=${size.height - 10} text-anchor=${p.epsilon === most ? 'end' : 'middle'}>${formatNumber(p.epsilon)}</text>`,
      )}
    <path class="line line-0" d=${linePath(points.map(p => [x(p.epsilon), y(p.accuracy)]))} />
    ${points.map(p => svg`<circle class="dot" cx=${x(p.epsilon)} cy=${y(p.accuracy)} r="3" />`)}
  </svg>`;
}
