/**
 * 2-D convolution, NCHW, with stride, padding, dilation and groups: forward, gradient of the input, gradient of the
 * weight. One-dimensional convolutions come as height 1.
 *
 * No patches are unfolded. An image is padded once, and with a stride s taken apart into s x s images of every s-th row
 * and column; then each weight multiplies one contiguous run of pixels, shifted by a distance that `offsets` holds:
 *
 *     y[co, p] = Σₖ w[co, k] image[offsets[k] + p],   p = oy * width + ox
 *
 * A product of matrices whose second one is read through offsets. Cells of p between two rows of the output are computed
 * and left out when rows are copied.
 */
import { at, madd, sumLanes } from './simd';
import { shifted4x8, shifted6x8 } from './shifted';

/** See tiles.ts. */
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'shifted6x16')
declare function shifted6x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void;
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'shifted4x16')
declare function shifted4x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void;

/** Positions of a tile of six rows or of four. */
const WIDTH: i32 = WIDE ? 16 : 8;

/** Positions that are computed before rows are copied out: what stays in the first-level cache. */
const STRIP: i32 = 512;
/** What tiles may read past the end of an image, in floats. */
const SLACK: i32 = 64;

// Rows of images are short: a loop beats the call that memory.copy and memory.fill are.

export function zero(to: usize, n: i32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  for (; to < end; to += 16) v128.store(to, f32x4.splat(0));
  for (let i = n & 3; i > 0; i--, to += 4) store<f32>(to, 0);
}

function copy(to: usize, from: usize, n: i32, plus: f32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  const v = f32x4.splat(plus);
  for (; to < end; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(from), v));
  for (let i = n & 3; i > 0; i--, to += 4, from += 4) store<f32>(to, load<f32>(from) + plus);
}

/** 2 rows x 16 positions. */
function tile2(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4) {
    const b = image + load<u32>(offsets);
    const s0 = v128.load32_splat(w);
    const s1 = v128.load32_splat(w, 4);
    const b0 = v128.load(b);
    c00 = madd(s0, b0, c00);
    c10 = madd(s1, b0, c10);
    const b1 = v128.load(b, 16);
    c01 = madd(s0, b1, c01);
    c11 = madd(s1, b1, c11);
    const b2 = v128.load(b, 32);
    c02 = madd(s0, b2, c02);
    c12 = madd(s1, b2, c12);
    const b3 = v128.load(b, 48);
    c03 = madd(s0, b3, c03);
    c13 = madd(s1, b3, c13);
    w += 8;
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to, c02, 32);
  v128.store(to, c03, 48);
  to += step;
  v128.store(to, c10);
  v128.store(to, c11, 16);
  v128.store(to, c12, 32);
  v128.store(to, c13, 48);
}

/** 1 row x 32 positions. */
function tile1(k: i32, w: usize, offsets: usize, image: usize, to: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4) {
    const b = image + load<u32>(offsets);
    const s = v128.load32_splat(w);
    c0 = madd(s, v128.load(b), c0);
    c1 = madd(s, v128.load(b, 16), c1);
    c2 = madd(s, v128.load(b, 32), c2);
    c3 = madd(s, v128.load(b, 48), c3);
    c4 = madd(s, v128.load(b, 64), c4);
    c5 = madd(s, v128.load(b, 80), c5);
    c6 = madd(s, v128.load(b, 96), c6);
    c7 = madd(s, v128.load(b, 112), c7);
    w += 4;
  }
  v128.store(to, c0);
  v128.store(to, c1, 16);
  v128.store(to, c2, 32);
  v128.store(to, c3, 48);
  v128.store(to, c4, 64);
  v128.store(to, c5, 80);
  v128.store(to, c6, 96);
  v128.store(to, c7, 112);
}

