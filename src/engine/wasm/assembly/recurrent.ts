/**
 * One time step of recurrent layers, gates and states in one pass over [n, gates * width] rows; split by rows.
 * Gates stand in ONNX's order: LSTM input, output, forget, cell; GRU update, reset, hidden.
 */
import { at, loadTail, sigmoid4, storeTail, tanh4 } from './simd';

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

/** x and z: what comes from the input and from the hidden state; c the cell state before. */
export function lstmStep(
  x: usize, z: usize, c: usize, hidden: usize, cell: usize, gates: usize, width: i32, lo: i32, hi: i32,
): void {
  const gate = (<usize>width) << 2;
  for (let n = lo; n < hi; n++) {
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const from = 4 * n * width + m;
      const p = at(x, from);
      const q = at(z, from);
      const g = at(gates, from);
      const state = n * width + m;
      const i = sigmoid4(f32x4.add(read(p, r), read(q, r)));
      const o = sigmoid4(f32x4.add(read(p + gate, r), read(q + gate, r)));
      const f = sigmoid4(f32x4.add(read(p + 2 * gate, r), read(q + 2 * gate, r)));
      const u = tanh4(f32x4.add(read(p + 3 * gate, r), read(q + 3 * gate, r)));
      const now = f32x4.add(f32x4.mul(f, read(at(c, state), r)), f32x4.mul(i, u));
      write(g, i, r);
      write(g + gate, o, r);
      write(g + 2 * gate, f, r);
      write(g + 3 * gate, u, r);
      write(at(cell, state), now, r);
      write(at(hidden, state), f32x4.mul(o, tanh4(now)), r);
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
    for (let m: i32 = 0; m < width; m += 4) {
      const r = width - m;
      const p = at(x, 3 * n * width + m);
      const q = at(z, 3 * n * width + m);
      const g = at(gates, 3 * n * width + m);
      const state = n * width + m;
      const update = sigmoid4(f32x4.add(read(p, r), read(q, r)));
      const reset = sigmoid4(f32x4.add(read(p + gate, r), read(q + gate, r)));
      const now = tanh4(f32x4.add(read(p + 2 * gate, r), f32x4.mul(reset, read(q + 2 * gate, r))));
      write(g, update, r);
      write(g + gate, reset, r);
      write(g + 2 * gate, now, r);
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
