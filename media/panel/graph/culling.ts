/** Which part of a large graph is drawn as elements, and whether there is so much in sight that it is painted instead. */
import type { Camera } from './camera';
import type { Placement, Rect } from './layout';
import type { Card } from './visible';

/** Up to here all cards are elements at all times. */
export const always = 150;
/** More cards than this in sight are painted; fewer than the second become elements again, so that a move does not flip. */
const readable = 160;
const again = 110;
/** At a smaller scale no text can be read: a large graph is painted there, however few cards are in sight. */
export const legible = 0.33;
/** What lies so far outside of the drawn part is cut off; no line of it is seen. */
const margin = 40;

export interface Drawn {
  left: number;
  top: number;
  right: number;
  bottom: number;
  painted: boolean;
}

/**
 * The part to draw; the same object as before where that still holds all that is in sight; undefined draws all.
 *
 * @param zooming Until the camera rests, no elements are made: they would be made again for each scale on the way. What
 *   is there is scaled, and painted where it no longer fills the view.
 */
export function drawnPart(
  cards: readonly Card[],
  placement: Placement | undefined,
  { x, y, k }: Camera,
  { width, height }: { width: number; height: number },
  before: Drawn | undefined,
  zooming = false,
): Drawn | undefined {
  if (cards.length <= always || !placement) return undefined;
  const seen = { left: -x / k, top: -y / k, right: (width - x) / k, bottom: (height - y) / k };
  const holds =
    before !== undefined &&
    before.left <= seen.left &&
    before.top <= seen.top &&
    before.right >= seen.right &&
    before.bottom >= seen.bottom;
  if (zooming && before) return before.painted || holds ? before : { ...seen, painted: true };
  const most = before?.painted ? again : readable;
  let count = 0;
  if (k >= legible)
    for (const c of cards) if (reaches(placement.cards.get(c.id), seen) && ++count > most) break;
  const painted = k < legible || count > most;
  // After zooming in, what was near is far.
  const near = before !== undefined && before.bottom - before.top < 6 * (seen.bottom - seen.top);
  if (before && before.painted === painted && (painted || (holds && near))) return before;
  // Some air, so that a small move needs no new elements.
  const [dx, dy] = [(seen.right - seen.left) * 0.4, (seen.bottom - seen.top) * 0.4];
  return {
    left: seen.left - dx,
    top: seen.top - dy,
    right: seen.right + dx,
    bottom: seen.bottom + dy,
    painted,
  };
}

/** The card at a place of the view. */
export function cardAt(
  cards: readonly Card[],
  placement: Placement,
  { x, y, k }: Camera,
  at: { x: number; y: number },
): Card | undefined {
  const [px, py] = [(at.x - x) / k, (at.y - y) / k];
  return cards.find(c => {
    const r = placement.cards.get(c.id);
    return r && Math.abs(px - r.x) <= r.width / 2 && Math.abs(py - r.y) <= r.height / 2;
  });
}

/** True where it reaches into the part that is drawn as elements. */
export function isNear(rect: Rect | undefined, drawn: Drawn | undefined): boolean {
  if (!drawn) return true;
  return !drawn.painted && reaches(rect, drawn);
}

/**
 * What of a large box lies in the drawn part. A box around hundreds of layers is a hundred thousand pixels high: its
 * dashes alone would hold up each frame.
 */
export function clipped(r: Rect | undefined, drawn: Drawn | undefined): Rect | undefined {
  if (!r || !drawn) return r;
  const left = Math.max(r.x - r.width / 2, drawn.left - margin);
  const right = Math.min(r.x + r.width / 2, drawn.right + margin);
  const top = Math.max(r.y - r.height / 2, drawn.top - margin);
  const bottom = Math.min(r.y + r.height / 2, drawn.bottom + margin);
  if (right <= left || bottom <= top) return undefined;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

function reaches(
  r: Rect | undefined,
  part: { left: number; top: number; right: number; bottom: number },
): boolean {
  return (
    r !== undefined &&
    r.x + r.width / 2 > part.left &&
    r.x - r.width / 2 < part.right &&
    r.y + r.height / 2 > part.top &&
    r.y - r.height / 2 < part.bottom
  );
}
