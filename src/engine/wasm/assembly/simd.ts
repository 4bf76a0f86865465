/** Small pieces that every kernel uses. The build makes the module with RELAXED_SIMD 0 and 1, and once more with WIDE 1 (see tile.ts). */

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
 * Coefficients lie in memory, at the address TABLE, and are broadcast from there as they are needed: V8 builds a vector
 * constant from several instructions each time. `init` writes them; the plan's buffers begin behind them (TABLE_END).
 */
const TABLE: usize = 64;
/** A row of 16 zeros behind them, which nothing writes to. */
export const ZEROS: usize = 512;
const EXP: i32 = 0;
const TANH: i32 = 16;
const ERF: i32 = 32;
const LOG: i32 = 48;

// @ts-expect-error: AssemblyScript's decorator
@inline
function k(i: i32): v128 {
  return v128.load32_splat(TABLE + ((<usize>i) << 2));
}

function put(i: i32, value: f32): void {
  store<f32>(TABLE + ((<usize>i) << 2), value);
}

/** Must be called once for each memory. */
export function init(): void {
  put(EXP, 89);
  put(EXP + 1, -87.3365478515625);
  put(EXP + 2, 1.44269504088896341);
  // 1.5 * 2^23: added, it rounds to a whole number, which stands in the low bits.
  put(EXP + 3, 12582912);
  put(EXP + 4, -0.693359375);
  put(EXP + 5, 2.12194440e-4);
  put(EXP + 6, 1.9875691500e-4);
  put(EXP + 7, 1.3981999507e-3);
  put(EXP + 8, 8.3334519073e-3);
  put(EXP + 9, 4.1665795894e-2);
  put(EXP + 10, 1.6666665459e-1);
  put(EXP + 11, 5.0000001201e-1);
  put(EXP + 12, 1);
  store<i32>(TABLE + ((<usize>(EXP + 13)) << 2), 126 << 23);
  put(EXP + 14, 2);
  put(EXP + 15, -1);
  put(TANH, 9);
  put(TANH + 1, -9);
  put(TANH + 2, -8.488275113755102e-14);
  put(TANH + 3, 5.277797440812073e-11);
  put(TANH + 4, -2.022495945560537e-8);
  put(TANH + 5, 1.1154255089803818e-5);
  put(TANH + 6, 3.10395207654086e-3);
  put(TANH + 7, 0.13084006756841035);
  put(TANH + 8, 0.9999999934332415);
  put(TANH + 9, 2.546138586909621e-4);
  put(TANH + 10, 0.024495163005057774);
  put(TANH + 11, 0.46417333879098416);
  put(ERF, 3.92);
  put(ERF + 1, -3.92);
  put(ERF + 2, 2.0500601871955835e-6);
  put(ERF + 3, 2.848654520650049e-4);
  put(ERF + 4, 3.765178290417119e-3);
  put(ERF + 5, 0.05274733516590213);
  put(ERF + 6, 0.19039730463525267);
  put(ERF + 7, 1.1283791462778545);
  put(ERF + 8, 3.809053089771939e-5);
  put(ERF + 9, 1.1624154934407403e-3);
  put(ERF + 10, 0.014968340229159997);
  put(ERF + 11, 0.11410516639827448);
  put(ERF + 12, 0.5020679611449692);
  put(LOG, 7.0376836292e-2);
  put(LOG + 1, -1.1514610310e-1);
  put(LOG + 2, 1.1676998740e-1);
  put(LOG + 3, -1.2420140846e-1);
  put(LOG + 4, 1.4249322787e-1);
  put(LOG + 5, -1.6668057665e-1);
  put(LOG + 6, 2.0000714765e-1);
  put(LOG + 7, -2.4999993993e-1);
  put(LOG + 8, 3.3333331174e-1);
  put(LOG + 9, 0.707106781186547524);
  put(LOG + 10, -2.12194440e-4);
  put(LOG + 11, 0.693359375);
  put(LOG + 12, -0.5);
  put(LOG + 13, 8388608);
}

/**
 * e^x to about one unit in the last place: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial of degree six for e^r
 * (Cody and Waite's split of ln 2, the minimax coefficients of Cephes' expf), the power of two by its bits.
 * Beyond the range of normal float32 numbers it gives 0 and infinity; NaN stays NaN.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function exp4(x: v128): v128 {
  const low = k(EXP + 1);
  const c = f32x4.pmax(f32x4.pmin(x, k(EXP)), low);
  const shifted = madd(c, k(EXP + 2), k(EXP + 3));
  const n = f32x4.sub(shifted, k(EXP + 3));
  const r = madd(n, k(EXP + 5), madd(n, k(EXP + 4), c));
  let p = madd(k(EXP + 6), r, k(EXP + 7));
  p = madd(p, r, k(EXP + 8));
  p = madd(p, r, k(EXP + 9));
  p = madd(p, r, k(EXP + 10));
  p = madd(p, r, k(EXP + 11));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), k(EXP + 12));
  // 2^(n - 1), and twice that: so n = 128 comes out, too.
  const power = i32x4.add(i32x4.shl(shifted, 23), k(EXP + 13));
  p = f32x4.mul(f32x4.mul(p, power), k(EXP + 14));
  return v128.andnot(p, f32x4.lt(x, low));
}

/** 1 / (1 + e^-x); e^-x may become infinite. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function sigmoidOf(x: v128): v128 {
  const one = k(EXP + 12);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** The same as a call: where a loop holds several functions, these in line crowd its registers. */
