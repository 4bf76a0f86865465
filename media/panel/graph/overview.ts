/** The whole graph in small, with the part that is seen; a click or a drag moves there. */
import type { Camera } from './camera';
import type { Placement, Rect, Size } from './layout';
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

/** Paints the whole graph; which part of it is seen is told by `frameOf`. */
export function paintOverview(
  canvas: HTMLCanvasElement,
  { width, height, camera }: Overview,
  scene: Scene,
): void {
  const c = contextOf(canvas, width, height);
  if (c) paint(c, scene, camera, true);
}

/** The part that is seen, on the overview: kept within it, with an edge that can be seen. */
export function frameOf({ camera: small, width, height }: Overview, camera: Camera, view: Size): Rect {
  const scale = small.k / camera.k;
  const clamp = (v: number, most: number) => Math.min(Math.max(v, 0), most);
  const [left, right] = [-camera.x, view.width - camera.x].map(v => clamp(v * scale + small.x, width));
  const [top, bottom] = [-camera.y, view.height - camera.y].map(v => clamp(v * scale + small.y, height));
  return { x: left!, y: top!, width: Math.max(3, right! - left!), height: Math.max(3, bottom! - top!) };
}

/** The camera that has the pointed place in the middle of the view. */
export function cameraAt({ camera: small }: Overview, px: number, py: number, k: number, view: Size): Camera {
  const [x, y] = [(px - small.x) / small.k, (py - small.y) / small.k];
  return { k, x: view.width / 2 - x * k, y: view.height / 2 - y * k };
}
