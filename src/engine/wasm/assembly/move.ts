/** Kernels that move data: permutations, rows by index, pooling. */
import { at } from './simd';

/** y = x with axes permuted; up to six axes, output sizes d0…d5 and the input's strides in the output's order. Split over d0. */
export function permute(
  x: usize, y: usize, d0: i32, d1: i32, d2: i32, d3: i32, d4: i32, d5: i32,
  s0: i32, s1: i32, s2: i32, s3: i32, s4: i32, s5: i32, lo: i32, hi: i32,
): void {
  let to = at(y, lo * d1 * d2 * d3 * d4 * d5);
  for (let i0 = lo; i0 < hi; i0++) {
    for (let i1: i32 = 0; i1 < d1; i1++) {
      for (let i2: i32 = 0; i2 < d2; i2++) {
        for (let i3: i32 = 0; i3 < d3; i3++) {
          for (let i4: i32 = 0; i4 < d4; i4++) {
            let from = at(x, i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3 + i4 * s4);
            if (s5 == 1) {
              memory.copy(to, from, (<usize>d5) << 2);
              to += (<usize>d5) << 2;
            } else {
              const step = (<usize>s5) << 2;
              for (let i5: i32 = 0; i5 < d5; i5++) {
                store<f32>(to, load<f32>(from));
                from += step;
                to += 4;
              }
            }
          }
        }
      }
    }
  }
}

/**
 * y[i] = table[indices[i]], rows of `width`. Indices are whole numbers stored as floats; negative ones count from the
 * end, those outside read the first or last row.
 */
export function gatherRows(table: usize, indices: usize, y: usize, rows: i32, width: i32, lo: i32, hi: i32): void {
  for (let i = lo; i < hi; i++) {
    let row = <i32>load<f32>(at(indices, i));
    if (row < 0) row += rows;
    row = min(max(row, 0), rows - 1);
    memory.copy(at(y, i * width), at(table, row * width), (<usize>width) << 2);
  }
}

/**
 * y = x, then y[r, indices[r, t]] = u[r, t] (or += with `add`) for t in order; rows [lo, hi) of `size` cells with `count`
 * indices each. Negative ones count from the end, those outside are left out.
 */
export function scatterRows(
  x: usize, indices: usize, u: usize, y: usize, size: i32, count: i32, add: i32, lo: i32, hi: i32,
): void {
  memory.copy(at(y, lo * size), at(x, lo * size), (<usize>((hi - lo) * size)) << 2);
  for (let r = lo; r < hi; r++) {
    const row = at(y, r * size);
    for (let t = r * count; t < (r + 1) * count; t++) {
      let k = <i32>load<f32>(at(indices, t));
      if (k < 0) k += size;
      if (k < 0 || k >= size) continue;
      const to = row + ((<usize>k) << 2);
      const v = load<f32>(at(u, t));
      store<f32>(to, add ? load<f32>(to) + v : v);
    }
  }
}

/** y[0] = whether an index lies outside [from, below), y[1] = the first that does. One that is no number does. */
export function indexRange(indices: usize, y: usize, count: i32, from: f32, below: f32): void {
  const low = f32x4.splat(from);
  const high = f32x4.splat(below);
  store<f32>(y, 0);
  store<f32>(y, 0, 4);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(at(indices, i));
    if (!i32x4.all_true(v128.and(f32x4.ge(v, low), f32x4.lt(v, high)))) break;
  }
  for (; i < count; i++) {
    const v = load<f32>(at(indices, i));
    if (v >= from && v < below) continue;
    store<f32>(y, 1);
    store<f32>(y, v, 4);
    return;
  }
}

/** Copies rows [lo, hi) of `width` cells between places whose rows lie `fromStep` and `toStep` apart. */
export function copyRows(x: usize, y: usize, width: i32, fromStep: i32, toStep: i32, lo: i32, hi: i32): void {
  for (let i = lo; i < hi; i++) {
    let from = at(x, i * fromStep);
    let to = at(y, i * toStep);
    if (width > 32) {
      memory.copy(to, from, (<usize>width) << 2);
      continue;
    }
    const end = to + ((<usize>(width & ~3)) << 2);
    for (; to < end; to += 16, from += 16) v128.store(to, v128.load(from));
    for (let j = width & 3; j > 0; j--, to += 4, from += 4) store<f32>(to, load<f32>(from));
  }
}

/**
 * dtable = 0, then dtable[indices[i]] += dy[i] for columns [lo, hi) of the table. Negative indices count from the end;
 * those outside have no row.
 */
