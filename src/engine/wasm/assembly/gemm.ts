/**
 * Single-precision matrix product: C = A B (+ C), any strides on A and B, C row-major.
 *
 * The scheme is Goto's: panels of B (KC x NC) and of A (MC x KC) are packed into contiguous memory and a
 * register-blocked micro-kernel (tile.ts) runs over them.
 * Every element of C is summed over k in the same order wherever it lies in the matrix and however the work is split
 * among threads, so that results do not depend on the number of threads.
 */
import { LOW, NR, STEP, packA, packB, rowTiles, rowsAsTheyLie, tiles } from './panels';
import { ZEROS, at, madd } from './simd';

const KC: i32 = 512;
/** A multiple of TALL: short blocks of rows stand at the end alone. */
const MC: i32 = 132;
const NC: i32 = 512;

/** Floats of the panels of A; see `gemmScratchBytes` in ../fastKernel.ts. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function roomForA(m: i32, k: i32): i32 {
  return ((min(m, MC) + LOW - 1) & -LOW) * min(k, KC);
}

/** Too small to be worth packing. */
function gemmSmall(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rsa: i32,
  csa: i32,
  b: usize,
  rsb: i32,
  csb: i32,
  c: usize,
  ldc: i32,
  accumulate: bool,
): void {
  const stepA = (<usize>csa) << 2;
  const stepB = (<usize>rsb) << 2;
  const quads = csb == 1 ? n & ~3 : 0;
  for (let i: i32 = 0; i < m; i++) {
    const row = a + ((<usize>(i * rsa)) << 2);
    const out = c + ((<usize>(i * ldc)) << 2);
    for (let j: i32 = 0; j < quads; j += 4) {
      let sum = f32x4.splat(0);
      let p = row;
      let q = b + ((<usize>j) << 2);
      for (let x: i32 = 0; x < k; x++) {
        sum = madd(v128.load32_splat(p), v128.load(q), sum);
        p += stepA;
        q += stepB;
      }
      const to = out + ((<usize>j) << 2);
      v128.store(to, accumulate ? f32x4.add(sum, v128.load(to)) : sum);
    }
    for (let j: i32 = quads; j < n; j++) {
      let sum: f32 = 0;
      let p = row;
      let q = b + ((<usize>(j * csb)) << 2);
      for (let x: i32 = 0; x < k; x++) {
        sum += load<f32>(p) * load<f32>(q);
        p += stepA;
        q += stepB;
      }
      const to = out + ((<usize>j) << 2);
      store<f32>(to, accumulate ? sum + load<f32>(to) : sum);
    }
  }
}

/**
 * C[m,n] = A[m,k] B[k,n], plus C itself if `accumulate`. Strides and `ldc` count elements; pointers are bytes.
 * Sums begin with the row `bias`, unless that is 0. `small` chooses the unpacked path; the caller decides it from the whole matrix, never from a thread's share of it.
 */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rsa: i32,
  csa: i32,
  b: usize,
  rsb: i32,
  csb: i32,
  c: usize,
  ldc: i32,
  accumulate: bool,
  bias: usize,
  small: bool,
  work: usize,
): void {
  if (small) {
    gemmSmall(m, n, k, a, rsa, csa, b, rsb, csb, c, ldc, accumulate);
    return;
  }
  const packedA = work;
  const packedB = at(packedA, roomForA(m, k));
  const edge = at(packedB, ((min(n, NC) + NR - 1) & -NR) * min(k, KC));
  for (let jc: i32 = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc: i32 = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const first = pc == 0 && !accumulate;
      const start = pc == 0 ? bias : 0;
      packB(b + ((<usize>(pc * rsb + jc * csb)) << 2), rsb, csb, kc, nc, packedB);
      for (let ic: i32 = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        const rows = at(a, ic * rsa + pc * csa);
        const lie = rowsAsTheyLie(mc, rsa, csa);
        packA(at(rows, lie * rsa), rsa, csa, mc - lie, kc, packedA);
        for (let jr: i32 = 0; jr < nc; jr += NR) {
          const pb = at(packedB, jr * kc);
          const to = at(c, ic * ldc + jc + jr);
          const width = min(NR, nc - jr);
          const begin = start ? at(start, jc + jr) : ZEROS;
          rowTiles(lie, width, kc, rows, rsa, pb, to, ldc, first, begin, edge);
          tiles(mc - lie, width, kc, packedA, pb, at(to, lie * ldc), ldc, first, begin, edge);
        }
      }
    }
  }
}

/** Floats of what comes before the block of B that begins at column jc and row pc, where all of B was packed. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function blockAt(jc: i32, pc: i32, n: i32, k: i32): i32 {
  const width = min(NC, n - jc);
  return jc * k + pc * ((width + NR - 1) & -NR);
}

/** Packs all of a B for products that share it (compile/packWeights.ts), [lo, hi) of its steps of columns. */
export function packColumns(b: usize, to: usize, n: i32, k: i32, rsb: i32, csb: i32, lo: i32, hi: i32): void {
  for (let unit = lo; unit < hi; unit++) {
    const j = unit * STEP;
    const jc = j - (j % NC);
    for (let pc: i32 = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const panel = to + ((<usize>(blockAt(jc, pc, n, k) + (j - jc) * kc)) << 2);
      packB(b + ((<usize>(pc * rsb + j * csb)) << 2), rsb, csb, kc, min(STEP, n - j), panel);
    }
  }
}

