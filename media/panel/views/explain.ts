/** Why the model says what it says: the attribution over the input, its trust, the sentence, and other methods. */
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { InquiryKind } from '../../../src/editor/inquiryProtocol';
import type { MethodChoice, PanelState, SampleOnPage } from '../../../src/editor/panelProtocol';
import { figureSvg } from '../../../src/explain/drawing/drawing';
import type { Palette } from '../../../src/explain/drawing/svg';
import type { Explanation } from '../../../src/explain/method';
import { type Actions, currentMethod, isUntrained } from '../actions';
import { inquiries } from '../inquiries/index';
import type { InquiryContext } from '../inquiries/inquiry';
import { contributions, rankClasses } from '../logic/attribution';
import { heatAlone, heatPixels, heatScale, type Plane, picture, sumChannels } from '../logic/heatmap';
import { formatNumber, formatPercent, formatSigned, formatValue } from '../logic/numbers';
import { trustBadge } from '../parts/badge';
import { copyText } from '../parts/clipboard';
import { empty } from '../parts/empty';
import { icon } from '../parts/icons';
import type { Layer } from '../parts/pixels';
import { neutral } from '../parts/theme';
import type { Settings } from '../store';
import { t } from '../strings';
import { mark } from './data';

/** Where the pointer is on the pictures; belongs to the page, not to the state. */
export interface Hover {
  pixel?: { x: number; y: number };
  copied?: 'text' | 'json';
}

export interface ExplainContext {
  state: PanelState;
  settings: Settings;
  actions: Actions;
  hover: Hover;
  setHover(hover: Hover): void;
}

export function explainView(c: ExplainContext): TemplateResult {
  return html`<div class="explain">
    ${methodPicker(c)}
    <div class="explanation-place">${inquiryPane(c) ?? explanationPane(c)}</div>
  </div>`;
}

/** The question that is chosen, if it is one beyond "why". */
function inquiryPane(c: ExplainContext): TemplateResult | undefined {
  const { state, settings, actions } = c;
  const chosen = inquiries.find(i => i.kind === settings.inquiry);
  if (!chosen || isUntrained(state)) return undefined;
  const subject = subjectOf(state);
  const unsuited = chosen.unsuited?.(subject, state);
  const known = state.inquiries?.[chosen.kind];
  const run = state.run?.record.id;
  const view = chosen.view as (context: InquiryContext<InquiryKind>) => TemplateResult;
  return html`<article class="explanation inquiry">
    <header class="explanation-head">
      <div>
        <h2>${t(chosen.title)}</h2>
        ${chosen.scope === 'prediction' && subject ? html`<p class="quiet">${t('explain.row', { row: subject.sample.row })}</p>` : nothing}
      </div>
    </header>
    ${
      unsuited !== undefined
        ? html`<p class="quiet">${unsuited}</p>`
        : chosen.scope === 'prediction' && !subject
          ? empty(t('explain.empty.title'), t('explain.needsRow'), {
              label: t('explain.data'),
              icon: 'table',
              run: () => actions.view('data'),
            })
          : view({
              state,
              settings,
              actions,
              subject,
              asked: known?.run === run ? known : undefined,
              ask: inquiry => actions.send({ type: 'inquire', inquiry }),
              redraw: () => c.setHover({ ...c.hover }),
            } as InquiryContext<InquiryKind>)
    }
  </article>`;
}

/** The chosen row, from the explanation or from the page of samples. */
function subjectOf({ selection, explained, samples }: PanelState): SampleOnPage | undefined {
  const { row } = selection;
  if (row === undefined) return undefined;
  if (explained?.sample.row === row) return explained;
  const sample = samples?.samples.find(s => s.row === row);
  return sample && samples ? { ...samples, sample } : undefined;
}

