/**
 * <vitrine-episode>: an episode in an environment, drawn and played step by step, with what in each state spoke for the
 * action beside it and over time below. It stands still until it is played.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import type { Episode } from '../../../src/service/inquiries/episode';
import { diverging } from '../logic/colours';
import { formatNumber, formatPercent, formatSigned } from '../logic/numbers';
import { t } from '../strings';
import { neutral, onTheme } from './theme';
import { aspectOf, paceOf, stateAt, worldOf } from './worlds';

export interface EpisodeProperties {
  episode: Episode;
  /** Another episode follows when this one is over. */
  next?(): void;
}

/** Rows of the state that are drawn over time, and bars beside the picture. */
const mostRows = 8;

class EpisodeElement extends HTMLElement {
  #properties?: EpisodeProperties;
  #at = 0;
  #frame: number | undefined;
  #began = { at: 0, time: 0 };
  #stopTheme?: () => void;

  set properties(p: EpisodeProperties) {
    const other = this.#properties?.episode !== p.episode;
    this.#properties = p;
    if (other) {
      this.#at = 0;
      if (this.#frame !== undefined) this.#begin();
    }
    this.#draw();
  }

  connectedCallback(): void {
    this.#stopTheme = onTheme(() => this.#draw());
    requestAnimationFrame(() => this.#draw());
  }

  disconnectedCallback(): void {
    this.#stopTheme?.();
    this.#pause();
  }

  #begin(): void {
    this.#began = { at: this.#at, time: performance.now() };
  }

  #play(): void {
    if (this.#at >= this.#properties!.episode.steps) this.#at = 0;
    this.#begin();
    const follow = () => {
      const { episode, next } = this.#properties!;
      const to =
        this.#began.at + Math.floor(((performance.now() - this.#began.time) / 1000) * paceOf(episode));
      if (to !== this.#at) {
        this.#at = Math.min(to, episode.steps);
        this.#draw();
      }
      if (this.#at >= episode.steps) {
        if (!next) return this.#pause();
        // A moment to see how it ended; then what came meanwhile, or this one again.
        if (to > episode.steps + 1.5 * paceOf(episode)) {
          this.#at = 0;
          this.#begin();
          next();
        }
      }
      this.#frame = requestAnimationFrame(follow);
    };
    this.#frame = requestAnimationFrame(follow);
    this.#draw();
  }

  #pause(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    if (this.isConnected) this.#draw();
  }

