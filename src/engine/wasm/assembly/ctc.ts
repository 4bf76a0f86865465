/**
 * Connectionist temporal classification in log space, in double precision (Graves et al. 2006). One row of the batch is
 * one unit; see engine/ops/_ctc.ts for the states.
 */
import { at } from './simd';

// @ts-expect-error: AssemblyScript's decorator
@external('env', 'log')
declare function log(x: f64): f64;
// @ts-expect-error: AssemblyScript's decorator
@external('env', 'exp64')
declare function exp64(x: f64): f64;

const NEVER: f64 = -1e30;

// @ts-expect-error: AssemblyScript's decorator
@inline
function cell(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3);
}

function sumOf(a: f64, b: f64, c: f64): f64 {
  const top = max(a, max(b, c));
  if (!(top > -1e29)) return top == top ? NEVER : top;
  return top + log(exp64(a - top) + exp64(b - top) + exp64(c - top));
}

function lengthOf(target: usize, width: i32, first: i32): i32 {
  let n = 0;
  for (let i = first; i < width; i++) if (load<f32>(at(target, i)) >= 0) n++;
  return n;
}

// @ts-expect-error: AssemblyScript's decorator
@inline
function symbolAt(target: usize, first: i32, blank: i32, s: i32): i32 {
  return s & 1 ? <i32>load<f32>(at(target, first + (s >> 1))) : blank;
}

/** Beginnings: `alpha` holds steps × states (or, with `kept` 0, two rows in turn). The log probability of the target. */
function forward(scores: usize, target: usize, alpha: usize, kept: i32, steps: i32, classes: i32, states: i32, length: i32, first: i32, blank: i32): f64 {
  const used = 2 * length + 1;
  for (let t = 0; t < steps; t++) {
    const row = cell(alpha, (kept ? t : t & 1) * states);
    const old = cell(alpha, (kept ? t - 1 : (t - 1) & 1) * states);
    const own = at(scores, t * classes);
    for (let s = 0; s < used; s++) {
      const k = symbolAt(target, first, blank, s);
      let v = NEVER;
      if (t == 0) {
        if (s < 2) v = <f64>load<f32>(at(own, k));
      } else {
        const a = load<f64>(cell(old, s));
        const b = s > 0 ? load<f64>(cell(old, s - 1)) : NEVER;
        const c = s > 1 && s & 1 && symbolAt(target, first, blank, s - 2) != k ? load<f64>(cell(old, s - 2)) : NEVER;
        v = sumOf(a, b, c);
        if (!(v <= -1e29)) v += <f64>load<f32>(at(own, k));
      }
      store<f64>(cell(row, s), v);
    }
  }
  if (steps == 0) return length == 0 ? 0 : NEVER;
  const last = cell(alpha, (kept ? steps - 1 : (steps - 1) & 1) * states);
  return sumOf(load<f64>(cell(last, used - 1)), length > 0 ? load<f64>(cell(last, used - 2)) : NEVER, NEVER);
}

/** Minus the log probability of each row [lo, hi); scratch of 2 × states doubles. */
export function ctc(scores: usize, targets: usize, y: usize, steps: i32, classes: i32, width: i32, first: i32, blank: i32, lo: i32, hi: i32, work: usize): void {
  const states = 2 * (width - first) + 1;
  for (let n = lo; n < hi; n++) {
    const target = at(targets, n * width);
    const length = lengthOf(target, width, first);
    const count = first ? min(steps, <i32>load<f32>(target)) : steps;
    const total = forward(at(scores, n * steps * classes), target, work, 0, count, classes, states, length, first, blank);
    store<f32>(at(y, n), total > -1e29 || total != total ? <f32>-total : Infinity);
  }
}

/** The share of each symbol at each step, [rows, steps, classes]; scratch of (steps + 2) × states doubles. */
export function ctcOccupancy(scores: usize, targets: usize, y: usize, steps: i32, classes: i32, width: i32, first: i32, blank: i32, lo: i32, hi: i32, work: usize): void {
  const states = 2 * (width - first) + 1;
  const beta = cell(work, steps * states);
  for (let n = lo; n < hi; n++) {
    const target = at(targets, n * width);
    const from = at(scores, n * steps * classes);
    const to = at(y, n * steps * classes);
    memory.fill(to, 0, (<usize>(steps * classes)) << 2);
    const length = lengthOf(target, width, first);
    const used = 2 * length + 1;
    const count = first ? min(steps, <i32>load<f32>(target)) : steps;
    const total = forward(from, target, work, 1, count, classes, states, length, first, blank);
    if (total <= -1e29) continue;
    for (let t = count - 1; t >= 0; t--) {
      const row = cell(beta, (t & 1) * states);
      const later = cell(beta, ((t + 1) & 1) * states);
      const next = at(from, (t + 1) * classes);
      for (let s = 0; s < used; s++) {
        const k = symbolAt(target, first, blank, s);
        let v = NEVER;
        if (t == count - 1) {
          if (s >= used - 2) v = 0;
        } else {
          const a = load<f64>(cell(later, s)) + <f64>load<f32>(at(next, k));
          let b = NEVER;
          let c = NEVER;
          if (s + 1 < used) b = load<f64>(cell(later, s + 1)) + <f64>load<f32>(at(next, symbolAt(target, first, blank, s + 1)));
          if (s + 2 < used && s & 1) {
            const far = symbolAt(target, first, blank, s + 2);
            if (far != k) c = load<f64>(cell(later, s + 2)) + <f64>load<f32>(at(next, far));
          }
          v = sumOf(a, b, c);
        }
        store<f64>(cell(row, s), v);
        const share = exp64(load<f64>(cell(work, t * states + s)) + v - total);
        const place = at(to, t * classes + k);
        store<f32>(place, load<f32>(place) + <f32>share);
      }
    }
  }
}
