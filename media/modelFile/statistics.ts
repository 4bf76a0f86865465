/** The values of one tensor: a few numbers and their histogram. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { StoredTensor } from '../../src/formats/_format';
import type { TensorStatistics } from '../../src/service/protocol';
import {
  elementCount,
  formatInteger,
  formatNumber,
  formatPercent,
  formatShape,
} from '../panel/logic/numbers';
import { icon } from '../panel/parts/icons';
import { t } from '../panel/strings';
import { formatBytes } from './rows';

export interface Answer {
  statistics?: TensorStatistics | undefined;
  error?: string | undefined;
}

export function statisticsPane(
  tensor: StoredTensor,
  answer: Answer | undefined,
  close: () => void,
): TemplateResult {
  const s = answer?.statistics;
  return html`<aside class="details" aria-label=${tensor.name}>
    <header>
      <div>
        <h2 class="mono">${tensor.name}</h2>
        <p class="quiet">${tensor.dtype} · ${formatShape(tensor.shape)}</p>
      </div>
      <button class="tool" title=${t('details.close')} aria-label=${t('details.close')} @click=${close}>${icon('cross')}</button>
    </header>
    <dl>
      ${pair(t('file.values'), formatInteger(elementCount(tensor.shape)))} ${pair(t('file.bytes'), formatBytes(tensor.bytes))}
      ${tensor.shard ? pair(t('file.shard'), tensor.shard) : nothing}
      ${s ? numbers(s) : nothing}
    </dl>
    ${s && s.histogram.length > 0 ? histogram(s) : nothing}
    ${s && s.sampled < s.count ? html`<p class="quiet note">${t('file.sampled', { count: formatInteger(s.sampled) })}</p>` : nothing}
    ${answer?.error ? html`<p class="problem" role="alert">${answer.error}</p>` : nothing}
    ${answer ? nothing : html`<p class="quiet" aria-busy="true">${t('file.reading')}</p>`}
  </aside>`;
}

function numbers(s: TensorStatistics): TemplateResult {
  return html`${pair(t('file.mean'), formatNumber(s.mean, 4))} ${pair(t('file.std'), formatNumber(s.std, 4))}
  ${pair(t('file.min'), formatNumber(s.min, 4))} ${pair(t('file.max'), formatNumber(s.max, 4))}
  ${pair(t('file.zeros'), formatPercent(s.zeros))}
  ${s.notFinite > 0 ? pair(t('file.notFinite'), formatPercent(s.notFinite, 4)) : nothing}
  ${s.first.length ? pair(t('file.first'), s.first.map(x => formatNumber(x, 3)).join(', ')) : nothing}`;
}

function pair(term: string, value: string): TemplateResult {
  return html`<dt>${term}</dt>
    <dd class="mono">${value}</dd>`;
}

function histogram(s: TensorStatistics): TemplateResult {
  const [width, height] = [280, 90];
  const top = Math.max(1, ...s.histogram);
  const step = width / s.histogram.length;
  const [min, max] = [s.min ?? 0, s.max ?? 0];
  const zero = min < 0 && max > 0 ? (-min / (max - min)) * width : undefined;
  return html`<figure class="histogram">
    <svg viewBox=${`0 0 ${width} ${height}`} role="img"
      aria-label=${t('file.histogram', { min: formatNumber(min), max: formatNumber(max) })}>
      ${s.histogram.map((n, i) => {
        const h = n > 0 ? Math.max(1, (n / top) * (height - 4)) : 0;
        return svg`<rect x=${i * step} y=${height - h} width=${Math.max(1, step - 1)} height=${h}>
          <title>${formatNumber(min + ((max - min) * i) / s.histogram.length)} … ${formatNumber(min + ((max - min) * (i + 1)) / s.histogram.length)}: ${formatInteger(n)}</title>
        </rect>`;
      })}
      ${zero === undefined ? nothing : svg`<line class="zero" x1=${zero} x2=${zero} y1="0" y2=${height}/>`}
    </svg>
    <figcaption class="mono quiet"><span>${formatNumber(min)}</span><span>${formatNumber(max)}</span></figcaption>
  </figure>`;
}
