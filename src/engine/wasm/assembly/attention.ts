/**
 * Scaled dot-product attention: softmax(scale q kᵀ, masked) v for each head, without a matrix of all scores. Blocks of
 * queries are taken through both products while their scores are in the cache; keys that a mask hides from all of a
 * block (the future, in causal attention) are not computed.
 */
import { NR, packA, packB, tiles, wholeTiles } from './panels';
import { softmaxRow } from './rows';
import { ZEROS, at } from './simd';

/** Queries in a block. */
const BLOCK: i32 = 32;

const KEEP: i32 = 1;
const HIDE: i32 = 2;
const ADD: i32 = 3;

// @ts-expect-error: AssemblyScript's decorator
@inline
function roundUp(n: i32, to: i32): i32 {
  return ((n + to - 1) / to) * to;
}

/** How many of the first `n` keys are needed: those after the last one that the row of a mask lets through are not. */
function visible(mode: i32, mask: usize, step: i32, n: i32): i32 {
  let last = n;
  if (step == 1) {
    const zero = f32x4.splat(0);
    for (; last >= 4; last -= 4) {
      const m = v128.load(at(mask, last - 4));
      if (v128.any_true(mode == KEEP ? f32x4.ne(m, zero) : f32x4.eq(m, zero))) break;
    }
  }
  while (last > 0) {
    const shown = load<f32>(at(mask, (last - 1) * step)) != 0;
    if (shown == (mode == KEEP)) break;
    last--;
  }
  return last;
}

/** Applies a mask to `n` scores. */
function hide(row: usize, n: i32, mode: i32, mask: usize, step: i32, fill: f32): void {
  let j: i32 = 0;
  if (step == 1) {
    const zero = f32x4.splat(0);
    const value = f32x4.splat(fill);
    for (; j + 4 <= n; j += 4) {
      const p = at(row, j);
      const m = v128.load(at(mask, j));
      const s = v128.load(p);
      if (mode == ADD) v128.store(p, f32x4.add(s, m));
      else if (mode == KEEP) v128.store(p, v128.bitselect(value, s, f32x4.eq(m, zero)));
      else v128.store(p, v128.bitselect(s, value, f32x4.eq(m, zero)));
    }
  }
  for (; j < n; j++) {
    const p = at(row, j);
    const m = load<f32>(at(mask, j * step));
    if (mode == ADD) store<f32>(p, load<f32>(p) + m);
    else if ((m != 0) != (mode == KEEP)) store<f32>(p, fill);
  }
}

/**
 * q [heads, t, d], k [heads, s, d], v [heads, s, e]; y [heads, t, e], and the weights [heads, t, s] unless `weights` is 0.
 * `heads` counts those of all samples, `each` of them belong to one sample. `scale`: address of a factor or divisor, or 0.
 * Masks: the mode (KEEP where it is not zero, HIDE there, ADD; 0 for none), the address, the steps along samples, heads,
 * queries and keys, the address of what hidden scores become. Split by blocks of queries: [lo, hi) of heads * ceil(t / 32).
 */
export function attention(
  q: usize, k: usize, v: usize, y: usize, weights: usize, each: i32, t: i32, s: i32, d: i32, e: i32, scale: usize,
  divide: i32, mode0: i32, mask0: usize, n0: i32, h0: i32, t0: i32, s0: i32, fill0: usize, mode1: i32, mask1: usize,
  n1: i32, h1: i32, t1: i32, s1: i32, fill1: usize, lo: i32, hi: i32, work: usize,
): void {
  const blocks = (t + BLOCK - 1) / BLOCK;
  // Rows that are a power of two apart would share the same lines of the cache.
  const ld = roundUp(s, NR) + 16;
  const packedK = work;
  const packedV = at(packedK, ld * d);
  const packedQ = at(packedV, roundUp(e, NR) * s);
  const packedW = at(packedQ, BLOCK * d);
  const scores = at(packedW, BLOCK * ld);
  const edge = at(scores, BLOCK * ld);
  const first0 = fill0 ? load<f32>(fill0) : 0;
  const first1 = fill1 ? load<f32>(fill1) : 0;
  const skips0 = (mode0 == KEEP || mode0 == HIDE) && first0 == -Infinity;
  const skips1 = (mode1 == KEEP || mode1 == HIDE) && first1 == -Infinity;
  let factor: f32 = scale ? load<f32>(scale) : 1;
  let packedHead: i32 = -1;
  for (let unit = lo; unit < hi; unit++) {
    const head = unit / blocks;
    const sample = head / each;
    const r0 = (unit - head * blocks) * BLOCK;
    const rows = min(BLOCK, t - r0);
    if (head != packedHead) {
      packedHead = head;
      packB(at(k, head * s * d), 1, d, d, s, packedK);
      packB(at(v, head * s * e), e, 1, s, e, packedV);
    }
    const m0 = mode0 ? at(mask0, sample * n0 + (head - sample * each) * h0 + r0 * t0) : 0;
    const m1 = mode1 ? at(mask1, sample * n1 + (head - sample * each) * h1 + r0 * t1) : 0;
    let end = s;
    if (skips0 || skips1) {
      end = 0;
      for (let r: i32 = 0; r < rows && end < s; r++) {
        let seen = s;
        if (skips0) seen = visible(mode0, at(m0, r * t0), s0, seen);
        if (skips1) seen = visible(mode1, at(m1, r * t1), s1, seen);
        // A row that sees nothing is NaN throughout, as in PyTorch.
        end = max(end, seen == 0 ? s : seen);
      }
    }
    packA(at(q, (head * t + r0) * d), d, 1, rows, d, packedQ);
    for (let j: i32 = 0; j < end; j += NR) wholeTiles(rows, d, packedQ, at(packedK, j * d), at(scores, j), ld, true, edge);
    for (let r: i32 = 0; r < rows; r++) {
      const row = at(scores, r * ld);
      if (scale) {
        const f = f32x4.splat(factor);
        // The row's slack may be scaled along.
        for (let j: i32 = 0; j < end; j += 4) {
          const p = at(row, j);
          v128.store(p, divide ? f32x4.div(v128.load(p), f) : f32x4.mul(v128.load(p), f));
        }
      }
      if (mode0) hide(row, end, mode0, at(m0, r * t0), s0, first0);
      if (mode1) hide(row, end, mode1, at(m1, r * t1), s1, first1);
      softmaxRow(row, row, end);
      if (weights) {
        const to = at(weights, (head * t + r0 + r) * s);
        memory.copy(to, row, (<usize>end) << 2);
        if (end < s) memory.fill(at(to, end), 0, (<usize>(s - end)) << 2);
      }
    }
    packA(scores, ld, 1, rows, end, packedW);
    const out = at(y, (head * t + r0) * e);
    for (let j: i32 = 0; j < e; j += NR)
      tiles(rows, min(NR, e - j), end, packedW, at(packedV, j * s), at(out, j), e, true, ZEROS, edge);
  }
}
