/** The two canvases of a graph: cards that are too many to be elements, behind the drawing, and the overview of all. */
import type { Camera } from './camera';
import { cameraAt, frameOf, type Overview, overviewOf, paintOverview } from './overview';
import { contextOf, paint, type Scene } from './painter';
import type { Viewport } from './viewport';

/**
 * Painted beyond the view on each side, in its sizes, so that a move has something to show; of a view that comes closer
 * all is there already.
 */
const airs = { around: 0.35, closer: 0.05 };

export class Backdrop {
  #overview: Overview | undefined;
  /** What the overview shows. */
  #small: string | undefined;
  /** What was painted behind, and for which camera. */
  #painted: { key: string; base: Camera; width: number; height: number; air: number } | undefined;

  /** Everything is painted anew, such as after another theme. */
  forget(): void {
    this.#small = undefined;
    this.#painted = undefined;
  }

  /** @param key of all that the pictures show but the camera. */
  paint(graph: HTMLElement, scene: Scene, view: Viewport, key: string): void {
    const behind = graph.querySelector<HTMLCanvasElement>('.behind');
    const small = graph.querySelector<HTMLElement>('.overview');
    if (!behind || !small) return;
    this.#behind(behind, scene, view, key);
    const overview = overviewOf(scene.placement, view.camera, view.size);
    this.#overview = overview;
    small.hidden = !overview;
    graph.classList.toggle('overviewed', overview !== undefined);
    if (!overview) return;
    const canvas = small.querySelector('canvas')!;
    const { width, height } = overview;
    const now = `${key}/${width}/${height}`;
    if (now !== this.#small) {
      this.#small = now;
      small.style.width = `${width}px`;
      small.style.height = `${height}px`;
      paintOverview(canvas, overview, scene);
    }
    // Moved by the compositor: nothing is painted while the reader moves.
    const frame = small.querySelector<HTMLElement>('.overview-frame')!;
    const at = frameOf(overview, view.camera, view.size);
    frame.style.transform = `translate(${at.x}px, ${at.y}px)`;
    const size = [`${Math.round(at.width)}px`, `${Math.round(at.height)}px`] as const;
    if (frame.style.width !== size[0]) frame.style.width = size[0];
    if (frame.style.height !== size[1]) frame.style.height = size[1];
  }

  /** Where a pointer on the overview leads to; undefined while there is none. */
  cameraAt(canvas: Element, e: PointerEvent, view: Viewport): Camera | undefined {
    if (!this.#overview) return undefined;
    const box = canvas.getBoundingClientRect();
    return cameraAt(this.#overview, e.clientX - box.left, e.clientY - box.top, view.camera.k, view.size);
  }

  #behind(canvas: HTMLCanvasElement, scene: Scene, view: Viewport, key: string): void {
    const painted = view.drawn?.painted ?? false;
    canvas.hidden = !painted;
    if (!painted) {
      this.#painted = undefined;
      return;
    }
    const { width, height } = view.size;
    // A move has come to the edge of what was painted: it is painted where it is now.
    const before = this.#painted;
    if (before && !covers(view, before.air)) view.base = view.camera;
    const { base } = view;
    if (before?.key === key && before.base === base && before.width === width && before.height === height)
      return;
    const air = before && base.k > before.base.k ? airs.closer : airs.around;
    this.#painted = { key, base, width, height, air };
    const [dx, dy] = [Math.round(width * air), Math.round(height * air)];
    canvas.style.inset = `${-dy}px ${-dx}px`;
    canvas.style.width = `${width + 2 * dx}px`;
    canvas.style.height = `${height + 2 * dy}px`;
    const c = contextOf(canvas, width + 2 * dx, height + 2 * dy);
    if (c) paint(c, scene, { ...base, x: base.x + dx, y: base.y + dy });
  }
}

/** True where what was painted for the base still fills the view. */
function covers({ base, camera, size: { width, height } }: Viewport, air: number): boolean {
  const f = camera.k / base.k;
  const [x, y] = [camera.x - base.x * f, camera.y - base.y * f];
  return (
    x - width * air * f <= 0 &&
    y - height * air * f <= 0 &&
    x + width * (1 + air) * f >= width &&
    y + height * (1 + air) * f >= height
  );
}
