/** What if this cell were another? The row's cells can be changed; prediction and attribution follow. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { FeatureInfo } from '../../../src/data/dataset';
import type { Cell } from '../../../src/editor/inquiryProtocol';
import type { SampleOnPage } from '../../../src/editor/panelProtocol';
import { currentMethod } from '../actions';
import { contributions } from '../logic/attribution';
import { heatPixels, heatScale, imageSizes, picture, sumChannels } from '../logic/heatmap';
import { formatNumber, formatPercent, formatSigned, formatValue } from '../logic/numbers';
import { trustBadge } from '../parts/badge';
import { icon } from '../parts/icons';
import { tokenLine } from '../parts/tokenLine';
import { t } from '../strings';
import { cellsOf, condition, type InquiryContext, type InquiryView, keep } from './inquiry';

/** The cells that were changed, by row: they stay while the reader looks at something else. */
const edits = new Map<string, Record<string, Cell>>();
let waiting: ReturnType<typeof setTimeout> | undefined;

export const whatIf: InquiryView<'whatIf'> = {
  kind: 'whatIf',
  title: 'whatIf.title',
  summary: 'whatIf.summary',
  scope: 'prediction',
  unsuited(subject) {
    if (!subject) return undefined;
    if (subject.modality === 'image') return pixelNames(subject) ? undefined : t('whatIf.noCells');
    return Object.keys(subject.sample.values).length === 0 ? t('whatIf.noCells') : undefined;
  },
  view(c) {
    const { subject, asked } = c;
    if (!subject) return html`${nothing}`;
    const changes = changesOf(c);
    const answer = asked?.answer?.to.row === subject.sample.row ? asked.answer.value : undefined;
    // The first look, and cells that were put there by another view.
    const current =
      asked?.asked.row === subject.sample.row &&
      JSON.stringify(asked.asked.values) === JSON.stringify(changes);
    if (!current && waiting === undefined) later(c, 0);
    return html`<div class="what-if">
      <p class="lead">${t('whatIf.lead')}</p>
      ${answer ? verdict(answer.before, answer.after, c) : nothing}
      ${condition(c)}
      <div class="what-if-body">
        ${subject.modality === 'text' ? sentence(c, changes) : subject.modality === 'image' ? painting(c, changes) : cells(c, changes)}
        <div>${answer?.explanation ? trustBadge(answer.explanation.trust, c.settings.trustOpen, () => c.actions.set({ trustOpen: !c.settings.trustOpen })) : nothing}</div>
      </div>
      ${answer?.explanation && subject.modality === 'text' ? tokenLine(answer.explanation.attribution) : nothing}
    </div>`;
  },
};

type Context = InquiryContext<'whatIf'>;

function keyOf({ state, subject }: Context): string {
  return `${state.run?.record.id} ${subject?.sample.row}`;
}

function changesOf(c: Context): Record<string, Cell> {
  return edits.get(keyOf(c)) ?? {};
}

/** Puts changed cells there, e.g. those of a counterfactual. */
export function tryCells(run: string, row: number, cells: Record<string, Cell>): void {
  keep(edits, `${run} ${row}`, cells);
}

function change(c: Context, name: string, value: Cell): void {
  const original = c.subject!.sample.values[name] ?? null;
  const next = { ...changesOf(c), [name]: value };
  if (String(value) === String(original)) delete next[name];
  keep(edits, keyOf(c), next);
  c.redraw();
  later(c, 120);
}

/** Asks once the reader's hand rests: a slider moves through many values that nobody wants explained. */
function later(c: Context, milliseconds: number): void {
  clearTimeout(waiting);
  waiting = undefined;
  const method = currentMethod(c.state, c.settings);
  const { subject } = c;
  if (!method || !subject) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    c.ask({ kind: 'whatIf', row: subject.sample.row, values: changesOf(c), method });
  }, milliseconds);
}

function reset(c: Context): void {
  edits.delete(keyOf(c));
  c.redraw();
  later(c, 0);
}

type Said = { label: string; probability?: number; output: readonly number[] };

