/** A reader's own values, texts, pictures or sounds: what the model says of them, how sure it is, and why. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { FeatureInfo } from '../../../src/data/dataset';
import type { Cell, Typed } from '../../../src/editor/inquiryProtocol';
import type { PredictedRow } from '../../../src/service/inquiries/predictFile';
import { predictionsCsv } from '../../../src/service/inquiries/predictionTable';
import { currentMethod } from '../actions';
import { formatNumber, formatPercent, formatSigned, formatValue } from '../logic/numbers';
import { t } from '../strings';
import { player } from '../views/mediaSamples';
import { condition, type InquiryContext, type InquiryView, keep } from './inquiry';

type Context = InquiryContext<'typed'>;

/** What was typed, by run. */
const typed = new Map<string, Record<string, Cell>>();
/** Whether to say why. */
const wish = { why: true };

/** Kinds whose rows are files. */
const files: ReadonlySet<string> = new Set(['image', 'sound', 'video']);

export const typedValues: InquiryView<'typed'> = {
  kind: 'typed',
  title: 'typed.title',
  summary: 'typed.summary',
  scope: 'model',
  view(c) {
    const { state, asked } = c;
    const { samples } = state;
    if (!samples) return html`<p class="quiet">${t('typed.noData')}</p>`;
    const busy = asked?.progress !== undefined;
    const method = currentMethod(state, c.settings);
    const shared = wish.why && method ? { method } : {};
    const ask = (row: Record<string, Cell>) => c.ask({ kind: 'typed', rows: [row], ...shared });
    const answer = asked?.answer?.value;
    return html`<div
      class="typed"
      @dragover=${(e: DragEvent) => e.preventDefault()}
      @drop=${(e: DragEvent) => void dropped(e, c, shared)}
    >
      <p class="lead">${t(cellFeatures(c).length > 0 ? 'typed.lead' : 'typed.leadFiles')}</p>
      <form
        @submit=${(e: Event) => {
          e.preventDefault();
          ask(valuesOf(c));
        }}
      >
        ${fields(c)}
        <div class="inquiry-form">
          ${
            cellFeatures(c).length > 0
              ? html`<vscode-button ?disabled=${busy} @click=${() => ask(valuesOf(c))}>${t('typed.predict')}</vscode-button>`
              : nothing
          }
          <vscode-button secondary ?disabled=${busy} @click=${() => c.ask({ kind: 'typed', choose: true, ...shared })}
            >${t('typed.choose')}</vscode-button
          >
          <vscode-checkbox
            label=${t('typed.why')}
            ?checked=${wish.why}
            @change=${(e: Event) => {
              wish.why = (e.target as HTMLInputElement).checked;
              // What is asked next was bound when this was drawn.
              c.redraw();
            }}
          ></vscode-checkbox>
          <span class="quiet">${t('typed.drop')}</span>
        </div>
      </form>
      ${condition(c)} ${answer ? result(answer, c) : nothing}
    </div>`;
  },
};

async function dropped(e: DragEvent, c: Context, shared: { method?: string }): Promise<void> {
  const [file] = e.dataTransfer?.files ?? [];
  if (!file) return;
  e.preventDefault();
  e.stopPropagation();
  c.ask({
    kind: 'typed',
    file: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) },
    ...shared,
  });
}

/** Columns of the source that can be typed: those that raw rows have, with what is known of each. */
function cellFeatures({ state }: Context): { name: string; feature?: FeatureInfo; example: Cell }[] {
  const { samples } = state;
  if (!samples || files.has(samples.modality)) return [];
  const [sample] = samples.samples;
  if (!sample) return [];
  const known = new Map(samples.features.map(f => [f.from ?? f.name, f]));
  const text = samples.modality === 'text';
  const cells = Object.entries(sample.values).map(([name, example]) => ({ name, example }));
  return text
    ? cells.filter(cell => typeof cell.example === 'string')
    : cells.filter(cell => known.has(cell.name)).map(cell => ({ ...cell, feature: known.get(cell.name)! }));
}

function key({ state }: Context): string {
  return state.run?.record.id ?? '';
}

/** What is typical stands there until something is typed. */
function valuesOf(c: Context): Record<string, Cell> {
  const own = typed.get(key(c)) ?? {};
  return Object.fromEntries(
    cellFeatures(c).map(({ name, feature, example }) => [
      name,
      own[name] ?? typicalOf(feature) ?? shortened(example),
    ]),
  );
}

/** Digits that no one types. */
function shortened(example: Cell): Cell {
  return typeof example === 'number' ? Number(example.toPrecision(6)) : example;
}

/** What no line of a field shows whole. */
const longText = 40;

function typicalOf(feature: FeatureInfo | undefined): Cell | undefined {
  if (!feature || (feature.from !== undefined && feature.from !== feature.name)) return undefined;
  return feature.kind === 'category'
    ? feature.categories?.[0]
    : feature.mean === undefined
      ? undefined
      : Number(feature.mean.toPrecision(4));
}

