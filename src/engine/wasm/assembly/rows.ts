/** Kernels along one axis of [outer, axis, inner]: reductions, softmax, normalisation. Split over `outer`. */
import { at, exp4, loadTail, log4, storeTail, sumLanes } from './simd';

/**
 * The host's logarithm. AssemblyScript's own reads a table from static memory, and these modules may have none: the
 * whole memory belongs to the plan.
 */
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'log')
declare function log(x: f64): f64;

/** The largest of n contiguous floats. A NaN may be passed over: it comes back with the sum. */
function topOf(x: usize, n: i32): f32 {
  let top = load<f32>(x);
  let i: i32 = 0;
  if (n >= 4) {
    let tops = v128.load(x);
    for (i = 4; i + 4 <= n; i += 4) tops = f32x4.pmax(tops, v128.load(at(x, i)));
    tops = f32x4.pmax(tops, v128.shuffle<f32>(tops, tops, 2, 3, 0, 1));
    tops = f32x4.pmax(tops, v128.shuffle<f32>(tops, tops, 1, 0, 3, 2));
    top = f32x4.extract_lane(tops, 0);
  }
  for (; i < n; i++) {
    const v = load<f32>(at(x, i));
    if (v > top) top = v;
  }
  return top;
}

/** e^(x - top) of a row, to `to` unless that is 0; the sum. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function exponentials(from: usize, to: usize, axis: i32, top: f32): f32 {
  const shift = f32x4.splat(top);
  let total = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= axis; i += 4) {
    const e = exp4(f32x4.sub(v128.load(at(from, i)), shift));
    if (to) v128.store(at(to, i), e);
    total = f32x4.add(total, e);
  }
  const rest = axis - i;
  if (rest > 0) {
    const e = exp4(f32x4.sub(loadTail(at(from, i), rest), shift));
    if (to) storeTail(at(to, i), e, rest);
    // Lanes beyond the row hold e^-top; they must not count.
    for (let r: i32 = 0; r < rest; r++) {
      const value = r == 0 ? f32x4.extract_lane(e, 0) : r == 1 ? f32x4.extract_lane(e, 1) : f32x4.extract_lane(e, 2);
      total = f32x4.replace_lane(total, 0, f32x4.extract_lane(total, 0) + value);
    }
  }
  return sumLanes(total);
}

/** Softmax of one row, which may be written over itself. */
export function softmaxRow(from: usize, to: usize, axis: i32): void {
  const r = f32x4.splat(1 / exponentials(from, to, axis, topOf(from, axis)));
  let j: i32 = 0;
  for (; j + 4 <= axis; j += 4) v128.store(at(to, j), f32x4.mul(v128.load(at(to, j)), r));
  for (; j < axis; j++) store<f32>(at(to, j), load<f32>(at(to, j)) * f32x4.extract_lane(r, 0));
}

/** Softmax, or its logarithm, over the last axis. */
export function softmax(x: usize, y: usize, axis: i32, logarithm: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const to = at(y, o * axis);
    if (!logarithm) {
      softmaxRow(from, to, axis);
      continue;
    }
    const top = topOf(from, axis);
    const c = <f32>(<f64>top + log(exponentials(from, 0, axis, top)));
    for (let j: i32 = 0; j < axis; j++) store<f32>(at(to, j), load<f32>(at(from, j)) - c);
  }
}

/** The mean of each row of [outer, axis], summed in double precision: rows may lie far from zero. */
export function meanRows(x: usize, y: usize, axis: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) store<f32>(at(y, o), <f32>(sumOf(at(x, o * axis), axis) / <f64>axis));
}

/** The (biased) variance of each row of [outer, axis] about its mean, in a second pass as PyTorch does it. */
export function varianceRows(x: usize, mean: usize, y: usize, axis: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const mu = f32x4.splat(load<f32>(at(mean, o)));
    let total = f32x4.splat(0);
    let i: i32 = 0;
    for (; i + 4 <= axis; i += 4) {
      const d = f32x4.sub(v128.load(at(from, i)), mu);
      total = f32x4.add(total, f32x4.mul(d, d));
    }
    let sum = sumLanes(total);
    for (; i < axis; i++) {
      const d = load<f32>(at(from, i)) - f32x4.extract_lane(mu, 0);
      sum += d * d;
    }
    store<f32>(at(y, o), sum / <f32>axis);
  }
}

/** y = (x - mean) / sqrt(variance + eps) for each row of [outer, axis]. */
export function standardizeRows(x: usize, mean: usize, variance: usize, y: usize, axis: i32, eps: f32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const to = at(y, o * axis);
    const mu = f32x4.splat(load<f32>(at(mean, o)));
    const r = f32x4.splat(1 / sqrt<f32>(load<f32>(at(variance, o)) + eps));
    let i: i32 = 0;
    for (; i + 4 <= axis; i += 4) v128.store(at(to, i), f32x4.mul(f32x4.sub(v128.load(at(from, i)), mu), r));
    if (i < axis) storeTail(at(to, i), f32x4.mul(f32x4.sub(loadTail(at(from, i), axis - i), mu), r), axis - i);
  }
}

/** The sum of n contiguous floats, in double precision. */
function sumOf(x: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)));
  }
  const pair = f64x2.add(low, high);
  let sum = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  for (; i < n; i++) sum += <f64>load<f32>(at(x, i));
  return sum;
}

