/** Samples that sound or move: a spectrogram over its wave with a button to play it, or frames that play when pointed at. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { Heard } from '../../../src/service/protocol';
import { sequential } from '../logic/colours';
import { picture } from '../logic/heatmap';
import { formatValue } from '../logic/numbers';
import type { FramesProperties } from '../parts/frames';
import type { Layer } from '../parts/pixels';
import type { SoundProperties } from '../parts/player';
import { t } from '../strings';
import { sampleGrid } from './sampleGrid';

type Samples = NonNullable<PanelState['samples']>;
type Sample = Samples['samples'][number];

export function mediaGrid(
  samples: Samples,
  shown: readonly Sample[],
  state: PanelState,
  choose: (row: number) => void,
): TemplateResult {
  const { spoken } = samples.target;
  return sampleGrid(shown, state.selection.row, {
    className: 'sample-grid media',
    choose,
    cell: s => {
      const target = spoken ? textOf(s) : formatValue(s.target);
      return {
        target,
        look: guard([s.pixels, s.spectrogram], () => look(s, samples)),
        differs: !spoken && s.prediction?.label !== target,
        beside: s.sound ? guard([s.sound], () => player(s.sound!, target)) : nothing,
      };
    },
  });
}

/** What is spoken. */
function textOf({ values }: Sample): string {
  return formatValue(Object.values(values).find(v => typeof v === 'string') ?? null);
}

function look(s: Sample, { modality, sampleShape }: Samples): TemplateResult {
  if (s.spectrogram)
    return html`${heard(s.spectrogram)}${s.prediction ? heard(s.prediction.spectrogram) : nothing}`;
  if (!s.pixels) return html`<span class="thumbnail"></span>`;
  if (modality === 'video') {
    const frames = framesOf(s.pixels, sampleShape);
    return html`<vitrine-frames
      class="thumbnail"
      .properties=${{ frames, label: t('data.video', { frames: frames.length }) } satisfies FramesProperties}
    ></vitrine-frames>`;
  }
  const layer = spectrogram(s.pixels, sampleShape);
  return layer
    ? html`<vitrine-pixels class="spectrogram" .properties=${{ layers: [layer], label: t('data.spectrogram') }}></vitrine-pixels>`
    : html`${nothing}`;
}

function heard(of: Heard['spectrogram']): TemplateResult {
  const layer = of && spectrogram(of.values, of.shape);
  return layer
    ? html`<vitrine-pixels class="spectrogram" .properties=${{ layers: [layer], label: t('data.spectrogram') }}></vitrine-pixels>`
    : html`${nothing}`;
}

export function player({ sampleRate, samples }: NonNullable<Heard['sound']>, name: string): TemplateResult {
  return html`<vitrine-sound
    .properties=${
      {
        sampleRate,
        samples,
        label: t('data.soundLabel', { name, seconds: (samples.length / sampleRate).toFixed(2) }),
        play: t('data.play'),
        stop: t('data.stop'),
      } satisfies SoundProperties
    }
  ></vitrine-sound>`;
}

/** What was spoken and what the model speaks, to be heard and seen one above the other. */
export function spokenPair(s: Sample): TemplateResult {
  const both = [
    [t('data.recorded'), s],
    [t('data.synthesised'), s.prediction],
  ] as const;
  return html`<div class="spoken-pair">
    ${both.map(([name, of]) =>
      of?.spectrogram
        ? html`<figure>
            <figcaption>${name}</figcaption>
            ${guard([of.spectrogram], () => heard(of.spectrogram))}
            ${of.sound ? guard([of.sound], () => player(of.sound!, name)) : nothing}
          </figure>`
        : nothing,
    )}
  </div>`;
}

/** [1, bins, frames] from quiet (dark) to loud, low pitches below. */
export function spectrogram(values: ArrayLike<number>, shape: readonly number[]): Layer | undefined {
  const [, height, width] = shape.length === 3 ? shape : [1, ...shape];
  if (!height || !width || height < 2 || values.length !== height * width) return undefined;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const data = new Uint8ClampedArray(4 * height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const v = values[(height - 1 - y) * width + x]!;
      const [r, g, b] = sequential((v - low) / (high - low || 1));
      data.set([r, g, b, 255], 4 * (y * width + x));
    }
  return { height, width, data };
}

/** [channels, frames, height, width], 0 to 1. */
export function framesOf(values: Float32Array, shape: readonly number[]): Layer[] {
  const [channels, frames, height, width] = shape as [number, number, number, number];
  if (shape.length !== 4 || values.length !== channels * frames * height * width) return [];
  const area = height * width;
  return Array.from({ length: frames }, (_, f) => {
    const planes = new Float32Array(channels * area);
    for (let c = 0; c < channels; c++)
      planes.set(values.subarray((c * frames + f) * area, (c * frames + f + 1) * area), c * area);
    return picture(planes, [channels, height, width])!;
  });
}
