/**
 * 2-D convolution of small images with many channels: one product over several samples at once, whose patches are
 * gathered while its panels are packed (an implicit im2col). Where an image has few pixels, the shifted runs of conv.ts
 * are too short to fill a tile.
 *
 * Images are spread first (images.ts), so that a patch is a place plus an offset and no bounds are looked at.
 * As many samples as make about `COLUMNS` columns are taken together. Each number of a result is summed in the same
 * order however the work is split.
 */
import { spread, spreadSize } from './images';
import { EDGE, LOW, NR, STEP, TALL, packA, tallRows, tiles, wholeTiles } from './panels';
import { ZEROS, at } from './simd';

/** Columns, (sample, pixel) pairs, that are computed together; at least one sample's. */
const COLUMNS: i32 = 256;
/** Rows of A that are packed at once; scratch in ../fastConvolutions.ts goes by it. */
const ROWS: i32 = 128;
/** Summed over at once. */
const DEPTH: i32 = 256;
/** Filters that are a unit of work, where they are split. */
const FILTERS: i32 = 4;

// @ts-expect-error: AssemblyScript's decorator
@inline
function samplesAtOnce(pixels: i32): i32 {
  return max(1, COLUMNS / pixels);
}

// @ts-expect-error: AssemblyScript's decorator
@inline
function roundUp(n: i32, to: i32): i32 {
  return ((n + to - 1) / to) * to;
}

/** Panels of NR columns: element (k, j) lies at `from + rows[k] + columns[j]`, all in bytes. */
function packGathered(from: usize, rows: usize, columns: usize, k: i32, n: i32, to: usize): void {
  for (let j: i32 = 0; j < n; j += NR, to += <usize>k * (NR * 4)) {
    packEight(from, rows, at(columns, j), k, min(8, n - j), to);
    if (WIDE) {
      const next = min(j + 8, n - 1);
      packEight(from, rows, at(columns, next), k, min(8, n - next), to + 32);
    }
  }
}

/** Eight columns of a panel, of which there are `count`. */
function packEight(from: usize, rows: usize, c: usize, k: i32, count: i32, to: usize): void {
  // Columns past the end repeat the last one; what they give is not read.
  const c0 = from + load<u32>(c);
  const c1 = from + load<u32>(at(c, min(1, count - 1)));
  const c2 = from + load<u32>(at(c, min(2, count - 1)));
  const c3 = from + load<u32>(at(c, min(3, count - 1)));
  const c4 = from + load<u32>(at(c, min(4, count - 1)));
  const c5 = from + load<u32>(at(c, min(5, count - 1)));
  const c6 = from + load<u32>(at(c, min(6, count - 1)));
  const c7 = from + load<u32>(at(c, min(7, count - 1)));
  const low = c1 == c0 + 4 && c2 == c0 + 8 && c3 == c0 + 12;
  const high = c5 == c4 + 4 && c6 == c4 + 8 && c7 == c4 + 12;
  const end = at(rows, k);
  if (low && high) {
    for (let r = rows; r < end; r += 4, to += NR * 4) {
      const o = <usize>load<u32>(r);
      v128.store(to, v128.load(c0 + o));
      v128.store(to, v128.load(c4 + o), 16);
    }
    return;
  }
  for (let r = rows; r < end; r += 4, to += NR * 4) {
    const o = <usize>load<u32>(r);
    store<f32>(to, load<f32>(c0 + o));
    store<f32>(to, load<f32>(c1 + o), 4);
    store<f32>(to, load<f32>(c2 + o), 8);
    store<f32>(to, load<f32>(c3 + o), 12);
    store<f32>(to, load<f32>(c4 + o), 16);
    store<f32>(to, load<f32>(c5 + o), 20);
    store<f32>(to, load<f32>(c6 + o), 24);
    store<f32>(to, load<f32>(c7 + o), 28);
  }
}

/** All tiles of packed panels: `rows` x `columns` of C, whose rows are `ldc` floats apart and padded to whole tiles. */
function product(rows: i32, columns: i32, k: i32, a: usize, b: usize, c: usize, ldc: i32, first: bool, edge: usize): void {
  for (let j: i32 = 0; j < columns; j += NR) wholeTiles(rows, k, a, at(b, j * k), at(c, j), ldc, first, edge);
}

/** Offsets in bytes of the weights of a filter, channel by channel, within spread images. */
export function offsetsOf(c0: i32, c1: i32, kh: i32, kw: i32, sh: i32, sw: i32, dh: i32, dw: i32, hq: i32, wq: i32, to: usize): void {
  for (let c = c0; c < c1; c++) {
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const plane = ((c - c0) * sh + (ky * dh) % sh) * sw + (kx * dw) % sw;
        store<i32>(to, (plane * hq * wq + ((ky * dh) / sh) * wq + (kx * dw) / sw) << 2);
        to += 4;
      }
    }
  }
}

