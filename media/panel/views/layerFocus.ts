/** What a layer of the shown run attends to: what of the input moves it, and which rows excite its units. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { LayerFocus } from '../../../src/explain/layers/layerFocus';
import { type Actions, isUntrained } from '../actions';
import { heatAlone } from '../logic/heatmap';
import { formatNumber, formatPercent } from '../logic/numbers';
import type { Layer } from '../parts/pixels';
import { neutral } from '../parts/theme';
import { t } from '../strings';

const mostInputs = 8;

export function focusSection(
  module: string,
  state: PanelState,
  actions: Actions,
): TemplateResult | typeof nothing {
  const { run, focus } = state;
  if (isUntrained(state) || run?.record.state === 'running' || run?.record.state === 'paused') return nothing;
  const known = focus?.module === module && focus.run === run?.record.id ? focus : undefined;
  return html`<section class="focus">
    <h3>${t('details.focus')}</h3>
    ${
      !known
        ? html`<button class="link" ?disabled=${state.busy !== undefined} @click=${() => actions.send({ type: 'focus', module })}>
            ${t('details.focus.ask')}
          </button>`
        : known.found
          ? found(known.found, actions)
          : html`<p class="quiet">${t('details.focus.none')}</p>`
    }
  </section>`;
}

function found(focus: LayerFocus, actions: Actions): TemplateResult {
  return html`${inputs(focus)}
    <p class="quiet">${t('details.focus.units')}</p>
    <table class="numbers units">
      <tbody>
        ${focus.shown.map(
          u => html`<tr>
            <th scope="row">${t('details.focus.unit', { unit: u.unit })}</th>
            <td>
              ${u.top.map(
                r => html`<button
                  class="link"
                  title=${`${t('details.focus.row', { row: r.row })} · ${formatNumber(r.value, 3)}`}
                  @click=${() => {
                    actions.explain({ row: r.row });
                    actions.view('explain');
                  }}
                >${r.token ? `“${r.token}” ` : ''}${r.target === null ? r.row : `${r.target} (${r.row})`}</button> `,
              )}
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${focus.silent > 0 ? html`<p class="quiet">${t('details.focus.silent', { percent: formatPercent(focus.silent, 0) })}</p>` : nothing}`;
}

const planes = new WeakMap<LayerFocus, { middle: string; layer: Layer }>();

function inputs(focus: LayerFocus): TemplateResult | typeof nothing {
  const { inputs: moved, rows } = focus;
  if (!moved) return nothing;
  const total = moved.values.reduce((a, b) => a + b, 0) || 1;
  if (moved.names === undefined && moved.shape.length === 2)
    return html`<p class="quiet">${t('details.focus.map', { rows })}</p>
      <vitrine-pixels class="picture small" .properties=${{ layers: [plane(focus)], label: t('details.focus.map', { rows }) }}></vitrine-pixels>`;
  const strongest = moved.values
    .map((value, i) => ({ value, name: moved.names?.[i] ?? String(i) }))
    .sort((a, b) => b.value - a.value)
    .slice(0, mostInputs);
  const most = strongest[0]?.value || 1;
  return html`<p class="quiet">${t('details.focus.inputs', { rows })}</p>
    <table class="bars">
      <tbody>
        ${strongest.map(
          s => html`<tr>
            <th scope="row" title=${s.name}>${s.name}</th>
            <td class="bar-cell"><span class="bar" .style=${`width: ${((100 * s.value) / most).toFixed(1)}%`}></span></td>
            <td class="num">${formatPercent(s.value / total, 0)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

function plane(focus: LayerFocus): Layer {
  const middle = neutral();
  const known = planes.get(focus);
  if (known?.middle === `${middle}`) return known.layer;
  const [height, width] = focus.inputs!.shape as [number, number];
  const values = Float32Array.from(focus.inputs!.values);
  const scale = values.reduce((a, b) => Math.max(a, b), 0);
  const layer = { height, width, data: heatAlone({ height, width, values }, middle, scale) };
  planes.set(focus, { middle: `${middle}`, layer });
  return layer;
}
