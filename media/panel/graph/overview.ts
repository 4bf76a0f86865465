/** The whole graph in small, with the part that is seen; a click or a drag moves there. */
import type { Camera } from './camera';
import type { Placement, Size } from './layout';
import { contextOf, paint, type Scene } from './painter';

const most = { width: 150, height: 110 };
const margin = 5;

export interface Overview {
  /** Of the canvas, in CSS pixels. */
  width: number;
  height: number;
  /** From the world to the canvas. */
  camera: Camera;
}

/** Undefined where all of the drawing is seen anyway, or there is no room. */
export function overviewOf(placement: Placement, camera: Camera, view: Size): Overview | undefined {
  const whole = placement.width * camera.k <= view.width && placement.height * camera.k <= view.height;
  if (whole || view.width < 420 || view.height < 300 || !(placement.width > 0)) return undefined;
  const k = Math.min(
    (most.width - 2 * margin) / placement.width,
    (most.height - 2 * margin) / placement.height,
  );
  const width = Math.max(44, placement.width * k + 2 * margin);
  const height = Math.max(36, placement.height * k + 2 * margin);
  return {
    width,
    height,
    camera: { k, x: (width - placement.width * k) / 2, y: (height - placement.height * k) / 2 },
  };
}

/** @param still the painted graph, if it has not changed: only the frame moves. */
export function paintOverview(
  canvas: HTMLCanvasElement,
  still: { picture?: HTMLCanvasElement; key?: unknown },
  key: unknown,
  { width, height, camera: small }: Overview,
  scene: Scene,
  camera: Camera,
  view: Size,
): void {
  if (still.key !== key || !still.picture) {
    still.picture = document.createElement('canvas');
    still.key = key;
    const own = contextOf(still.picture, width, height);
    if (own) paint(own, scene, small, true);
  }
  const c = contextOf(canvas, width, height);
  if (!c) return;
  c.drawImage(still.picture, 0, 0, width, height);
  const left = (-camera.x / camera.k) * small.k + small.x;
  const top = (-camera.y / camera.k) * small.k + small.y;
  const [w, h] = [(view.width / camera.k) * small.k, (view.height / camera.k) * small.k];
  c.fillStyle = scene.ink.accent;
  c.globalAlpha = 0.12;
  c.fillRect(left, top, w, h);
  c.globalAlpha = 1;
  c.strokeStyle = scene.ink.accent;
  c.lineWidth = 1.5;
  c.strokeRect(left + 0.5, top + 0.5, w - 1, h - 1);
}

/** The camera that has the pointed place in the middle of the view. */
export function cameraAt({ camera: small }: Overview, px: number, py: number, k: number, view: Size): Camera {
  const [x, y] = [(px - small.x) / small.k, (py - small.y) / small.k];
  return { k, x: view.width / 2 - x * k, y: view.height / 2 - y * k };
}
