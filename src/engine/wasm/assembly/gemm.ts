/**
 * Single-precision matrix product: C = A B (+ C), any strides on A and B, C row-major.
 *
 * The scheme is Goto's: panels of B (KC x NC) and of A (MC x KC) are packed into contiguous memory and a
 * register-blocked micro-kernel (tile.ts) runs over them.
 * Every element of C is summed over k in the same order wherever it lies in the matrix and however the work is split
 * among threads, so that results do not depend on the number of threads.
 */
import { madd } from './simd';
import { tile8 } from './tile';

/** See tiles.ts: one that the host makes of 256-bit instructions. */
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'tile16')
declare function wideTile(k: i32, a: usize, b: usize, c: usize, ldc: usize, first: bool): void;

export const MR: i32 = 4;
export const NR: i32 = WIDE ? 16 : 8;
/** Columns of C that are a unit of work: whole panels, whatever their width. */
export const STEP: i32 = 16;
export const KC: i32 = 256;
export const MC: i32 = 128;
const NC: i32 = 512;

/** The transpose of 4 x 4 floats, whose rows are so many bytes apart. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function transpose4(from: usize, step: usize, to: usize, apart: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + step);
  const r2 = v128.load(from + 2 * step);
  const r3 = v128.load(from + 3 * step);
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
  v128.store(to + apart, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
  v128.store(to + 2 * apart, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
  v128.store(to + 3 * apart, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
}

/** Panels of four rows of A, any strides. */
export function packA(a: usize, rs: i32, cs: i32, m: i32, k: i32, to: usize): void {
  const s = (<usize>rs) << 2;
  const step = (<usize>cs) << 2;
  let i: i32 = 0;
  if (rs == 1) {
    // Four panels at once: a whole cache line of each row is used while it is there.
    const panel = (<usize>k) << 4;
    for (; i + 16 <= m; i += 16) {
      let p = a + ((<usize>i) << 2);
      for (let x: i32 = 0; x < k; x++) {
        v128.store(to, v128.load(p));
        v128.store(to + panel, v128.load(p, 16));
        v128.store(to + 2 * panel, v128.load(p, 32));
        v128.store(to + 3 * panel, v128.load(p, 48));
        to += 16;
        p += step;
      }
      to += 3 * panel;
    }
  }
  for (; i < m; i += MR) {
    const rows = min(MR, m - i);
    let p = a + <usize>i * s;
    if (rows == MR && rs == 1) {
      for (let x: i32 = 0; x < k; x++) {
        v128.store(to, v128.load(p));
        to += 16;
        p += step;
      }
    } else if (rows == MR && cs == 1) {
      let x: i32 = 0;
      for (; x + 4 <= k; x += 4) {
        transpose4(p, s, to, 16);
        to += 64;
        p += 16;
      }
      for (; x < k; x++) {
        store<f32>(to, load<f32>(p));
        store<f32>(to, load<f32>(p + s), 4);
        store<f32>(to, load<f32>(p + 2 * s), 8);
        store<f32>(to, load<f32>(p + 3 * s), 12);
        to += 16;
        p += 4;
      }
    } else if (rows == MR) {
      for (let x: i32 = 0; x < k; x++) {
        store<f32>(to, load<f32>(p));
        store<f32>(to, load<f32>(p + s), 4);
        store<f32>(to, load<f32>(p + 2 * s), 8);
        store<f32>(to, load<f32>(p + 3 * s), 12);
        to += 16;
        p += step;
      }
    } else {
      for (let x: i32 = 0; x < k; x++) {
        for (let r: i32 = 0; r < MR; r++) {
          store<f32>(to, r < rows ? load<f32>(p + <usize>r * s) : 0);
          to += 4;
        }
        p += step;
      }
    }
  }
}

/** Panels of NR columns of B, any strides. */
export function packB(b: usize, rs: i32, cs: i32, k: i32, n: i32, to: usize): void {
  const s = (<usize>rs) << 2;
  const step = (<usize>cs) << 2;
  let j: i32 = 0;
  if (cs == 1 && !WIDE) {
    // Two panels at once, for the same reason.
    const panel = (<usize>k) << 5;
    for (; j + 16 <= n; j += 16) {
      let p = b + ((<usize>j) << 2);
      for (let x: i32 = 0; x < k; x++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        v128.store(to + panel, v128.load(p, 32));
        v128.store(to + panel, v128.load(p, 48), 16);
        to += 32;
        p += s;
      }
      to += panel;
    }
  }
  for (; j < n; j += NR) {
    const columns = min(NR, n - j);
    let p = b + <usize>j * step;
    if (columns == NR && cs == 1) {
      for (let x: i32 = 0; x < k; x++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        if (WIDE) {
          v128.store(to, v128.load(p, 32), 32);
          v128.store(to, v128.load(p, 48), 48);
        }
        to += NR * 4;
        p += s;
      }
    } else if (columns == NR && rs == 1) {
      // A transposed matrix: read along its rows, four at a time.
      let x: i32 = 0;
      for (; x + 4 <= k; x += 4) {
        for (let h: i32 = 0; h < NR; h += 4) {
          transpose4(p + <usize>h * step, step, to + ((<usize>h) << 2), NR * 4);
        }
        to += NR * 16;
        p += 16;
      }
      for (; x < k; x++) {
        for (let c: i32 = 0; c < NR; c++) {
          store<f32>(to, load<f32>(p + <usize>c * step));
          to += 4;
        }
        p += 4;
      }
    } else {
      for (let x: i32 = 0; x < k; x++) {
        for (let c: i32 = 0; c < NR; c++) {
          store<f32>(to, c < columns ? load<f32>(p + <usize>c * step) : 0);
          to += 4;
        }
        p += s;
      }
    }
  }
}

