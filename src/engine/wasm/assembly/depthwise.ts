/**
 * Convolutions whose filters see one channel each: planes that are padded once, and a run of sixteen places at a time. A
 * plane's columns are sorted by their remainder modulo the stride, so that a run's inputs lie side by side.
 */
import { at, loadTail, madd, storeTail, sumLanes } from './simd';

/** Columns behind a row that runs may read. */
const SLACK: i32 = 16;

function clear(to: usize, n: i32): void {
  const zero = f32x4.splat(0);
  for (let i: i32 = 0; i < n; i += 4) v128.store(at(to, i), zero);
}

/** One plane, its rows and columns shifted by ph and pw, as `step` pictures of `rows` rows of `pitch`. */
function spreadPlane(x: usize, h: i32, w: i32, ph: i32, pw: i32, step: i32, rows: i32, pitch: i32, to: usize): void {
  clear(to, step * rows * pitch);
  const columns = (pitch - SLACK) * step;
  for (let y = max(0, -ph); y < h && y + ph < rows; y++) {
    const from = at(x, y * w);
    const row = at(to, (y + ph) * pitch);
    const first = max(0, -pw);
    const end = min(w, columns - pw);
    if (step == 1) {
      let i = first;
      for (; i + 4 <= end; i += 4) v128.store(at(row, i + pw), v128.load(at(from, i)));
      for (; i < end; i++) store<f32>(at(row, i + pw), load<f32>(at(from, i)));
      continue;
    }
    for (let i = first; i < end; i++) {
      const c = i + pw;
      const q = c / step;
      store<f32>(at(row, (c - q * step) * rows * pitch + q), load<f32>(at(from, i)));
    }
  }
}

/** Where each weight's inputs begin, in bytes from those of the first place. */
function offsetsOf(kh: i32, kw: i32, dh: i32, dw: i32, step: i32, rows: i32, pitch: i32, to: usize): void {
  for (let y: i32 = 0; y < kh; y++) {
    for (let x: i32 = 0; x < kw; x++) {
      const c = x * dw;
      const q = c / step;
      store<i32>(at(to, y * kw + x), (((c - q * step) * rows + y * dh) * pitch + q) << 2);
    }
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

/** Work is split by planes. `work` holds the offsets and one padded plane. */
export function depthForward(
  x: usize, weight: usize, bias: usize, y: usize, channels: i32, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32, work: usize,
): void {
  const rows = (oh - 1) * sh + (kh - 1) * dh + 1;
  const pitch = ow + ((kw - 1) * dw) / sw + 1 + SLACK;
  const k = kh * kw;
  const image = at(work, (k + 3) & ~3);
  offsetsOf(kh, kw, dh, dw, sw, rows, pitch, work);
  for (let plane = lo; plane < hi; plane++) {
    const c = plane % channels;
    spreadPlane(at(x, plane * h * w), h, w, ph, pw, sw, rows, pitch, image);
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
  offsetsOf(kh, kw, dh, dw, 1, rows, pitch, work);
  for (let plane = lo; plane < hi; plane++) {
    const c = plane % channels;
    for (let j: i32 = 0; j < k; j++) store<f32>(at(turned, j), load<f32>(at(weight, c * k + k - 1 - j)));
    clear(image, rows * pitch);
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

/** Work is split by channels. `work` holds offsets, four sums for each weight, and one padded plane. */
export function depthGradWeight(
  x: usize, dy: usize, dweight: usize, batch: i32, channels: i32, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32, work: usize,
): void {
  const rows = (oh - 1) * sh + (kh - 1) * dh + 1;
  const pitch = ow + ((kw - 1) * dw) / sw + 1 + SLACK;
  const k = kh * kw;
  const sums = at(work, (k + 3) & ~3);
  const image = at(sums, 4 * k);
  offsetsOf(kh, kw, dh, dw, sw, rows, pitch, work);
  for (let c = lo; c < hi; c++) {
    clear(sums, 4 * k);
    for (let n: i32 = 0; n < batch; n++) {
      const plane = n * channels + c;
      spreadPlane(at(x, plane * h * w), h, w, ph, pw, sw, rows, pitch, image);
      for (let o: i32 = 0; o < oh; o++) {
        const from = at(dy, (plane * oh + o) * ow);
        const row = at(image, o * sh * pitch);
        for (let j: i32 = 0; j < k; j++) {
          const p = row + load<u32>(at(work, j));
          let sum = v128.load(at(sums, 4 * j));
          let i: i32 = 0;
          for (; i + 4 <= ow; i += 4) sum = madd(v128.load(at(from, i)), v128.load(at(p, i)), sum);
          if (i < ow) sum = madd(loadTail(at(from, i), ow - i), loadTail(at(p, i), ow - i), sum);
          v128.store(at(sums, 4 * j), sum);
        }
      }
    }
    for (let j: i32 = 0; j < k; j++) store<f32>(at(dweight, c * k + j), sumLanes(v128.load(at(sums, 4 * j))));
  }
}
