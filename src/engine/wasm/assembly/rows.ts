/** Kernels along one axis of [outer, axis, inner]: reductions, softmax, normalisation. Split over `outer`. */
import { at, exp4, loadTail, storeTail, sumLanes } from './simd';

/** Sum over n contiguous floats, always in the same order. */
function sumRow(x: usize, n: i32): f32 {
  let total = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) total = f32x4.add(total, v128.load(at(x, i)));
  if (i < n) total = f32x4.add(total, loadTail(at(x, i), n - i));
  return sumLanes(total);
}

/** y[outer, inner] = scale * sum over the axis of x[outer, axis, inner]. */
export function reduceSum(x: usize, y: usize, axis: i32, inner: i32, scale: f32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis * inner);
    const to = at(y, o * inner);
    if (inner == 1) {
      store<f32>(to, scale * sumRow(from, axis));
      continue;
    }
    memory.copy(to, from, (<usize>inner) << 2);
    for (let a: i32 = 1; a < axis; a++) {
      const row = at(from, a * inner);
      let i: i32 = 0;
      for (; i + 4 <= inner; i += 4) v128.store(at(to, i), f32x4.add(v128.load(at(to, i)), v128.load(at(row, i))));
      for (; i < inner; i++) store<f32>(at(to, i), load<f32>(at(to, i)) + load<f32>(at(row, i)));
    }
    if (scale != 1) for (let i: i32 = 0; i < inner; i++) store<f32>(at(to, i), scale * load<f32>(at(to, i)));
  }
}

/** Softmax, or its logarithm, over the last axis. */
export function softmax(x: usize, y: usize, axis: i32, logarithm: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const to = at(y, o * axis);
    let top = load<f32>(from);
    for (let i: i32 = 1; i < axis; i++) top = max(top, load<f32>(at(from, i)));
    const shift = f32x4.splat(top);
    let total = f32x4.splat(0);
    let i: i32 = 0;
    for (; i + 4 <= axis; i += 4) {
      const e = exp4(f32x4.sub(v128.load(at(from, i)), shift));
      if (!logarithm) v128.store(at(to, i), e);
      total = f32x4.add(total, e);
    }
    const rest = axis - i;
    if (rest > 0) {
      const e = exp4(f32x4.sub(loadTail(at(from, i), rest), shift));
      if (!logarithm) storeTail(at(to, i), e, rest);
      // Lanes beyond the row hold e^-top; they must not count.
      for (let r: i32 = 0; r < rest; r++) {
        const value = r == 0 ? f32x4.extract_lane(e, 0) : r == 1 ? f32x4.extract_lane(e, 1) : f32x4.extract_lane(e, 2);
        total = f32x4.replace_lane(total, 0, f32x4.extract_lane(total, 0) + value);
      }
    }
    const sum = sumLanes(total);
    if (logarithm) {
      const c = top + <f32>Math.log(sum);
      for (let j: i32 = 0; j < axis; j++) store<f32>(at(to, j), load<f32>(at(from, j)) - c);
    } else {
      const r = f32x4.splat(1 / sum);
      let j: i32 = 0;
      for (; j + 4 <= axis; j += 4) v128.store(at(to, j), f32x4.mul(v128.load(at(to, j)), r));
      for (; j < axis; j++) store<f32>(at(to, j), load<f32>(at(to, j)) * f32x4.extract_lane(r, 0));
    }
  }
}

/** dx of softmax from its output y: y (dy - sum(dy y)); of its logarithm: dy - e^y sum(dy). */
export function softmaxGrad(y: usize, dy: usize, dx: usize, axis: i32, logarithm: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const p = at(y, o * axis);
    const d = at(dy, o * axis);
    const to = at(dx, o * axis);
    let dot: f32 = 0;
    if (logarithm) dot = sumRow(d, axis);
    else {
      let total = f32x4.splat(0);
      let i: i32 = 0;
      for (; i + 4 <= axis; i += 4) total = f32x4.add(total, f32x4.mul(v128.load(at(p, i)), v128.load(at(d, i))));
      if (i < axis) total = f32x4.add(total, f32x4.mul(loadTail(at(p, i), axis - i), loadTail(at(d, i), axis - i)));
      dot = sumLanes(total);
    }
    const s = f32x4.splat(dot);
    for (let i: i32 = 0; i < axis; i += 4) {
      const n = min(4, axis - i);
      const full = n == 4;
      const u = full ? v128.load(at(p, i)) : loadTail(at(p, i), n);
      const v = full ? v128.load(at(d, i)) : loadTail(at(d, i), n);
      const out = logarithm ? f32x4.sub(v, f32x4.mul(exp4(u), s)) : f32x4.mul(u, f32x4.sub(v, s));
      if (full) v128.store(at(to, i), out);
      else storeTail(at(to, i), out, n);
    }
  }
}

