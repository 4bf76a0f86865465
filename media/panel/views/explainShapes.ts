/** Contributions to one prediction in other shapes than bars: added up one by one, and as two forces that meet. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../../../src/explain/method';
import { type Contribution, waterfall } from '../logic/attribution';
import { formatSigned, formatValue } from '../logic/numbers';
import { t } from '../strings';
import type { ExplainContext } from './explainContext';

export const shapes = ['bars', 'waterfall', 'force'] as const;

export function shapeChooser({ settings, actions }: ExplainContext): TemplateResult {
  return html`<div class="segments bar-shapes" role="group" aria-label=${t('explain.bars')}>
    ${shapes.map(
      s => html`<button class="segment" aria-pressed=${settings.bars === s} @click=${() => actions.set({ bars: s })}>
        ${t(`explain.bars.${s}`)}
      </button>`,
    )}
  </div>`;
}

/** @param count of steps before the others are taken together. */
export function waterfallTable(
  all: readonly Contribution[],
  count: number,
  heading: string,
  nameOf: (name: string) => unknown,
): TemplateResult {
  const steps = waterfall(all, count, n => t('explain.others', { count: n }));
  const low = Math.min(0, ...steps.map(s => s.to));
  const high = Math.max(0, ...steps.map(s => s.to));
  const at = (v: number) => (100 * (v - low)) / (high - low || 1);
  const zero = html`<span class="zero" .style=${`left: ${at(0).toFixed(2)}%`}></span>`;
  const bar = (from: number, to: number) => html`<span
    class=${to < from ? 'bar negative' : 'bar positive'}
    .style=${`left: ${at(Math.min(from, to)).toFixed(2)}%; width: ${(at(Math.max(from, to)) - at(Math.min(from, to))).toFixed(2)}%`}
  ></span>`;
  const withValues = steps.some(s => s.contribution.value !== undefined);
  return html`<table class="bars contributions">
    <thead>
      <tr>
        <th scope="col">${heading}</th>
        ${withValues ? html`<th scope="col" class="num">${t('explain.value')}</th>` : nothing}
        <th scope="col" class="bar-head"></th>
        <th scope="col" class="num">${t('explain.attribution')}</th>
        <th scope="col" class="num">${t('explain.sum')}</th>
      </tr>
    </thead>
    <tbody>
      ${steps.map(
        ({ contribution: { name, value, attribution }, from, to }) => html`<tr>
          <th scope="row" title=${name}>${nameOf(name)}</th>
          ${withValues ? html`<td class="num">${value === undefined ? '' : formatValue(value)}</td>` : nothing}
          <td class="bar-cell signed">${zero}${bar(from, to)}</td>
          <td class="num mono">${formatSigned(attribution)}</td>
          <td class="num mono quiet">${formatSigned(to)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What so many names take is read; the others are told by pointing. */
const named = 4;

export function forceStrip(all: readonly Contribution[], e: Explanation): TemplateResult {
  const up = all.filter(b => b.attribution > 0);
  const down = all.filter(b => b.attribution < 0);
  const sum = (list: readonly Contribution[]) => list.reduce((s, b) => s + b.attribution, 0);
  const part = (b: Contribution) => html`<span
    class=${b.attribution < 0 ? 'bar negative' : 'bar positive'}
    .style=${`flex: ${Math.abs(b.attribution)} 1 0; height: auto`}
    title=${`${withValue(b)} ${formatSigned(b.attribution)}`}
  ></span>`;
  const list = (some: readonly Contribution[]) =>
    some
      .slice(0, named)
      .map(b => `${withValue(b)} ${formatSigned(b.attribution)}`)
      .join(', ');
  return html`<div
      class="force"
      role="img"
      aria-label=${t('explain.forceLabel', {
        target: e.target.name,
        positive: formatSigned(sum(up)),
        most: list(up.slice(0, 1)) || '–',
        negative: formatSigned(sum(down)),
      })}
    >
      ${[...up].reverse().map(part)}<span class="meet"></span>${down.map(part)}
    </div>
    <p class="force-names">
      <span>${t('explain.for', { target: e.target.name })} ${formatSigned(sum(up))}: ${list(up)}</span>
      <span>${t('explain.against')} ${formatSigned(sum(down))}${down.length > 0 ? `: ${list(down)}` : ''}</span>
    </p>`;
}

function withValue({ name, value }: Contribution): string {
  return value === undefined || value === null ? name : `${name} = ${formatValue(value)}`;
}
