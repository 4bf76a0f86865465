/**
 * 2-D convolution as matrix products over unfolded patches (im2col), NCHW, with stride, padding, dilation and groups:
 * forward, gradient of the input, gradient of the weight. One-dimensional convolutions come as height 1.
 *
 * `work` holds the patches of one sample and group, [channels per group * kh * kw, oh * ow], then gemm's own scratch.
 */
import { gemm, isSmall } from './gemm';

// Rows of images are short: a loop beats the call that memory.copy and memory.fill are.

function zero(to: usize, n: i32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  for (; to < end; to += 16) v128.store(to, f32x4.splat(0));
  for (let i = n & 3; i > 0; i--, to += 4) store<f32>(to, 0);
}

function copy(to: usize, from: usize, n: i32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  for (; to < end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (let i = n & 3; i > 0; i--, to += 4, from += 4) store<f32>(to, load<f32>(from));
}

function addTo(to: usize, from: usize, n: i32): void {
  const end = to + ((<usize>(n & ~3)) << 2);
  for (; to < end; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (let i = n & 3; i > 0; i--, to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** Unfolds channels [c0, c1) of one sample into rows of patches: [(c1 - c0) * kh * kw, oh * ow]. */
function unfold(
  x: usize,
  c0: i32,
  c1: i32,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  to: usize,
): void {
  for (let c: i32 = c0; c < c1; c++) {
    const plane = x + ((<usize>(c * h * w)) << 2);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const shift = kx * dw - pw;
        for (let oy: i32 = 0; oy < oh; oy++) {
          const iy = oy * sh - ph + ky * dh;
          if (iy < 0 || iy >= h) {
            zero(to, ow);
            to += (<usize>ow) << 2;
            continue;
          }
          const row = plane + ((<usize>(iy * w)) << 2);
          if (sw == 1) {
            // The part of the row inside the image is one copy.
            const left = min(ow, max(0, -shift));
            const right = max(left, min(ow, w - shift));
            zero(to, left);
            copy(to + ((<usize>left) << 2), row + ((<usize>(left + shift)) << 2), right - left);
            zero(to + ((<usize>right) << 2), ow - right);
            to += (<usize>ow) << 2;
          } else {
            for (let ox: i32 = 0; ox < ow; ox++) {
              const ix = ox * sw + shift;
              store<f32>(to, ix >= 0 && ix < w ? load<f32>(row + ((<usize>ix) << 2)) : 0);
              to += 4;
            }
          }
        }
      }
    }
  }
}

/** The reverse: adds rows of patches back to the channels of one sample. */
function fold(
  from: usize,
  c0: i32,
  c1: i32,
  h: i32,
  w: i32,
  kh: i32,
  kw: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  x: usize,
): void {
  for (let c: i32 = c0; c < c1; c++) {
    const plane = x + ((<usize>(c * h * w)) << 2);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const shift = kx * dw - pw;
        for (let oy: i32 = 0; oy < oh; oy++) {
          const iy = oy * sh - ph + ky * dh;
          if (iy < 0 || iy >= h) {
            from += (<usize>ow) << 2;
            continue;
          }
          const row = plane + ((<usize>(iy * w)) << 2);
          if (sw == 1) {
            const left = min(ow, max(0, -shift));
            const right = max(left, min(ow, w - shift));
            addTo(row + ((<usize>(left + shift)) << 2), from + ((<usize>left) << 2), right - left);
            from += (<usize>ow) << 2;
            continue;
          }
          for (let ox: i32 = 0; ox < ow; ox++) {
            const ix = ox * sw + shift;
            if (ix >= 0 && ix < w) {
              const at = row + ((<usize>ix) << 2);
              store<f32>(at, load<f32>(at) + load<f32>(from));
            }
            from += 4;
          }
        }
      }
    }
  }
}

/** A 1x1 convolution with stride 1 and no padding needs no unfolding: the image is its own patches. */
function isPointwise(
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  h: i32,
  w: i32,
  oh: i32,
  ow: i32,
): bool {
  return kh == 1 && kw == 1 && sh == 1 && sw == 1 && ph == 0 && pw == 0 && h == oh && w == ow;
}