/** The explanation alone, as it also stands beside the samples. */
export function explanationPane(c: ExplainContext): TemplateResult {
  const { state, actions } = c;
  const e = state.explanation;
  if (!e) {
    if (state.busy)
      return html`<p class="waiting pad" role="status"><vscode-progress-ring></vscode-progress-ring>${state.busy}</p>`;
    if (isUntrained(state))
      return empty(t('explain.empty.title'), t('explain.empty.noRun'), {
        label: t('explain.train'),
        icon: 'play',
        run: () => actions.view('training'),
      });
    if (state.selection.row === undefined)
      return empty(t('explain.empty.title'), t('explain.empty.noRow'), {
        label: t('explain.data'),
        icon: 'table',
        run: () => actions.view('data'),
      });
    const method = state.methods.find(m => m.id === currentMethod(state, c.settings));
    return empty(
      t('explain.empty.title'),
      t('explain.empty.ready', { row: state.selection.row }),
      method && { label: method.title, run: () => actions.explain({ method: method.id }) },
    );
  }
  return html`<article class="explanation" aria-busy=${state.busy !== undefined && e.row !== (state.selection.row ?? null)}>
    ${heading(e, c)}
    ${sentence(e, c)}
    <div class="explanation-body">
      <div class="evidence">${evidence(e, c)}</div>
      <div class="verdicts">
        ${trustBadge(e.trust, c.settings.trustOpen, () => actions.set({ trustOpen: !c.settings.trustOpen }))}
        ${prediction(e, c)} ${facts(e)}
      </div>
    </div>
  </article>`;
}

/** The sentence from the templates, or another wording of it that was checked; always said which. */
function sentence(e: Explanation, { state, actions }: ExplainContext): TemplateResult {
  const other = state.rephrased?.of === e.text ? state.rephrased.text : undefined;
  return html`<p class="sentence">${other ?? e.text}</p>
    ${
      other !== undefined
        ? html`<p class="quiet">${t('explain.rephrased')}</p>`
        : state.canRephrase
          ? html`<button class="link" ?disabled=${state.busy !== undefined} @click=${() => actions.send({ type: 'rephrase' })}>${t('explain.rephrase')}</button>`
          : nothing
    }`;
}

function heading(e: Explanation, c: ExplainContext): TemplateResult {
  const method = c.state.methods.find(m => m.id === e.method);
  const copy = async (kind: 'text' | 'json') => {
    await copyText(kind === 'json' ? JSON.stringify(e, null, 2) : asText(e, method));
    c.setHover({ ...c.hover, copied: kind });
    setTimeout(() => c.setHover({ ...c.hover, copied: undefined }), 1600);
  };
  const failed = (error: unknown) => c.actions.send({ type: 'error', message: `${error}` });
  return html`<header class="explanation-head">
    <div>
      <h2>${e.row === null ? t('explain.model') : t('explain.row', { row: e.row })}</h2>
      <p class="quiet">${method?.title ?? e.method}</p>
    </div>
    <div class="copy">
      ${(['text', 'json'] as const).map(
        kind => html`<button class="tool text" @click=${() => copy(kind).catch(failed)}>
          ${icon(c.hover.copied === kind ? 'check' : 'copy')}${
            c.hover.copied === kind
              ? t('explain.copied')
              : t(kind === 'text' ? 'explain.copyText' : 'explain.copyJson')
          }
        </button>`,
      )}
      <span class="hidden" role="status">${c.hover.copied ? t('explain.copied') : ''}</span>
    </div>
  </header>`;
}

/** What one pastes into a message: the sentence, its trust, the strongest contributions. */
export function asText(e: Explanation, method: MethodChoice | undefined): string {
  const lines = [
    `${method?.title ?? e.method}${e.row === null ? '' : `, ${t('explain.row', { row: e.row })}`}`,
    e.text,
    t('trust.badge', { verdict: t(`trust.${e.trust.verdict}`), score: e.trust.score.toFixed(2) }),
    ...e.trust.measures.map(m => `- ${m.title}: ${m.text}`),
  ];
  if (e.attribution.names)
    lines.push(
      ...contributions(e.attribution)
        .slice(0, 10)
        .map(b => `${b.name}\t${formatSigned(b.attribution, 4)}`),
    );
  return `${lines.join('\n')}\n`;
}

// Evidence

