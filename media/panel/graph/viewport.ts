/**
 * The reader's window on the drawing: its camera, and which part of the world is drawn. A move shifts and scales what
 * was drawn, which the compositor does without drawing it again; once the camera rests, or has gone beyond what was
 * drawn, it is drawn where it stands. So hundreds of cards follow the pointer also where a CPU draws them.
 */
import { prefersReducedMotion } from '../parts/theme';
import { bringIntoView, type Camera, fitReadable, fitWhole, type Insets, zoomAt } from './camera';
import { type Drawn, drawnPart } from './culling';
import type { Placement, Rect, Size } from './layout';
import type { Card } from './visible';

export interface ViewportHost {
  readonly cards: readonly Card[];
  readonly placement: Placement | undefined;
  /** The part that is drawn has changed: elements are made for it. */
  draw(): void;
  /** The drawing stands where the camera is, or is shifted to it. */
  placed(viewport: Viewport): void;
}

/** Milliseconds after which a camera that does not move rests. */
const rest = 140;
/** Drawn at one scale and shown at another: beyond this it is too coarse, or too fine. */
const stretch = 2.5;
const glide = 160;
/** Pixels of width in which nothing of a graph is read. */
const strip = 260;

export class Viewport {
  camera: Camera = { x: 0, y: 0, k: 1 };
  /** The camera that the drawing was made for. */
  base: Camera = this.camera;
  size: Size = { width: 0, height: 0 };
  /** The part of the world that is drawn as elements; undefined draws all. */
  drawn: Drawn | undefined;
  /** The reader has moved it; else it follows the size of the view. */
  moved = false;
  /** Draws everything, for a file. */
  everything = false;
  readonly #host: ViewportHost;
  /** The scale has changed since the camera rested. */
  #zooming = false;
  #frame = 0;
  #gliding = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ViewportHost) {
    this.#host = host;
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    cancelAnimationFrame(this.#gliding);
    clearTimeout(this.#timer);
  }

  /** The drawing keeps clear of the legend, and of the tools where there is no room beside them. */
  insets: Insets = { top: 0, bottom: 34 };

  /** Zooms by steps, as the keys and buttons do. */
  zoom(factor: number): void {
    this.moveTo(zoomAt(this.camera, factor, this.size.width / 2, this.size.height / 2));
  }

  fitAll(): void {
    const { placement } = this.#host;
    if (!placement) return;
    this.moveTo(fitWhole(placement, this.size, this.insets));
    this.moved = false;
  }

  /** As much as can be read, from the start on. */
  recentre(): void {
    const { placement } = this.#host;
    if (!placement || !this.size.width) return;
    // In a strip beside the curves it is a picture of the whole.
    const camera = this.size.width < strip ? fitWhole : fitReadable;
    this.camera = camera(placement, this.size, this.insets);
  }

  /** The reader moves it. */
  moveTo(camera: Camera): void {
    this.moved = true;
    cancelAnimationFrame(this.#gliding);
    this.#follow(camera);
  }

  /** Moves as little as is needed to show a rectangle. */
  reveal(rect: Rect): void {
    if (!this.size.width) return;
    const to = this.cameraFor(rect);
    if (to.x === this.camera.x && to.y === this.camera.y) return;
    cancelAnimationFrame(this.#gliding);
    if (prefersReducedMotion()) this.#follow(to);
    else this.#glide(this.camera, to);
  }

  /** The least move that shows a rectangle clear of tools and legend. */
  cameraFor(rect: Rect): Camera {
    const { top, bottom } = this.insets;
    const { width, height } = this.size;
    const room = { width, height: height - top - bottom };
    const moved = bringIntoView({ ...this.camera, y: this.camera.y - top }, rect, room, 24);
    return { ...moved, y: moved.y + top };
  }

  /** Chooses what is drawn as elements. True when that is another part than before. */
  cull(): boolean {
    const before = this.drawn;
    const { cards, placement } = this.#host;
    this.drawn = this.everything
      ? undefined
      : drawnPart(cards, placement, this.camera, this.size, before, this.#zooming);
    return this.drawn !== before;
  }

  /** The drawing is made for where the camera is. */
  settle(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const zoomed = this.#zooming;
    this.#zooming = false;
    this.base = this.camera;
    if (zoomed && this.cull()) this.#host.draw();
    else this.#host.placed(this);
  }

  /** How the drawing is shifted and scaled until it is drawn anew: for CSS, with its origin in the corner. */
  get shift(): string {
    const { camera: to, base: from } = this;
    if (to === from) return '';
    const f = to.k / from.k;
    return `translate(${to.x - from.x * f}px, ${to.y - from.y * f}px) scale(${f})`;
  }

  /** Once a frame, however often the pointer tells of it. */
  #follow(camera: Camera): void {
    if (camera.k !== this.camera.k) this.#zooming = true;
    this.camera = camera;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), rest);
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const f = this.camera.k / this.base.k;
      const [painted, another] = [this.drawn?.painted, this.cull()];
      if (f > stretch || f < 1 / stretch || painted !== this.drawn?.painted) this.base = this.camera;
      if (another) this.#host.draw();
      else this.#host.placed(this);
    });
  }

  #glide(from: Camera, to: Camera): void {
    const start = performance.now();
    const step = (now: number) => {
      const s = Math.min(1, Math.max(0, (now - start) / glide));
      const ease = 1 - (1 - s) ** 3;
      this.#follow({
        k: from.k + (to.k - from.k) * ease,
        x: from.x + (to.x - from.x) * ease,
        y: from.y + (to.y - from.y) * ease,
      });
      if (s < 1) this.#gliding = requestAnimationFrame(step);
    };
    this.#gliding = requestAnimationFrame(step);
  }
}
