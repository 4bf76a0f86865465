/**
 * Convolutions over three axes as products: the patches of a chunk of output places are laid out as columns, one row for
 * each weight of a filter. Chunks are the same however the work is split, and so are the sums.
 */
import { gemm } from './gemm';
import { at } from './simd';

/** Input channels whose gradients are one unit of work. */
const CHANNELS: i32 = 8;

/** n floats from `from`, `step` apart; or, with `add`, n floats onto those at `to`, `step` apart. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function run(from: usize, to: usize, n: i32, step: i32, add: bool): void {
  let i: i32 = 0;
  if (step == 1) {
    for (; i + 4 <= n; i += 4) {
      const v = v128.load(at(from, i));
      v128.store(at(to, i), add ? f32x4.add(v128.load(at(to, i)), v) : v);
    }
    for (; i < n; i++) {
      const v = load<f32>(at(from, i));
      store<f32>(at(to, i), add ? load<f32>(at(to, i)) + v : v);
    }
    return;
  }
  for (; i < n; i++) {
    if (add) store<f32>(at(to, i * step), load<f32>(at(to, i * step)) + load<f32>(at(from, i)));
    else store<f32>(at(to, i), load<f32>(at(from, i * step)));
  }
}

// @ts-expect-error: AssemblyScript's decorator
@inline
function clear(to: usize, n: i32): void {
  for (let i: i32 = 0; i < n; i++) store<f32>(at(to, i), 0);
}

/**
 * The columns of output places [p0, p1) for `channels` of a volume: gathered from it, or, with `add`, added to it.
 * Columns lie in rows of `across`.
 */
function patches(
  volume: usize, columns: usize, across: i32, channels: i32, p0: i32, p1: i32, add: bool,
  d: i32, h: i32, w: i32, oh: i32, ow: i32, kd: i32, kh: i32, kw: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32,
): void {
  let row = columns;
  for (let c: i32 = 0; c < channels; c++) {
    for (let z: i32 = 0; z < kd; z++) {
      for (let y: i32 = 0; y < kh; y++) {
        for (let x: i32 = 0; x < kw; x++) {
          const shift = x * dw - pw;
          // Places of a line of outputs whose input is inside: shift + o * sw within [0, w).
          const first = shift < 0 ? (sw - 1 - shift) / sw : 0;
          const end = shift < w ? (w - shift + sw - 1) / sw : 0;
          let p = p0;
          while (p < p1) {
            const line = p / ow;
            const o = p - line * ow;
            const n = min(ow - o, p1 - p);
            const oz = line / oh;
            const iz = oz * sd - pd + z * dd;
            const iy = (line - oz * oh) * sh - ph + y * dh;
            const to = at(row, p - p0);
            const lo = max(o, first);
            const hi = max(lo, min(o + n, end));
            const inside = iz >= 0 && iz < d && iy >= 0 && iy < h && lo < hi;
            if (!inside) {
              if (!add) clear(to, n);
            } else {
              const from = at(volume, ((c * d + iz) * h + iy) * w + shift + lo * sw);
              if (add) run(at(to, lo - o), from, hi - lo, sw, true);
              else {
                clear(to, lo - o);
                run(from, at(to, lo - o), hi - lo, sw, false);
                clear(at(to, hi - o), o + n - hi);
              }
            }
            p += n;
          }
          row = at(row, across);
        }
      }
    }
  }
}

/** Work is split by samples and chunks of `chunk` places. `work` holds the columns and then gemm's panels. */
export function volumeForward(
  x: usize, weight: usize, bias: usize, y: usize, chunk: i32, groups: i32, ci: i32, co: i32,
  d: i32, h: i32, w: i32, od: i32, oh: i32, ow: i32, kd: i32, kh: i32, kw: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32,
  lo: i32, hi: i32, work: usize,
): void {
  const places = od * oh * ow;
  const chunks = (places + chunk - 1) / chunk;
  const cig = ci / groups;
  const cog = co / groups;
  const k = cig * kd * kh * kw;
  const volume = d * h * w;
  const panels = at(work, k * chunk + 4);
  for (let unit = lo; unit < hi; unit++) {
    const n = unit / chunks;
    const p0 = (unit - n * chunks) * chunk;
    const p1 = min(places, p0 + chunk);
    for (let g: i32 = 0; g < groups; g++) {
      patches(
        at(x, (n * ci + g * cig) * volume), work, chunk, cig, p0, p1, false,
        d, h, w, oh, ow, kd, kh, kw, sd, sh, sw, pd, ph, pw, dd, dh, dw,
      );
      const out = at(y, (n * co + g * cog) * places + p0);
      for (let m: i32 = 0; m < cog && bias != 0; m++) {
        const value = load<f32>(at(bias, g * cog + m));
        for (let p: i32 = 0; p < p1 - p0; p++) store<f32>(at(out, m * places + p), value);
      }
      gemm(
        cog, p1 - p0, k, at(weight, g * cog * k), k, 1, work, chunk, 1, out, places, bias != 0, 0, false, panels,
      );
    }
  }
}