function evidence(e: Explanation, c: ExplainContext): TemplateResult {
  const figures = e.figures ?? [{ kind: 'input' }];
  return html`${figures.map(figure =>
    figure.kind === 'input'
      ? overInput(e, c)
      : html`<figure class="drawn">
          ${figure.title === undefined ? nothing : html`<figcaption>${figure.title}</figcaption>`}
          ${unsafeHTML(figureSvg(figure, e, themePalette))}
        </figure>`,
  )}`;
}

/** Colours of the page's theme, so that drawings follow it. */
const themePalette: Palette = {
  for: 'var(--for)',
  against: 'var(--against)',
  back: 'var(--vscode-editorWidget-background)',
  ink: 'var(--vscode-foreground)',
  quiet: 'var(--vscode-descriptionForeground)',
  paper: 'var(--vscode-editor-background)',
  groups: [
    'var(--vscode-charts-blue)',
    'var(--vscode-charts-orange)',
    'var(--vscode-charts-green)',
    'var(--vscode-charts-purple)',
    'var(--vscode-charts-red)',
    'var(--vscode-charts-yellow)',
    'var(--vscode-charts-foreground)',
  ],
};

function overInput(e: Explanation, c: ExplainContext): TemplateResult {
  const plane =
    e.row !== null && !e.attribution.names
      ? sumChannels(e.attribution.values, e.attribution.shape)
      : undefined;
  if (plane && plane.height > 1) return images(e, plane, c);
  return bars(e, c);
}

/** Drawing data by explanation, so that a hover does not paint everything again. */
const drawn = new WeakMap<Explanation, { heat: Layer; scale: number; picture?: Layer }>();

function layersOf(e: Explanation, plane: Plane, state: PanelState) {
  let known = drawn.get(e);
  if (!known) {
    const scale = heatScale(plane.values);
    known = { scale, heat: { ...plane, data: heatPixels(plane, scale) } };
    drawn.set(e, known);
  }
  if (!known.picture) {
    const source = explainedSample(e, state);
    if (source?.sample.pixels) known.picture = picture(source.sample.pixels, source.sampleShape);
  }
  return known;
}

/** The sample that an explanation is about: as the host sent it, or from the page of samples. */
export function explainedSample(e: Explanation, state: PanelState) {
  if (e.row === null) return undefined;
  if (state.explained?.sample.row === e.row) return state.explained;
  const sample = state.samples?.samples.find(s => s.row === e.row);
  return sample && state.samples ? { ...state.samples, sample } : undefined;
}

const aloneLayers = new WeakMap<Explanation, { middle: string; layer: Layer }>();

function alone(e: Explanation, plane: Plane, scale: number): Layer {
  const middle = neutral();
  const known = aloneLayers.get(e);
  if (known?.middle === `${middle}`) return known.layer;
  const layer = { ...plane, data: heatAlone(plane, middle, scale) };
  aloneLayers.set(e, { middle: `${middle}`, layer });
  return layer;
}

