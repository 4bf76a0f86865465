/**
 * Operands of products in panels, as the blocks of tile.ts read them: A by six rows and then by four, B by NR columns; and
 * the blocks themselves, over panels.
 */
import { ZEROS } from './simd';
import { rows6x8, tile4x8, tile6x8 } from './tile';

/** See tiles.ts: those that the host makes of 256-bit instructions. */
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'tile6x16')
declare function tile6x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void;
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'tile4x16')
declare function tile4x16(k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void;

// @ts-expect-error: AssemblyScript's decorator
@external('env', 'rows6x16')
declare function rows6x16(k: i32, a: usize, lda: usize, b: usize, c: usize, ldc: usize, from: usize): void;

/** Columns of a panel of B. */
export const NR: i32 = WIDE ? 16 : 8;
/** Columns of C that are a unit of work: whole panels, whatever their width. */
export const STEP: i32 = 16;
/** Rows of a panel of A, and of one of those that come after. */
export const TALL: i32 = 6;
export const LOW: i32 = 4;

/**
 * How many of `m` rows stand in panels of TALL; those that are left stand in at most two of LOW. The last panel may be
 * filled up by zeros: never beyond the next multiple of LOW above m. Where a product and its addition are two instructions,
 * blocks of TALL would want one register more than there are: 29 GFLOP/s where those of LOW have 41.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function tallRows(m: i32): i32 {
  if (!RELAXED_SIMD) return 0;
  const whole = m - (m % TALL);
  const rest = m - whole;
  if (rest == 5) return whole + TALL;
  return (rest == 1 || rest == 2) && whole > 0 ? whole - TALL : whole;
}

/**
 * How many of `m` rows of a matrix need no panel, as their numbers lie one after the other (`cs` 1): blocks of TALL read
 * them where they are. Not where rows are a multiple of 4 kB apart and would drive each other out of the first-level cache.
 */
// @ts-expect-error: AssemblyScript's decorator
@inline
export function rowsAsTheyLie(m: i32, rs: i32, cs: i32): i32 {
  return cs == 1 && (rs & 1023) != 0 ? min(tallRows(m), m - (m % TALL)) : 0;
}

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

/** Six or four floats of each of k columns, `step` bytes apart. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function copyColumns(p: usize, step: usize, k: i32, height: i32, to: usize): void {
  for (let x: i32 = 0; x < k; x++) {
    v128.store(to, v128.load(p));
    if (height == TALL) store<i64>(to, load<i64>(p, 16), 16);
    to += (<usize>height) << 2;
    p += step;
  }
}

/** One panel of A: `rows` of it, filled up to `height`. The steps are in bytes. */
function packPanel(p: usize, s: usize, step: usize, rows: i32, height: i32, k: i32, to: usize): void {
  if (rows == height && s == 4) {
    if (height == TALL) copyColumns(p, step, k, TALL, to);
    else copyColumns(p, step, k, LOW, to);
    return;
  }
  const apart = (<usize>height) << 2;
  let x: i32 = 0;
  if (rows == height && step == 4) {
    for (; x + 4 <= k; x += 4, to += 4 * apart, p += 16) {
      transpose4(p, s, to, apart);
      if (height == LOW) continue;
      const r4 = v128.load(p + 4 * s);
      const r5 = v128.load(p + 5 * s);
      const low = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
      const high = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
      v128.store64_lane(to, low, 0, 16);
      v128.store64_lane(to, low, 1, 40);
      v128.store64_lane(to, high, 0, 64);
      v128.store64_lane(to, high, 1, 88);
    }
  }
  for (; x < k; x++, p += step) {
    for (let r: i32 = 0; r < height; r++, to += 4) store<f32>(to, r < rows ? load<f32>(p + <usize>r * s) : 0);
  }
}

/** Panels of the rows of A, any strides. The one that begins at row i begins i * k floats behind `to`. */
export function packA(a: usize, rs: i32, cs: i32, m: i32, k: i32, to: usize): void {
  const s = (<usize>rs) << 2;
  const step = (<usize>cs) << 2;
  const tall = tallRows(m);
  let i: i32 = 0;
  if (rs == 1) {
    // Four panels at once: whole cache lines are used while they are there.
    const panel = <usize>k * (TALL * 4);
    for (; i + 4 * TALL <= min(tall, m); i += 4 * TALL) {
      let p = a + ((<usize>i) << 2);
      for (let x: i32 = 0; x < k; x++) {
        v128.store(to, v128.load(p));
        store<i64>(to, load<i64>(p, 16), 16);
        v128.store(to + panel, v128.load(p, 24));
        store<i64>(to + panel, load<i64>(p, 40), 16);
        v128.store(to + 2 * panel, v128.load(p, 48));
        store<i64>(to + 2 * panel, load<i64>(p, 64), 16);
        v128.store(to + 3 * panel, v128.load(p, 72));
        store<i64>(to + 3 * panel, load<i64>(p, 88), 16);
        to += TALL * 4;
        p += step;
      }
      to += 3 * panel;
    }
  }
  while (i < m) {
    const height = i < tall ? TALL : LOW;
    packPanel(a + <usize>i * s, s, step, min(height, m - i), height, k, to);
    to += <usize>(height * k) << 2;
    i += height;
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

/** One block of C, `height` x NR, whose sums begin with the row at `from`. `ldc` in bytes. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function block(height: i32, k: i32, a: usize, b: usize, c: usize, ldc: usize, from: usize): void {
  if (height == TALL) {
    if (WIDE) tile6x16(k, a, b, c, ldc, from);
    else tile6x8(k, a, b, c, ldc, from);
  } else if (WIDE) tile4x16(k, a, b, c, ldc, from);
  else tile4x8(k, a, b, c, ldc, from);
}

/** Room for one block, in floats. */
export const EDGE: i32 = TALL * 16;

/** C plus the block at `edge`; `ldc` in bytes. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function addBlock(height: i32, edge: usize, c: usize, ldc: usize): void {
  for (let r: i32 = 0; r < height; r++, c += ldc, edge += NR * 4) {
    v128.store(c, f32x4.add(v128.load(c), v128.load(edge)));
    v128.store(c, f32x4.add(v128.load(c, 16), v128.load(edge, 16)), 16);
    if (WIDE) {
      v128.store(c, f32x4.add(v128.load(c, 32), v128.load(edge, 32)), 32);
      v128.store(c, f32x4.add(v128.load(c, 48), v128.load(edge, 48)), 48);
    }
  }
}

/** `rows`, whole blocks of TALL, of C by one panel of B, from rows of A as they lie; as `tiles`. `lda` in floats. */
export function rowTiles(
  rows: i32, columns: i32, k: i32, a: usize, lda: i32, b: usize, c: usize, ldc: i32, first: bool, from: usize, edge: usize,
): void {
  const apart = (<usize>lda) << 2;
  const bytes = (<usize>ldc) << 2;
  const whole = columns == NR;
  for (let i: i32 = 0; i < rows; i += TALL, a += TALL * apart, c += TALL * bytes) {
    const to = whole && first ? c : edge;
    const step = whole && first ? bytes : NR * 4;
    if (WIDE) rows6x16(k, a, apart, b, to, step, from);
    else rows6x8(k, a, apart, b, to, step, from);
    if (whole && first) continue;
    if (whole) addBlock(TALL, edge, c, bytes);
    else storeEdge(TALL, columns, edge, c, bytes, first);
  }
}

/** The `rows` x `columns` of the block at `edge` that C has, instead of what stands there or added to it. `ldc` in bytes. */
function storeEdge(rows: i32, columns: i32, edge: usize, c: usize, ldc: usize, first: bool): void {
  for (let r: i32 = 0; r < rows; r++, c += ldc, edge += NR * 4) {
    for (let j: i32 = 0; j < columns; j++) {
      const sum = load<f32>(edge + ((<usize>j) << 2));
      const cell = c + ((<usize>j) << 2);
      store<f32>(cell, first ? sum : sum + load<f32>(cell));
    }
  }
}

/**
 * `rows` of C by one panel of B, where C has room for whole blocks; adds to C unless `first`. `ldc` in floats; `edge` is
 * room for a block.
 */
export function wholeTiles(rows: i32, k: i32, a: usize, b: usize, c: usize, ldc: i32, first: bool, edge: usize): void {
  blocks(true, rows, NR, k, a, b, c, ldc, first, ZEROS, edge);
}

/**
 * `rows` x `columns` of C by one panel of B and nothing beside them. Sums begin with the row at `from`, which is read to the
 * width of a panel; they are added to C unless `first`.
 */
export function tiles(
  rows: i32, columns: i32, k: i32, a: usize, b: usize, c: usize, ldc: i32, first: bool, from: usize, edge: usize,
): void {
  blocks(false, rows, columns, k, a, b, c, ldc, first, from, edge);
}

/** Either of them; `room` for whole blocks is a constant. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function blocks(
  room: bool, rows: i32, columns: i32, k: i32, a: usize, b: usize, c: usize, ldc: i32, first: bool, from: usize, edge: usize,
): void {
  const bytes = (<usize>ldc) << 2;
  const tall = tallRows(rows);
  for (let i: i32 = 0; i < rows; ) {
    const height = i < tall ? TALL : LOW;
    const pa = a + ((<usize>(i * k)) << 2);
    const to = c + <usize>i * bytes;
    const own = room ? height : min(height, rows - i);
    const whole = room || (own == height && columns == NR);
    if (whole && first) block(height, k, pa, b, to, bytes, from);
    else {
      block(height, k, pa, b, edge, NR * 4, from);
      if (whole) addBlock(height, edge, to, bytes);
      else storeEdge(own, columns, edge, to, bytes, first);
    }
    i += height;
  }
}