function fields(c: Context): TemplateResult {
  const values = valuesOf(c);
  const change = (name: string, value: Cell) => {
    keep(typed, key(c), { ...typed.get(key(c)), [name]: value });
    c.redraw();
  };
  return html`<div class="typed-fields">
    ${cellFeatures(c).map(({ name, feature, example }) => {
      const value = values[name] ?? '';
      // A text has no categories, a picture's path no range.
      const path = typeof example === 'string' && feature?.kind === 'number';
      const listed = feature?.kind === 'category' && (feature.categories?.length ?? 0) > 0;
      const text = !feature || (feature.kind === 'category' && !listed);
      if (text && String(example ?? '').length <= longText && c.state.samples?.modality !== 'text')
        return html`<label
          >${name}<input
            type="text"
            .value=${live(String(value))}
            @input=${(e: Event) => change(name, (e.target as HTMLInputElement).value)}
        /></label>`;
      if (text)
        return html`<label class="wide"
          >${name}<textarea
            rows="3"
            .value=${live(String(value))}
            @input=${(e: Event) => change(name, (e.target as HTMLTextAreaElement).value)}
          ></textarea
        ></label>`;
      if (feature.kind === 'category')
        return html`<label
          >${name}<select @change=${(e: Event) => change(name, (e.target as HTMLSelectElement).value)}>
            ${(feature.categories ?? []).map(
              option =>
                html`<option value=${option} .selected=${option === String(value)}>${option}</option>`,
            )}
          </select></label
        >`;
      const { min, max } = path ? {} : feature;
      return html`<label
        >${name}<input
          type="text"
          inputmode=${path ? 'text' : 'decimal'}
          .value=${live(String(value))}
          @input=${(e: Event) => {
            const given = (e.target as HTMLInputElement).value;
            const x = path ? Number.NaN : Number(given.replace(',', '.'));
            change(name, given.trim() === '' ? null : Number.isFinite(x) ? x : given);
          }}
        /><span class="quiet"
          >${min === undefined || max === undefined ? '' : t('typed.range', { min: formatNumber(min, 3), max: formatNumber(max, 3) })}</span
        ></label
      >`;
    })}
  </div>`;
}

const mostShown = 20;

function result(answer: Typed, c: Context): TemplateResult {
  const { rows, target, file } = answer;
  const save = (ending: 'csv' | 'json') =>
    c.actions.send({
      type: 'save',
      name: `predictions.${ending}`,
      text: ending === 'csv' ? predictionsCsv(rows, target) : `${JSON.stringify(rows, null, 2)}\n`,
    });
  return html`<section class="typed-result" aria-live="polite">
    ${file === undefined ? nothing : html`<h3 class="part">${t('typed.file', { file, count: rows.length })}</h3>`}
    ${answer.sound ? player(answer.sound, target) : nothing}
    ${rows.slice(0, mostShown).map(row => one(row, rows.length > 1))}
    ${rows.length > mostShown ? html`<p class="quiet">${t('typed.more', { count: rows.length - mostShown })}</p>` : nothing}
    <div class="inquiry-form">
      <vscode-button secondary @click=${() => save('csv')}>${t('typed.saveCsv')}</vscode-button>
      <vscode-button secondary @click=${() => save('json')}>${t('typed.saveJson')}</vscode-button>
    </div>
  </section>`;
}

function one(row: PredictedRow, numbered: boolean): TemplateResult {
  const head = numbered ? html`<span class="quiet">${t('explain.row', { row: row.row })}</span>` : nothing;
  if (row.error !== undefined) return html`<p class="inquiry-error">${head} ${row.error}</p>`;
  const { prediction, probabilities, explanation } = row;
  const shares = Object.entries(probabilities ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, 6);
  const reasons = Object.entries(explanation?.attribution ?? {})
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .slice(0, 6);
  return html`<article class="typed-row">
    <p class="big">
      ${head}
      ${Array.isArray(prediction) ? (prediction.length > 8 ? '' : prediction.map(v => formatNumber(v)).join(', ')) : formatValue(prediction as Cell)}
      ${row.probability === undefined ? nothing : html`<span class="quiet">${formatPercent(row.probability)}</span>`}
    </p>
    ${
      shares.length > 1
        ? html`<ul class="classes">
            ${shares.map(
              ([name, p]) => html`<li class="episode-action">
                <span class="class-name">${name}</span>
                <span class="meter-track"><span class="meter-fill" .style=${`width: ${(100 * p).toFixed(1)}%`}></span></span>
                <span class="mono">${formatPercent(p)}</span>
              </li>`,
            )}
          </ul>`
        : nothing
    }
    ${explanation ? html`<p class="sentence">${explanation.text}</p>` : nothing}
    ${
      reasons.length > 0
        ? html`<p class="quiet">${reasons.map(([name, v]) => `${name} ${formatSigned(v, 3)}`).join(' · ')}</p>`
        : nothing
    }
  </article>`;
}
