/**
 * A block of sums in registers, of which products (tile.ts) and convolutions (shifted.ts) are made. The sums are variables,
 * which is what V8 keeps in registers, and sizes are constants where this is put in line: what a size does not have falls away.
 */
import { madd } from './simd';

/**
 * `rows` (4 or 6) x `columns` (8 or 16) sums over `k` rounds, stored to rows `step` bytes apart.
 *
 * @param a the rows' numbers side by side for each round; where `apart`, the rows of a matrix as they lie.
 * @param lda bytes between those rows; not read where they are side by side.
 * @param b what they are multiplied with, a row of `columns` for each round; where `shifted`, its offset from `image`.
 * @param from the row that every row of sums begins with; not read where `shifted`, which begin with zeros.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function block(
  rows: i32, columns: i32, shifted: bool, apart: bool, k: i32, a: usize, lda: usize, b: usize, image: usize, from: usize,
  to: usize, step: usize,
): void {
  const wide = columns > 8;
  const tall = rows > 4;
  let c00 = shifted ? f32x4.splat(0) : v128.load(from);
  let c01 = shifted ? f32x4.splat(0) : v128.load(from, 16);
  let c02 = shifted || !wide ? f32x4.splat(0) : v128.load(from, 32);
  let c03 = shifted || !wide ? f32x4.splat(0) : v128.load(from, 48);
  let c10 = c00;
  let c11 = c01;
  let c12 = c02;
  let c13 = c03;
  let c20 = c00;
  let c21 = c01;
  let c22 = c02;
  let c23 = c03;
  let c30 = c00;
  let c31 = c01;
  let c32 = c02;
  let c33 = c03;
  let c40 = c00;
  let c41 = c01;
  let c42 = c02;
  let c43 = c03;
  let c50 = c00;
  let c51 = c01;
  let c52 = c02;
  let c53 = c03;
  const round: usize = shifted ? 4 : <usize>columns << 2;
  const end = b + <usize>k * round;
  let a1 = apart ? a + lda : 0;
  let a2 = apart ? a1 + lda : 0;
  let a3 = apart ? a2 + lda : 0;
  let a4 = apart ? a3 + lda : 0;
  let a5 = apart ? a4 + lda : 0;
  for (; b < end; a += apart ? 4 : <usize>rows << 2, b += round) {
    const p = shifted ? image + load<u32>(b) : b;
    const b0 = v128.load(p);
    const b1 = v128.load(p, 16);
    const b2 = wide ? v128.load(p, 32) : b0;
    const b3 = wide ? v128.load(p, 48) : b0;
    const s0 = v128.load32_splat(a);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    if (wide) {
      c02 = madd(s0, b2, c02);
      c03 = madd(s0, b3, c03);
    }
    const s1 = apart ? v128.load32_splat(a1) : v128.load32_splat(a, 4);
    if (apart) a1 += 4;
    c10 = madd(s1, b0, c10);
    c11 = madd(s1, b1, c11);
    if (wide) {
      c12 = madd(s1, b2, c12);
      c13 = madd(s1, b3, c13);
    }
    const s2 = apart ? v128.load32_splat(a2) : v128.load32_splat(a, 8);
    if (apart) a2 += 4;
    c20 = madd(s2, b0, c20);
    c21 = madd(s2, b1, c21);
    if (wide) {
      c22 = madd(s2, b2, c22);
      c23 = madd(s2, b3, c23);
    }
    const s3 = apart ? v128.load32_splat(a3) : v128.load32_splat(a, 12);
    if (apart) a3 += 4;
    c30 = madd(s3, b0, c30);
    c31 = madd(s3, b1, c31);
    if (wide) {
      c32 = madd(s3, b2, c32);
      c33 = madd(s3, b3, c33);
    }
    if (tall) {
      const s4 = apart ? v128.load32_splat(a4) : v128.load32_splat(a, 16);
      if (apart) a4 += 4;
      c40 = madd(s4, b0, c40);
      c41 = madd(s4, b1, c41);
      if (wide) {
        c42 = madd(s4, b2, c42);
        c43 = madd(s4, b3, c43);
      }
      const s5 = apart ? v128.load32_splat(a5) : v128.load32_splat(a, 20);
      if (apart) a5 += 4;
      c50 = madd(s5, b0, c50);
      c51 = madd(s5, b1, c51);
      if (wide) {
        c52 = madd(s5, b2, c52);
        c53 = madd(s5, b3, c53);
      }
    }
  }
  storeRow(to, wide, c00, c01, c02, c03);
  to += step;
  storeRow(to, wide, c10, c11, c12, c13);
  to += step;
  storeRow(to, wide, c20, c21, c22, c23);
  to += step;
  storeRow(to, wide, c30, c31, c32, c33);
  if (tall) {
    to += step;
    storeRow(to, wide, c40, c41, c42, c43);
    to += step;
    storeRow(to, wide, c50, c51, c52, c53);
  }
}

// @ts-expect-error: AssemblyScript's decorator
@inline
function storeRow(to: usize, wide: bool, c0: v128, c1: v128, c2: v128, c3: v128): void {
  v128.store(to, c0);
  v128.store(to, c1, 16);
  if (wide) {
    v128.store(to, c2, 32);
    v128.store(to, c3, 48);
  }
}