/** All rows of `count` positions; the rows of `out` are STRIP + 32 floats apart. */
function strip(rows: i32, k: i32, w: usize, offsets: usize, image: usize, count: i32, out: usize): void {
  const step: usize = (STRIP + 32) << 2;
  for (let p0: i32 = 0; p0 < count; p0 += 32) {
    const end = min(count, p0 + 32);
    let panel = w;
    let to = out;
    let r: i32 = 0;
    for (; RELAXED_SIMD && r + 6 <= rows; r += 6) {
      for (let p = p0; p < end; p += WIDTH) {
        if (WIDE) shifted6x16(k, panel, offsets, at(image, p), at(to, p), step);
        else shifted6x8(k, panel, offsets, at(image, p), at(to, p), step);
      }
      panel = at(panel, 6 * k);
      to += 6 * step;
    }
    for (; r + 4 <= rows; r += 4) {
      for (let p = p0; p < end; p += WIDTH) {
        if (WIDE) shifted4x16(k, panel, offsets, at(image, p), at(to, p), step);
        else shifted4x8(k, panel, offsets, at(image, p), at(to, p), step);
      }
      panel = at(panel, 4 * k);
      to += 4 * step;
    }
    if (r + 2 <= rows) {
      for (let p = p0; p < end; p += 16) tile2(k, panel, offsets, at(image, p), at(to, p), step);
      panel = at(panel, 2 * k);
      to += 2 * step;
      r += 2;
    }
    if (r < rows) tile1(k, panel, offsets, at(image, p0), at(to, p0));
  }
}

/** How many rows stand side by side in the panel of weights that begins at row r: six, and of the rest four, two and one. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function panelHeight(rows: i32, r: i32): i32 {
  const rest = rows - r;
  return RELAXED_SIMD && rest >= 6 ? 6 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}

/** Copies channels [c0, c1) of an image into padded images, `sh` x `sw` of them for each channel. */
export function spread(
  x: usize, c0: i32, c1: i32, h: i32, w: i32, sh: i32, sw: i32, ph: i32, pw: i32, hq: i32, wq: i32, to: usize,
): void {
  for (let c = c0; c < c1; c++) {
    const plane = at(x, c * h * w);
    for (let a: i32 = 0; a < sh; a++) {
      for (let b: i32 = 0; b < sw; b++) {
        for (let r: i32 = 0; r < hq; r++) {
          const iy = r * sh + a - ph;
          if (iy < 0 || iy >= h) {
            zero(to, wq);
            to = at(to, wq);
            continue;
          }
          const row = at(plane, iy * w);
          if (sw == 1) {
            const left = min(wq, pw);
            const right = max(left, min(wq, w + pw));
            zero(to, left);
            copy(at(to, left), at(row, left - pw), right - left, 0);
            zero(at(to, right), wq - right);
          } else {
            // Columns [left, right) lie inside.
            const before = pw - b;
            const left = min(wq, before > 0 ? (before + sw - 1) / sw : 0);
            const right = max(left, w - 1 + before < 0 ? 0 : min(wq, (w - 1 + before) / sw + 1));
            zero(to, left);
            let s = left;
            let p = at(row, left * sw - before);
            if (sw == 2) {
              for (; s + 4 <= right; s += 4, p += 32)
                v128.store(at(to, s), v128.shuffle<f32>(v128.load(p), v128.load(p, 16), 0, 2, 4, 6));
            }
            for (; s < right; s++, p = at(p, sw)) store<f32>(at(to, s), load<f32>(p));
            zero(at(to, right), wq - right);
          }
          to = at(to, wq);
        }
      }
    }
  }
  zero(to, SLACK);
}

/** Floats of `spread`'s images for so many channels. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function spreadSize(channels: i32, sh: i32, sw: i32, hq: i32, wq: i32): i32 {
  return (channels * sh * sw * hq * wq + SLACK + 3) & ~3;
}

/**
 * y[n, co, oh, ow]. `bias` may be 0. Work is split by samples and, of each, by `parts` of the output channels of a group:
 * [lo, hi) of batch * parts.
 */
