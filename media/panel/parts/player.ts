/**
 * <vitrine-sound>: a sound as its wave, to be played. Samples go straight to the audio device, so that the page's policy
 * need not allow any media.
 */
import { onTheme, themeColour } from './theme';

export interface SoundProperties {
  sampleRate: number;
  samples: Float32Array;
  label: string;
  play: string;
  stop: string;
}

let context: AudioContext | undefined;
/** One sound at a time. */
let playing: { stop(): void } | undefined;

class SoundElement extends HTMLElement {
  #properties?: SoundProperties;
  #canvas?: HTMLCanvasElement;
  #button?: HTMLButtonElement;
  #stopTheme?: () => void;
  #progress = 0;

  set properties(p: SoundProperties) {
    const same = this.#properties?.samples === p.samples;
    this.#properties = p;
    if (!this.#canvas) {
      this.#button = document.createElement('button');
      this.#button.className = 'tool sound-play';
      this.#button.addEventListener('click', e => {
        e.stopPropagation();
        void this.#toggle();
      });
      this.#canvas = document.createElement('canvas');
      this.#canvas.setAttribute('role', 'img');
      this.append(this.#button, this.#canvas);
    }
    this.#canvas.setAttribute('aria-label', p.label);
    if (!same) this.#idle();
  }

  connectedCallback(): void {
    this.#stopTheme = onTheme(() => this.#draw());
    requestAnimationFrame(() => this.#draw());
  }

  disconnectedCallback(): void {
    this.#stopTheme?.();
  }

  #idle(): void {
    this.#progress = 0;
    this.#name(false);
    this.#draw();
  }

  #name(on: boolean): void {
    const p = this.#properties!;
    const button = this.#button!;
    button.textContent = on ? '■' : '▶';
    button.title = on ? p.stop : p.play;
    button.setAttribute('aria-label', `${on ? p.stop : p.play}: ${p.label}`);
  }

  async #toggle(): Promise<void> {
    const before = playing;
    before?.stop();
    playing = undefined;
    if (before && this.#button!.textContent === '■') return this.#idle();
    const { samples, sampleRate } = this.#properties!;
    context ??= new AudioContext();
    await context.resume();
    const buffer = context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    const started = context.currentTime;
    const mine = {
      stop: () => {
        source.onended = null;
        source.stop();
        this.#idle();
      },
    };
    source.onended = () => {
      if (playing === mine) playing = undefined;
      this.#idle();
    };
    playing = mine;
    source.start();
    this.#name(true);
    const follow = () => {
      if (playing !== mine) return;
      this.#progress = Math.min(1, (context!.currentTime - started) / buffer.duration);
      this.#draw();
      requestAnimationFrame(follow);
    };
    follow();
  }

  #draw(): void {
    const canvas = this.#canvas;
    const p = this.#properties;
    if (!canvas || !p || !this.isConnected) return;
    const width = Math.max(60, canvas.clientWidth || 160);
    const height = Math.max(20, canvas.clientHeight || 36);
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const c = canvas.getContext('2d')!;
    c.scale(ratio, ratio);
    const { samples } = p;
    const most = samples.reduce((m, x) => Math.max(m, Math.abs(x)), 1e-6);
    const played = themeColour('--series-valid', '#d18616');
    const plain = themeColour('--series-train', '#3794ff');
    for (let x = 0; x < width; x++) {
      const from = Math.floor((x * samples.length) / width);
      const to = Math.max(from + 1, Math.floor(((x + 1) * samples.length) / width));
      let low = 0;
      let high = 0;
      for (let i = from; i < to; i++) {
        low = Math.min(low, samples[i]!);
        high = Math.max(high, samples[i]!);
      }
      c.fillStyle = x / width < this.#progress ? played : plain;
      const top = (0.5 - (0.5 * high) / most) * height;
      c.fillRect(x, top, 1, Math.max(1, ((high - low) / most) * 0.5 * height));
    }
  }
}

customElements.define('vitrine-sound', SoundElement);