/** Places in bytes of the pixels of `samples` images of `size` floats whose rows are `wq` apart. */
function placesOf(samples: i32, oh: i32, ow: i32, wq: i32, size: i32, to: usize): void {
  for (let n: i32 = 0; n < samples; n++) {
    for (let y: i32 = 0; y < oh; y++) {
      for (let x: i32 = 0; x < ow; x++, to += 4) store<i32>(to, (n * size + y * wq + x) << 2);
    }
  }
}

/**
 * y[n, co, oh, ow]; `bias` may be 0. Work is split by filters in steps of four if `byRows`, else by samples: [lo, hi) of
 * ceil(co / 4) or of batch.
 */
export function patchForward(
  x: usize, weight: usize, bias: usize, y: usize, batch: i32, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, byRows: i32, lo: i32, hi: i32, work: usize,
): void {
  const k = ci * kh * kw;
  const pixels = oh * ow;
  const hq = ((oh - 1) * sh + (kh - 1) * dh + sh) / sh;
  const wq = ((ow - 1) * sw + (kw - 1) * dw + sw) / sw;
  const r0 = byRows ? lo * FILTERS : 0;
  const r1 = byRows ? min(co, hi * FILTERS) : co;
  const n0 = byRows ? 0 : lo;
  const n1 = byRows ? batch : hi;
  const most = samplesAtOnce(pixels);
  const wide = roundUp(most * pixels, NR);
  const size = spreadSize(ci, sh, sw, hq, wq);
  const offsets = work;
  const places = at(offsets, roundUp(k, 4));
  const packedA = at(places, wide);
  const packedB = at(packedA, ROWS * DEPTH);
  const out = at(packedB, wide * DEPTH);
  const edge = at(out, roundUp(co, LOW) * wide);
  const images = at(edge, EDGE);
  offsetsOf(0, ci, kh, kw, sh, sw, dh, dw, hq, wq, offsets);
  placesOf(most, oh, ow, wq, size, places);
  for (let n = n0; n < n1; n += most) {
    const samples = min(most, n1 - n);
    const columns = samples * pixels;
    for (let s: i32 = 0; s < samples; s++)
      spread(at(x, (n + s) * ci * h * w), 0, ci, h, w, sh, sw, ph, pw, hq, wq, at(images, s * size));
    for (let p: i32 = 0; p < k; p += DEPTH) {
      const kc = min(DEPTH, k - p);
      packGathered(images, at(offsets, p), places, kc, columns, packedB);
      for (let r = r0; r < r1; r += ROWS) {
        const rows = min(ROWS, r1 - r);
        packA(at(weight, r * k + p), k, 1, rows, kc, packedA);
        product(rows, columns, kc, packedA, packedB, at(out, (r - r0) * wide), wide, p == 0, edge);
      }
    }
    for (let r = r0; r < r1; r++) {
      const plus = f32x4.splat(bias ? load<f32>(at(bias, r)) : 0);
      for (let s: i32 = 0; s < samples; s++) {
        const from = at(out, (r - r0) * wide + s * pixels);
        const to = at(y, ((n + s) * co + r) * pixels);
        let i: i32 = 0;
        for (; i + 4 <= pixels; i += 4) v128.store(at(to, i), f32x4.add(v128.load(at(from, i)), plus));
        for (; i < pixels; i++) store<f32>(at(to, i), load<f32>(at(from, i)) + f32x4.extract_lane(plus, 0));
      }
    }
  }
}

/**
 * dL/dx from dL/dy: the product of the transposed weight and dL/dy, whose rows are added to the pixels that they come
 * from. Split by input channels if `byRows`, else by samples: [lo, hi) of ci or of batch.
 */