export function convForward(
  x: usize, weight: usize, bias: usize, y: usize, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, parts: i32, lo: i32, hi: i32, work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  // The padded image as far as windows reach.
  const hp = (oh - 1) * sh + (kh - 1) * dh + 1;
  const wp = (ow - 1) * sw + (kw - 1) * dw + 1;
  const direct = sh == 1 && sw == 1 && ph == 0 && pw == 0 && hp <= h && wp <= w;
  const hq = direct ? h : (hp + sh - 1) / sh;
  const wq = direct ? w : (wp + sw - 1) / sw;
  const offsets = work;
  const packed = at(offsets, (k + 3) & ~3);
  const out = at(packed, (co * k + 3) & ~3);
  const images = at(out, cog * (STRIP + 32));
  let o = offsets;
  for (let c: i32 = 0; c < cig; c++) {
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const plane = (c * sh + (ky * dh) % sh) * sw + (kx * dw) % sw;
        store<i32>(o, (plane * hq * wq + ((ky * dh) / sh) * wq + (kx * dw) / sw) << 2);
        o += 4;
      }
    }
  }
  // Each part of each group has panels of its own.
  const size = (cog + parts - 1) / parts;
  for (let g: i32 = 0; g < groups; g++) {
    for (let c0: i32 = 0; c0 < cog; c0 += size) {
      const rows = min(size, cog - c0);
      const to = at(packed, (g * cog + c0) * k);
      const from = at(weight, (g * cog + c0) * k);
      for (let r: i32 = 0; r < rows; ) {
        const height = panelHeight(rows, r);
        for (let q: i32 = 0; q < height; q++) {
          let cell = at(to, r * k + q);
          for (let i: i32 = 0; i < k; i++, cell = at(cell, height)) store<f32>(cell, load<f32>(at(from, (r + q) * k + i)));
        }
        r += height;
      }
    }
  }
  const positions = (oh - 1) * wq + ow;
  for (let unit = lo; unit < hi; unit++) {
    const n = unit / parts;
    const c0 = (unit - n * parts) * size;
    const rows = min(size, cog - c0);
    if (rows <= 0) continue;
    const sample = at(x, n * ci * h * w);
    for (let g: i32 = 0; g < groups; g++) {
      let image = at(sample, g * cig * h * w);
      if (!direct) {
        spread(image, 0, cig, h, w, sh, sw, ph, pw, hq, wq, images);
        image = images;
      }
      const first = g * cog + c0;
      for (let p: i32 = 0; p < positions; p += STRIP) {
        const count = min(STRIP, positions - p);
        strip(rows, k, at(packed, first * k), offsets, at(image, p), count, out);
        for (let r: i32 = 0; r < rows; r++) {
          const plus: f32 = bias ? load<f32>(at(bias, first + r)) : 0;
          const from = at(out, r * (STRIP + 32));
          const to = at(y, (n * co + first + r) * oh * ow);
          let oy = p / wq;
          let ox = p - oy * wq;
          let i: i32 = 0;
          while (i < count) {
            const length = min(ow - ox, count - i);
            if (length > 0) copy(at(to, oy * ow + ox), at(from, i), length, plus);
            i += wq - ox;
            ox = 0;
            oy++;
          }
        }
      }
    }
  }
}