function verdict(before: Said, after: Said, c: Context): TemplateResult {
  const text = (p: Said) =>
    p.probability === undefined ? formatNumber(p.output[0], 4) : `${p.label} ${formatPercent(p.probability)}`;
  const flipped = before.label !== after.label && before.probability !== undefined;
  const changed = Object.keys(changesOf(c)).length;
  return html`<div class=${`what-if-verdict${flipped ? ' flipped' : ''}`} role="status" aria-live="polite">
    <div><span class="part">${t('whatIf.before')}</span><strong class="big">${text(before)}</strong></div>
    <span class="arrow" aria-hidden="true">→</span>
    <div><span class="part">${t('whatIf.after')}</span><strong class="big">${text(after)}</strong></div>
    ${flipped ? html`<span class="tag">${t('whatIf.flipped')}</span>` : nothing}
    <span class="grow"></span>
    <span class="quiet">${t(changed === 1 ? 'whatIf.changed.one' : 'whatIf.changed', { count: changed })}</span>
    <button class="tool text" ?disabled=${changed === 0} @click=${() => reset(c)}>${icon('reset')}${t('whatIf.reset')}</button>
  </div>`;
}

function cells(c: Context, changes: Record<string, Cell>): TemplateResult {
  const subject = c.subject!;
  const e = c.asked?.answer?.value.explanation;
  const bars = new Map(
    e?.attribution.names ? contributions(e.attribution).map(b => [b.name, b.attribution]) : [],
  );
  const largest = Math.max(1e-12, ...[...bars.values()].map(Math.abs));
  const rows = cellsOf(subject);
  // Those that matter most first, in the order of the row as it was, so that nothing moves under the hand.
  const order = orderOf(c, bars);
  return html`<table class="cells">
    <thead>
      <tr>
        <th scope="col">${t('explain.column')}</th>
        <th scope="col" class="num">${t('whatIf.original')}</th>
        <th scope="col">${t('whatIf.value')}</th>
        <th scope="col" class="bar-head">${t('explain.attribution')}</th>
        <th scope="col" class="num"><span class="hidden">${t('explain.attribution')}</span></th>
      </tr>
    </thead>
    <tbody>
      ${[...rows]
        .sort((a, b) => (order.get(a.feature.name) ?? 1e9) - (order.get(b.feature.name) ?? 1e9))
        .map(({ feature, value }) => {
          const changed = Object.hasOwn(changes, feature.name);
          const bar = bars.get(feature.name);
          return html`<tr class=${changed ? 'changed' : ''}>
            <th scope="row" title=${feature.name}>${feature.name}</th>
            <td class="num quiet">${formatValue(value)}</td>
            <td>${input(c, feature, changed ? changes[feature.name]! : value)}</td>
            <td class="bar-cell signed">
              ${
                bar === undefined
                  ? nothing
                  : html`<span class="zero middle"></span
                      ><span
                        class=${bar < 0 ? 'bar negative' : 'bar positive'}
                        .style=${`left: ${(bar < 0 ? 50 + (50 * bar) / largest : 50).toFixed(2)}%; width: ${((50 * Math.abs(bar)) / largest).toFixed(2)}%`}
                      ></span>`
              }
            </td>
            <td class="num mono">${bar === undefined ? '' : formatSigned(bar)}</td>
          </tr>`;
        })}
    </tbody>
  </table>`;
}

const orders = new Map<string, Map<string, number>>();

function orderOf(c: Context, bars: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const key = keyOf(c);
  const known = orders.get(key);
  if (known) return known;
  const order = new Map(
    [...bars].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).map(([name], i) => [name, i] as const),
  );
  if (order.size > 0) keep(orders, key, order);
  return order;
}

function input(c: Context, feature: FeatureInfo, value: Cell): TemplateResult {
  const label = t('whatIf.edit', { name: feature.name });
  if (feature.kind === 'category')
    return html`<select
      aria-label=${label}
      @change=${(e: Event) => change(c, feature.name, (e.target as HTMLSelectElement).value)}
    >
      ${[...new Set([...(value === null ? [] : [String(value)]), ...(feature.categories ?? [])])].map(
        option => html`<option value=${option} .selected=${option === String(value)}>${option}</option>`,
      )}
    </select>`;
  const number = Number(value ?? feature.mean ?? 0);
  const low = Math.min(feature.min ?? 0, number);
  const high = Math.max(feature.max ?? 1, number);
  const whole = Number.isInteger(low) && Number.isInteger(high) && Number.isInteger(number) && high - low > 1;
  const step = whole ? 1 : (high - low) / 200 || 1;
  const set = (text: string) => {
    const next = Number(text);
    if (text.trim() !== '' && Number.isFinite(next)) change(c, feature.name, tidy(next, step));
  };
  return html`<span class="scrub">
    <input
      type="range"
      aria-label=${label}
      min=${low}
      max=${high}
      step=${step}
      .value=${live(`${number}`)}
      @input=${(e: Event) => set((e.target as HTMLInputElement).value)}
    />
    <input
      type="number"
      class="mono"
      aria-label=${t('whatIf.exact', { name: feature.name })}
      step="any"
      .value=${live(`${value ?? ''}`)}
      @change=${(e: Event) => set((e.target as HTMLInputElement).value)}
    />
  </span>`;
}

