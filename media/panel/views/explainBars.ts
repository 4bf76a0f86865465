/** Attributions to columns or positions, as bars. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Modality } from '../../../src/data/dataset';
import type { Explanation } from '../../../src/explain/method';
import { contributions } from '../logic/attribution';
import { formatNumber, formatSigned, formatValue } from '../logic/numbers';
import { type StringKey, t } from '../strings';
import { type ExplainContext, explainedSample } from './explainContext';
import { forceStrip, shapeChooser, waterfallTable } from './explainShapes';

const firstBars = 15;

/** What the names of attributed inputs are: columns of a table, tokens of a text, or else entries of whatever is read. */
function whatIsNamed(modality: Modality | undefined): StringKey {
  if (modality === 'text') return 'explain.token';
  return modality === 'table' || modality === undefined ? 'explain.column' : 'explain.entry';
}

/** A name that may be broken where its words end. */
function breakable(name: string): unknown {
  return name.split(/(?<=[_.\s-])(?=.)/).map((part, i) => (i === 0 ? part : html`<wbr />${part}`));
}

export function bars(e: Explanation, c: ExplainContext): TemplateResult {
  const source = explainedSample(e, c.state);
  const features = source?.features ?? c.state.samples?.features ?? [];
  const all = contributions(e.attribution, features, source?.sample, t('explain.padding'));
  const shown = c.settings.allBars ? all : all.slice(0, firstBars);
  const model = e.row === null;
  const heading = t(whatIsNamed((source ?? c.state.samples)?.modality));
  const more =
    all.length > firstBars
      ? html`<button class="link" @click=${() => c.actions.set({ allBars: !c.settings.allBars })}>
          ${c.settings.allBars ? t('explain.showLess') : t('explain.showAll', { count: all.length })}
        </button>`
      : nothing;
  // Several contributions to one answer can also be added up, or weighed against each other.
  const chooser = !model && all.length > 1 ? shapeChooser(c) : nothing;
  if (chooser !== nothing && c.settings.bars === 'force') return html`${chooser}${forceStrip(all, e)}`;
  if (chooser !== nothing && c.settings.bars === 'waterfall')
    return html`${chooser}${waterfallTable(all, c.settings.allBars ? all.length : firstBars, heading, breakable)}${more}`;
  const withValues = shown.some(b => b.value !== undefined);
  const withTypical = withValues && shown.some(b => b.typical !== undefined);
  const withSpread = shown.some(b => b.spread !== undefined);
  const low = Math.min(0, ...all.map(b => b.attribution - (b.spread ?? 0)));
  const high = Math.max(0, ...all.map(b => b.attribution + (b.spread ?? 0)));
  const span = high - low || 1;
  const at = (v: number) => (100 * (v - low)) / span;
  return html`${chooser}<table class="bars contributions">
      <thead>
        <tr>
          <th scope="col">${heading}</th>
          ${withValues ? html`<th scope="col" class="num">${t('explain.value')}</th>` : nothing}
          ${withTypical ? html`<th scope="col" class="num typical">${t('explain.typical')}</th>` : nothing}
          <th scope="col" class="bar-head">
            <span class="bar-ends"
              >${
                model
                  ? nothing
                  : html`<span>${at(0) >= 15 ? t('explain.against') : ''}</span
                      ><span>${t('explain.for', { target: e.target.name })}</span>`
              }</span
            >
          </th>
          <th scope="col" class="num">${t(model ? 'explain.importance' : 'explain.attribution')}</th>
          ${withSpread ? html`<th scope="col" class="num">${t('explain.spread')}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${shown.map(b => {
          const [from, to] = [at(Math.min(0, b.attribution)), at(Math.max(0, b.attribution))];
          return html`<tr>
            <th scope="row" title=${b.name}>${breakable(b.name)}</th>
            ${withValues ? html`<td class="num">${b.value === undefined ? '' : formatValue(b.value)}</td>` : nothing}
            ${withTypical ? html`<td class="num typical quiet">${b.typical === undefined ? '' : formatValue(b.typical)}</td>` : nothing}
            <td class="bar-cell signed">
              <span class="zero" .style=${`left: ${at(0).toFixed(2)}%`}></span>
              <span
                class=${b.attribution < 0 ? 'bar negative' : 'bar positive'}
                .style=${`left: ${from.toFixed(2)}%; width: ${(to - from).toFixed(2)}%`}
              ></span>
              ${
                b.spread
                  ? html`<span
                      class="whisker"
                      .style=${`left: ${at(b.attribution - b.spread).toFixed(2)}%; width: ${((200 * b.spread) / span).toFixed(2)}%`}
                    ></span>`
                  : nothing
              }
            </td>
            <td class="num mono">${model ? formatNumber(b.attribution) : formatSigned(b.attribution)}</td>
            ${withSpread ? html`<td class="num mono quiet">${b.spread === undefined ? '' : formatNumber(b.spread, 2)}</td>` : nothing}
          </tr>`;
        })}
      </tbody>
    </table>
    ${more}`;
}
