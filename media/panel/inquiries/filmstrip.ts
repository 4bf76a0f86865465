/** How the answer for this sample, and the reasons for it, came about over the training. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Filmstrip, Frame } from '../../../src/service/inquiries/filmstrip';
import { currentMethod } from '../actions';
import { contributions } from '../logic/attribution';
import { heatAlone, heatPixels, heatScale, picture, sumChannels } from '../logic/heatmap';
import { formatNumber, formatPercent, formatSigned } from '../logic/numbers';
import { icon } from '../parts/icons';
import { neutral } from '../parts/theme';
import { t } from '../strings';
import { condition, type InquiryContext, type InquiryView } from './inquiry';

type Context = InquiryContext<'filmstrip'>;

export const filmstrip: InquiryView<'filmstrip'> = {
  kind: 'filmstrip',
  title: 'filmstrip.title',
  summary: 'filmstrip.summary',
  scope: 'prediction',
  view(c) {
    const { subject, asked, state, settings } = c;
    if (!subject) return html`${nothing}`;
    const row = subject.sample.row;
    const method = currentMethod(state, settings);
    const title = state.methods.find(m => m.id === method)?.title ?? method;
    const answer = asked?.answer?.to.row === row ? asked.answer.value : undefined;
    return html`<div class="filmstrip">
      <p class="lead">${t('filmstrip.lead')}</p>
      <div class="inquiry-form">
        <vscode-button
          ?disabled=${asked?.progress !== undefined || !method}
          @click=${() => method && c.ask({ kind: 'filmstrip', row, method })}
          >${t('filmstrip.show', { method: title ?? '' })}</vscode-button
        >
      </div>
      ${condition(c)} ${answer ? strip(c, answer) : nothing}
    </div>`;
  },
};

function strip(c: Context, s: Filmstrip): TemplateResult {
  const drawn = s.frames.some(f => planeOf(f) !== undefined);
  return html`<ol class=${drawn ? 'frames' : 'frames narrow'}>
      ${s.frames.map(f => frame(c, s, f))}
    </ol>
    ${drawn ? nothing : table(s)}`;
}

function planeOf({ attribution }: Frame) {
  const plane = attribution.names ? undefined : sumChannels(attribution.values, attribution.shape);
  return plane && plane.height > 1 ? plane : undefined;
}

function frame(c: Context, s: Filmstrip, f: Frame): TemplateResult {
  const p = f.prediction.probabilities?.[s.target.index];
  const plane = planeOf(f);
  const { sample, sampleShape } = c.subject!;
  const image = plane && sample.pixels ? picture(sample.pixels, sampleShape) : undefined;
  const fits = image && plane && image.width === plane.width && image.height === plane.height;
  const scale = plane ? heatScale(plane.values) : 0;
  return html`<li>
    ${
      plane
        ? html`<vitrine-pixels
            class="picture"
            .properties=${{
              layers: fits
                ? [
                    { ...image, opacity: 0.35 },
                    { ...plane, data: heatPixels(plane, scale), opacity: 0.85 },
                  ]
                : [{ ...plane, data: heatAlone(plane, neutral(), scale) }],
              label: t('filmstrip.frame', { epoch: f.epoch, label: f.prediction.label }),
            }}
          ></vitrine-pixels>`
        : nothing
    }
    <span class="quiet">${f.epoch === 0 ? t('filmstrip.untrained') : t('filmstrip.epoch', { epoch: f.epoch })}</span>
    <strong>${p === undefined ? formatNumber(f.prediction.output[0], 4) : f.prediction.label}</strong>
    ${
      p === undefined
        ? nothing
        : html`<span class="mono">${s.target.name} ${formatPercent(p)}</span>
            <span class="meter-track" aria-hidden="true"
              ><span class="meter-fill" .style=${`width: ${(100 * p).toFixed(1)}%`}></span
            ></span>`
    }
    <span class=${`quiet trust-mark ${f.trust.verdict}`}>${icon(f.trust.verdict)} ${f.trust.score.toFixed(2)}</span>
  </li>`;
}

/** Columns by epochs: colour for the sign, depth for the size; the numbers stand in the cells. */
function table({ frames }: Filmstrip): TemplateResult {
  const last = contributions(frames.at(-1)!.attribution);
  const names = last.slice(0, 12).map(b => b.name);
  const by = frames.map(f => new Map(contributions(f.attribution).map(b => [b.name, b.attribution])));
  const most = Math.max(1e-12, ...by.flatMap(m => names.map(n => Math.abs(m.get(n) ?? 0))));
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${t('filmstrip.title')}>
    <table class="options heat-table">
      <thead>
        <tr>
          <th scope="col">${t('explain.column')}</th>
          ${frames.map(f => html`<th scope="col" class="num">${f.epoch === 0 ? t('filmstrip.untrained') : t('filmstrip.epoch', { epoch: f.epoch })}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          name => html`<tr>
            <th scope="row" title=${name}>${name}</th>
            ${by.map(m => {
              const v = m.get(name) ?? 0;
              return html`<td
                class=${`num mono ${v < 0 ? 'negative' : 'positive'}`}
                .style=${`--share: ${(Math.abs(v) / most).toFixed(3)}`}
              >
                ${formatSigned(v)}
              </td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
