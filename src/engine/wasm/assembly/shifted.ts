/**
 * The innermost loops of convolutions (conv.ts): rows of weights by positions of an image, whose pixels are read through
 * offsets. Blocks are as large as those of products, for the same reasons (tile.ts).
 */
import { block } from './block';

/** 6 rows x 8 positions. `w` holds the six rows' weights side by side for each k. */
export function shifted6x8(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  block(6, 8, true, false, k, w, 0, offsets, image, 0, to, step);
}

/** 4 rows x 8 positions. */
export function shifted4x8(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  block(4, 8, true, false, k, w, 0, offsets, image, 0, to, step);
}

/** 6 rows x 16 positions. */
export function shifted6x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  block(6, 16, true, false, k, w, 0, offsets, image, 0, to, step);
}

/** 4 rows x 16 positions. */
export function shifted4x16(k: i32, w: usize, offsets: usize, image: usize, to: usize, step: usize): void {
  block(4, 16, true, false, k, w, 0, offsets, image, 0, to, step);
}