/** Work is split by samples and blocks of input channels of a group. */
export function volumeGradInput(
  dy: usize, weight: usize, dx: usize, chunk: i32, groups: i32, ci: i32, co: i32,
  d: i32, h: i32, w: i32, od: i32, oh: i32, ow: i32, kd: i32, kh: i32, kw: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32,
  lo: i32, hi: i32, work: usize,
): void {
  const places = od * oh * ow;
  const cig = ci / groups;
  const cog = co / groups;
  const window = kd * kh * kw;
  const volume = d * h * w;
  const blocks = (cig + CHANNELS - 1) / CHANNELS;
  const panels = at(work, CHANNELS * window * chunk + 4);
  for (let unit = lo; unit < hi; unit++) {
    const n = unit / (groups * blocks);
    const g = (unit / blocks) % groups;
    const c = (unit % blocks) * CHANNELS;
    const channels = min(CHANNELS, cig - c);
    const to = at(dx, (n * ci + g * cig + c) * volume);
    memory.fill(to, 0, (<usize>(channels * volume)) << 2);
    for (let p0: i32 = 0; p0 < places; p0 += chunk) {
      const p1 = min(places, p0 + chunk);
      gemm(
        channels * window, p1 - p0, cog, at(weight, (g * cog * cig + c) * window), 1, cig * window,
        at(dy, (n * co + g * cog) * places + p0), places, 1, work, chunk, false, 0, false, panels,
      );
      patches(
        to, work, chunk, channels, p0, p1, true,
        d, h, w, oh, ow, kd, kh, kw, sd, sh, sw, pd, ph, pw, dd, dh, dw,
      );
    }
  }
}

/** Work is split by groups and blocks of their input channels. */
export function volumeGradWeight(
  x: usize, dy: usize, dweight: usize, chunk: i32, groups: i32, batch: i32, ci: i32, co: i32,
  d: i32, h: i32, w: i32, od: i32, oh: i32, ow: i32, kd: i32, kh: i32, kw: i32,
  sd: i32, sh: i32, sw: i32, pd: i32, ph: i32, pw: i32, dd: i32, dh: i32, dw: i32,
  lo: i32, hi: i32, work: usize,
): void {
  const places = od * oh * ow;
  const cig = ci / groups;
  const cog = co / groups;
  const window = kd * kh * kw;
  const volume = d * h * w;
  const blocks = (cig + CHANNELS - 1) / CHANNELS;
  const panels = at(work, CHANNELS * window * chunk + 4);
  for (let unit = lo; unit < hi; unit++) {
    const g = unit / blocks;
    const c = (unit % blocks) * CHANNELS;
    const channels = min(CHANNELS, cig - c);
    const to = at(dweight, (g * cog * cig + c) * window);
    let accumulate = false;
    for (let n: i32 = 0; n < batch; n++) {
      for (let p0: i32 = 0; p0 < places; p0 += chunk) {
        const p1 = min(places, p0 + chunk);
        patches(
          at(x, (n * ci + g * cig + c) * volume), work, chunk, channels, p0, p1, false,
          d, h, w, oh, ow, kd, kh, kw, sd, sh, sw, pd, ph, pw, dd, dh, dw,
        );
        gemm(
          cog, channels * window, p1 - p0, at(dy, (n * co + g * cog) * places + p0), places, 1,
          work, 1, chunk, to, cig * window, accumulate, 0, false, panels,
        );
        accumulate = true;
      }
    }
  }
}