export function sigmoid4(x: v128): v128 {
  return sigmoidOf(x);
}

/** y within [-1, 1], and exactly 1 with x's sign where |x| > limit; NaN stays. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function saturate(y: v128, x: v128, limit: v128): v128 {
  const one = k(EXP + 12);
  const sign = i32x4.shl(i32x4.shr_u(x, 31), 31);
  const clamped = f32x4.pmax(f32x4.pmin(y, one), k(EXP + 15));
  return v128.bitselect(v128.or(one, sign), clamped, f32x4.gt(f32x4.abs(x), limit));
}

/** tanh x = x P(x²) / Q(x²) up to 9, where it is 1 in float32: a minimax fit, relative error below 4e-7. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function tanhOf(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, k(TANH)), k(TANH + 1));
  const z = f32x4.mul(c, c);
  let p = madd(k(TANH + 2), z, k(TANH + 3));
  p = madd(p, z, k(TANH + 4));
  p = madd(p, z, k(TANH + 5));
  p = madd(p, z, k(TANH + 6));
  p = madd(p, z, k(TANH + 7));
  p = madd(p, z, k(TANH + 8));
  let q = madd(k(TANH + 9), z, k(TANH + 10));
  q = madd(q, z, k(TANH + 11));
  q = madd(q, z, k(EXP + 12));
  return saturate(f32x4.div(f32x4.mul(c, p), q), x, k(TANH));
}

export function tanh4(x: v128): v128 {
  return tanhOf(x);
}

/** erf x = x P(x²) / Q(x²) up to 3.92, where it is 1 in float32: a minimax fit, relative error below 4e-7. */
export function erf4(x: v128): v128 {
  const c = f32x4.pmax(f32x4.pmin(x, k(ERF)), k(ERF + 1));
  const z = f32x4.mul(c, c);
  let p = madd(k(ERF + 2), z, k(ERF + 3));
  p = madd(p, z, k(ERF + 4));
  p = madd(p, z, k(ERF + 5));
  p = madd(p, z, k(ERF + 6));
  p = madd(p, z, k(ERF + 7));
  let q = madd(k(ERF + 8), z, k(ERF + 9));
  q = madd(q, z, k(ERF + 10));
  q = madd(q, z, k(ERF + 11));
  q = madd(q, z, k(ERF + 12));
  q = madd(q, z, k(EXP + 12));
  return saturate(f32x4.div(f32x4.mul(c, p), q), x, k(ERF));
}

/**
 * The natural logarithm to about one unit in the last place: x = 2^e m with m near 1, Cephes' polynomial (logf) for
 * log m. 0 gives -infinity, negative numbers NaN.
 */
export function log4(x: v128): v128 {
  // Denormal numbers are scaled up first.
  const tiny = f32x4.lt(x, i32x4.splat(0x00800000));
  const scaled = v128.bitselect(f32x4.mul(x, k(LOG + 13)), x, tiny);
  let e = i32x4.sub(i32x4.shr_u(scaled, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  let m = v128.or(v128.and(scaled, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const less = f32x4.lt(m, k(LOG + 9));
  e = i32x4.add(e, less);
  m = f32x4.sub(f32x4.add(m, v128.and(m, less)), k(EXP + 12));
  const n = f32x4.convert_i32x4_s(e);
  const z = f32x4.mul(m, m);
  let p = madd(k(LOG), m, k(LOG + 1));
  p = madd(p, m, k(LOG + 2));
  p = madd(p, m, k(LOG + 3));
  p = madd(p, m, k(LOG + 4));
  p = madd(p, m, k(LOG + 5));
  p = madd(p, m, k(LOG + 6));
  p = madd(p, m, k(LOG + 7));
  p = madd(p, m, k(LOG + 8));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = madd(n, k(LOG + 10), p);
  p = madd(z, k(LOG + 12), p);
  p = madd(n, k(LOG + 11), f32x4.add(m, p));
  const zero = f32x4.splat(0);
  p = v128.bitselect(f32x4.splat(Infinity), p, f32x4.eq(x, f32x4.splat(Infinity)));
  p = v128.bitselect(f32x4.splat(-Infinity), p, f32x4.eq(x, zero));
  return v128.bitselect(p, f32x4.splat(NaN), f32x4.ge(x, zero));
}

// What portable kernels call for functions that WebAssembly has no instruction for.

export function exp(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

export function tanh(x: f32): f32 {
  return f32x4.extract_lane(tanh4(f32x4.splat(x)), 0);
}
