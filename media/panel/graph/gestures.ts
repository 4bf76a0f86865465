/** Wheel, pointer and keys of the graph, as what they mean. */
import { type Camera, zoomAt } from './camera';

export interface GestureTarget {
  readonly camera: Camera;
  /** The reader has moved it. */
  moveTo(camera: Camera): void;
  /** A click that was no drag: on this element, at this place. */
  pick(target: Element, at: PointerEvent): void;
  /** While it is dragged. */
  dragging(on: boolean): void;
}

export class Gestures {
  readonly #target: GestureTarget;
  #drag?: { x: number; y: number; camera: Camera; moved: boolean } | undefined;

  /** Where each pointer that is down is, in the window. */
  readonly #fingers = new Map<number, { x: number; y: number }>();
  #pinch?: { x: number; y: number; apart: number; left: number; top: number; camera: Camera } | undefined;

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  /** @param box of the graph in the window; measuring it costs a layout, so it is asked for only where it is needed. */
  wheel(e: WheelEvent, box: () => DOMRect): void {
    e.preventDefault();
    const { camera } = this.#target;
    const unit = e.deltaMode === 1 ? 16 : 1;
    if (e.ctrlKey || e.metaKey) {
      const { left, top } = box();
      const factor = Math.exp((-e.deltaY * unit) / 240);
      this.#target.moveTo(zoomAt(camera, factor, e.clientX - left, e.clientY - top));
      return;
    }
    const [dx, dy] = e.shiftKey && !e.deltaX ? [e.deltaY, 0] : [e.deltaX, e.deltaY];
    this.#target.moveTo({ ...camera, x: camera.x - dx * unit, y: camera.y - dy * unit });
  }

  /** A second finger makes a drag a pinch. */
  down(e: PointerEvent, box: () => DOMRect): void {
    if (e.button !== 0) return;
    this.#fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
    if (this.#fingers.size === 2) {
      const { left, top } = box();
      this.#drag = undefined;
      this.#pinch = { ...between(this.#fingers), left, top, camera: this.#target.camera };
      (e.currentTarget as Element).setPointerCapture(e.pointerId);
      return;
    }
    if (this.#fingers.size > 2) return;
    this.#drag = { x: e.clientX, y: e.clientY, camera: this.#target.camera, moved: false };
  }

  move(e: PointerEvent): void {
    if (this.#fingers.has(e.pointerId)) this.#fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
    const pinch = this.#pinch;
    if (pinch) {
      const { x, y, apart } = between(this.#fingers);
      const zoomed = zoomAt(pinch.camera, apart / pinch.apart, pinch.x - pinch.left, pinch.y - pinch.top);
      this.#target.moveTo({ ...zoomed, x: zoomed.x + x - pinch.x, y: zoomed.y + y - pinch.y });
      return;
    }
    const drag = this.#drag;
    if (!drag) return;
    const dx = e.clientX - drag.x;
    const dy = e.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    if (!drag.moved) (e.currentTarget as Element).setPointerCapture(e.pointerId);
    drag.moved = true;
    this.#target.dragging(true);
    this.#target.moveTo({ ...drag.camera, x: drag.camera.x + dx, y: drag.camera.y + dy });
  }

  up(e: PointerEvent): void {
    const drag = this.#drag;
    this.cancel();
    // Of a pinch or a drag nothing is picked, nor by the finger that stays.
    if (!drag || drag.moved) return;
    const target = e.target as Element;
    if (!target.closest('.fold')) this.#target.pick(target, e);
  }

  cancel(): void {
    this.#drag = undefined;
    this.#pinch = undefined;
    this.#fingers.clear();
    this.#target.dragging(false);
  }
}

/** The middle of two fingers, and how far they are apart. */
function between(fingers: ReadonlyMap<number, { x: number; y: number }>): {
  x: number;
  y: number;
  apart: number;
} {
  const [a, b] = [...fingers.values()] as [{ x: number; y: number }, { x: number; y: number }];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
}

export type GraphKey =
  | { do: 'find' | 'fit' | 'first' | 'last' | 'none' | 'select' | 'toggle' }
  | { do: 'zoom'; factor: number }
  | { do: 'go'; arrow: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight' };

/** What a key means; undefined where it is the editor's. */
export function keyMeaning(e: KeyboardEvent): GraphKey | undefined {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'f') return { do: 'find' };
  if (e.altKey || e.ctrlKey || e.metaKey) return undefined;
  switch (e.key) {
    case '+':
    case '=':
      return { do: 'zoom', factor: 1.25 };
    case '-':
      return { do: 'zoom', factor: 1 / 1.25 };
    case '0':
      return { do: 'fit' };
    case 'Home':
      return { do: 'first' };
    case 'End':
      return { do: 'last' };
    case 'Escape':
      return { do: 'none' };
    case 'Enter':
      return { do: 'select' };
    case ' ':
      return { do: 'toggle' };
    case 'ArrowUp':
    case 'ArrowDown':
    case 'ArrowLeft':
    case 'ArrowRight':
      return { do: 'go', arrow: e.key };
    default:
      return undefined;
  }
}
