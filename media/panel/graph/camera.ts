/** What part of the drawing is seen: screen = world · k + (x, y). */
export interface Camera {
  x: number;
  y: number;
  k: number;
}

export const zoomLimits = { min: 0.05, max: 4 };

/** Zooms by a factor and keeps the world's point under (px, py) where it is. */
export function zoomAt(c: Camera, factor: number, px: number, py: number): Camera {
  const k = Math.min(Math.max(c.k * factor, zoomLimits.min), zoomLimits.max);
  return { k, x: px - ((px - c.x) / c.k) * k, y: py - ((py - c.y) / c.k) * k };
}

interface Size {
  width: number;
  height: number;
}

/** Room at the edges of the view that the drawing should leave free. */
export interface Insets {
  top: number;
  bottom: number;
}

const margin = 24;

/** All of the drawing, in the middle, never larger than life. */
export function fitWhole(content: Size, view: Size, { top, bottom }: Insets = { top: 0, bottom: 0 }): Camera {
  if (!(content.width > 0) || !(content.height > 0)) return { x: margin, y: margin + top, k: 1 };
  const height = view.height - top - bottom;
  const k = Math.min(
    1,
    Math.max(
      Math.min((view.width - 2 * margin) / content.width, (height - 2 * margin) / content.height),
      zoomLimits.min,
    ),
  );
  return { k, x: (view.width - content.width * k) / 2, y: top + (height - content.height * k) / 2 };
}

/**
 * All of the drawing if that can be read; else its width, or as much as can be read, from its start on: a tall graph
 * is read from the top.
 */
export function fitReadable(
  content: Size,
  view: Size,
  insets: Insets = { top: 0, bottom: 0 },
  readable = 0.55,
): Camera {
  const all = fitWhole(content, view, insets);
  if (all.k >= readable) return all;
  const height = view.height - insets.top - insets.bottom;
  const k = Math.min(0.9, Math.max((view.width - 2 * margin) / content.width, readable));
  const x = content.width * k <= view.width ? (view.width - content.width * k) / 2 : margin;
  const y =
    content.height * k <= height ? insets.top + (height - content.height * k) / 2 : insets.top + margin;
  return { k, x, y };
}

/** Moves as little as needed for the rectangle (centre and size, in the world) to be seen with some air around it. */
export function bringIntoView(
  c: Camera,
  rect: Size & { x: number; y: number },
  view: Size,
  air = 16,
): Camera {
  const shift = (centre: number, size: number, offset: number, room: number) => {
    const low = (centre - size / 2) * c.k + offset;
    const high = (centre + size / 2) * c.k + offset;
    if (high - low > room - 2 * air) return room / 2 - (low + high) / 2;
    if (low < air) return air - low;
    return high > room - air ? room - air - high : 0;
  };
  return {
    k: c.k,
    x: c.x + shift(rect.x, rect.width, c.x, view.width),
    y: c.y + shift(rect.y, rect.height, c.y, view.height),
  };
}
