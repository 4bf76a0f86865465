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
  // Runs of one length share their axis.
  const known = new Map<ArrayLike<number>, Int32Array>();
  const values = parts.map(p => {
    const edges = known.get(p.x) ?? edgesOf(p.x, p.start, p.end, low, width, slices);
    known.set(p.x, edges);
    return slicesOf(p.y, edges);
  });
  return { x, values };
}

/** First index of each slice of an axis, and its end; slices before `start` and after `end` are empty. */
function edgesOf(
  x: ArrayLike<number>,
  start: number,
  end: number,
  low: number,
  width: number,
  slices: number,
): Int32Array {
  const edges = new Int32Array(slices + 1).fill(end);
  let slice = -1;
  for (let i = start; i < end; i++) {
    const s = Math.min(slices - 1, Math.max(0, Math.floor((x[i]! - low) / width)));
    while (slice < s) edges[++slice] = i;
  }
  return edges;
}

/** The least and the largest value of each slice, in the order in which they come. */
function slicesOf(y: Line['y'], edges: Int32Array): (number | null)[] {
  const slices = edges.length - 1;
  const out = new Array<number | null>(2 * slices).fill(null);
  for (let s = 0; s < slices; s++) {
    let [least, most, leastAt, mostAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1];
    const end = edges[s + 1]!;
    for (let i = edges[s]!; i < end; i++) {
      const v = y[i];
      if (v == null) continue;
      if (v < least) {
        least = v;
        leastAt = i;
      }
      if (v > most) {
        most = v;
        mostAt = i;
      }
    }
    if (leastAt < 0) continue;
    out[2 * s] = leastAt <= mostAt ? least : most;
    out[2 * s + 1] = leastAt <= mostAt ? most : least;
  }
  return out;
}
