/** Explanations of what moves, sounds or holds several things: frames as a film, speech to be heard, a box at a time. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SampleOnPage } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';
import { heatPixels, heatScale, type Plane, sumChannels } from '../logic/heatmap';
import { boxesOver, boxLegend, nameOf } from '../parts/boxes';
import type { FilmProperties } from '../parts/film';
import type { Layer } from '../parts/pixels';
import { t } from '../strings';
import type { ExplainContext } from './explainContext';
import { framesOf } from './mediaSamples';

interface Film {
  heat: readonly Plane[];
  scale: number;
  pictures: readonly Layer[];
  shares: readonly number[];
}

const films = new WeakMap<Explanation, Film>();

/** The attribution [channels, frames, height, width] of a video; undefined for anything else. */
export function filmOf(e: Explanation, source: SampleOnPage | undefined): Film | undefined {
  if (source?.modality !== 'video' || !source.sample.pixels) return undefined;
  const known = films.get(e);
  if (known) return known;
  const { sampleShape, sample } = source;
  const { values } = e.attribution;
  const [channels, count, height, width] = sampleShape as [number, number, number, number];
  if (sampleShape.length !== 4 || values.length !== channels * count * height * width) return undefined;
  const area = height * width;
  const heat = Array.from({ length: count }, (_, f) => {
    const planes = new Float32Array(channels * area);
    for (let c = 0; c < channels; c++)
      for (let i = 0; i < area; i++) planes[c * area + i] = values[(c * count + f) * area + i]!;
    return sumChannels(planes, [channels, height, width])!;
  });
  const sizes = heat.map(h => h.values.reduce((sum, v) => sum + Math.abs(v), 0));
  const all = sizes.reduce((a, b) => a + b, 0) || 1;
  const film: Film = {
    heat,
    // One scale for all frames, so that they can be compared.
    scale: heatScale(heat.flatMap(h => Array.from(h.values))),
    pictures: framesOf(sample.pixels!, sampleShape),
    shares: sizes.map(s => s / all),
  };
  films.set(e, film);
  return film;
}

export function filmView(film: Film, e: Explanation, { settings }: ExplainContext): TemplateResult {
  const frames = film.heat.map((h, f) => [
    { ...film.pictures[f]!, opacity: 1 - 0.72 * settings.opacity },
    { ...h, data: heatPixels(h, film.scale), opacity: settings.opacity },
  ]);
  return html`<vitrine-film
    .properties=${
      {
        frames,
        shares: film.shares,
        label: t('film.label', { target: e.target.name }),
      } satisfies FilmProperties
    }
  ></vitrine-film>`;
}

/** Which of the boxes found is explained, or -1. */
function chosenBox(e: Explanation, { sample }: SampleOnPage): number {
  return (sample.prediction?.boxes ?? []).findIndex(b => b.cell === e.target.index);
}

/** A picture with the boxes of its sample over it, if it has any. */
export function withBoxes(
  drawn: TemplateResult,
  e: Explanation,
  source: SampleOnPage | undefined,
): TemplateResult {
  const { boxes } = source?.target ?? {};
  if (!source || !boxes) return drawn;
  return boxesOver(drawn, {
    truth: source.sample.boxes ?? [],
    found: source.sample.prediction?.boxes ?? [],
    classes: boxes.classes,
    chosen: chosenBox(e, source),
    named: true,
  });
}

/** What was found, each to be explained by a heatmap of its own. */
export function boxList(e: Explanation, source: SampleOnPage, c: ExplainContext): TemplateResult {
  const { boxes: truth = [], prediction } = source.sample;
  const { classes } = source.target.boxes!;
  const found = prediction?.boxes ?? [];
  const chosen = chosenBox(e, source);
  return html`<section class="prediction">
    <h3 class="part">${t('boxes.title')}</h3>
    ${boxLegend()}
    ${found.length === 0 ? html`<p class="quiet">${t('boxes.none')}</p>` : nothing}
    <ul class="classes">
      ${found.map(
        (box, i) => html`<li>
          <button
            class=${`class-bar${i === chosen ? ' on' : ''}`}
            aria-pressed=${i === chosen}
            title=${t('boxes.explain', { name: nameOf(box, classes) })}
            @click=${() => c.actions.explain({ method: e.method, row: e.row!, target: box.cell! })}
          >
            <span class="class-name">${classes[box.class] ?? box.class}</span>
            <span class="class-track"><span .style=${`width: ${(100 * (box.score ?? 0)).toFixed(1)}%`}></span></span>
            <span class="mono">${Math.round(100 * (box.score ?? 0))} %</span>
            <span class="tags">${i === chosen ? html`<span class="tag">${t('explain.explained')}</span>` : nothing}</span>
          </button>
        </li>`,
      )}
    </ul>
    <p class="quiet">${t('boxes.truth', { list: truth.map(b => classes[b.class] ?? b.class).join(', ') })}</p>
  </section>`;
}
