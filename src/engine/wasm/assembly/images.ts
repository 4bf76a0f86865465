/** Images as convolutions read them: padded, and with a stride s taken apart into s x s images of every s-th row and column. */
import { at } from './simd';

/** What tiles may read past the end of an image, in floats. */
const SLACK: i32 = 64;

// Rows of images are short: a loop beats the call that memory.copy and memory.fill are.

export function zero(to: usize, n: i32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  for (; to < end; to += 16) v128.store(to, f32x4.splat(0));
  for (let i = n & 3; i > 0; i--, to += 4) store<f32>(to, 0);
}

export function copy(to: usize, from: usize, n: i32, plus: f32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  const v = f32x4.splat(plus);
  for (; to < end; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(from), v));
  for (let i = n & 3; i > 0; i--, to += 4, from += 4) store<f32>(to, load<f32>(from) + plus);
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
