/** Why the model says what it says: the attribution over the input, its trust, the sentence, and other methods. */
import { html, nothing, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import type { InquiryKind } from '../../../src/editor/inquiryProtocol';
import type { MethodChoice, PanelState, SampleOnPage } from '../../../src/editor/panelProtocol';
import { figureSvg } from '../../../src/explain/drawing/drawing';
import type { Figure } from '../../../src/explain/figure';
import type { Explanation } from '../../../src/explain/method';
import { currentMethod, isUntrained } from '../actions';
import { inquiries } from '../inquiries/index';
import { contextOf, type InquiryContext } from '../inquiries/inquiry';
import { contributions } from '../logic/attribution';
import { type Plane, sumChannels } from '../logic/heatmap';
import { formatSigned } from '../logic/numbers';
import { trustBadge, trustWords } from '../parts/badge';
import { copiedPicture, copyText } from '../parts/clipboard';
import { empty } from '../parts/empty';
import { icon } from '../parts/icons';
import { pictureOf } from '../parts/pictureOf';
import { tokenLine } from '../parts/tokenLine';
import { t } from '../strings';
import { bars } from './explainBars';
import { type ExplainContext, explainedSample } from './explainContext';
import { layerLinks } from './explainLayers';
import { filmOf, filmView } from './explainMedia';
import { heatControls, images } from './explainPicture';
import { classChooser, facts, prediction } from './explainPrediction';
import { seriesOf, seriesView } from './explainSeries';
import { spokenPair } from './mediaSamples';
import { methodPicker } from './methodMenu';
import { methodOptions } from './methodOptions';
import { themePalette } from './themePalette';

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
          : view(
              contextOf(chosen.kind, {
                state,
                settings,
                actions,
                subject,
                redraw: () => c.setHover({ ...c.hover }),
              }),
            )
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
    if (isUntrained(state) && state.model?.format === 'huggingface')
      return empty(t('explain.empty.title'), t('explain.empty.folder'), {
        label: t('explain.ask'),
        run: () => actions.send({ type: 'ask' }),
      });
    if (isUntrained(state))
      return empty(t('explain.empty.title'), t('explain.empty.noRun'), {
        label: t('explain.train'),
        icon: 'play',
        run: () => actions.view('training'),
      });
    const method = state.methods.find(m => m.id === currentMethod(state, c.settings));
    // What a method about the whole model needs to be told (folders of examples) is told before its first answer.
    if (method?.scope === 'model')
      return html`${methodOptions(c)} ${empty(method.title, method.summary, {
        label: method.title,
        run: () => actions.explain({ method: method.id }),
      })}`;
    if (state.selection.row === undefined)
      return empty(t('explain.empty.title'), t('explain.empty.noRow'), {
        label: t('explain.data'),
        icon: 'table',
        run: () => actions.view('data'),
      });
    const ready = empty(
      t('explain.empty.title'),
      t('explain.empty.ready', { row: state.selection.row }),
      method && { label: method.title, run: () => actions.explain({ method: method.id }) },
    );
    return html`${methodOptions(c)} ${ready}`;
  }
  // A picture is what one looks at first; a table of bars needs the words before it.
  const pictured = isPictured(e, c);
  return html`<article class="explanation" aria-busy=${state.busy !== undefined && e.row !== (state.selection.row ?? null)}>
    ${heading(e, c)} ${trustLine(e, c)} ${classChooser(e, c)} ${methodOptions(c)}
    ${pictured ? nothing : sentence(e, c)}
    <div class="explanation-body">
      <div class="evidence">${evidence(e, c)}${pictured ? sentence(e, c) : nothing}</div>
      <div class="verdicts">
        ${trustBadge(e.trust, c.settings.trustOpen, () => actions.set({ trustOpen: !c.settings.trustOpen }))}
        ${prediction(e, c)} ${facts(e)}
      </div>
    </div>
  </article>`;
}

