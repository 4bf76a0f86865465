/** What a graph looks like in its theme, and its layers on the page: where the drawing stands, what is painted behind, names. */
import { Backdrop } from './backdrop';
import type { Camera } from './camera';
import type { Family } from './cardText';
import { GroupNames, small } from './groupNames';
import type { Placement } from './layout';
import { type Ink, inkOfTheme } from './painter';
import type { Scale } from './scale';
import type { Viewport } from './viewport';
import type { VisibleGraph } from './visible';

/** Below this scale the finer text is not shown. */
const far = 0.45;

export interface Shown {
  graph: VisibleGraph | undefined;
  placement: Placement | undefined;
  scale: Scale | undefined;
  selected: string | undefined;
  /** Counts layouts and figures, so that what is painted is painted anew when they change. */
  layouts: number;
  figures: number;
}

export class Picture {
  family: Family = { sans: 'sans-serif', mono: 'monospace' };
  readonly #graph: HTMLElement;
  readonly #backdrop = new Backdrop();
  readonly #names = new GroupNames();
  #ink?: Ink;

  constructor(graph: HTMLElement) {
    this.#graph = graph;
  }

  /** Takes fonts and colours from the theme; all is painted anew. True where the fonts are others than before. */
  dress(): boolean {
    const { sans, mono } = this.family;
    const style = getComputedStyle(this.#graph);
    this.family = {
      sans: style.fontFamily || 'sans-serif',
      mono: style.getPropertyValue('--mono').trim() || 'monospace',
    };
    this.#ink = inkOfTheme();
    this.#backdrop.forget();
    return sans !== this.family.sans || mono !== this.family.mono;
  }

  /** Puts all of it where the camera is. */
  place(view: Viewport, { graph, placement, scale, selected, layouts, figures }: Shown): void {
    const element = this.#graph;
    if (graph && placement && scale) {
      this.#ink ??= inkOfTheme();
      const scene = { graph, placement, scale, ink: this.#ink, family: this.family, selected };
      this.#backdrop.paint(element, scene, view, `${layouts}/${scale.kind}/${selected}/${figures}`);
    }
    const { base, camera, shift } = view;
    const world = element.querySelector('.world');
    const place = `translate(${base.x} ${base.y}) scale(${base.k})`;
    // Writing the same again would draw it again.
    if (world && world.getAttribute('transform') !== place) world.setAttribute('transform', place);
    const { sans } = this.family;
    this.#names.show(element, {
      boxes: graph?.boxes ?? [],
      placement,
      base,
      sans,
      key: `${place}/${layouts}`,
    });
    const layers = element.querySelector<HTMLElement>('.layers');
    if (layers) layers.style.transform = shift;
    element.classList.toggle('far', base.k < far);
    element.classList.toggle('small', base.k < small);
    const label = element.querySelector('.zoom');
    const percent = `${Math.round(camera.k * 100)} %`;
    if (label && label.textContent !== percent) label.textContent = percent;
  }

  /** Where a pointer on the overview leads to. */
  cameraAt(canvas: Element, e: PointerEvent, view: Viewport): Camera | undefined {
    return this.#backdrop.cameraAt(canvas, e, view);
  }
}