/** The sum of their squared distances from `mu`. */
function squaresOf(x: usize, n: i32, mu: f64): f64 {
  const m = f64x2.splat(mu);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(at(x, i));
    const a = f64x2.sub(f64x2.promote_low_f32x4(v), m);
    const b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), m);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const pair = f64x2.add(low, high);
  let sum = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  for (; i < n; i++) {
    const d = <f64>load<f32>(at(x, i)) - mu;
    sum += d * d;
  }
  return sum;
}

/**
 * The sum over `divisor` of each channel [lo, hi) of [outer, channels, inner], in double precision as PyTorch's batch
 * norm has it: a mean where the divisor is outer * inner.
 */
export function sumChannels(x: usize, y: usize, outer: i32, channels: i32, inner: i32, divisor: f64, lo: i32, hi: i32): void {
  for (let c = lo; c < hi; c++) {
    let sum: f64 = 0;
    for (let o: i32 = 0; o < outer; o++) sum += sumOf(at(x, (o * channels + c) * inner), inner);
    store<f32>(at(y, c), <f32>(sum / divisor));
  }
}

/** The (biased) variance of each channel about its mean. */
export function varianceChannels(x: usize, mean: usize, y: usize, outer: i32, channels: i32, inner: i32, lo: i32, hi: i32): void {
  for (let c = lo; c < hi; c++) {
    const mu = <f64>load<f32>(at(mean, c));
    let sum: f64 = 0;
    for (let o: i32 = 0; o < outer; o++) sum += squaresOf(at(x, (o * channels + c) * inner), inner, mu);
    store<f32>(at(y, c), <f32>(sum / <f64>(outer * inner)));
  }
}

/** Rows that are summed in one go; longer sums are made of such parts, so that rounding does not pile up. */
const PART: i32 = 256;

/** The sums of the columns of [rows, columns] over `divisor`; split by steps of 16 columns. */
export function sumColumns(x: usize, y: usize, rows: i32, columns: i32, divisor: f32, lo: i32, hi: i32): void {
  const d = f32x4.splat(divisor);
  const zero = f32x4.splat(0);
  const end = min(columns, hi * 16);
  let c = lo * 16;
  for (; c + 16 <= end; c += 16) {
    let t0 = zero;
    let t1 = zero;
    let t2 = zero;
    let t3 = zero;
    let p = at(x, c);
    for (let r: i32 = 0; r < rows; r += PART) {
      let s0 = zero;
      let s1 = zero;
      let s2 = zero;
      let s3 = zero;
      for (let n = min(PART, rows - r); n > 0; n--) {
        s0 = f32x4.add(s0, v128.load(p));
        s1 = f32x4.add(s1, v128.load(p, 16));
        s2 = f32x4.add(s2, v128.load(p, 32));
        s3 = f32x4.add(s3, v128.load(p, 48));
        p = at(p, columns);
      }
      t0 = f32x4.add(t0, s0);
      t1 = f32x4.add(t1, s1);
      t2 = f32x4.add(t2, s2);
      t3 = f32x4.add(t3, s3);
    }
    const to = at(y, c);
    v128.store(to, f32x4.div(t0, d));
    v128.store(to, f32x4.div(t1, d), 16);
    v128.store(to, f32x4.div(t2, d), 32);
    v128.store(to, f32x4.div(t3, d), 48);
  }
  for (; c < end; c += 4) {
    const n = min(4, end - c);
    let total = zero;
    let p = at(x, c);
    for (let r: i32 = 0; r < rows; r += PART) {
      let sum = zero;
      for (let k = min(PART, rows - r); k > 0; k--) {
        sum = f32x4.add(sum, v128.load(p));
        p = at(p, columns);
      }
      total = f32x4.add(total, sum);
    }
    total = f32x4.div(total, d);
    if (n == 4) v128.store(at(y, c), total);
    else storeTail(at(y, c), total, n);
  }
}

/** Softmax, or its logarithm, over the middle axis of [outer, axis, inner], four columns at a time. */
export function softmaxColumns(x: usize, y: usize, axis: i32, inner: i32, logarithm: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    for (let c: i32 = 0; c < inner; c += 4) {
      const n = min(4, inner - c);
      const from = at(x, o * axis * inner + c);
      const to = at(y, o * axis * inner + c);
      let top = v128.load(from);
      for (let i: i32 = 1; i < axis; i++) top = f32x4.max(top, v128.load(at(from, i * inner)));
      let total = f32x4.splat(0);
      for (let i: i32 = 0; i < axis; i++) {
        const e = exp4(f32x4.sub(v128.load(at(from, i * inner)), top));
        total = f32x4.add(total, e);
        if (logarithm) continue;
        if (n == 4) v128.store(at(to, i * inner), e);
        else storeTail(at(to, i * inner), e, n);
      }
      const shift = f32x4.add(top, log4(total));
      const factor = f32x4.div(f32x4.splat(1), total);
      for (let i: i32 = 0; i < axis; i++) {
        const v = logarithm
          ? f32x4.sub(v128.load(at(from, i * inner)), shift)
          : f32x4.mul(v128.load(at(to, i * inner)), factor);
        if (n == 4) v128.store(at(to, i * inner), v);
        else storeTail(at(to, i * inner), v, n);
      }
    }
  }
}