/**
 * One tile of C, MR x NR, from packed panels; adds to C unless `first`. `ldc` in bytes.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function tile(k: i32, a: usize, b: usize, c: usize, ldc: usize, first: bool): void {
  if (WIDE) wideTile(k, a, b, c, ldc, first);
  else tile8(k, a, b, c, ldc, first);
}

/** A tile of which C has just so many rows and columns; `edge` is room for a whole one. `ldc` in floats. */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function tileAt(
  k: i32, a: usize, b: usize, c: usize, ldc: i32, rows: i32, columns: i32, first: bool, edge: usize,
): void {
  if (rows == MR && columns == NR) {
    tile(k, a, b, c, (<usize>ldc) << 2, first);
    return;
  }
  tile(k, a, b, edge, NR * 4, true);
  for (let i: i32 = 0; i < rows; i++) {
    for (let j: i32 = 0; j < columns; j++) {
      const from = load<f32>(edge + ((<usize>(i * NR + j)) << 2));
      const to = c + ((<usize>(i * ldc + j)) << 2);
      store<f32>(to, first ? from : from + load<f32>(to));
    }
  }
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
 * `small` chooses the unpacked path; the caller decides it from the whole matrix, never from a thread's share of it.
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
  small: bool,
  work: usize,
): void {
  if (small) {
    gemmSmall(m, n, k, a, rsa, csa, b, rsb, csb, c, ldc, accumulate);
    return;
  }
  const packedA = work;
  const packedB = packedA + <usize>(MC * KC * 4);
  const edge = packedB + <usize>(NC * KC * 4);
  for (let jc: i32 = 0; jc < n; jc += NC) {
    const nc = min(NC, n - jc);
    for (let pc: i32 = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const first = pc == 0 && !accumulate;
      packB(b + ((<usize>(pc * rsb + jc * csb)) << 2), rsb, csb, kc, nc, packedB);
      for (let ic: i32 = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        packA(a + ((<usize>(ic * rsa + pc * csa)) << 2), rsa, csa, mc, kc, packedA);
        for (let jr: i32 = 0; jr < nc; jr += NR) {
          const pb = packedB + ((<usize>(jr * kc)) << 2);
          for (let ir: i32 = 0; ir < mc; ir += MR) {
            const pa = packedA + ((<usize>(ir * kc)) << 2);
            const to = c + ((<usize>((ic + ir) * ldc + jc + jr)) << 2);
            tileAt(kc, pa, pb, to, ldc, min(MR, mc - ir), min(NR, nc - jr), first, edge);
          }
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
  work: usize,
): void {
  const packedA = work;
  const edge = packedA + <usize>(MC * KC * 4) + <usize>(NC * KC * 4);
  for (let jc: i32 = j0 - (j0 % NC); jc < j1; jc += NC) {
    const from = max(jc, j0);
    const to = min(jc + NC, j1);
    for (let pc: i32 = 0; pc < k; pc += KC) {
      const kc = min(KC, k - pc);
      const first = pc == 0 && !accumulate;
      const block = packed + ((<usize>blockAt(jc, pc, n, k)) << 2);
      for (let ic: i32 = 0; ic < m; ic += MC) {
        const mc = min(MC, m - ic);
        packA(a + ((<usize>(ic * rsa + pc * csa)) << 2), rsa, csa, mc, kc, packedA);
        for (let jr = from; jr < to; jr += NR) {
          const pb = block + ((<usize>((jr - jc) * kc)) << 2);
          for (let ir: i32 = 0; ir < mc; ir += MR) {
            const pa = packedA + ((<usize>(ir * kc)) << 2);
            const at = c + ((<usize>((ic + ir) * n + jr)) << 2);
            tileAt(kc, pa, pb, at, n, min(MR, mc - ir), min(NR, to - jr), first, edge);
          }
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
    for (let i: i32 = i0; i < i1 && biasMode != 0; i++) {
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
      gemmPacked(i1 - i0, j0, j1, n, k, rows, rsa, csa, b, start, biasMode != 0, work);
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
      biasMode != 0,
      small,
      work,
    );
    unit += to - from;
  }
}
