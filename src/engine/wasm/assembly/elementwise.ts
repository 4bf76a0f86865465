/**
 * Elementwise kernels over [lo, hi). The kind is an argument, so that one loop serves each family; the numbers are
 * the ones in src/engine/wasm/kinds.ts.
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

// @ts-expect-error: AssemblyScript's decorator
@inline
function combine(kind: i32, a: v128, b: v128): v128 {
  switch (kind) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.sub(a, b);
    case 2: return f32x4.mul(a, b);
    case 3: return f32x4.div(a, b);
    case 4: return f32x4.max(a, b);
    case 5: return f32x4.min(a, b);
    default: return a;
  }
}

/** y = a ∘ b, both of the output's size. */
export function binary(kind: i32, a: usize, b: usize, y: usize, lo: i32, hi: i32): void {
  let i = lo;
  for (; i + 4 <= hi; i += 4) v128.store(at(y, i), combine(kind, v128.load(at(a, i)), v128.load(at(b, i))));
  if (i < hi) storeTail(at(y, i), combine(kind, loadTail(at(a, i), hi - i), loadTail(at(b, i), hi - i)), hi - i);
}

/**
 * y = a ∘ b where b repeats: the output is [outer, middle, inner] and b is [middle] (each value over `inner` cells).
 * A bias per feature has inner 1, one per channel inner h*w, a scalar middle 1. `flip` computes b ∘ a.
 * Split over rows of [outer].
 */
export function binaryRepeat(kind: i32, a: usize, b: usize, y: usize, middle: i32, inner: i32, flip: i32, lo: i32, hi: i32): void {
  for (let o = lo; o < hi; o++) {
    const row = o * middle * inner;
    if (inner == 1) {
      let i: i32 = 0;
      for (; i + 4 <= middle; i += 4) {
        const u = v128.load(at(a, row + i));
        const v = v128.load(at(b, i));
        v128.store(at(y, row + i), flip ? combine(kind, v, u) : combine(kind, u, v));
      }
      if (i < middle) {
        const u = loadTail(at(a, row + i), middle - i);
        const v = loadTail(at(b, i), middle - i);
        storeTail(at(y, row + i), flip ? combine(kind, v, u) : combine(kind, u, v), middle - i);
      }
    } else {
      for (let m: i32 = 0; m < middle; m++) {
        const v = v128.load32_splat(at(b, m));
        const base = row + m * inner;
        let i: i32 = 0;
        for (; i + 4 <= inner; i += 4) {
          const u = v128.load(at(a, base + i));
          v128.store(at(y, base + i), flip ? combine(kind, v, u) : combine(kind, u, v));
        }
        if (i < inner) {
          const u = loadTail(at(a, base + i), inner - i);
          storeTail(at(y, base + i), flip ? combine(kind, v, u) : combine(kind, u, v), inner - i);
        }
      }
    }
  }
}

// What portable kernels call for functions that WebAssembly has no instruction for.

export function exp(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

export function tanh(x: f32): f32 {
  return f32x4.extract_lane(tanh4(f32x4.splat(x)), 0);
}
