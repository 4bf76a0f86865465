/** Explanations of one sample beside each other: as pictures with their heat where there are some, else as a table. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SampleOnPage } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';
import { contributions } from '../logic/attribution';
import { heatAlone, heatPixels, heatScale, picture, sumChannels } from '../logic/heatmap';
import { formatNumber, formatPercent, formatSigned } from '../logic/numbers';
import { icon } from '../parts/icons';
import { neutral } from '../parts/theme';
import { t } from '../strings';

export interface StripFrame {
  /** What it is one of: an epoch, a method. */
  caption: string;
  /** What it is to who does not see it. */
  label: string;
  /** Where it is not the same for all. */
  prediction?: Explanation['prediction'];
  attribution: Explanation['attribution'];
  trust: Pick<Explanation['trust'], 'score' | 'verdict'>;
}

interface Strip {
  title: string;
  target: Explanation['target'];
  frames: readonly StripFrame[];
  /** Numbers of different frames have one unit: they are coloured by one scale, and columns stand in the last one's order. */
  oneUnit: boolean;
}

/** Columns in the table. */
const mostColumns = 12;

export function strip(subject: SampleOnPage, s: Strip): TemplateResult {
  const drawn = s.frames.some(f => planeOf(f) !== undefined);
  return html`<ol class=${drawn ? 'frames' : 'frames narrow'}>
      ${s.frames.map(f => frame(subject, s.target, f))}
    </ol>
    ${drawn ? nothing : table(s)}`;
}

function planeOf({ attribution }: StripFrame) {
  const plane = attribution.names ? undefined : sumChannels(attribution.values, attribution.shape);
  return plane && plane.height > 1 ? plane : undefined;
}

function frame(
  { sample, sampleShape }: SampleOnPage,
  target: Explanation['target'],
  f: StripFrame,
): TemplateResult {
  const said = f.prediction;
  const p = said?.probabilities?.[target.index];
  const plane = planeOf(f);
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
              label: f.label,
            }}
          ></vitrine-pixels>`
        : nothing
    }
    <span class="quiet">${f.caption}</span>
    ${said ? html`<strong>${p === undefined ? formatNumber(said.output[0], 4) : said.label}</strong>` : nothing}
    ${
      p === undefined
        ? nothing
        : html`<span class="mono">${target.name} ${formatPercent(p)}</span>
            <span class="meter-track" aria-hidden="true"
              ><span class="meter-fill" .style=${`width: ${(100 * p).toFixed(1)}%`}></span
            ></span>`
    }
    <span class=${`quiet trust-mark ${f.trust.verdict}`}>${icon(f.trust.verdict)} ${f.trust.score.toFixed(2)}</span>
  </li>`;
}

/** Columns by frames: colour for the sign, depth for the size; the numbers stand in the cells. */
function table({ title, frames, oneUnit }: Strip): TemplateResult {
  const by = frames.map(f => new Map(contributions(f.attribution).map(b => [b.name, b.attribution])));
  const largest = by.map(m => Math.max(1e-12, ...Array.from(m.values(), Math.abs)));
  const scales = oneUnit ? largest.map(() => Math.max(...largest)) : largest;
  const leading = oneUnit ? by.slice(-1) : by;
  const weight = (name: string) =>
    leading.reduce((sum, m) => sum + Math.abs(m.get(name) ?? 0) / largest[by.indexOf(m)]!, 0);
  const names = [...new Set(leading.flatMap(m => [...m.keys()]))]
    .map(name => ({ name, weight: weight(name) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, mostColumns)
    .map(n => n.name);
  return html`<div class="scroll-x" tabindex="0" role="region" aria-label=${title}>
    <table class="options heat-table">
      <thead>
        <tr>
          <th scope="col">${t('explain.column')}</th>
          ${frames.map(f => html`<th scope="col" class="num">${f.caption}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${names.map(
          name => html`<tr>
            <th scope="row" title=${name}>${name}</th>
            ${by.map((m, i) => {
              const v = m.get(name) ?? 0;
              return html`<td
                class=${`num mono ${v < 0 ? 'negative' : 'positive'}`}
                .style=${`--share: ${(Math.abs(v) / scales[i]!).toFixed(3)}`}
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
