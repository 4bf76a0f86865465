/**
 * Convolutions whose filters see one channel each: planes that are padded once (for the input's gradient with zeros between
 * the gradients), and a run of sixteen places at a time.
 */
import { zero } from './images';
import { copyRow } from './gemm';
import { offsetsOf } from './patches';
import { at, madd, storeTail } from './simd';

/** Columns behind a row that runs may read. */
const SLACK: i32 = 16;

/** One plane, its rows and columns shifted by ph and pw, as `rows` rows of `pitch`. */
function padPlane(x: usize, h: i32, w: i32, ph: i32, pw: i32, rows: i32, pitch: i32, to: usize): void {
  zero(to, rows * pitch);
  const first = max(0, -pw);
  const end = min(w, pitch - SLACK - pw);
  for (let y = max(0, -ph); y < h && y + ph < rows; y++) {
    copyRow(at(x, y * w + first), at(to, (y + ph) * pitch + pw + first), end - first);
  }
}

/** One row of results: sums over k weights of inputs at their offsets from `image`. */
function runs(image: usize, offsets: usize, weight: usize, k: i32, bias: f32, to: usize, n: i32): void {
  const start = f32x4.splat(bias);
  let i: i32 = 0;
  for (; i + 16 <= n; i += 16) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    const from = at(image, i);
    for (let j: i32 = 0; j < k; j++) {
      const p = from + load<u32>(at(offsets, j));
      const s = v128.load32_splat(at(weight, j));
      a = madd(s, v128.load(p), a);
      b = madd(s, v128.load(p, 16), b);
      c = madd(s, v128.load(p, 32), c);
      d = madd(s, v128.load(p, 48), d);
    }
    const y = at(to, i);
    v128.store(y, a);
    v128.store(y, b, 16);
    v128.store(y, c, 32);
    v128.store(y, d, 48);
  }
  for (; i < n; i += 4) {
    let a = start;
    const from = at(image, i);
    for (let j: i32 = 0; j < k; j++) {
      a = madd(v128.load32_splat(at(weight, j)), v128.load(from + load<u32>(at(offsets, j))), a);
    }
    if (i + 4 <= n) v128.store(at(to, i), a);
    else storeTail(at(to, i), a, n - i);
  }
}

/** Of stride 1 along rows. Work is split by planes. `work` holds the offsets and one padded plane. */
export function depthForward(
  x: usize, weight: usize, bias: usize, y: usize, channels: i32, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32, work: usize,
): void {
  const rows = (oh - 1) * sh + (kh - 1) * dh + 1;
  const pitch = ow + (kw - 1) * dw + SLACK;
  const k = kh * kw;
  const image = at(work, (k + 3) & ~3);
  offsetsOf(0, 1, kh, kw, 1, 1, dh, dw, rows, pitch, work);
  for (let plane = lo; plane < hi; plane++) {
    const c = plane % channels;
    padPlane(at(x, plane * h * w), h, w, ph, pw, rows, pitch, image);
    const b = bias ? load<f32>(at(bias, c)) : 0;
    for (let o: i32 = 0; o < oh; o++) {
      runs(at(image, o * sh * pitch), work, at(weight, c * k), k, b, at(y, (plane * oh + o) * ow), ow);
    }
  }
}

/** Work is split by planes. `work` holds offsets, turned weights, and a plane of gradients with zeros in between. */
export function depthGradInput(
  dy: usize, weight: usize, dx: usize, channels: i32, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32, work: usize,
): void {
  const rows = h + (kh - 1) * dh;
  const columns = w + (kw - 1) * dw;
  const pitch = columns + SLACK;
  const k = kh * kw;
  const turned = at(work, (k + 3) & ~3);
  const image = at(turned, (k + 3) & ~3);
  offsetsOf(0, 1, kh, kw, 1, 1, dh, dw, rows, pitch, work);
  for (let plane = lo; plane < hi; plane++) {
    const c = plane % channels;
    for (let j: i32 = 0; j < k; j++) store<f32>(at(turned, j), load<f32>(at(weight, c * k + k - 1 - j)));
    zero(image, rows * pitch);
    for (let o: i32 = 0; o < oh; o++) {
      const r = o * sh - ph + (kh - 1) * dh;
      if (r < 0 || r >= rows) continue;
      const from = at(dy, (plane * oh + o) * ow);
      const shift = (kw - 1) * dw - pw;
      for (let p: i32 = 0; p < ow; p++) {
        const q = p * sw + shift;
        if (q >= 0 && q < columns) store<f32>(at(image, r * pitch + q), load<f32>(at(from, p)));
      }
    }
    for (let i: i32 = 0; i < h; i++) {
      runs(at(image, i * pitch), work, turned, k, 0, at(dx, (plane * h + i) * w), w);
    }
  }
}
