/**
 * Long curves for a chart of some hundred pixels: all values where few are in sight, else the least and the largest of
 * each slice, so that no spike is lost; and many curves over one axis, as uPlot wants them.
 */

export interface Line {
  /** Ascending. */
  x: ArrayLike<number>;
  y: ArrayLike<number | null | undefined>;
}

export interface Aligned {
  x: number[];
  values: (number | null)[][];
}

/** First index whose x is not less than the value. */
export function lowerBound(x: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the value nearest to x that is there; undefined for a line without values. */
export function nearest({ x, y }: Line, at: number): number | undefined {
  if (x.length === 0) return undefined;
  const right = Math.min(lowerBound(x, at), x.length - 1);
  const start = right > 0 && at - x[right - 1]! < x[right]! - at ? right - 1 : right;
  for (let d = 0; d < x.length; d++) {
    if (y[start - d] != null) return start - d;
    if (y[start + d] != null) return start + d;
  }
  return undefined;
}

/** @param most distinct places on the axis; beyond it, curves are cut to half as many slices. */
export function resample(lines: readonly Line[], from: number, to: number, most = 1600): Aligned {
  const parts = lines.map(l => ({
    ...l,
    // One more on each side, so that lines run out of the picture.
    start: Math.max(0, lowerBound(l.x, from) - 1),
    end: Math.min(l.x.length, lowerBound(l.x, to) + 1),
  }));
  const all = new Set<number>();
  for (const p of parts) {
    for (let i = p.start; i < p.end && all.size <= most; i++) all.add(p.x[i]!);
    if (all.size > most) break;
  }
  if (all.size <= most) {
    const x = [...all].sort((a, b) => a - b);
    const place = new Map(x.map((v, i) => [v, i]));
    return {
      x,
      values: parts.map(p => {
        const out = new Array<number | null>(x.length).fill(null);
        for (let i = p.start; i < p.end; i++) out[place.get(p.x[i]!)!] = p.y[i] ?? null;
        return out;
      }),
    };
  }
  const low = Math.max(from, Math.min(...parts.map(p => p.x[p.start] ?? Number.POSITIVE_INFINITY)));
  const high = Math.min(to, Math.max(...parts.map(p => p.x[p.end - 1] ?? Number.NEGATIVE_INFINITY)));
  const slices = Math.max(1, most >> 1);
  const width = (high - low) / slices || 1;
  const x = Array.from({ length: 2 * slices }, (_, i) => low + (i * width) / 2 + width / 4);
  return { x, values: parts.map(p => slicesOf(p, low, width, slices)) };
}

function slicesOf(
  { x, y, start, end }: Line & { start: number; end: number },
  low: number,
  width: number,
  slices: number,
): (number | null)[] {
  const out = new Array<number | null>(2 * slices).fill(null);
  let slice = -1;
  let [least, most, leastAt, mostAt] = [Number.NaN, Number.NaN, 0, 0];
  const put = () => {
    if (slice < 0 || Number.isNaN(least)) return;
    const inOrder = leastAt <= mostAt;
    out[2 * slice] = inOrder ? least : most;
    out[2 * slice + 1] = inOrder ? most : least;
  };
  for (let i = start; i < end; i++) {
    const v = y[i];
    if (v == null) continue;
    const s = Math.min(slices - 1, Math.max(0, Math.floor((x[i]! - low) / width)));
    if (s !== slice) {
      put();
      slice = s;
      least = most = v;
      leastAt = mostAt = i;
    } else if (v < least) {
      least = v;
      leastAt = i;
    } else if (v > most) {
      most = v;
      mostAt = i;
    }
  }
  put();
  return out;
}
