/** Small pieces that every kernel uses. The build makes the module twice, with RELAXED_SIMD 0 and 1. */

/** a * b + c, fused where the host has relaxed SIMD. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (RELAXED_SIMD) return v128.relaxed_madd<f32>(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