/** dL/dx from dL/dy: for each of the sh x sw images a product with the weights whose steps lead there. Split as above. */
export function convGradInput(
  dy: usize, weight: usize, dx: usize, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, parts: i32, lo: i32, hi: i32, work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const taps = cog * kh * kw;
  const hq = ((oh - 1) * sh + (kh - 1) * dh + sh) / sh;
  const wq = ((ow - 1) * sw + (kw - 1) * dw + sw) / sw;
  // dy is padded by as many rows and columns as a window reaches back.
  const top = ((kh - 1) * dh) / sh;
  const left = ((kw - 1) * dw) / sw;
  const hd = hq + top;
  const wd = wq + left;
  const size = (cig + parts - 1) / parts;
  const offsets = work;
  const packed = at(offsets, (taps + 3) & ~3);
  const out = at(packed, (size * taps + 3) & ~3);
  const images = at(out, size * (STRIP + 32));
  const positions = (hq - 1) * wd + wq;
  for (let g: i32 = 0; g < groups; g++) {
    for (let a: i32 = 0; a < sh; a++) {
      for (let b: i32 = 0; b < sw; b++) {
        let k: i32 = 0;
        for (let c: i32 = 0; c < cog; c++) {
          for (let ky: i32 = 0; ky < kh; ky++) {
            if ((ky * dh) % sh != a) continue;
            for (let kx: i32 = 0; kx < kw; kx++) {
              if ((kx * dw) % sw != b) continue;
              store<i32>(at(offsets, k), (c * hd * wd + (top - (ky * dh) / sh) * wd + left - (kx * dw) / sw) << 2);
              k++;
            }
          }
        }
        let packedPart: i32 = -1;
        for (let unit = lo; unit < hi; unit++) {
          const n = unit / parts;
          const part = unit - n * parts;
          const c0 = part * size;
          const rows = min(size, cig - c0);
          if (rows <= 0) continue;
          const planes = at(dx, (n * ci + g * cig + c0) * h * w);
          // What no window reaches has no gradient.
          if (a == 0 && b == 0) memory.fill(planes, 0, (<usize>(rows * h * w)) << 2);
          if (k == 0) continue;
          if (part != packedPart) {
            packedPart = part;
            let i: i32 = 0;
            for (let c: i32 = 0; c < cog; c++) {
              for (let ky: i32 = 0; ky < kh; ky++) {
                if ((ky * dh) % sh != a) continue;
                for (let kx: i32 = 0; kx < kw; kx++) {
                  if ((kx * dw) % sw != b) continue;
                  const from = at(weight, (((g * cog + c) * cig + c0) * kh + ky) * kw + kx);
                  for (let r: i32 = 0; r < rows; ) {
                    const height = panelHeight(rows, r);
                    const panel = at(packed, r * k + i * height);
                    for (let q: i32 = 0; q < height; q++) store<f32>(at(panel, q), load<f32>(at(from, (r + q) * kh * kw)));
                    r += height;
                  }
                  i++;
                }
              }
            }
          }
          let image = at(dy, (n * co + g * cog) * oh * ow);
          if (top != 0 || left != 0 || hd != oh || wd != ow) {
            spread(image, 0, cog, oh, ow, 1, 1, top, left, hd, wd, images);
            image = images;
          }
          for (let p: i32 = 0; p < positions; p += STRIP) {
            const count = min(STRIP, positions - p);
            strip(rows, k, packed, offsets, at(image, p), count, out);
            for (let r: i32 = 0; r < rows; r++) {
              const from = at(out, r * (STRIP + 32));
              const plane = at(planes, r * h * w);
              let q = p / wd;
              let s = p - q * wd;
              let i: i32 = 0;
              while (i < count) {
                const iy = q * sh + a - ph;
                const length = min(wq - s, count - i);
                if (iy >= 0 && iy < h && length > 0) {
                  if (sw == 1) {
                    const x0 = max(s, pw);
                    const x1 = min(s + length, w + pw);
                    if (x1 > x0) copy(at(plane, iy * w + x0 - pw), at(from, i + x0 - s), x1 - x0, 0);
                  } else {
                    for (let j: i32 = 0; j < length; j++) {
                      const ix = (s + j) * sw + b - pw;
                      if (ix >= 0 && ix < w) store<f32>(at(plane, iy * w + ix), load<f32>(at(from, i + j)));
                    }
                  }
                }
                i += wd - s;
                s = 0;
                q++;
              }
            }
          }
        }
      }
    }
  }
}

// Dot products of rows of dy with shifted images, four floats at a time; what they give is added to sums in memory.

// @ts-expect-error: AssemblyScript's decorator
@inline
function addTo(sum: usize, v: v128): void {
  v128.store(sum, f32x4.add(v128.load(sum), v));
}

/** 4 rows x 2 weights over `n` floats; rows of dy are `row` bytes apart, of the sums `step`. */
function dots4(n: i32, dy: usize, row: usize, image0: usize, image1: usize, sums: usize, step: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = at(dy, n);
  const dy1 = row;
  const dy2 = 2 * row;
  const dy3 = 3 * row;
  for (; dy < end; dy += 16, image0 += 16, image1 += 16) {
    const b0 = v128.load(image0);
    const b1 = v128.load(image1);
    const a0 = v128.load(dy);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load(dy + dy1);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load(dy + dy2);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load(dy + dy3);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
  }
  addTo(sums, c00);
  addTo(sums + 16, c01);
  sums += step;
  addTo(sums, c10);
  addTo(sums + 16, c11);
  sums += step;
  addTo(sums, c20);
  addTo(sums + 16, c21);
  sums += step;
  addTo(sums, c30);
  addTo(sums + 16, c31);
}

