/** Names of open groups where the drawing is so small that its own text cannot be read: as large as the view's text. */
import { render, svg } from 'lit';
import { cut, textWidth } from '../parts/measure';
import type { Camera } from './camera';
import type { Placement } from './layout';
import type { Box } from './visible';

/** Below this scale a group's own heading, drawn with its cards, is too small. */
export const small = 0.6;
/** In pixels of the view. */
const size = 11;
const least = { width: 30, height: 22 };
const indent = 4;

export interface GroupName {
  id: string;
  text: string;
  /** Of its first letter's base line, in the drawing. */
  x: number;
  y: number;
}

/**
 * Large groups first; where two names would lie over each other, the outer one is shown.
 *
 * @param widthOf of a text in pixels of the view.
 * @param cut a text to a width in pixels of the view.
 */
export function groupNames(
  boxes: readonly Box[],
  placement: Placement,
  k: number,
  widthOf: (text: string) => number,
  cut: (text: string, width: number) => string,
): GroupName[] {
  const taken: { left: number; top: number; right: number; bottom: number }[] = [];
  const names: GroupName[] = [];
  const large = boxes
    .flatMap(box => {
      const r = placement.boxes.get(box.id);
      return r && r.width * k >= least.width && r.height * k >= least.height ? [{ box, r }] : [];
    })
    .sort((a, b) => b.r.width * b.r.height - a.r.width * a.r.height);
  for (const { box, r } of large) {
    const text = cut(box.item.name, r.width * k - 2 * indent);
    // A letter and dots name nothing.
    if (text !== box.item.name && text.length < 4) continue;
    const left = (r.x - r.width / 2) * k + indent;
    const top = (r.y - r.height / 2) * k + 2;
    const place = { left, top, right: left + widthOf(text), bottom: top + size + 3 };
    if (
      taken.some(
        t => t.left < place.right && place.left < t.right && t.top < place.bottom && place.top < t.bottom,
      )
    )
      continue;
    taken.push(place);
    names.push({ id: box.id, text, x: left / k, y: (top + size) / k });
  }
  return names;
}

/** Draws them over the cards of a graph, anew only where the drawing is. */
export class GroupNames {
  #drawn?: string;

  /** @param key of what is drawn and where. */
  show(
    graph: HTMLElement,
    {
      boxes,
      placement,
      base,
      sans,
      key,
    }: {
      boxes: readonly Box[];
      placement: Placement | undefined;
      base: Camera;
      sans: string;
      key: string;
    },
  ): void {
    const target = graph.querySelector<SVGGElement>('.far-names');
    if (!target || this.#drawn === key) return;
    this.#drawn = key;
    const { x, y, k } = base;
    const font = `600 ${size}px ${sans}`;
    const names =
      placement && k < small
        ? groupNames(
            boxes,
            placement,
            k,
            text => textWidth(text, font),
            (text, width) => cut(text, font, width),
          )
        : [];
    target.setAttribute('transform', `translate(${x} ${y}) scale(${k})`);
    render(
      svg`${names.map(
        n =>
          svg`<text class="far-name" x=${n.x} y=${n.y} font-size=${size / k} stroke-width=${3 / k}>${n.text}</text>`,
      )}`,
      target,
    );
  }
}
