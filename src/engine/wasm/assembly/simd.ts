/** Small pieces that every kernel uses. The build makes the module twice, with RELAXED_SIMD 0 and 1. */

/** a * b + c, fused where the host has relaxed SIMD. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The address of element `i` of an array of floats. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function at(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2);
}

/** The sum of the four lanes, always in the same order. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** n floats at p, fewer than four, the rest zero. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function loadTail(p: usize, n: i32): v128 {
  let v = f32x4.splat(0);
  if (n > 0) v = f32x4.replace_lane(v, 0, load<f32>(p));
  if (n > 1) v = f32x4.replace_lane(v, 1, load<f32>(p, 4));
  if (n > 2) v = f32x4.replace_lane(v, 2, load<f32>(p, 8));
  return v;
}

// @ts-expect-error: AssemblyScript's decorator
@inline
export function storeTail(p: usize, v: v128, n: i32): void {
  if (n > 0) store<f32>(p, f32x4.extract_lane(v, 0));
  if (n > 1) store<f32>(p, f32x4.extract_lane(v, 1), 4);
  if (n > 2) store<f32>(p, f32x4.extract_lane(v, 2), 8);
}

/**
 * e^x to about one unit in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial of degree six for e^r
 * (Cody and Waite's split of ln 2, the minimax coefficients of Cephes' expf), the power of two by its bits.
 * Beyond the range of float32 it gives 0 and infinity; NaN stays NaN.
 */
export function exp4(x: v128): v128 {
  const high = f32x4.splat(88.72283935546875);
  const low = f32x4.splat(-103.97283935546875);
  const over = f32x4.gt(x, high);
  const under = f32x4.lt(x, low);
  const nan = f32x4.ne(x, x);
  const c = f32x4.max(f32x4.min(x, high), f32x4.splat(-104));
  const n = f32x4.nearest(f32x4.mul(c, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(c, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // 2^n in two factors, so that denormal results and n = 128 come out.
  const i = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(i, 1);
  const bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  p = f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(i, half), bias), 23));
  p = v128.bitselect(f32x4.splat(Infinity), p, over);
  p = v128.andnot(p, under);
  return v128.bitselect(x, p, nan);
}

/** 1 / (1 + e^-x) without overflow on either side. */
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  const positive = f32x4.div(one, f32x4.add(one, e));
  return v128.bitselect(f32x4.mul(e, positive), positive, f32x4.lt(x, f32x4.splat(0)));
}

/** tanh: an odd polynomial below 0.625 (Cephes' tanhf), by e^2x above. */
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const one = f32x4.splat(1);
  const e = exp4(f32x4.add(a, a));
  let big = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  big = v128.or(big, v128.and(x, i32x4.splat(0x80000000)));
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  return v128.bitselect(small, big, f32x4.lt(a, f32x4.splat(0.625)));
}

/**
 * erf: by its Taylor-like minimax form below 1 (Cephes' erff), by 1 - e^-x² P(1/x) above (Cephes' erfcf).
 * Absolute error below 2e-7.
 */
export function erf4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(7.853861353153693e-5);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-8.010193625184903e-4));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(5.188327685732524e-3));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-2.685381193529856e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.128358514861418e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.761262582423300e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.128379165726710));
  const small = f32x4.mul(x, p);
  const q = f32x4.div(f32x4.splat(1), f32x4.max(a, f32x4.splat(0.5)));
  const y = f32x4.mul(q, q);
  // For 1 <= x < 2, and for x >= 2.
  let u = f32x4.splat(2.326819970068386e-2);
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(-1.387039388740657e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(3.687424674597105e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(-5.824733027278666e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(6.210004621745983e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(-4.944515323274145e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(3.404879937665872e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(-2.741127028184656e-1));
  u = f32x4.add(f32x4.mul(u, y), f32x4.splat(5.638259427386472e-1));
  let w = f32x4.splat(-1.047766399936249e1);
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(1.297719955372516e1));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(-7.495518717768503));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(2.921019019210786));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(-1.015265279202700));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(4.218463358204948e-1));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(-2.820767439740514e-1));
  w = f32x4.add(f32x4.mul(w, y), f32x4.splat(5.641895067754075e-1));
  const r = v128.bitselect(u, w, f32x4.lt(a, f32x4.splat(2)));
  const c = f32x4.mul(f32x4.mul(exp4(f32x4.neg(z)), q), r);
  let big = f32x4.sub(f32x4.splat(1), c);
  big = v128.or(big, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(small, big, f32x4.lt(a, f32x4.splat(1)));
}
