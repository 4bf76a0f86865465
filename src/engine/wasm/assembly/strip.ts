/** The block of a convolution's output that is computed before rows are copied out: rows of weights by a strip of positions. */
import { at, madd } from './simd';
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
export const STRIP: i32 = 512;

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
export function strip(rows: i32, k: i32, w: usize, offsets: usize, image: usize, count: i32, out: usize): void {
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
export function panelHeight(rows: i32, r: i32): i32 {
  const rest = rows - r;
  return RELAXED_SIMD && rest >= 6 ? 6 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}
