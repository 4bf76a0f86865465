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

/** All of the drawing, in the middle, never larger than life. */
export function fit(
  content: { width: number; height: number },
  view: { width: number; height: number },
  margin = 24,
): Camera {
  if (!(content.width > 0) || !(content.height > 0)) return { x: margin, y: margin, k: 1 };
  const k = Math.min(
    1,
    Math.max(
      Math.min((view.width - 2 * margin) / content.width, (view.height - 2 * margin) / content.height),
      zoomLimits.min,
    ),
  );
  return { k, x: (view.width - content.width * k) / 2, y: (view.height - content.height * k) / 2 };
}

/**
 * All of the drawing if that can be read; else its width, or as much as can be read, from its start on: a tall graph
 * is read from the top.
 */
export function fitReadable(
  content: { width: number; height: number },
  view: { width: number; height: number },
  readable = 0.62,
): Camera {
  const all = fit(content, view);
  if (all.k >= readable) return all;
  const margin = 24;
  const k = Math.min(1, Math.max((view.width - 2 * margin) / content.width, readable));
  const x = content.width * k <= view.width ? (view.width - content.width * k) / 2 : margin;
  const y = content.height * k <= view.height ? (view.height - content.height * k) / 2 : margin;
  return { k, x, y };
}

/** Moves as little as needed for the rectangle (centre and size, in the world) to be seen. */
export function bringIntoView(
  c: Camera,
  rect: { x: number; y: number; width: number; height: number },
  view: { width: number; height: number },
  margin = 16,
): Camera {
  const shift = (centre: number, size: number, offset: number, room: number) => {
    const low = (centre - size / 2) * c.k + offset;
    const high = (centre + size / 2) * c.k + offset;
    if (high - low > room - 2 * margin) return room / 2 - (low + high) / 2;
    if (low < margin) return margin - low;
    return high > room - margin ? room - margin - high : 0;
  };
  return {
    k: c.k,
    x: c.x + shift(rect.x, rect.width, c.x, view.width),
    y: c.y + shift(rect.y, rect.height, c.y, view.height),
  };
}