function images(e: Explanation, plane: Plane, c: ExplainContext): TemplateResult {
  const { heat, scale, picture: image } = layersOf(e, plane, c.state);
  const fits = image && image.width === plane.width && image.height === plane.height;
  const at = c.hover.pixel;
  const onPixel = (pixel: { x: number; y: number } | undefined) => {
    if (pixel?.x !== c.hover.pixel?.x || pixel?.y !== c.hover.pixel?.y) c.setHover({ ...c.hover, pixel });
  };
  let [up, down, strongest] = [0, 0, 0];
  plane.values.forEach((v, i) => {
    if (v > 0) up += v;
    else down += v;
    if (Math.abs(v) > Math.abs(plane.values[strongest]!)) strongest = i;
  });
  const label = t('explain.heatmapLabel', {
    target: e.target.name,
    positive: formatSigned(up),
    negative: formatSigned(down),
    y: Math.floor(strongest / plane.width),
    x: strongest % plane.width,
  });
  const source = explainedSample(e, c.state)?.sample.pixels;
  const area = plane.width * plane.height;
  const index = at ? at.y * plane.width + at.x : -1;
  const pixelValues = source
    ? Array.from({ length: Math.floor(source.length / area) }, (_, k) =>
        formatNumber(source[k * area + index], 3),
      )
    : [];
  const readout = at
    ? [
        t('explain.pixel', at),
        pixelValues.length ? t('explain.pixelValue', { value: pixelValues.join(' ') }) : '',
        t('explain.pixelAttribution', { value: formatSigned(plane.values[index]!, 3) }),
      ].filter(Boolean)
    : [];
  return html`
    <div class="pictures">
      ${
        image
          ? html`<figure>
              <vitrine-pixels
                class="picture"
                .properties=${{
                  layers: [image],
                  label: t('explain.pictureLabel', { size: `${image.width}×${image.height}` }),
                  cursor: fits ? at : undefined,
                  onPixel,
                }}
              ></vitrine-pixels>
              <figcaption>${t('explain.picture')}</figcaption>
            </figure>`
          : nothing
      }
      <figure>
        <vitrine-pixels
          class="picture"
          .properties=${{
            layers:
              image && fits
                ? // The picture fades as the heat grows: white strokes would bleach the colours laid over them.
                  [
                    { ...image, opacity: 1 - 0.72 * c.settings.opacity },
                    { ...heat, opacity: c.settings.opacity },
                  ]
                : [alone(e, plane, scale)],
            label,
            cursor: at,
            onPixel,
          }}
        ></vitrine-pixels>
        <figcaption>${t('explain.heatmap')}</figcaption>
      </figure>
    </div>
    <p class="readout mono" role="status">
      ${readout.length ? readout.map(r => html`<span>${r}</span>`) : html`<span class="quiet">${t('explain.hoverHint')}</span>`}
    </p>
    <div class="heat-controls">
      <div class="heat-legend" aria-hidden="true">
        <span class="mono">−${formatNumber(scale, 2)}</span>
        <span class="heat-ramp"></span>
        <span class="mono">+${formatNumber(scale, 2)}</span>
        <span class="heat-words"
          ><span>${t('explain.against')}</span><span>${t('explain.for', { target: e.target.name })}</span></span
        >
      </div>
      ${
        image && fits
          ? html`<label class="slider"
              >${t('explain.opacity')}
              <input
                type="range"
                min="0"
                max="1"
                step="0.05"
                .value=${`${c.settings.opacity}`}
                @input=${(ev: Event) => c.actions.set({ opacity: Number((ev.target as HTMLInputElement).value) })}
              /><output class="mono">${formatPercent(c.settings.opacity, 0)}</output></label
            >`
          : nothing
      }
    </div>
  `;
}

const firstBars = 15;

