/**
 * One time step of recurrent layers, gates and states in one pass over [n, gates * width] rows; split by rows.
 * Gates stand in ONNX's order: LSTM input, output, forget, cell; GRU update, reset, hidden.
 */
import { at, loadTail, sigmoidOf, storeTail, tanh4, tanhOf } from './simd';

// @ts-expect-error: AssemblyScript's decorator
@inline
function read(p: usize, n: i32): v128 {
  return n >= 4 ? v128.load(p) : loadTail(p, n);
}

// @ts-expect-error: AssemblyScript's decorator
@inline
function write(p: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(p, v);
  else storeTail(p, v, n);
}

/** 1 - v, which sigmoids' and tanhs' derivatives are made of. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function rest(v: v128): v128 {
  return f32x4.sub(f32x4.splat(1), v);
}

// Functions of many numbers in a row are loops of their own, two vectors a round: the processor then works at several at
// once, where one pass over gates and states would wait for each of its five functions in turn.

// @ts-expect-error: AssemblyScript's decorator
@inline
function sum(x: usize, z: usize, i: i32): v128 {
  return f32x4.add(v128.load(at(x, i)), v128.load(at(z, i)));
}

/** sigmoid(x + z) of `n` numbers. */
function sigmoids(x: usize, z: usize, y: usize, n: i32): void {
  each(false, x, z, y, n);
}

/** tanh(x + z). */
function tanhs(x: usize, z: usize, y: usize, n: i32): void {
  each(true, x, z, y, n);
}

/** Which function is a constant. */
// @ts-expect-error: AssemblyScript's decorator
@inline
function each(tanh: bool, x: usize, z: usize, y: usize, n: i32): void {
  let i: i32 = 0;
  for (; i + 8 <= n; i += 8) {
    const a = tanh ? tanhOf(sum(x, z, i)) : sigmoidOf(sum(x, z, i));
    const b = tanh ? tanhOf(sum(x, z, i + 4)) : sigmoidOf(sum(x, z, i + 4));
    v128.store(at(y, i), a);
    v128.store(at(y, i + 4), b);
  }
  for (; i < n; i += 4) {
    const r = n - i;
    const a = f32x4.add(read(at(x, i), r), read(at(z, i), r));
    write(at(y, i), tanh ? tanhOf(a) : sigmoidOf(a), r);
  }
}

/** x and z: what comes from the input and from the hidden state; c the cell state before. */
export function lstmStep(
  x: usize, z: usize, c: usize, hidden: usize, cell: usize, gates: usize, width: i32, lo: i32, hi: i32,
): void {
  const gate = (<usize>width) << 2;
  for (let n = lo; n < hi; n++) {
    const from = 4 * n * width;
    const i = at(gates, from);
    sigmoids(at(x, from), at(z, from), i, 3 * width);
    const u = i + 3 * gate;
    tanhs(at(x, from + 3 * width), at(z, from + 3 * width), u, width);
    const o = i + gate;
    const f = o + gate;
    const state = n * width;
    const now = at(cell, state);
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const kept = f32x4.mul(read(at(f, m), r), read(at(c, state + m), r));
      write(at(now, m), f32x4.add(kept, f32x4.mul(read(at(i, m), r), read(at(u, m), r))), r);
    }
    const to = at(hidden, state);
    let m: i32 = 0;
    for (; m + 8 <= width; m += 8) {
      const a = tanhOf(v128.load(at(now, m)));
      const b = tanhOf(v128.load(at(now, m + 4)));
      v128.store(at(to, m), f32x4.mul(v128.load(at(o, m)), a));
      v128.store(at(to, m + 4), f32x4.mul(v128.load(at(o, m + 4)), b));
    }
    for (; m < width; m += 4) {
      const r = width - m;
      write(at(to, m), f32x4.mul(read(at(o, m), r), tanhOf(read(at(now, m), r))), r);
    }
  }
}