/** y[n, co, oh, ow] for samples [lo, hi). `bias` may be 0. */
export function convForward(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  ci: i32,
  h: i32,
  w: i32,
  co: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  groups: i32,
  lo: i32,
  hi: i32,
  work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  const pixels = oh * ow;
  const pointwise = isPointwise(kh, kw, sh, sw, ph, pw, h, w, oh, ow);
  const scratch = work + ((<usize>(k * pixels)) << 2);
  const small = isSmall(cog, pixels, k);
  for (let n: i32 = lo; n < hi; n++) {
    for (let g: i32 = 0; g < groups; g++) {
      const image = x + ((<usize>(n * ci * h * w)) << 2);
      const out = y + ((<usize>((n * co + g * cog) * pixels)) << 2);
      let patches = image + ((<usize>(g * cig * h * w)) << 2);
      if (!pointwise) {
        unfold(image, g * cig, (g + 1) * cig, h, w, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, work);
        patches = work;
      }
      if (bias) {
        for (let c: i32 = 0; c < cog; c++) {
          const value = f32x4.splat(load<f32>(bias + ((<usize>(g * cog + c)) << 2)));
          let p = out + ((<usize>(c * pixels)) << 2);
          let i: i32 = 0;
          for (; i + 4 <= pixels; i += 4, p += 16) v128.store(p, value);
          for (; i < pixels; i++, p += 4) store<f32>(p, f32x4.extract_lane(value, 0));
        }
      }
      gemm(
        cog,
        pixels,
        k,
        weight + ((<usize>(g * cog * k)) << 2),
        k,
        1,
        patches,
        pixels,
        1,
        out,
        pixels,
        bias != 0,
        small,
        scratch,
      );
    }
  }
}

/** dL/dx for samples [lo, hi) from dL/dy. */
export function convGradInput(
  dy: usize,
  weight: usize,
  dx: usize,
  ci: i32,
  h: i32,
  w: i32,
  co: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  groups: i32,
  lo: i32,
  hi: i32,
  work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  const pixels = oh * ow;
  const pointwise = isPointwise(kh, kw, sh, sw, ph, pw, h, w, oh, ow);
  const scratch = work + ((<usize>(k * pixels)) << 2);
  const small = isSmall(k, pixels, cog);
  for (let n: i32 = lo; n < hi; n++) {
    const image = dx + ((<usize>(n * ci * h * w)) << 2);
    if (!pointwise) memory.fill(image, 0, (<usize>(ci * h * w)) << 2);
    for (let g: i32 = 0; g < groups; g++) {
      const out = dy + ((<usize>((n * co + g * cog) * pixels)) << 2);
      const patches = pointwise ? image + ((<usize>(g * cig * h * w)) << 2) : work;
      // patches = Wᵀ dy
      gemm(
        k,
        pixels,
        cog,
        weight + ((<usize>(g * cog * k)) << 2),
        1,
        k,
        out,
        pixels,
        1,
        patches,
        pixels,
        false,
        small,
        scratch,
      );
      if (!pointwise) fold(work, g * cig, (g + 1) * cig, h, w, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, image);
    }
  }
}

/**
 * dL/dweight from dL/dy, summed over the batch. Work is split by input channels of a group, [lo, hi) of
 * ci / groups: each thread unfolds just its channels and owns their columns of the gradient.
 */
export function convGradWeight(
  x: usize,
  dy: usize,
  dweight: usize,
  batch: i32,
  ci: i32,
  h: i32,
  w: i32,
  co: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  ph: i32,
  pw: i32,
  dh: i32,
  dw: i32,
  groups: i32,
  lo: i32,
  hi: i32,
  work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  const pixels = oh * ow;
  const pointwise = isPointwise(kh, kw, sh, sw, ph, pw, h, w, oh, ow);
  const columns = (hi - lo) * kh * kw;
  const scratch = work + ((<usize>(k * pixels)) << 2);
  const small = isSmall(cog, k, pixels);
  for (let g: i32 = 0; g < groups; g++) {
    const to = dweight + ((<usize>(g * cog * k + lo * kh * kw)) << 2);
    for (let n: i32 = 0; n < batch; n++) {
      const image = x + ((<usize>(n * ci * h * w)) << 2);
      let patches = image + ((<usize>((g * cig + lo) * h * w)) << 2);
      if (!pointwise) {
        unfold(image, g * cig + lo, g * cig + hi, h, w, kh, kw, oh, ow, sh, sw, ph, pw, dh, dw, work);
        patches = work;
      }
      // dW += dy patchesᵀ
      gemm(
        cog,
        columns,
        pixels,
        dy + ((<usize>((n * co + g * cog) * pixels)) << 2),
        pixels,
        1,
        patches,
        1,
        pixels,
        to,
        k,
        n != 0,
        small,
        scratch,
      );
    }
  }
}