function bars(e: Explanation, c: ExplainContext): TemplateResult {
  const source = explainedSample(e, c.state);
  const features = source?.features ?? c.state.samples?.features ?? [];
  const all = contributions(e.attribution, features, source?.sample);
  const shown = c.settings.allBars ? all : all.slice(0, firstBars);
  const model = e.row === null;
  const withValues = shown.some(b => b.value !== undefined);
  const withTypical = withValues && shown.some(b => b.typical !== undefined);
  const withSpread = shown.some(b => b.spread !== undefined);
  const low = Math.min(0, ...all.map(b => b.attribution - (b.spread ?? 0)));
  const high = Math.max(0, ...all.map(b => b.attribution + (b.spread ?? 0)));
  const span = high - low || 1;
  const at = (v: number) => (100 * (v - low)) / span;
  return html`<table class="bars contributions">
      <thead>
        <tr>
          <th scope="col">${t('explain.column')}</th>
          ${withValues ? html`<th scope="col" class="num">${t('explain.value')}</th>` : nothing}
          ${withTypical ? html`<th scope="col" class="num typical">${t('explain.typical')}</th>` : nothing}
          <th scope="col" class="bar-head">
            <span class="bar-ends"
              >${
                model
                  ? nothing
                  : html`<span>${low < 0 ? t('explain.against') : ''}</span
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
            <th scope="row" title=${b.name}>${b.name}</th>
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
    ${
      all.length > firstBars
        ? html`<button class="link" @click=${() => c.actions.set({ allBars: !c.settings.allBars })}>
            ${c.settings.allBars ? t('explain.showLess') : t('explain.showAll', { count: all.length })}
          </button>`
        : nothing
    }`;
}

// What the model says

function prediction(e: Explanation, c: ExplainContext): TemplateResult {
  if (e.row === null) return html`${nothing}`;
  const source = explainedSample(e, c.state);
  const target = source?.target ?? c.state.samples?.target;
  const truth = source?.sample.target;
  const { probabilities, label, output } = e.prediction;
  const correct =
    source?.sample.prediction?.correct ?? (truth == null || !probabilities ? null : `${truth}` === label);
  if (!probabilities || probabilities.length === 0) {
    return html`<section class="prediction">
      <h3 class="part">${t('explain.prediction')}</h3>
      <p class="big">${formatNumber(output[0], 4)}</p>
      ${truth == null ? nothing : html`<p class="quiet">${t('explain.true')} <span class="mono">${formatValue(truth)}</span></p>`}
    </section>`;
  }
  const classes = target?.classes;
  // One output through a sigmoid: the probability of the second class.
  const all =
    probabilities.length === 1 && classes?.length === 2
      ? [1 - probabilities[0]!, probabilities[0]!]
      : probabilities;
  const nameOf = (i: number) => classes?.[i] ?? (i === e.target.index ? e.target.name : `${i}`);
  const ranked = rankClasses(all, 6, [e.target.index]);
  return html`<section class="prediction">
    <h3 class="part">${t('explain.prediction')} ${mark(correct)}</h3>
    <ul class="classes">
      ${ranked.map(({ index, probability }) => {
        const name = nameOf(index);
        const tags = [
          name === label ? t('explain.predicted') : '',
          truth != null && `${truth}` === name ? t('explain.true') : '',
          index === e.target.index && name !== label ? t('explain.explained') : '',
        ].filter(Boolean);
        return html`<li>
          <button
            class=${`class-bar${index === e.target.index ? ' on' : ''}`}
            aria-pressed=${index === e.target.index}
            title=${t('explain.explainClass', { name })}
            @click=${() => c.actions.explain({ method: e.method, row: e.row!, target: index })}
          >
            <span class="class-name">${name}</span>
            <span class="class-track"><span .style=${`width: ${(probability * 100).toFixed(2)}%`}></span></span>
            <span class="mono">${formatPercent(probability)}</span>
            <span class="tags">${tags.map(tag => html`<span class="tag">${tag}</span>`)}</span>
          </button>
        </li>`;
      })}
    </ul>
  </section>`;
}

function facts(e: Explanation): TemplateResult {
  const all = Object.entries(e.facts ?? {});
  if (all.length === 0) return html`${nothing}`;
  return html`<section class="facts">
    <h3 class="part">${t('explain.facts')}</h3>
    <dl>
      ${all.map(
        ([name, value]) => html`<div>
          <dt>${words(name)}</dt>
          <dd class="mono">${formatValue(value)}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}

function words(name: string): string {
  const text = name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// Methods

function methodPicker(c: ExplainContext): TemplateResult {
  const { state, actions } = c;
  const row = state.selection.row;
  const untrained = isUntrained(state);
  return html`${methodMenu(c)}<nav class="methods" aria-label=${t('explain.methods')}>
    ${(['prediction', 'model'] as const).map(scope => {
      const needsRow = scope === 'prediction' && row === undefined;
      const methods = state.methods.filter(m => m.scope === scope);
      const unsuited = methods.filter(m => m.unsuited !== undefined);
      return html`<section>
        <h2 class="part">
          ${t(`explain.scope.${scope}`)}
          ${scope === 'prediction' && row !== undefined ? html`<span class="quiet">${t('explain.row', { row })}</span>` : nothing}
        </h2>
        ${inquiries.filter(i => i.scope === scope).map(i => inquiryItem(i, c, needsRow))}
        <h3 class="group quiet">${t('explain.reasons')}</h3>
        ${methods.filter(m => m.unsuited === undefined).map(m => methodItem(m, c, needsRow))}
        ${
          unsuited.length === 0
            ? nothing
            : html`<details>
                <summary>${t(unsuited.length === 1 ? 'explain.unsuited.one' : 'explain.unsuited', { count: unsuited.length })}</summary>
                ${unsuited.map(m => html`<p class="unsuited" title=${m.unsuited!}>${m.title}</p>`)}
              </details>`
        }
      </section>`;
    })}
    ${
      untrained
        ? nothing
        : html`<button class="tool text report" @click=${() => actions.send({ type: 'report' })}>${icon('save')}${t('explain.report')}</button>`
    }
  </nav>`;
}

function methodItem(m: MethodChoice, c: ExplainContext, needsRow: boolean): TemplateResult {
  const on = c.settings.inquiry === '' && c.state.explanation?.method === m.id;
  return html`<button
    class=${on ? 'method on' : 'method'}
    aria-pressed=${on}
    ?disabled=${isUntrained(c.state) || needsRow}
    title=${needsRow ? t('explain.needsRow') : m.summary}
    @click=${() => c.actions.explain({ method: m.id })}
  >
    <span class="method-title">${m.title}</span>
    <span class="method-summary">${m.summary}</span>
  </button>`;
}

function inquiryItem(i: (typeof inquiries)[number], c: ExplainContext, needsRow: boolean): TemplateResult {
  const on = c.settings.inquiry === i.kind;
  return html`<button
    class=${on ? 'method on' : 'method'}
    aria-pressed=${on}
    ?disabled=${isUntrained(c.state) || needsRow}
    title=${needsRow ? t('explain.needsRow') : t(i.summary)}
    @click=${() => c.actions.set({ inquiry: i.kind })}
  >
    <span class="method-title">${t(i.title)}</span>
    <span class="method-summary">${t(i.summary)}</span>
  </button>`;
}

/** The same choice in one line, for where the list would push the explanation out of sight. */
function methodMenu({ state, settings, actions }: ExplainContext): TemplateResult {
  const { row } = state.selection;
  const untrained = isUntrained(state);
  const chosen = state.explanation?.method ?? state.selection.method ?? currentMethod(state, settings);
  const asked = inquiries.find(i => i.kind === settings.inquiry);
  const summary = asked ? t(asked.summary) : state.methods.find(m => m.id === chosen)?.summary;
  return html`<div class="method-menu">
    <label for="method-menu">${t('explain.methods')}</label>
    <select
      id="method-menu"
      ?disabled=${untrained}
      @change=${(e: Event) => {
        const { value } = e.target as HTMLSelectElement;
        const inquiry = inquiries.find(i => `?${i.kind}` === value);
        if (inquiry) actions.set({ inquiry: inquiry.kind });
        else actions.explain({ method: value });
      }}
    >
      ${(['prediction', 'model'] as const).map(
        scope => html`<optgroup
          label=${
            scope === 'prediction' && row !== undefined
              ? `${t('explain.scope.prediction')} (${t('explain.row', { row })})`
              : t(`explain.scope.${scope}`)
          }
        >
          ${state.methods
            .filter(m => m.scope === scope && m.unsuited === undefined)
            .map(
              m => html`<option
                value=${m.id}
                ?disabled=${scope === 'prediction' && row === undefined}
                .selected=${settings.inquiry === '' && m.id === chosen}
              >
                ${m.title}
              </option>`,
            )}
          ${inquiries
            .filter(i => i.scope === scope)
            .map(
              i => html`<option
                value=${`?${i.kind}`}
                ?disabled=${scope === 'prediction' && row === undefined}
                .selected=${settings.inquiry === i.kind}
              >
                ${t(i.title)}
              </option>`,
            )}
        </optgroup>`,
      )}
    </select>
    ${summary ? html`<p class="quiet">${summary}</p>` : nothing}
  </div>`;
}
