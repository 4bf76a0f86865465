/**
 * Colour scales that hold for colour-blind eyes. The sequential one follows cividis (Nuñez, Anderton & Renslow 2018,
 * "Optimizing colormaps with consideration for color vision deficiency"): dark blue over grey to yellow, even in
 * lightness. The diverging one runs from blue over nothing to orange, the pair that all common kinds of colour
 * blindness tell apart.
 */
export type Rgb = readonly [number, number, number];

/** Eleven stops of cividis, evenly spaced. */
const cividis: readonly Rgb[] = [
  [0, 34, 78],
  [17, 54, 108],
  [60, 77, 110],
  [87, 96, 111],
  [107, 114, 117],
  [128, 132, 121],
  [149, 151, 117],
  [175, 172, 106],
  [201, 195, 91],
  [229, 218, 70],
  [254, 232, 56],
];

/** Blue for "speaks against", orange for "speaks for". */
export const negative: Rgb = [38, 119, 214];
export const positive: Rgb = [235, 116, 12];

/** @param t 0 to 1; outside is clipped. */
export function sequential(t: number): Rgb {
  const x = clip(t, 0, 1) * (cividis.length - 1);
  const i = Math.min(Math.floor(x), cividis.length - 2);
  return mix(cividis[i]!, cividis[i + 1]!, x - i);
}

/** @param t −1 to 1; 0 is `middle`. */
export function diverging(t: number, middle: Rgb = [245, 245, 245]): Rgb {
  return mix(middle, t < 0 ? negative : positive, Math.abs(clip(t, -1, 1)));
}

export function css([r, g, b]: Rgb, alpha = 1): string {
  const body = `${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)}`;
  return alpha === 1 ? `rgb(${body})` : `rgba(${body}, ${alpha})`;
}

/** Where a count lies between 1 and the largest on a logarithmic scale: 0 … 1. Zero and less have no place. */
export function logPosition(value: number, max: number, min = 1): number | undefined {
  if (!(value > 0) || !(max > 0)) return undefined;
  if (max <= min) return 1;
  return clip(Math.log(value / min) / Math.log(max / min), 0, 1);
}

/** WCAG 2.2 contrast ratio of two opaque colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(c: Rgb): number {
  const [r, g, b] = c.map(v => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function clip(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
