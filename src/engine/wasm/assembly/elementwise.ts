/**
 * Elementwise kernels over [lo, hi). The kind is an argument, so that one loop serves each family; the numbers are
 * those of `kinds` in engine/ops/_elementwise.ts.
 */
import { at, erf4, exp4, loadTail, sigmoid4, storeTail, tanh4 } from './simd';

const ZERO: f32 = 0;

/** y = f(x). */
// @ts-expect-error: AssemblyScript's decorator
@inline
function apply(kind: i32, x: v128, alpha: f32): v128 {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(ZERO);
  switch (kind) {
    case 0: return f32x4.max(x, zero); // Relu
    case 1: return sigmoid4(x);
    case 2: return tanh4(x);
    case 3: return exp4(x);
    case 4: return f32x4.sqrt(x);
    case 5: return f32x4.neg(x);
    case 6: return f32x4.abs(x);
    case 7: return v128.bitselect(f32x4.mul(x, f32x4.splat(alpha)), x, f32x4.lt(x, zero)); // LeakyRelu
    case 8: return f32x4.mul(x, sigmoid4(x)); // Silu
    case 9: // Gelu, exact
      return f32x4.mul(f32x4.mul(f32x4.splat(0.5), x), f32x4.add(one, erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476)))));
    case 10: { // Gelu, tanh
      const u = f32x4.mul(f32x4.splat(0.7978845608028654), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), f32x4.mul(x, f32x4.mul(x, x)))));
      return f32x4.mul(f32x4.mul(f32x4.splat(0.5), x), f32x4.add(one, tanh4(u)));
    }
    case 11: return erf4(x);
    case 12: return f32x4.div(one, x); // Reciprocal
    case 13: return f32x4.mul(x, x); // Square
    case 14: return f32x4.mul(x, f32x4.splat(alpha)); // scale
    case 15: return f32x4.add(x, f32x4.splat(alpha)); // shift
    default: return x;
  }
}

function unaryLoop(kind: i32, x: usize, y: usize, n: i32, alpha: f32): void {
  let i: i32 = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(y, i), apply(kind, v128.load(at(x, i)), alpha));
  if (i < n) storeTail(at(y, i), apply(kind, loadTail(at(x, i), n - i), alpha), n - i);
}

export function unary(kind: i32, x: usize, y: usize, alpha: f32, lo: i32, hi: i32): void {
  unaryLoop(kind, at(x, lo), at(y, lo), hi - lo, alpha);
}

/** dx = dy f'(x), where `x` is the input, or the output for the kinds whose derivative is simplest in it. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function derive(kind: i32, x: v128, dy: v128, alpha: f32): v128 {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(ZERO);
  switch (kind) {
    case 0: return v128.and(dy, f32x4.gt(x, zero)); // Relu: from input or output
    case 1: return f32x4.mul(dy, f32x4.mul(x, f32x4.sub(one, x))); // Sigmoid: from output
    case 2: return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(x, x))); // Tanh: from output
    case 3: return f32x4.mul(dy, x); // Exp: from output
    case 4: return f32x4.div(f32x4.mul(dy, f32x4.splat(0.5)), x); // Sqrt: from output
    case 7: return v128.bitselect(f32x4.mul(dy, f32x4.splat(alpha)), dy, f32x4.le(x, zero)); // LeakyRelu
    case 8: { // Silu
      const s = sigmoid4(x);
      return f32x4.mul(dy, f32x4.mul(s, f32x4.add(one, f32x4.mul(x, f32x4.sub(one, s)))));
    }
    case 9: { // Gelu, exact
      const cdf = f32x4.mul(f32x4.splat(0.5), f32x4.add(one, erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476)))));
      const pdf = f32x4.mul(f32x4.splat(0.3989422804014327), exp4(f32x4.mul(f32x4.splat(-0.5), f32x4.mul(x, x))));
      return f32x4.mul(dy, f32x4.add(cdf, f32x4.mul(x, pdf)));
    }
    case 10: { // Gelu, tanh
      const x2 = f32x4.mul(x, x);
      const u = f32x4.mul(f32x4.splat(0.7978845608028654), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), f32x4.mul(x, x2))));
      const t = tanh4(u);
      const du = f32x4.mul(f32x4.splat(0.7978845608028654), f32x4.add(one, f32x4.mul(f32x4.splat(0.134145), x2)));
      const d = f32x4.mul(f32x4.mul(x, f32x4.sub(one, f32x4.mul(t, t))), du);
      return f32x4.mul(dy, f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.add(one, t), d)));
    }
    default: return dy;
  }
}

export function unaryGrad(kind: i32, x: usize, dy: usize, dx: usize, alpha: f32, lo: i32, hi: i32): void {
  let i = lo;
  for (; i + 4 <= hi; i += 4) v128.store(at(dx, i), derive(kind, v128.load(at(x, i)), v128.load(at(dy, i)), alpha));
  if (i < hi) storeTail(at(dx, i), derive(kind, loadTail(at(x, i), hi - i), loadTail(at(dy, i), hi - i), alpha), hi - i);
}

// What portable kernels call for functions that WebAssembly has no instruction for.

export function exp(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

export function tanh(x: f32): f32 {
  return f32x4.extract_lane(tanh4(f32x4.splat(x)), 0);
}
