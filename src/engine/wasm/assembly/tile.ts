/**
 * The innermost loops of products: a block of the result in registers. Processors begin two multiply-adds a cycle and have
 * each done after four, so fewer than eight sums that do not wait for each other leave them idle, and with eight any delay
 * does. Blocks of 6 x 8 have twelve; they, two vectors of B and one number of A are all the registers that V8 hands out:
 * 57 GFLOP/s where 4 x 8 has 52 (4 x 12 and 3 x 16 do not fit and run at 27). Rows that are left take blocks of 4 x 8.
 * Sums are stored as they are: where anything is computed with them after the loop, V8 reads all operands of a round before
 * it multiplies, and keeps a third of the sums in memory, which halves the speed.
 * Blocks of 16 columns are for hosts that make one 256-bit instruction of two neighbouring 128-bit ones (see tiles.ts);
 * elsewhere they spill. All sum in the same order, so their results are the same bit for bit.
 */
import { madd } from './simd';

/**
 * 6 x 8 of C from packed panels of A and B; every row of sums begins with the numbers at `from`.
 * `ldc` in bytes.
 */
export function tile6x8(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  let c00 = v128.load(from);
  let c01 = v128.load(from, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  let c40 = c00;
  let c41 = c01;
  let c50 = c00;
  let c51 = c01;
  const end = b + <usize>k * 32;
  for (; b < end; a += 24, b += 32) {
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
    const s4 = v128.load32_splat(a, 16);
    c40 = madd(s4, b0, c40);
    c41 = madd(s4, b1, c41);
    const s5 = v128.load32_splat(a, 20);
    c50 = madd(s5, b0, c50);
    c51 = madd(s5, b1, c51);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}

/** The same for 4 x 8. */
export function tile4x8(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  let c00 = v128.load(from);
  let c01 = v128.load(from, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
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
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** The same for 6 x 16. */
export function tile6x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  let c00 = v128.load(from);
  let c01 = v128.load(from, 16);
  let c02 = v128.load(from, 32);
  let c03 = v128.load(from, 48);
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
  const end = b + <usize>k * 64;
  for (; b < end; a += 24, b += 64) {
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
    const s4 = v128.load32_splat(a, 16);
    c40 = madd(s4, b0, c40);
    c41 = madd(s4, b1, c41);
    c42 = madd(s4, b2, c42);
    c43 = madd(s4, b3, c43);
    const s5 = v128.load32_splat(a, 20);
    c50 = madd(s5, b0, c50);
    c51 = madd(s5, b1, c51);
    c52 = madd(s5, b2, c52);
    c53 = madd(s5, b3, c53);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
  c += ldc;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  v128.store(c, c42, 32);
  v128.store(c, c43, 48);
  c += ldc;
  v128.store(c, c50);
  v128.store(c, c51, 16);
  v128.store(c, c52, 32);
  v128.store(c, c53, 48);
}

/** The same for 4 x 16. */
export function tile4x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  let c00 = v128.load(from);
  let c01 = v128.load(from, 16);
  let c02 = v128.load(from, 32);
  let c03 = v128.load(from, 48);
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
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += ldc;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += ldc;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += ldc;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
}
