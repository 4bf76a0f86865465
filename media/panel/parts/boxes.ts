/** Boxes drawn over a picture: those that are there dashed, those that the model finds in full lines. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Box } from '../../../src/data/boxes/grid';
import { formatPercent } from '../logic/numbers';
import { t } from '../strings';

export interface BoxesOver {
  truth: readonly Box[];
  found: readonly Box[];
  classes: readonly string[];
  /** Of those found: the one that is explained. */
  chosen?: number;
  /** With names, where there is room for them. */
  named?: boolean;
}

/** A box that begins higher, as a share of the picture, has no room above it for its name. */
const roomAbove = 0.07;

export function boxesOver(picture: TemplateResult, b: BoxesOver): TemplateResult {
  return html`<div class="boxed">
    ${picture}
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      ${b.truth.map(box => frame(box, 'box-true'))}
      ${b.found.map((box, i) => frame(box, i === b.chosen ? 'box-found chosen' : 'box-found'))}
    </svg>
    ${
      b.named
        ? b.found.map(
            (box, i) => html`<span
              class=${`box-name${i === b.chosen ? ' chosen' : ''}${box.box[1] < roomAbove ? ' within' : ''}`}
              aria-hidden="true"
              .style=${`left: ${percent(box.box[0])}; top: ${percent(box.box[1])}`}
              >${nameOf(box, b.classes)}</span
            >`,
          )
        : nothing
    }
  </div>`;
}

/** "circle 98 %" */
export function nameOf(box: Box, classes: readonly string[]): string {
  const name = classes[box.class] ?? `${box.class}`;
  return box.score === undefined ? name : `${name} ${formatPercent(box.score, 0)}`;
}

export function boxLegend(): TemplateResult {
  return html`<p class="box-legend quiet">
    <span class="key true" aria-hidden="true"></span>${t('boxes.true')}
    <span class="key found" aria-hidden="true"></span>${t('boxes.found')}
  </p>`;
}

function frame({ box: [left, top, right, bottom] }: Box, name: string) {
  const at = (v: number) => (100 * Math.min(1, Math.max(0, v))).toFixed(2);
  const [x, y] = [at(left), at(top)];
  const [w, h] = [Number(at(right)) - Number(x), Number(at(bottom)) - Number(y)];
  // Twice: dark beneath, so that it is seen on pictures of any brightness.
  return svg`<rect class=${`${name} under`} x=${x} y=${y} width=${w} height=${h} /><rect class=${name} x=${x} y=${y} width=${w} height=${h} />`;
}

function percent(v: number): string {
  return `${(100 * Math.min(1, Math.max(0, v))).toFixed(2)}%`;
}
