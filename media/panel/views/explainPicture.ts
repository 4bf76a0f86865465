/** An attribution over a picture: beside it, on it, and read pixel by pixel. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';
import { heatAlone, heatPixels, heatScale, type Plane, picture } from '../logic/heatmap';
import { formatNumber, formatPercent, formatSigned } from '../logic/numbers';
import type { Layer } from '../parts/pixels';
import { neutral } from '../parts/theme';
import { t } from '../strings';
import { type ExplainContext, explainedSample } from './explainContext';
import { showLayers } from './explainLayers';
import { withBoxes } from './explainMedia';
import { player, spectrogram } from './mediaSamples';

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
    if (source?.sample.pixels)
      known.picture =
        source.modality === 'sound'
          ? spectrogram(source.sample.pixels, source.sampleShape)
          : picture(source.sample.pixels, source.sampleShape);
  }
  return known;
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

const uprights = new WeakMap<Explanation, Plane>();

/** Of a sound, whose lowest pitch comes first: low pitches below, as one draws them. */
function upright(e: Explanation, { height, width, values }: Plane): Plane {
  let known = uprights.get(e);
  if (!known) {
    known = { height, width, values: new Float32Array(values.length) };
    for (let y = 0; y < height; y++)
      known.values.set(values.subarray((height - 1 - y) * width, (height - y) * width), y * width);
    uprights.set(e, known);
  }
  return known;
}

export function images(e: Explanation, given: Plane, c: ExplainContext): TemplateResult {
  const shown = explainedSample(e, c.state);
  const heard = shown?.modality === 'sound';
  const plane = heard ? upright(e, given) : given;
  /** Where a row of the picture stands in the sample: pitches are counted from the lowest. */
  const own = (y: number) => (heard ? plane.height - 1 - y : y);
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
  const label = t(heard ? 'explain.soundLabel' : 'explain.heatmapLabel', {
    target: e.target.name,
    positive: formatSigned(up),
    negative: formatSigned(down),
    y: own(Math.floor(strongest / plane.width)),
    x: strongest % plane.width,
  });
  const source = shown?.sample.pixels;
  const area = plane.width * plane.height;
  const pixelValues =
    source && at
      ? Array.from({ length: Math.floor(source.length / area) }, (_, k) =>
          formatNumber(source[k * area + own(at.y) * plane.width + at.x], 3),
        )
      : [];
  const readout = at
    ? [
        heard ? t('explain.moment', { frame: at.x, band: own(at.y) }) : t('explain.pixel', at),
        pixelValues.length ? t('explain.pixelValue', { value: pixelValues.join(' ') }) : '',
        t('explain.pixelAttribution', { value: formatSigned(plane.values[at.y * plane.width + at.x]!, 3) }),
      ].filter(Boolean)
    : [];
  return html`
    ${heard && shown?.sample.sound ? player(shown.sample.sound, t('explain.row', { row: shown.sample.row })) : nothing}
    <div class="pictures">
      ${
        image
          ? html`<figure>
              ${withBoxes(
                html`<vitrine-pixels
                class="picture"
                .properties=${{
                  layers: [image],
                  label: t('explain.pictureLabel', { size: `${image.width}×${image.height}` }),
                  cursor: fits ? at : undefined,
                  onPixel,
                }}
              ></vitrine-pixels>`,
                e,
                shown,
              )}
              <figcaption>${t('explain.picture')}</figcaption>
            </figure>`
          : nothing
      }
      <figure>
        ${withBoxes(
          html`<vitrine-pixels
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
            onPick: () => showLayers(e, c),
          }}
        ></vitrine-pixels>`,
          e,
          shown,
        )}
        <figcaption>${t('explain.heatmap')}</figcaption>
      </figure>
    </div>
    <p class="readout mono" role="status">
      ${readout.length ? readout.map(r => html`<span>${r}</span>`) : html`<span class="quiet">${t(heard ? 'explain.soundHint' : 'explain.hoverHint')}</span>`}
    </p>
    ${heatControls(e, scale, image !== undefined && fits === true, c)}
  `;
}

/** What the colours mean, and how strong they lie over the picture. */
export function heatControls(
  e: Explanation,
  scale: number,
  faded: boolean,
  c: ExplainContext,
): TemplateResult {
  return html`
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
        faded
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
