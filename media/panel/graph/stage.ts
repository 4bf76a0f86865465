/** The stage that a graph is drawn on: canvas, drawing and frame of the overview, with the gestures made on it. */
import { html, nothing, type TemplateResult } from 'lit';
import { t } from '../strings';
import type { Gestures } from './gestures';
import { drawWorld, type World } from './world';

export interface Stage {
  /** Of the model. */
  name: string;
  /** Something flows through it. */
  live: boolean;
  /** Undefined until it is placed. */
  world: World | undefined;
  gestures: Gestures;
  /** Of the graph in the window. */
  box(): DOMRect;
  key(e: KeyboardEvent): void;
}

export function stage({ name, live, world, gestures, box, key }: Stage): TemplateResult {
  return html`<div
      class="stage"
      @wheel=${{ handleEvent: (e: WheelEvent) => gestures.wheel(e, box), passive: false }}
      @pointerdown=${(e: PointerEvent) => gestures.down(e, box)}
      @pointermove=${(e: PointerEvent) => gestures.move(e)}
      @pointerup=${(e: PointerEvent) => gestures.up(e)}
      @pointercancel=${() => gestures.cancel()}
      @keydown=${key}
    ><div class="layers">
    <canvas class="behind" aria-hidden="true" hidden></canvas>
    <svg
      class=${live ? 'canvas live' : 'canvas'}
      role="group"
      aria-label=${`${t('graph.label', { name })}. ${t('graph.keys')}`}
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
          <path class="arrowhead" d="M1 1 7 4 1 7" />
        </marker>
      </defs>
      <g class="world">${world ? drawWorld(world) : nothing}</g>
      <g class="far-names" aria-hidden="true"></g>
    </svg>
    </div></div>`;
}
