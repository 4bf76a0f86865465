/**
 * 2-D convolution, NCHW, with stride, padding, dilation and groups: forward and gradient of the input; that of the weight
 * is in convWeight.ts. One-dimensional convolutions come as height 1.
 *
 * No patches are unfolded. An image is padded once, and with a stride s taken apart into s x s images of every s-th row
 * and column; then each weight multiplies one contiguous run of pixels, shifted by a distance that `offsets` holds:
 *
 *     y[co, p] = Σₖ w[co, k] image[offsets[k] + p],   p = oy * width + ox
 *
 * A product of matrices whose second one is read through offsets. Cells of p between two rows of the output are computed
 * and left out when rows are copied.
 */
import { copy, spread } from './images';
import { at } from './simd';
import { STRIP, panelHeight, strip } from './strip';

/**
 * y[n, co, oh, ow]. `bias` may be 0. Work is split by samples and, of each, by `parts` of the output channels of a group:
 * [lo, hi) of batch * parts.
 */
export function convForward(
  x: usize, weight: usize, bias: usize, y: usize, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, parts: i32, lo: i32, hi: i32, work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kh * kw;
  // The padded image as far as windows reach.
  const hp = (oh - 1) * sh + (kh - 1) * dh + 1;
  const wp = (ow - 1) * sw + (kw - 1) * dw + 1;
  const direct = sh == 1 && sw == 1 && ph == 0 && pw == 0 && hp <= h && wp <= w;
  const hq = direct ? h : (hp + sh - 1) / sh;
  const wq = direct ? w : (wp + sw - 1) / sw;
  const offsets = work;
  const packed = at(offsets, (k + 3) & ~3);
  const out = at(packed, (co * k + 3) & ~3);
  const images = at(out, cog * (STRIP + 32));
  let o = offsets;
  for (let c: i32 = 0; c < cig; c++) {
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const plane = (c * sh + (ky * dh) % sh) * sw + (kx * dw) % sw;
        store<i32>(o, (plane * hq * wq + ((ky * dh) / sh) * wq + (kx * dw) / sw) << 2);
        o += 4;
      }
    }
  }
  // Each part of each group has panels of its own.
  const size = (cog + parts - 1) / parts;
  for (let g: i32 = 0; g < groups; g++) {
    for (let c0: i32 = 0; c0 < cog; c0 += size) {
      const rows = min(size, cog - c0);
      const to = at(packed, (g * cog + c0) * k);
      const from = at(weight, (g * cog + c0) * k);
      for (let r: i32 = 0; r < rows; ) {
        const height = panelHeight(rows, r);
        for (let q: i32 = 0; q < height; q++) {
          let cell = at(to, r * k + q);
          for (let i: i32 = 0; i < k; i++, cell = at(cell, height)) store<f32>(cell, load<f32>(at(from, (r + q) * k + i)));
        }
        r += height;
      }
    }
  }
  const positions = (oh - 1) * wq + ow;
  for (let unit = lo; unit < hi; unit++) {
    const n = unit / parts;
    const c0 = (unit - n * parts) * size;
    const rows = min(size, cog - c0);
    if (rows <= 0) continue;
    const sample = at(x, n * ci * h * w);
    for (let g: i32 = 0; g < groups; g++) {
      let image = at(sample, g * cig * h * w);
      if (!direct) {
        spread(image, 0, cig, h, w, sh, sw, ph, pw, hq, wq, images);
        image = images;
      }
      const first = g * cog + c0;
      for (let p: i32 = 0; p < positions; p += STRIP) {
        const count = min(STRIP, positions - p);
        strip(rows, k, at(packed, first * k), offsets, at(image, p), count, out);
        for (let r: i32 = 0; r < rows; r++) {
          const plus: f32 = bias ? load<f32>(at(bias, first + r)) : 0;
          const from = at(out, r * (STRIP + 32));
          const to = at(y, (n * co + first + r) * oh * ow);
          let oy = p / wq;
          let ox = p - oy * wq;
          let i: i32 = 0;
          while (i < count) {
            const length = min(ow - ox, count - i);
            if (length > 0) copy(at(to, oy * ow + ox), at(from, i), length, plus);
            i += wq - ox;
            ox = 0;
            oy++;
          }
        }
      }
    }
  }
}