export function scatterAddRows(indices: usize, dy: usize, dtable: usize, rows: i32, count: i32, width: i32, lo: i32, hi: i32): void {
  for (let r: i32 = 0; r < rows; r++) memory.fill(at(dtable, r * width + lo), 0, (<usize>(hi - lo)) << 2);
  for (let i: i32 = 0; i < count; i++) {
    let row = <i32>load<f32>(at(indices, i));
    if (row < 0) row += rows;
    if (row < 0 || row >= rows) continue;
    const to = at(dtable, row * width);
    const from = at(dy, i * width);
    let j = lo;
    for (; j + 4 <= hi; j += 4) v128.store(at(to, j), f32x4.add(v128.load(at(to, j)), v128.load(at(from, j))));
    for (; j < hi; j++) store<f32>(at(to, j), load<f32>(at(to, j)) + load<f32>(at(from, j)));
  }
}

/** The lanes 0, 1, 2, … of a row at the distance `step` (1 or 2). */
// @ts-expect-error: AssemblyScript's decorator
@inline
function strided(from: usize, step: i32): v128 {
  const a = v128.load(from);
  if (step == 1) return a;
  return v128.shuffle<f32>(a, v128.load(from, 16), 0, 2, 4, 6);
}

/**
 * Max pooling over planes [lo, hi) of n*c: the maxima (`y`, unless it is 0), and where in its plane each stands (`where`,
 * unless it is 0). Ties go to the first, as in PyTorch; of several NaN the last counts. Padding never wins.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
function pool(
  x: usize, y: usize, where: usize, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32,
): void {
  // Windows [first, last) of a row lie inside the image; of those four at a time are taken where the step allows it.
  const first = min(ow, (pw + sw - 1) / sw);
  const room = w - 1 - (kw - 1) * dw + pw;
  const last = room < 0 ? 0 : min(ow, room / sw + 1);
  const lanes = f32x4.mul(f32x4(0, 1, 2, 3), f32x4.splat(<f32>sw));
  for (let p = lo; p < hi; p++) {
    const plane = at(x, p * h * w);
    let to = p * oh * ow;
    for (let oy: i32 = 0; oy < oh; oy++) {
      let ox: i32 = 0;
      while (ox < ow) {
        // The last four of a row may be some that were computed already.
        if (sw <= 2 && ox >= first && ox < last && last - first >= 4) {
          ox = min(ox, last - 4);
          let top = f32x4.splat(-Infinity);
          let place = f32x4.splat(-1);
          let found = false;
          for (let ky: i32 = 0; ky < kh; ky++) {
            const iy = oy * sh - ph + ky * dh;
            if (iy < 0 || iy >= h) continue;
            const start = iy * w + ox * sw - pw;
            for (let kx: i32 = 0; kx < kw; kx++) {
              const i = start + kx * dw;
              const v = strided(at(plane, i), sw);
              // Not (v <= top): greater, or NaN. Once the top is NaN only another NaN takes its place.
              let take = v128.or(f32x4.gt(v, top), f32x4.ne(v, v));
              if (where) {
                if (!found) take = i32x4.splat(-1);
                found = true;
                place = v128.bitselect(f32x4.add(f32x4.splat(<f32>i), lanes), place, take);
              }
              top = v128.bitselect(v, top, take);
            }
          }
          if (y) v128.store(at(y, to + ox), top);
          if (where) v128.store(at(where, to + ox), place);
          ox += 4;
          continue;
        }
        let top: f32 = -Infinity;
        let place: i32 = -1;
        for (let ky: i32 = 0; ky < kh; ky++) {
          const iy = oy * sh - ph + ky * dh;
          if (iy < 0 || iy >= h) continue;
          for (let kx: i32 = 0; kx < kw; kx++) {
            const ix = ox * sw - pw + kx * dw;
            if (ix < 0 || ix >= w) continue;
            const value = load<f32>(at(plane, iy * w + ix));
            if (place < 0 || value > top || value != value) {
              top = value;
              place = iy * w + ix;
            }
          }
        }
        if (y) store<f32>(at(y, to + ox), top);
        if (where) store<f32>(at(where, to + ox), <f32>place);
        ox++;
      }
      to += ow;
    }
  }
}

export function maxPool(
  x: usize, y: usize, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32,
): void {
  pool(x, y, 0, h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, lo, hi);
}

export function maxPoolIndices(
  x: usize, where: usize, h: i32, w: i32, oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, ph: i32, pw: i32, dh: i32, dw: i32, lo: i32, hi: i32,
): void {
  pool(x, 0, where, h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw, lo, hi);
}

/** dx of a max pool from the places of its maxima, for planes [lo, hi) of `size` cells with `count` windows each. */
export function maxPoolGrad(dy: usize, indices: usize, dx: usize, size: i32, count: i32, lo: i32, hi: i32): void {
  for (let p = lo; p < hi; p++) {
    const to = at(dx, p * size);
    memory.fill(to, 0, (<usize>size) << 2);
    for (let i: i32 = p * count; i < (p + 1) * count; i++) {
      const cell = at(to, <i32>load<f32>(at(indices, i)));
      store<f32>(cell, load<f32>(cell) + load<f32>(at(dy, i)));
    }
  }
}