export function patchGradInput(
  dy: usize, weight: usize, dx: usize, batch: i32, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, byRows: i32, lo: i32, hi: i32, work: usize,
): void {
  const window = kh * kw;
  const pixels = oh * ow;
  const from = byRows ? lo : 0;
  const until = byRows ? hi : ci;
  const n0 = byRows ? 0 : lo;
  const n1 = byRows ? batch : hi;
  const most = samplesAtOnce(pixels);
  const wide = roundUp(most * pixels, NR);
  // As many channels at once as give about ROWS rows.
  const group = max(1, ROWS / window);
  const places = work;
  const filters = at(places, wide);
  const packedA = at(filters, roundUp(co, 4));
  const packedB = at(packedA, roundUp(group * window, LOW) * DEPTH);
  const edge = at(packedB, wide * roundUp(co, DEPTH));
  const out = at(edge, EDGE);
  placesOf(most, 1, pixels, 0, co * pixels, places);
  for (let c: i32 = 0; c < co; c++) store<i32>(at(filters, c), (c * pixels) << 2);
  for (let n = n0; n < n1; n += most) {
    const samples = min(most, n1 - n);
    const columns = samples * pixels;
    for (let p: i32 = 0; p < co; p += DEPTH)
      packGathered(at(dy, n * co * pixels), at(filters, p), places, min(DEPTH, co - p), columns, at(packedB, p * wide));
    for (let c = from; c < until; c += group) {
      const channels = min(group, until - c);
      const rows = channels * window;
      for (let p: i32 = 0; p < co; p += DEPTH) {
        const kc = min(DEPTH, co - p);
        packA(at(weight, (p * ci + c) * window), 1, ci * window, rows, kc, packedA);
        product(rows, columns, kc, packedA, at(packedB, p * wide), out, wide, p == 0, edge);
      }
      for (let s: i32 = 0; s < samples; s++) {
        const planes = at(dx, ((n + s) * ci + c) * h * w);
        memory.fill(planes, 0, (<usize>(channels * h * w)) << 2);
        for (let r: i32 = 0; r < rows; r++) {
          const channel = r / window;
          const ky = (r - channel * window) / kw;
          const kx = r - channel * window - ky * kw;
          const plane = at(planes, channel * h * w);
          const row = at(out, r * wide + s * pixels);
          // Columns of dL/dy whose pixel lies inside.
          const before = pw - kx * dw;
          const x0 = before > 0 ? (before + sw - 1) / sw : 0;
          const x1 = w - 1 + before < 0 ? 0 : min(ow, (w - 1 + before) / sw + 1);
          for (let oy: i32 = 0; oy < oh; oy++) {
            const iy = oy * sh - ph + ky * dh;
            if (iy < 0 || iy >= h) continue;
            const q = at(row, oy * ow);
            const line = at(plane, iy * w - before);
            let ox = x0;
            if (sw == 1) {
              for (; ox + 4 <= x1; ox += 4) v128.store(at(line, ox), f32x4.add(v128.load(at(line, ox)), v128.load(at(q, ox))));
            }
            for (; ox < x1; ox++) {
              const cell = at(line, ox * sw);
              store<f32>(cell, load<f32>(cell) + load<f32>(at(q, ox)));
            }
          }
        }
      }
    }
  }
}

/** dL/dweight, summed over the batch; split by the weights of a filter in steps of 16: [lo, hi) of ceil(ci kh kw / 16). */
export function patchGradWeight(
  x: usize, dy: usize, dweight: usize, batch: i32, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32, work: usize,
): void {
  const window = kh * kw;
  const k = ci * window;
  const pixels = oh * ow;
  const hq = ((oh - 1) * sh + (kh - 1) * dh + sh) / sh;
  const wq = ((ow - 1) * sw + (kw - 1) * dw + sw) / sw;
  const k0 = lo * STEP;
  const k1 = min(k, hi * STEP);
  if (k0 >= k1) return;
  const c0 = k0 / window;
  const c1 = (k1 - 1) / window + 1;
  const most = samplesAtOnce(pixels);
  const deep = most * pixels;
  const size = spreadSize(ci, sh, sw, hq, wq);
  const offsets = work;
  const places = at(offsets, roundUp(k, 4));
  const packedA = at(places, roundUp(deep, 4));
  const packedB = at(packedA, ROWS * deep);
  const edge = at(packedB, roundUp(min(k, COLUMNS), NR) * deep);
  const images = at(edge, EDGE);
  offsetsOf(c0, c1, kh, kw, sh, sw, dh, dw, hq, wq, offsets);
  placesOf(most, oh, ow, wq, size, places);
  const first = at(offsets, k0 - c0 * window);
  for (let n: i32 = 0; n < batch; n += most) {
    const samples = min(most, batch - n);
    const depth = samples * pixels;
    for (let s: i32 = 0; s < samples; s++)
      spread(at(x, (n + s) * ci * h * w), c0, c1, h, w, sh, sw, ph, pw, hq, wq, at(images, s * size));
    for (let j: i32 = 0; j < k1 - k0; j += COLUMNS) {
      const columns = min(COLUMNS, k1 - k0 - j);
      packGathered(images, places, at(first, j), depth, columns, packedB);
      for (let r: i32 = 0; r < co; r += ROWS) {
        const rows = min(ROWS, co - r);
        // Rows of dL/dy lie sample by sample.
        const tall = tallRows(rows);
        for (let i: i32 = 0; i < rows; ) {
          const height = i < tall ? TALL : LOW;
          for (let s: i32 = 0; s < samples; s++)
            packA(
              at(dy, ((n + s) * co + r + i) * pixels), pixels, 1, min(height, rows - i), pixels,
              at(packedA, i * depth + s * pixels * height),
            );
          i += height;
        }
        for (let q: i32 = 0; q < columns; q += NR)
          tiles(
            rows, min(NR, columns - q), depth, packedA, at(packedB, q * depth), at(dweight, r * k + k0 + j + q), k,
            n == 0, ZEROS, edge,
          );
      }
    }
  }
}
