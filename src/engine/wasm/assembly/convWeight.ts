/**
 * The gradient of a 2-D convolution's weight: dot products of rows of dL/dy with shifted images (images.ts), four floats at a
 * time; what they give is added to sums in memory.
 */
import { copy, spread, zero } from './images';
import { at, madd, sumLanes } from './simd';

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