/** Where the badge stands below the evidence, its verdict comes first all the same, and leads to it. */
function trustLine({ trust }: Explanation, { actions }: ExplainContext): unknown {
  if (trust.pending) return nothing;
  const show = (e: Event) => {
    const place = (e.currentTarget as Element).closest('.explanation')?.querySelector('.verdicts .badge');
    actions.set({ trustOpen: true });
    place?.scrollIntoView({ block: 'start' });
    (place as HTMLElement | null | undefined)?.focus({ preventScroll: true });
  };
  return html`<button class=${`trust-line ${trust.verdict}`} title=${t('trust.open')} @click=${show}>
    ${icon(trust.verdict)}<span>${trustWords(trust)}</span>
  </button>`;
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
  const copy = async (kind: 'picture' | 'text' | 'json', from: Element) => {
    if (kind === 'picture') {
      const picture = await pictureOf(e, headline(e, method), from.closest('.explanation')!);
      // Where the page may write no pictures into the clipboard, the file is the picture.
      if (!(await copiedPicture(picture))) {
        const bytes = new Uint8Array(await picture.arrayBuffer());
        return c.actions.send({ type: 'save', name: `${e.method}.png`, bytes });
      }
    } else await copyText(kind === 'json' ? JSON.stringify(e, null, 2) : asText(e, method));
    c.setHover({ ...c.hover, copied: kind });
    setTimeout(() => c.setHover({ ...c.hover, copied: undefined }), 1600);
  };
  const failed = (error: unknown) => c.actions.send({ type: 'error', message: `${error}` });
  return html`<header class="explanation-head">
    <div>
      <h2>${e.row === null ? t('explain.model') : t('explain.row', { row: e.row })}</h2>
      <p class="quiet">${method?.title ?? e.method}${layerLinks(e, c)}</p>
    </div>
    <div class="copy">
      ${(['picture', 'text', 'json'] as const).map(
        kind => html`<button
          class="tool text"
          aria-label=${t(`explain.copy.${kind}`)}
          title=${t(`explain.copy.${kind}`)}
          @click=${(event: Event) => copy(kind, event.currentTarget as Element).catch(failed)}
        >
          ${icon(c.hover.copied === kind ? 'check' : 'copy')}${
            c.hover.copied === kind ? t('explain.copied') : t(`explain.copied.${kind}`)
          }
        </button>`,
      )}
      <span class="hidden" role="status">${c.hover.copied ? t('explain.copied') : ''}</span>
    </div>
  </header>`;
}

const headline = (e: Explanation, method: MethodChoice | undefined) =>
  `${method?.title ?? e.method}${e.row === null ? '' : `, ${t('explain.row', { row: e.row })}`}: ${e.target.name}`;

/** What one pastes into a message: the sentence, its trust, the strongest contributions. */
export function asText(e: Explanation, method: MethodChoice | undefined): string {
  const lines = [
    headline(e, method),
    e.text,
    e.trust.pending ? '' : trustWords(e.trust),
    ...e.trust.measures.map(m => `- ${m.title}: ${m.text}`),
  ];
  if (e.attribution.names)
    lines.push(
      ...contributions(e.attribution, [], undefined, t('explain.padding'))
        .slice(0, 10)
        .map(b => `${b.name}\t${formatSigned(b.attribution, 4)}`),
    );
  return `${lines.join('\n')}\n`;
}

// Evidence

function evidence(e: Explanation, c: ExplainContext): TemplateResult {
  const figures = e.figures ?? [{ kind: 'input' }];
  const source = explainedSample(e, c.state);
  return html`${source?.sample.spectrogram ? spokenPair(source.sample) : nothing}${figures.map(figure =>
    figure.kind === 'input'
      ? overInput(e, c)
      : html`<figure class="drawn">
          ${figure.title === undefined ? nothing : html`<figcaption>${figure.title}</figcaption>`}
          ${inFull(figure, unsafeHTML(figureSvg(figure, e, themePalette)))}
        </figure>`,
  )}`;
}

/** A matrix of many columns, such as one for each token, is moved through rather than made too small to read. */
function inFull(figure: Figure, drawing: unknown): unknown {
  return figure.kind === 'matrix' && !figure.stack && figure.columns.labels.length > 12
    ? html`<div class="scroll-x full" tabindex="0" role="region" aria-label=${figure.value}>${drawing}</div>`
    : drawing;
}

function overInput(e: Explanation, c: ExplainContext): TemplateResult {
  const film = filmOf(e, explainedSample(e, c.state));
  if (film) return html`${filmView(film, e, c)}${heatControls(e, film.scale, true, c)}`;
  const series = seriesOf(e, explainedSample(e, c.state));
  if (series) return seriesView(series, e, c);
  const plane = planeOf(e);
  if (plane) return images(e, plane, c);
  const text = explainedSample(e, c.state)?.modality === 'text';
  return html`${text ? tokenLine(e.attribution) : nothing}${bars(e, c)}`;
}

const planes = new WeakMap<Explanation, Plane | undefined>();

/** The attribution as a picture, where it is one of a row. */
function planeOf(e: Explanation): Plane | undefined {
  if (!planes.has(e)) {
    const plane =
      e.row !== null && !e.attribution.names
        ? sumChannels(e.attribution.values, e.attribution.shape)
        : undefined;
    planes.set(e, plane && plane.height > 1 ? plane : undefined);
  }
  return planes.get(e);
}

function isPictured(e: Explanation, c: ExplainContext): boolean {
  const showsInput = e.figures?.some(figure => figure.kind === 'input') ?? true;
  return showsInput && (planeOf(e) ?? filmOf(e, explainedSample(e, c.state))) !== undefined;
}