/** A slider's value with the digits that its step has, not those of binary arithmetic. */
function tidy(value: number, step: number): number {
  const digits = Math.min(8, Math.max(0, Math.ceil(-Math.log10(step)) + 1));
  return Number(value.toFixed(digits));
}

/** The columns that are the picture's pixels, channel by channel and row by row; undefined for pictures in files. */
function pixelNames({ features, sample, sampleShape }: SampleOnPage): string[] | undefined {
  const sizes = imageSizes(sampleShape);
  if (!sizes) return undefined;
  const count = sizes.channels * sizes.height * sizes.width;
  const names = features.map(f => f.name).filter(name => typeof sample.values[name] === 'number');
  return names.length === count ? names : undefined;
}

/** What the pointer paints with, as a share of the brightest value; belongs to the page. */
const brush = { value: 1, at: undefined as { x: number; y: number } | undefined };

function painting(c: Context, changes: Record<string, Cell>): TemplateResult {
  const subject = c.subject!;
  const names = pixelNames(subject)!;
  const { channels, height, width } = imageSizes(subject.sampleShape)!;
  const area = height * width;
  const values = names.map(name => Number(changes[name] ?? subject.sample.values[name]));
  const brightest = Math.max(1e-9, ...subject.features.map(f => f.max ?? 0), ...values);
  const shown = picture(
    values.map(v => Math.max(0, v) / brightest),
    [channels, height, width],
  )!;
  const e = c.asked?.answer?.value.explanation;
  const plane = e && sumChannels(e.attribution.values, e.attribution.shape);
  const heat =
    plane && plane.width === width && plane.height === height
      ? { ...plane, data: heatPixels(plane, heatScale(plane.values)) }
      : undefined;
  const paint = ({ x, y }: { x: number; y: number }) => {
    const next = { ...changesOf(c) };
    for (let k = 0; k < channels; k++) {
      const name = names[k * area + y * width + x]!;
      const value = tidy(brush.value * brightest, brightest / 16);
      if (value === Number(subject.sample.values[name])) delete next[name];
      else next[name] = value;
    }
    keep(edits, keyOf(c), next);
    c.redraw();
    later(c, 120);
  };
  const onPixel = (at: { x: number; y: number } | undefined) => {
    if (at?.x === brush.at?.x && at?.y === brush.at?.y) return;
    brush.at = at;
    c.redraw();
  };
  const shared = { cursor: brush.at, onPixel, onPaint: paint };
  return html`<div>
    <div class="pictures">
      <figure>
        <vitrine-pixels
          class="picture paint"
          .properties=${{ layers: [shown], label: t('whatIf.paintLabel', { size: `${width}×${height}` }), ...shared }}
        ></vitrine-pixels>
        <figcaption>${t('whatIf.paint')}</figcaption>
      </figure>
      ${
        heat
          ? html`<figure>
              <vitrine-pixels
                class="picture paint"
                .properties=${{
                  layers: [
                    { ...shown, opacity: 0.35 },
                    { ...heat, opacity: 0.85 },
                  ],
                  label: t('explain.heatmap'),
                  ...shared,
                }}
              ></vitrine-pixels>
              <figcaption>${t('explain.heatmap')}</figcaption>
            </figure>`
          : nothing
      }
    </div>
    <label class="slider"
      >${t('whatIf.brush')}
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        .value=${live(`${brush.value}`)}
        @input=${(ev: Event) => {
          brush.value = Number((ev.target as HTMLInputElement).value);
          c.redraw();
        }}
      /><output class="mono">${formatPercent(brush.value, 0)}</output></label
    >
  </div>`;
}

function sentence(c: Context, changes: Record<string, Cell>): TemplateResult {
  const entries = Object.entries(c.subject!.sample.values).filter(([, v]) => typeof v === 'string');
  return html`<div class="sentences">
    ${entries.map(
      ([name, value]) => html`<label
        >${name}
        <textarea
          rows="4"
          .value=${live(String(changes[name] ?? value))}
          @input=${(e: Event) => change(c, name, (e.target as HTMLTextAreaElement).value)}
        ></textarea>
      </label>`,
    )}
  </div>`;
}