/** 1 row x 4 weights, whose images lie at `image` plus the four offsets. */
function dots1(n: i32, dy: usize, image: usize, offsets: usize, sums: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  const end = at(dy, n);
  const i0 = image + load<u32>(offsets) - dy;
  const i1 = image + load<u32>(offsets, 4) - dy;
  const i2 = image + load<u32>(offsets, 8) - dy;
  const i3 = image + load<u32>(offsets, 12) - dy;
  for (; dy < end; dy += 16) {
    const a = v128.load(dy);
    c0 = madd(a, v128.load(dy + i0), c0);
    c1 = madd(a, v128.load(dy + i1), c1);
    c2 = madd(a, v128.load(dy + i2), c2);
    c3 = madd(a, v128.load(dy + i3), c3);
  }
  addTo(sums, c0);
  addTo(sums + 16, c1);
  addTo(sums + 32, c2);
  addTo(sums + 48, c3);
}

/**
 * dL/dweight from dL/dy, summed over the batch. Work is split by the weights of a filter in steps of four, [lo, hi) of
 * ceil(ci / groups * kh * kw / 4): each thread spreads just the channels that it needs.
 */
export function convGradWeight(
  x: usize, dy: usize, dweight: usize, batch: i32, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, lo: i32, hi: i32, work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  const window = kh * kw;
  const hq = ((oh - 1) * sh + (kh - 1) * dh + sh) / sh;
  const wq = ((ow - 1) * sw + (kw - 1) * dw + sw) / sw;
  const k0 = lo * 4;
  const k1 = min(k, hi * 4);
  if (k0 >= k1) return;
  const c0 = k0 / window;
  const c1 = (k1 - 1) / window + 1;
  // Rows of dy as far apart as the image's, with zeros between them.
  const positions = (oh - 1) * wq + ow;
  const length = (positions + 3) & ~3;
  const columns = (k1 - k0 + 3) & ~3;
  const offsets = work;
  const sums = at(offsets, columns);
  const rows = at(sums, cog * columns * 4);
  const images = at(rows, cog * length);
  const step = (<usize>columns) << 4;
  for (let i: i32 = 0; i < columns; i++) {
    // Columns past the end repeat the last one.
    const j = min(k0 + i, k1 - 1);
    const c = j / window;
    const ky = (j - c * window) / kw;
    const kx = j - c * window - ky * kw;
    const plane = ((c - c0) * sh + (ky * dh) % sh) * sw + (kx * dw) % sw;
    store<i32>(at(offsets, i), (plane * hq * wq + ((ky * dh) / sh) * wq + (kx * dw) / sw) << 2);
  }
  for (let g: i32 = 0; g < groups; g++) {
    zero(sums, cog * columns * 4);
    for (let n: i32 = 0; n < batch; n++) {
      spread(at(x, (n * ci + g * cig) * h * w), c0, c1, h, w, sh, sw, ph, pw, hq, wq, images);
      for (let c: i32 = 0; c < cog; c++) {
        const from = at(dy, (n * co + g * cog + c) * oh * ow);
        const to = at(rows, c * length);
        for (let oy: i32 = 0; oy < oh; oy++) {
          copy(at(to, oy * wq), at(from, oy * ow), ow, 0);
          zero(at(to, oy * wq + ow), oy + 1 < oh ? wq - ow : length - positions);
        }
      }
      let c: i32 = 0;
      for (; c + 4 <= cog; c += 4) {
        for (let i: i32 = 0; i < columns; i += 2) {
          const o = at(offsets, i);
          dots4(
            length,
            at(rows, c * length),
            (<usize>length) << 2,
            images + load<u32>(o),
            images + load<u32>(o, 4),
            sums + <usize>c * step + ((<usize>i) << 4),
            step,
          );
        }
      }
      for (; c < cog; c++) {
        for (let i: i32 = 0; i < columns; i += 4)
          dots1(length, at(rows, c * length), images, at(offsets, i), sums + <usize>c * step + ((<usize>i) << 4));
      }
    }
    for (let c: i32 = 0; c < cog; c++) {
      for (let i: i32 = 0; i < k1 - k0; i++)
        store<f32>(at(dweight, (g * cog + c) * k + k0 + i), sumLanes(v128.load(sums + <usize>c * step + ((<usize>i) << 4))));
    }
  }
}