  #show(at: number): void {
    this.#pause();
    this.#at = at;
    this.#draw();
  }

  #draw(): void {
    if (!this.#properties) return;
    const { episode: e } = this.#properties;
    const playing = this.#frame !== undefined;
    const label = stepText(e, this.#at);
    render(
      html`<div class="episode">
          <div class="episode-stage">
            <canvas role="img" class="world" aria-label=${t('episode.world', { env: e.env, step: label })}></canvas>
            <div class="film-controls">
              <button
                class="tool sound-play"
                title=${t(playing ? 'data.stop' : 'data.play')}
                aria-label=${t(playing ? 'data.stop' : 'data.play')}
                @click=${() => (playing ? this.#pause() : this.#play())}
              >
                ${playing ? '■' : '▶'}
              </button>
              <input
                type="range"
                min="0"
                max=${e.steps}
                step="1"
                aria-label=${t('episode.step')}
                aria-valuetext=${label}
                .value=${`${this.#at}`}
                @input=${(ev: Event) => this.#show(Number((ev.target as HTMLInputElement).value))}
              />
            </div>
            <p class="mono episode-said">${label}</p>
          </div>
          ${this.#beside(e)}
        </div>
        ${e.names.length <= mostRows ? this.#overTime(e) : nothing}`,
      this,
    );
    this.#paint(e);
  }

  /** Numbers of the state with what they spoke for, and the actions. */
  #beside(e: Episode): TemplateResult {
    const at = Math.min(this.#at, e.steps - 1);
    const n = e.names.length;
    const a = e.actions.length;
    const state = stateAt(e, at);
    const own = e.saliency.subarray(at * n, (at + 1) * n);
    const scores = e.scores.subarray(at * a, (at + 1) * a);
    const order = Array.from(own.keys())
      .sort((i, j) => (n <= mostRows ? i - j : Math.abs(own[j]!) - Math.abs(own[i]!)))
      .slice(0, mostRows)
      .filter(i => n <= mostRows || state[i] !== 0);
    const most = Math.max(1e-9, ...own.map(Math.abs));
    const highest = Math.max(...scores);
    const lowest = Math.min(...scores);
    return html`<div class="episode-why">
      <h3 class="part">${t('episode.why', { action: e.actions[e.taken[at]!] ?? '' })}</h3>
      <table class="bars">
        <tbody>
          ${order.map(
            i => html`<tr>
              <th scope="row">${e.names[i]}</th>
              <td class="num mono">${formatNumber(state[i]!, 3)}</td>
              <td class="bar-cell signed">
                <span class="zero middle"></span>
                <span
                  class=${own[i]! < 0 ? 'bar negative' : 'bar positive'}
                  .style=${`left: ${(own[i]! < 0 ? 50 + (50 * own[i]!) / most : 50).toFixed(1)}%; width: ${((50 * Math.abs(own[i]!)) / most).toFixed(1)}%`}
                ></span>
              </td>
              <td class="num mono">${formatSigned(own[i]!, 2)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <h3 class="part">${t(e.probabilities ? 'episode.policy' : 'episode.worth')}</h3>
      <ul class="classes">
        ${e.actions.map((name, i) => {
          const share = e.probabilities ? scores[i]! : (scores[i]! - lowest) / (highest - lowest || 1);
          return html`<li class="episode-action">
            <span class=${i === e.taken[at] ? 'class-name on' : 'class-name'}>${name}</span>
            <span class="meter-track"><span class="meter-fill" .style=${`width: ${(100 * share).toFixed(1)}%`}></span></span>
            <span class="mono">${e.probabilities ? formatPercent(scores[i]!, 0) : formatNumber(scores[i]!, 3)}</span>
          </li>`;
        })}
      </ul>
    </div>`;
  }

  #overTime(e: Episode): TemplateResult {
    return html`<figure class="episode-time">
      <figcaption class="quiet">${t('episode.time')}</figcaption>
      <div class="episode-rows">
        <ul aria-hidden="true">${e.names.map(name => html`<li>${name}</li>`)}</ul>
        <div class="episode-strip">
          <canvas
            class="saliency"
            role="img"
            aria-label=${t('episode.timeLabel', { strongest: e.names[strongest(e)] ?? '' })}
            @click=${(ev: MouseEvent) => {
              const box = (ev.currentTarget as HTMLElement).getBoundingClientRect();
              this.#show(Math.min(e.steps - 1, Math.floor(((ev.clientX - box.left) / box.width) * e.steps)));
            }}
          ></canvas>
          <span class="episode-now" .style=${`left: ${((100 * this.#at) / e.steps).toFixed(2)}%`}></span>
        </div>
      </div>
    </figure>`;
  }

  #paint(e: Episode): void {
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.world');
    const world = worldOf(e);
    if (!canvas || !world || !this.isConnected) return;
    const width = Math.max(120, canvas.clientWidth || 360);
    const height = Math.round(width * aspectOf(e));
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const c = canvas.getContext('2d')!;
    c.scale(ratio, ratio);
    world(c, width, height, e, this.#at);
    this.#paintTime(e);
  }

  #paintTime(e: Episode): void {
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.saliency');
    if (!canvas) return;
    const n = e.names.length;
    if (canvas.width === e.steps && canvas.height === n && drawn.get(canvas) === e) return;
    drawn.set(canvas, e);
    canvas.width = e.steps;
    canvas.height = n;
    const scale = e.saliency.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
    const image = new ImageData(e.steps, n);
    const middle = neutral();
    for (let at = 0; at < e.steps; at++)
      for (let i = 0; i < n; i++) {
        const v = e.saliency[at * n + i]! / scale;
        const [r, g, b] = diverging(Math.sign(v) * Math.abs(v) ** 0.6, middle);
        image.data.set([r, g, b, 255], 4 * (i * e.steps + at));
      }
    canvas.getContext('2d')!.putImageData(image, 0, 0);
  }
}

const drawn = new WeakMap<HTMLCanvasElement, Episode>();

/** The part of the state that mattered most over the whole episode. */
function strongest(e: Episode): number {
  const n = e.names.length;
  const sums = new Float64Array(n);
  e.saliency.forEach((v, i) => {
    sums[i % n]! += Math.abs(v);
  });
  return sums.indexOf(Math.max(...sums));
}

/** "Step 12 of 500: left, return 12" */
function stepText(e: Episode, at: number): string {
  const sum = e.rewards.subarray(0, at).reduce((a, b) => a + b, 0);
  const shared = { step: at, of: e.steps, sum: formatNumber(sum) };
  return at >= e.steps
    ? t(e.terminated ? 'episode.over' : 'episode.timeUp', shared)
    : t('episode.at', { ...shared, action: e.actions[e.taken[at]!] ?? '' });
}

customElements.define('vitrine-episode', EpisodeElement);