/** dL/dx from dL/dy: for each of the sh x sw images a product with the weights whose steps lead there. Split as above. */
export function convGradInput(
  dy: usize, weight: usize, dx: usize, ci: i32, h: i32, w: i32, co: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, groups: i32, parts: i32, lo: i32, hi: i32, work: usize,
): void {
  const cig = ci / groups;
  const cog = co / groups;
  const taps = cog * kh * kw;
  const hq = ((oh - 1) * sh + (kh - 1) * dh + sh) / sh;
  const wq = ((ow - 1) * sw + (kw - 1) * dw + sw) / sw;
  // dy is padded by as many rows and columns as a window reaches back.
  const top = ((kh - 1) * dh) / sh;
  const left = ((kw - 1) * dw) / sw;
  const hd = hq + top;
  const wd = wq + left;
  const size = (cig + parts - 1) / parts;
  const offsets = work;
  const packed = at(offsets, (taps + 3) & ~3);
  const out = at(packed, (size * taps + 3) & ~3);
  const images = at(out, size * (STRIP + 32));
  const positions = (hq - 1) * wd + wq;
  for (let g: i32 = 0; g < groups; g++) {
    for (let a: i32 = 0; a < sh; a++) {
      for (let b: i32 = 0; b < sw; b++) {
        let k: i32 = 0;
        for (let c: i32 = 0; c < cog; c++) {
          for (let ky: i32 = 0; ky < kh; ky++) {
            if ((ky * dh) % sh != a) continue;
            for (let kx: i32 = 0; kx < kw; kx++) {
              if ((kx * dw) % sw != b) continue;
              store<i32>(at(offsets, k), (c * hd * wd + (top - (ky * dh) / sh) * wd + left - (kx * dw) / sw) << 2);
              k++;
            }
          }
        }
        let packedPart: i32 = -1;
        for (let unit = lo; unit < hi; unit++) {
          const n = unit / parts;
          const part = unit - n * parts;
          const c0 = part * size;
          const rows = min(size, cig - c0);
          if (rows <= 0) continue;
          const planes = at(dx, (n * ci + g * cig + c0) * h * w);
          // What no window reaches has no gradient.
          if (a == 0 && b == 0) memory.fill(planes, 0, (<usize>(rows * h * w)) << 2);
          if (k == 0) continue;
          if (part != packedPart) {
            packedPart = part;
            let i: i32 = 0;
            for (let c: i32 = 0; c < cog; c++) {
              for (let ky: i32 = 0; ky < kh; ky++) {
                if ((ky * dh) % sh != a) continue;
                for (let kx: i32 = 0; kx < kw; kx++) {
                  if ((kx * dw) % sw != b) continue;
                  const from = at(weight, (((g * cog + c) * cig + c0) * kh + ky) * kw + kx);
                  for (let r: i32 = 0; r < rows; ) {
                    const height = panelHeight(rows, r);
                    const panel = at(packed, r * k + i * height);
                    for (let q: i32 = 0; q < height; q++) store<f32>(at(panel, q), load<f32>(at(from, (r + q) * kh * kw)));
                    r += height;
                  }
                  i++;
                }
              }
            }
          }
          let image = at(dy, (n * co + g * cog) * oh * ow);
          if (top != 0 || left != 0 || hd != oh || wd != ow) {
            spread(image, 0, cog, oh, ow, 1, 1, top, left, hd, wd, images);
            image = images;
          }
          for (let p: i32 = 0; p < positions; p += STRIP) {
            const count = min(STRIP, positions - p);
            strip(rows, k, packed, offsets, at(image, p), count, out);
            for (let r: i32 = 0; r < rows; r++) {
              const from = at(out, r * (STRIP + 32));
              const plane = at(planes, r * h * w);
              let q = p / wd;
              let s = p - q * wd;
              let i: i32 = 0;
              while (i < count) {
                const iy = q * sh + a - ph;
                const length = min(wq - s, count - i);
                if (iy >= 0 && iy < h && length > 0) {
                  if (sw == 1) {
                    const x0 = max(s, pw);
                    const x1 = min(s + length, w + pw);
                    if (x1 > x0) copy(at(plane, iy * w + x0 - pw), at(from, i + x0 - s), x1 - x0, 0);
                  } else {
                    for (let j: i32 = 0; j < length; j++) {
                      const ix = (s + j) * sw + b - pw;
                      if (ix >= 0 && ix < w) store<f32>(at(plane, iy * w + ix), load<f32>(at(from, i + j)));
                    }
                  }
                }
                i += wd - s;
                s = 0;
                q++;
              }
            }
          }
        }
      }
    }
  }
}
