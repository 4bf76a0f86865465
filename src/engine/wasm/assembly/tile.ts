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
import { block } from './block';

/**
 * 6 x 8 of C from packed panels of A and B; every row of sums begins with the numbers at `from`.
 * `ldc` in bytes.
 */
export function tile6x8(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(6, 8, false, false, k, a, 0, b, 0, from, c, ldc);
}

/** The same for 4 x 8. */
export function tile4x8(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(4, 8, false, false, k, a, 0, b, 0, from, c, ldc);
}

/** The same for 6 x 16. */
export function tile6x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(6, 16, false, false, k, a, 0, b, 0, from, c, ldc);
}

/** The same for 4 x 16. */
export function tile4x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(4, 16, false, false, k, a, 0, b, 0, from, c, ldc);
}

/** 6 x 8 of C from six rows of A as they lie, `lda` bytes apart, and a packed panel of B. */
export function rows6x8(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(6, 8, false, true, k, a, lda, b, 0, from, c, ldc);
}

/** The same for 6 x 16. */
export function rows6x16(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  block(6, 16, false, true, k, a, lda, b, 0, from, c, ldc);
}
