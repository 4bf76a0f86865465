/**
 * The innermost loops of products and convolutions: a block of the result in registers. 4 x 8 was the fastest block of
 * those measured in V8: eight accumulators, two columns and one row leave its register allocator room, where 6 x 8 spills.
 * Blocks of 4 x 16 are for hosts that make one 256-bit instruction of two neighbouring 128-bit ones (see tiles.ts);
 * elsewhere they spill. Both sum in the same order, so their results are the same bit for bit.
 */
import { madd } from './simd';

/** 4 x 8 of C from packed panels of A and B; adds to C unless `first`. `ldc` in bytes. */
export function tile8(k: i32, a: usize, b: usize, c: usize, ldc: usize, first: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = b + <usize>k * 32;
  for (; b < end; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const s0 = v128.load32_splat(a);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    const s1 = v128.load32_splat(a, 4);
    c10 = madd(s1, b0, c10);
    c11 = madd(s1, b1, c11);
    const s2 = v128.load32_splat(a, 8);
    c20 = madd(s2, b0, c20);
    c21 = madd(s2, b1, c21);
    const s3 = v128.load32_splat(a, 12);
    c30 = madd(s3, b0, c30);
    c31 = madd(s3, b1, c31);
  }
  const q1 = c + ldc;
  const q2 = q1 + ldc;
  const q3 = q2 + ldc;
  if (!first) {
    c00 = f32x4.add(c00, v128.load(c));
    c01 = f32x4.add(c01, v128.load(c, 16));
    c10 = f32x4.add(c10, v128.load(q1));
    c11 = f32x4.add(c11, v128.load(q1, 16));
    c20 = f32x4.add(c20, v128.load(q2));
    c21 = f32x4.add(c21, v128.load(q2, 16));
    c30 = f32x4.add(c30, v128.load(q3));
    c31 = f32x4.add(c31, v128.load(q3, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(q1, c10);
  v128.store(q1, c11, 16);
  v128.store(q2, c20);
  v128.store(q2, c21, 16);
  v128.store(q3, c30);
  v128.store(q3, c31, 16);
}

/** The same for 4 x 16. */
export function tile16(k: i32, a: usize, b: usize, c: usize, ldc: usize, first: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  const end = b + <usize>k * 64;
  for (; b < end; a += 16, b += 64) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const s0 = v128.load32_splat(a);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    c02 = madd(s0, b2, c02);
    c03 = madd(s0, b3, c03);
    const s1 = v128.load32_splat(a, 4);
    c10 = madd(s1, b0, c10);
    c11 = madd(s1, b1, c11);
    c12 = madd(s1, b2, c12);
    c13 = madd(s1, b3, c13);
    const s2 = v128.load32_splat(a, 8);
    c20 = madd(s2, b0, c20);
    c21 = madd(s2, b1, c21);
    c22 = madd(s2, b2, c22);
    c23 = madd(s2, b3, c23);
    const s3 = v128.load32_splat(a, 12);
    c30 = madd(s3, b0, c30);
    c31 = madd(s3, b1, c31);
    c32 = madd(s3, b2, c32);
    c33 = madd(s3, b3, c33);
  }
  const q1 = c + ldc;
  const q2 = q1 + ldc;
  const q3 = q2 + ldc;
  if (!first) {
    c00 = f32x4.add(c00, v128.load(c));
    c01 = f32x4.add(c01, v128.load(c, 16));
    c02 = f32x4.add(c02, v128.load(c, 32));
    c03 = f32x4.add(c03, v128.load(c, 48));
    c10 = f32x4.add(c10, v128.load(q1));
    c11 = f32x4.add(c11, v128.load(q1, 16));
    c12 = f32x4.add(c12, v128.load(q1, 32));
    c13 = f32x4.add(c13, v128.load(q1, 48));
    c20 = f32x4.add(c20, v128.load(q2));
    c21 = f32x4.add(c21, v128.load(q2, 16));
    c22 = f32x4.add(c22, v128.load(q2, 32));
    c23 = f32x4.add(c23, v128.load(q2, 48));
    c30 = f32x4.add(c30, v128.load(q3));
    c31 = f32x4.add(c31, v128.load(q3, 16));
    c32 = f32x4.add(c32, v128.load(q3, 32));
    c33 = f32x4.add(c33, v128.load(q3, 48));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(q1, c10);
  v128.store(q1, c11, 16);
  v128.store(q1, c12, 32);
  v128.store(q1, c13, 48);
  v128.store(q2, c20);
  v128.store(q2, c21, 16);
  v128.store(q2, c22, 32);
  v128.store(q2, c23, 48);
  v128.store(q3, c30);
  v128.store(q3, c31, 16);
  v128.store(q3, c32, 32);
  v128.store(q3, c33, 48);
}

/** 4 rows x 8 positions of a convolution (conv.ts). `w` holds the four rows' weights side by side for each k. */
export function shifted8(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4, w += 16) {
    const b = image + load<u32>(offsets);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const s0 = v128.load32_splat(w);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    const s1 = v128.load32_splat(w, 4);
    c10 = madd(s1, b0, c10);
    c11 = madd(s1, b1, c11);
    const s2 = v128.load32_splat(w, 8);
    c20 = madd(s2, b0, c20);
    c21 = madd(s2, b1, c21);
    const s3 = v128.load32_splat(w, 12);
    c30 = madd(s3, b0, c30);
    c31 = madd(s3, b1, c31);
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  to += step;
  v128.store(to, c10);
  v128.store(to, c11, 16);
  to += step;
  v128.store(to, c20);
  v128.store(to, c21, 16);
  to += step;
  v128.store(to, c30);
  v128.store(to, c31, 16);
}

/** The same for 16 positions. */
export function shifted16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  let c20 = c00;
  let c21 = c00;
  let c22 = c00;
  let c23 = c00;
  let c30 = c00;
  let c31 = c00;
  let c32 = c00;
  let c33 = c00;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4, w += 16) {
    const b = image + load<u32>(offsets);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const s0 = v128.load32_splat(w);
    c00 = madd(s0, b0, c00);
    c01 = madd(s0, b1, c01);
    c02 = madd(s0, b2, c02);
    c03 = madd(s0, b3, c03);
    const s1 = v128.load32_splat(w, 4);
    c10 = madd(s1, b0, c10);
    c11 = madd(s1, b1, c11);
    c12 = madd(s1, b2, c12);
    c13 = madd(s1, b3, c13);
    const s2 = v128.load32_splat(w, 8);
    c20 = madd(s2, b0, c20);
    c21 = madd(s2, b1, c21);
    c22 = madd(s2, b2, c22);
    c23 = madd(s2, b3, c23);
    const s3 = v128.load32_splat(w, 12);
    c30 = madd(s3, b0, c30);
    c31 = madd(s3, b1, c31);
    c32 = madd(s3, b2, c32);
    c33 = madd(s3, b3, c33);
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
  to += step;
  v128.store(to, c20);
  v128.store(to, c21, 16);
  v128.store(to, c22, 32);
  v128.store(to, c23, 48);
  to += step;
  v128.store(to, c30);
  v128.store(to, c31, 16);
  v128.store(to, c32, 32);
  v128.store(to, c33, 48);
}
