/**
 * <vitrine-film>: the frames of a video with heat over each: one large, to be played, and all of them as a strip with how
 * much lies in each. Nothing moves before it is asked to.
 */
import { html, render } from 'lit';
import { t } from '../strings';
import type { Layer } from './pixels';

export interface FilmProperties {
  /** Layers of each frame, the lowest first. */
  frames: readonly (readonly Layer[])[];
  /** How much of the whole lies in each frame, 0 to 1. */
  shares: readonly number[];
  label: string;
}

const perSecond = 6;

class FilmElement extends HTMLElement {
  #properties?: FilmProperties;
  #at = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  set properties(p: FilmProperties) {
    // An answer whose trust is judged is the same answer: the frame that is looked at stays.
    const before = this.#properties;
    const other =
      before?.frames.length !== p.frames.length || !p.shares.every((s, i) => s === before.shares[i]);
    this.#properties = p;
    // The frame that matters most says most.
    if (other) this.#at = p.shares.reduce((best, s, i) => (s > p.shares[best]! ? i : best), 0);
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  #show(at: number): void {
    const { length } = this.#properties!.frames;
    this.#at = (at + length) % length;
    this.#draw();
  }

  #toggle(): void {
    if (this.#timer !== undefined) this.#stop();
    else this.#timer = setInterval(() => this.#show(this.#at + 1), 1000 / perSecond);
    this.#draw();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #draw(): void {
    const { frames, shares, label } = this.#properties!;
    const most = Math.max(1e-12, ...shares);
    const playing = this.#timer !== undefined;
    const frame = t('film.frame', { frame: this.#at + 1, of: frames.length });
    render(
      html`<div class="film-stage">
          <vitrine-pixels class="picture" .properties=${{ layers: frames[this.#at] ?? [], label: `${label}. ${frame}` }}></vitrine-pixels>
          <div class="film-controls">
            <button
              class="tool sound-play"
              title=${t(playing ? 'data.stop' : 'data.play')}
              aria-label=${t(playing ? 'data.stop' : 'data.play')}
              @click=${() => this.#toggle()}
            >
              ${playing ? '■' : '▶'}
            </button>
            <input
              type="range"
              min="0"
              max=${frames.length - 1}
              step="1"
              aria-label=${t('film.choose')}
              aria-valuetext=${frame}
              .value=${`${this.#at}`}
              @input=${(e: Event) => {
                this.#stop();
                this.#show(Number((e.target as HTMLInputElement).value));
              }}
            />
            <output class="mono">${frame}</output>
          </div>
        </div>
        <ol class="film-strip" aria-label=${t('film.strip')}>
          ${frames.map(
            (layers, i) => html`<li>
              <button
                class=${i === this.#at ? 'film-frame on' : 'film-frame'}
                aria-pressed=${i === this.#at}
                aria-label=${t('film.share', { frame: i + 1, share: `${Math.round(100 * shares[i]!)} %` })}
                title=${t('film.share', { frame: i + 1, share: `${Math.round(100 * shares[i]!)} %` })}
                @click=${() => {
                  this.#stop();
                  this.#show(i);
                }}
              >
                <vitrine-pixels aria-hidden="true" .properties=${{ layers, label: '' }}></vitrine-pixels>
                <span class="meter-track"><span class="meter-fill" .style=${`width: ${((100 * shares[i]!) / most).toFixed(1)}%`}></span></span>
              </button>
            </li>`,
          )}
        </ol>`,
      this,
    );
  }
}

customElements.define('vitrine-film', FilmElement);
