/** Gradient norms by layer, each bar a way to the layer. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { History } from '../../../src/train/runs/history';
import type { Actions } from '../actions';
import { logPosition } from '../logic/colours';
import { formatNumber } from '../logic/numbers';
import { t } from '../strings';

/** Gradient norms as bars on a logarithmic scale: layers whose gradient vanishes or explodes stand out. */
export function norms(history: History, state: PanelState, actions: Actions): TemplateResult {
  const entries = Object.entries(history.gradientNorms ?? {});
  if (entries.length === 0) return html`${nothing}`;
  const values = entries.map(([, v]) => v).filter(v => v > 0 && Number.isFinite(v));
  const max = Math.max(...values, 1e-30);
  const min = Math.min(...values, max) / 4;
  return html`<section class="norms chart">
    <header class="chart-head">
      <h2 class="part">${t('train.norms')}</h2>
      <span class="quiet">${t('train.norms.caption')}</span>
    </header>
    <table class="bars">
      <thead class="hidden">
        <tr>
          <th scope="col">${t('train.norms.layer')}</th>
          <th scope="col">${t('train.norms.gradient')}</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${entries.slice(0, 80).map(([name, value]) => {
          const module = name.replace(/\.[^.]+$/, '');
          const on = state.selection.module === module && module !== '';
          return html`<tr class=${on ? 'on' : ''} @click=${() => actions.select({ module })}>
            <th scope="row" title=${name}>
              <button class="link" aria-pressed=${on}><code>${name}</code></button>
            </th>
            <td class="bar-cell">
              <span class="bar norm" .style=${`width: ${(100 * (logPosition(value, max, min) ?? 0)).toFixed(1)}%`}></span>
            </td>
            <td class="mono">${formatNumber(value, 3)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