/**
 * y = (x - mean) / sqrt(var + eps) * weight + bias over the last axis; `mean` and `inverse` (1 / sqrt(var + eps)) are
 * kept per row for the gradient. `weight` and `bias` may be 0.
 */
export function layerNorm(x: usize, weight: usize, bias: usize, y: usize, mean: usize, inverse: usize, axis: i32, eps: f32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const to = at(y, o * axis);
    const mu = sumRow(from, axis) / <f32>axis;
    let total = f32x4.splat(0);
    const m = f32x4.splat(mu);
    let i: i32 = 0;
    for (; i + 4 <= axis; i += 4) {
      const d = f32x4.sub(v128.load(at(from, i)), m);
      total = f32x4.add(total, f32x4.mul(d, d));
    }
    let variance = sumLanes(total);
    for (; i < axis; i++) {
      const d = load<f32>(at(from, i)) - mu;
      variance += d * d;
    }
    const r: f32 = 1 / <f32>Math.sqrt(variance / <f32>axis + eps);
    store<f32>(at(mean, o), mu);
    store<f32>(at(inverse, o), r);
    for (let j: i32 = 0; j < axis; j++) {
      let value = (load<f32>(at(from, j)) - mu) * r;
      if (weight) value *= load<f32>(at(weight, j));
      if (bias) value += load<f32>(at(bias, j));
      store<f32>(at(to, j), value);
    }
  }
}

/** dx of layerNorm. The gradients of weight and bias are sums over rows, computed by `layerNormGradParameters`. */
export function layerNormGrad(x: usize, weight: usize, mean: usize, inverse: usize, dy: usize, dx: usize, axis: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const from = at(x, o * axis);
    const d = at(dy, o * axis);
    const to = at(dx, o * axis);
    const mu = load<f32>(at(mean, o));
    const r = load<f32>(at(inverse, o));
    let s1: f32 = 0;
    let s2: f32 = 0;
    for (let j: i32 = 0; j < axis; j++) {
      const g = load<f32>(at(d, j)) * (weight ? load<f32>(at(weight, j)) : 1);
      s1 += g;
      s2 += g * (load<f32>(at(from, j)) - mu) * r;
    }
    s1 /= <f32>axis;
    s2 /= <f32>axis;
    for (let j: i32 = 0; j < axis; j++) {
      const g = load<f32>(at(d, j)) * (weight ? load<f32>(at(weight, j)) : 1);
      const z = (load<f32>(at(from, j)) - mu) * r;
      store<f32>(at(to, j), (g - s1 - z * s2) * r);
    }
  }
}

/** dweight and dbias of layerNorm for features [lo, hi), summed over all rows. */
export function layerNormGradParameters(x: usize, mean: usize, inverse: usize, dy: usize, dweight: usize, dbias: usize, rows: i32, axis: i32, lo: i32, hi: i32): void {
  for (let j = lo; j < hi; j++) {
    store<f32>(at(dweight, j), 0);
    store<f32>(at(dbias, j), 0);
  }
  for (let o: i32 = 0; o < rows; o++) {
    const mu = load<f32>(at(mean, o));
    const r = load<f32>(at(inverse, o));
    for (let j = lo; j < hi; j++) {
      const g = load<f32>(at(dy, o * axis + j));
      store<f32>(at(dbias, j), load<f32>(at(dbias, j)) + g);
      store<f32>(at(dweight, j), load<f32>(at(dweight, j)) + g * (load<f32>(at(x, o * axis + j)) - mu) * r);
    }
  }
}

