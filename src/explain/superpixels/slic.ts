/**
 * SLIC (Achanta, Shaji, Smith, Lucchi, Fua and Süsstrunk 2012, "SLIC Superpixels Compared to State-of-the-Art Superpixel
 * Methods"): k-means over colour and place, in which each centre looks at its surroundings only. Starting grid, order
 * and joining of small parts are those of scikit-image, so that the same picture gets the same parts.
 */
import type { Picture } from './colour';

/**
 * @param count about how many parts.
 * @param compactness how much the place counts against the colour.
 * @returns the part of each pixel, from 0.
 */
export function slic(picture: Picture, count: number, compactness = 10, rounds = 10): Int32Array {
  const { height, width, channels } = picture;
  const [gapY, gapX] = steps(height, width, count);
  const scaled = picture.data.map(v => v / compactness);
  const features = 2 + channels;
  const centres: Float64Array[] = [];
  for (let y = Math.floor(gapY / 2); y < height; y += Math.round(gapY))
    for (let x = Math.floor(gapX / 2); x < width; x += Math.round(gapX))
      centres.push(Float64Array.from({ length: features }, (_, i) => (i === 0 ? y : i === 1 ? x : 0)));
  const placeWeight = 1 / Math.max(1, Math.round(gapY), Math.round(gapX)) ** 2;
  // How far a centre looks depends on how many there have become.
  const [stepY, stepX] = steps(height, width, centres.length).map(Math.round) as [number, number];
  const nearest = new Int32Array(height * width);
  const distance = new Float64Array(height * width);
  for (let round = 0; round < rounds; round++) {
    distance.fill(Number.POSITIVE_INFINITY);
    centres.forEach((centre, k) => {
      const [cy, cx] = centre as unknown as [number, number];
      const bottom = Math.trunc(Math.min(cy + 2 * stepY + 1, height));
      const right = Math.trunc(Math.min(cx + 2 * stepX + 1, width));
      const left = Math.trunc(Math.max(cx - 2 * stepX, 0));
      for (let y = Math.trunc(Math.max(cy - 2 * stepY, 0)); y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const i = y * width + x;
          let d = ((cy - y) ** 2 + (cx - x) ** 2) * placeWeight;
          for (let c = 0; c < channels; c++) d += (scaled[i * channels + c]! - centre[2 + c]!) ** 2;
          if (d >= distance[i]!) continue;
          distance[i] = d;
          nearest[i] = k;
        }
      }
    });
    const members = new Int32Array(centres.length);
    for (const centre of centres) centre.fill(0);
    for (let i = 0; i < nearest.length; i++) {
      const k = nearest[i]!;
      const centre = centres[k]!;
      members[k]!++;
      centre[0]! += Math.floor(i / width);
      centre[1]! += i % width;
      for (let c = 0; c < channels; c++) centre[2 + c]! += scaled[i * channels + c]!;
    }
    // A centre without pixels is nowhere (NaN) from here on, and gets none again.
    centres.forEach((centre, k) => {
      for (let f = 0; f < features; f++) centre[f]! /= members[k]!;
    });
  }
  const size = (height * width) / centres.length;
  return connected(nearest, height, width, Math.floor(size / 2), Math.floor(3 * size));
}

/** How far centres are apart, down and across, so that about `count` of them cover the picture evenly. */
function steps(height: number, width: number, count: number): [number, number] {
  if (height * width <= count) return [1, 1];
  const side = Math.sqrt((height * width) / count);
  const short = Math.min(height, width);
  if (short >= side) return [side, side];
  // Too narrow for a square: one row of centres.
  const long = Math.max(height, width) / count;
  return height <= width ? [short, long] : [long, short];
}

/** Parts in one piece each: what is torn off and small joins a neighbour, what is large is cut. */
function connected(
  labels: Int32Array,
  height: number,
  width: number,
  least: number,
  most: number,
): Int32Array {
  const out = new Int32Array(labels.length).fill(-1);
  const queue = new Int32Array(Math.max(1, most));
  let next = 0;
  for (let start = 0; start < labels.length; start++) {
    if (out[start]! >= 0) continue;
    const label = labels[start]!;
    let adjacent = next;
    let found = 1;
    queue[0] = start;
    out[start] = next;
    for (let seen = 0; seen < found && found < most; seen++) {
      const at = queue[seen]!;
      const [y, x] = [Math.floor(at / width), at % width];
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const to = at + dx + dy * width;
        if (labels[to] === label && out[to] === -1) {
          out[to] = next;
          queue[found++] = to;
          if (found >= most) break;
        } else if (out[to]! >= 0 && out[to] !== next) adjacent = out[to]!;
      }
    }
    if (found < least) for (let i = 0; i < found; i++) out[queue[i]!] = adjacent;
    else next++;
  }
  return out;
}
