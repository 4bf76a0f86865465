/** <vitrine-frames>: a short video, playing while the pointer or the keyboard is on it, still where motion is not wanted. */
import type { Layer } from './pixels';
import { prefersReducedMotion } from './theme';

export interface FramesProperties {
  frames: readonly Layer[];
  label: string;
}

const perSecond = 12;

class FramesElement extends HTMLElement {
  #properties?: FramesProperties;
  #canvas?: HTMLCanvasElement;
  #timer: ReturnType<typeof setInterval> | undefined;
  #at = 0;

  set properties(p: FramesProperties) {
    this.#properties = p;
    if (!this.#canvas) {
      this.#canvas = document.createElement('canvas');
      this.append(this.#canvas);
      const owner = this.closest('button') ?? this;
      for (const type of ['pointerenter', 'focus']) owner.addEventListener(type, () => this.#play());
      for (const type of ['pointerleave', 'blur']) owner.addEventListener(type, () => this.#stop());
    }
    this.setAttribute('role', 'img');
    this.setAttribute('aria-label', p.label);
    const [first] = p.frames;
    if (!first) return;
    this.#canvas.width = first.width;
    this.#canvas.height = first.height;
    this.style.aspectRatio = `${first.width} / ${first.height}`;
    // The middle says more than the beginning.
    this.#at = p.frames.length >> 1;
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  #play(): void {
    if (this.#timer !== undefined || prefersReducedMotion()) return;
    this.#timer = setInterval(() => {
      this.#at = (this.#at + 1) % this.#properties!.frames.length;
      this.#draw();
    }, 1000 / perSecond);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #draw(): void {
    const frame = this.#properties?.frames[this.#at];
    if (!frame) return;
    this.#canvas!.getContext('2d')?.putImageData(new ImageData(frame.data, frame.width, frame.height), 0, 0);
  }
}

customElements.define('vitrine-frames', FramesElement);