/** dz of the gates before their functions and dbefore of the cell state before, from dh and dc of the step's results. */
export function lstmStepGrad(
  dh: usize, dc: usize, before: usize, cell: usize, gates: usize, dz: usize, dbefore: usize, width: i32, lo: i32, hi: i32,
): void {
  const gate = (<usize>width) << 2;
  for (let n = lo; n < hi; n++) {
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const g = at(gates, 4 * n * width + m);
      const to = at(dz, 4 * n * width + m);
      const state = n * width + m;
      const i = read(g, r);
      const o = read(g + gate, r);
      const f = read(g + 2 * gate, r);
      const u = read(g + 3 * gate, r);
      const dhidden = read(at(dh, state), r);
      const t = tanh4(read(at(cell, state), r));
      const d = f32x4.add(read(at(dc, state), r), f32x4.mul(f32x4.mul(dhidden, o), rest(f32x4.mul(t, t))));
      write(to, f32x4.mul(f32x4.mul(d, u), f32x4.mul(i, rest(i))), r);
      write(to + gate, f32x4.mul(f32x4.mul(dhidden, t), f32x4.mul(o, rest(o))), r);
      write(to + 2 * gate, f32x4.mul(f32x4.mul(d, read(at(before, state), r)), f32x4.mul(f, rest(f))), r);
      write(to + 3 * gate, f32x4.mul(f32x4.mul(d, i), rest(f32x4.mul(u, u))), r);
      write(at(dbefore, state), f32x4.mul(d, f), r);
    }
  }
}

/** The reset gate comes after the product with the recurrent weights, as in PyTorch. h is the hidden state before. */
export function gruStep(x: usize, z: usize, h: usize, y: usize, gates: usize, width: i32, lo: i32, hi: i32): void {
  const gate = (<usize>width) << 2;
  for (let n = lo; n < hi; n++) {
    const from = 3 * n * width;
    const g = at(gates, from);
    sigmoids(at(x, from), at(z, from), g, 2 * width);
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const last = from + 2 * width + m;
      const update = read(at(g, m), r);
      const now = tanh4(f32x4.add(read(at(x, last), r), f32x4.mul(read(at(g, m) + gate, r), read(at(z, last), r))));
      write(at(g, m) + 2 * gate, now, r);
      const state = n * width + m;
      const kept = f32x4.mul(update, read(at(h, state), r));
      write(at(y, state), f32x4.add(f32x4.mul(rest(update), now), kept), r);
    }
  }
}

/** Gradients of x, of z, and of the hidden state before (without what goes through the products). */
export function gruStepGrad(
  dh: usize, z: usize, h: usize, gates: usize, dx: usize, dz: usize, dbefore: usize, width: i32, lo: i32, hi: i32,
): void {
  const gate = (<usize>width) << 2;
  for (let n = lo; n < hi; n++) {
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const at3 = 3 * n * width + m;
      const g = at(gates, at3);
      const a = at(dx, at3);
      const b = at(dz, at3);
      const state = n * width + m;
      const update = read(g, r);
      const reset = read(g + gate, r);
      const now = read(g + 2 * gate, r);
      const d = read(at(dh, state), r);
      const dnow = f32x4.mul(f32x4.mul(d, rest(update)), rest(f32x4.mul(now, now)));
      const dupdate = f32x4.mul(
        f32x4.mul(d, f32x4.sub(read(at(h, state), r), now)), f32x4.mul(update, rest(update)),
      );
      const dreset = f32x4.mul(f32x4.mul(dnow, read(at(z, at3) + 2 * gate, r)), f32x4.mul(reset, rest(reset)));
      write(a, dupdate, r);
      write(a + gate, dreset, r);
      write(a + 2 * gate, dnow, r);
      write(b, dupdate, r);
      write(b + gate, dreset, r);
      write(b + 2 * gate, f32x4.mul(dnow, reset), r);
      write(at(dbefore, state), f32x4.mul(d, update), r);
    }
  }
}