/** Columns [j0, j1) of a product with a packed B; sums as `gemm` does. */
function gemmPacked(
  m: i32,
  j0: i32,
  j1: i32,
  n: i32,
  k: i32,
  a: usize,
  rsa: i32,
  csa: i32,
  packed: usize,
  c: usize,
  accumulate: bool,
  bias: usize,
  work: usize,
): void {
  const packedA = work;
  const edge = at(packedA, roomForA(m, k));
  for (let jc: i32 = j0 - (j0 % NC); jc < j1; jc += NC) {
    const from = max(jc, j0);
    const to = min(jc + NC, j1);
    for (let pc: i32 = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const first = pc == 0 && !accumulate;
      const start = pc == 0 ? bias : 0;
      const block = packed + ((<usize>blockAt(jc, pc, n, k)) << 2);
      for (let ic: i32 = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        const rows = at(a, ic * rsa + pc * csa);
        const lie = rowsAsTheyLie(mc, rsa, csa);
        packA(at(rows, lie * rsa), rsa, csa, mc - lie, kc, packedA);
        for (let jr = from; jr < to; jr += NR) {
          const pb = at(block, (jr - jc) * kc);
          const out = at(c, ic * n + jr);
          const width = min(NR, to - jr);
          const begin = start ? at(start, jr) : ZEROS;
          rowTiles(lie, width, kc, rows, rsa, pb, out, n, first, begin, edge);
          tiles(mc - lie, width, kc, packedA, pb, at(out, lie * n), n, first, begin, edge);
        }
      }
    }
  }
}

/** Whether packing does not pay for a product of this size. */
export function isSmall(m: i32, n: i32, k: i32): bool {
  return <i64>m * n * k < 8192 || n < 4;
}

/** n floats; a call of memory.copy takes longer than a short row. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function copyRow(from: usize, to: usize, n: i32): void {
  let j: i32 = 0;
  for (; j + 4 <= n; j += 4) v128.store(to + ((<usize>j) << 2), v128.load(from + ((<usize>j) << 2)));
  for (; j < n; j++) store<f32>(to + ((<usize>j) << 2), load<f32>(from + ((<usize>j) << 2)));
}

/**
 * A batch of products, with a bias. Work is split by rows or by columns of C, [lo, hi) of batch*m rows or of
 * batch*ceil(n/16) steps of columns.
 * @param biasMode 0 none, 1 one value per column, 2 one per row
 * @param packed b is what packColumns made of a B that all of the batch share
 */
export function matmul(
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rsa: i32,
  csa: i32,
  batchA: i32,
  b: usize,
  rsb: i32,
  csb: i32,
  batchB: i32,
  c: usize,
  bias: usize,
  biasMode: i32,
  byRows: bool,
  packed: bool,
  lo: i32,
  hi: i32,
  work: usize,
): void {
  const small = isSmall(m, n, k);
  const laid = biasMode == 2 || (biasMode == 1 && small);
  const row0 = biasMode == 1 && !small ? bias : 0;
  const units = byRows ? m : (n + STEP - 1) / STEP;
  let unit = lo;
  while (unit < hi) {
    const z = unit / units;
    const from = unit - z * units;
    const to = min(units, from + hi - unit);
    const i0 = byRows ? from : 0;
    const i1 = byRows ? to : m;
    const j0 = byRows ? 0 : from * STEP;
    const j1 = byRows ? n : min(n, to * STEP);
    const out = c + ((<usize>((z * m + i0) * n + j0)) << 2);
    // What is not packed, and a value for each row, is laid out first.
    for (let i: i32 = i0; i < i1 && laid; i++) {
      const row = c + ((<usize>((z * m + i) * n + j0)) << 2);
      if (biasMode == 1) copyRow(bias + ((<usize>j0) << 2), row, j1 - j0);
      else {
        const value = load<f32>(bias + ((<usize>i) << 2));
        for (let j: i32 = 0; j < j1 - j0; j++) store<f32>(row + ((<usize>j) << 2), value);
      }
    }
    const rows = a + ((<usize>(z * batchA + i0 * rsa)) << 2);
    if (packed) {
      const start = c + ((<usize>((z * m + i0) * n)) << 2);
      gemmPacked(i1 - i0, j0, j1, n, k, rows, rsa, csa, b, start, laid, row0, work);
      unit += to - from;
      continue;
    }
    gemm(
      i1 - i0,
      j1 - j0,
      k,
      rows,
      rsa,
      csa,
      b + ((<usize>(z * batchB + j0 * csb)) << 2),
      rsb,
      csb,
      out,
      n,
      laid,
      row0 ? at(row0, j0) : 0,
      small,
      work,
    );
    unit += to - from;
  }
}
