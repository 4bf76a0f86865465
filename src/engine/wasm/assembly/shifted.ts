/**
 * The innermost loops of convolutions (conv.ts): rows of weights by positions of an image, whose pixels are read through
 * offsets. Blocks are as large as those of products, for the same reasons (tile.ts).
 */
import { madd } from './simd';

/** 6 rows x 8 positions. `w` holds the six rows' weights side by side for each k. */
export function shifted6x8(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4, w += 24) {
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
    const s4 = v128.load32_splat(w, 16);
    c40 = madd(s4, b0, c40);
    c41 = madd(s4, b1, c41);
    const s5 = v128.load32_splat(w, 20);
    c50 = madd(s5, b0, c50);
    c51 = madd(s5, b1, c51);
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
  to += step;
  v128.store(to, c40);
  v128.store(to, c41, 16);
  to += step;
  v128.store(to, c50);
  v128.store(to, c51, 16);
}

/** 4 rows x 8 positions. */
export function shifted4x8(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
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

/** 6 rows x 16 positions. */
export function shifted6x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
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
  let c40 = c00;
  let c41 = c00;
  let c42 = c00;
  let c43 = c00;
  let c50 = c00;
  let c51 = c00;
  let c52 = c00;
  let c53 = c00;
  const end = offsets + ((<usize>k) << 2);
  for (; offsets < end; offsets += 4, w += 24) {
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
    const s4 = v128.load32_splat(w, 16);
    c40 = madd(s4, b0, c40);
    c41 = madd(s4, b1, c41);
    c42 = madd(s4, b2, c42);
    c43 = madd(s4, b3, c43);
    const s5 = v128.load32_splat(w, 20);
    c50 = madd(s5, b0, c50);
    c51 = madd(s5, b1, c51);
    c52 = madd(s5, b2, c52);
    c53 = madd(s5, b3, c53);
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
  to += step;
  v128.store(to, c40);
  v128.store(to, c41, 16);
  v128.store(to, c42, 32);
  v128.store(to, c43, 48);
  to += step;
  v128.store(to, c50);
  v128.store(to, c51, 16);
  v128.store(to, c52, 32);
  v128.store(to, c53, 48);
}

/** 4 rows x 16 positions. */
export function shifted4x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
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
