/**
 * Connectionist temporal classification in log space (Graves et al. 2006). The states of a row are its target with
 * blanks around each symbol: 2S + 1 of them, of which a row with a shorter target uses the first.
 */
import type { Concrete, LoweringContext } from '../op';
import { number } from './_infer';
import { kernelSource, launch } from './_launch';

/** The logarithm of zero: a number, as not every backend has infinities. */
const NEVER = '-1e30';

export interface CtcSizes {
  rows: number;
  steps: number;
  classes: number;
  /** Columns of the targets, and how many of them come before the symbols. */
  width: number;
  first: number;
  states: number;
  blank: number;
}

export function ctcSizes(l: LoweringContext): CtcSizes {
  const [rows, steps, classes] = l.inputs[0]!.shape as [number, number, number];
  const width = l.inputs[1]!.shape[1]!;
  const first = number(l.attributes, 'lengths', 0);
  const blank = number(l.attributes, 'blank', 0);
  return { rows, steps, classes, width, first, states: 2 * (width - first) + 1, blank };
}

/** What the hand-written kernels take. */
export function ctcParameters(s: CtcSizes): Record<string, number> {
  const { rows, steps, classes, width, first, blank } = s;
  return { rows, steps, classes, width, first, blank };
}

/** [N, 2]: symbols of each row's target, and steps of its input. */
export function ctcLengths(l: LoweringContext, s: CtcSizes): Concrete {
  const output = l.scratch([s.rows, 2]);
  const { grid, at } = launch([s.rows, 2]);
  l.kernel({
    name: 'CTC lengths',
    source: kernelSource(
      ['target'],
      `let v = ${s.steps}; int base = ${at[0]} * ${s.width};
      if (${at[1]} === 0) { v = 0; for (int i = ${s.first}; i < ${s.width}; i++) { if (target[base + i] >= 0) { v = v + 1; } } }
      ${s.first ? `if (${at[1]} === 1) { v = Math.min(${s.steps}, target[base]); }` : ''} return v;`,
    ),
    inputs: [l.inputs[1]!],
    output,
    grid,
  });
  return output;
}

/** Declares the state's symbol `k` and, of a symbol's state, whether the one before or after it is the same. */
function symbol(s: CtcSizes, n: string, state: string): string {
  const at = (shift: number) =>
    `${n} * ${s.width} + ${s.first} + half${shift ? ` ${shift > 0 ? '+' : '-'} 1` : ''}`;
  return `int half = Math.floor((${state} + 0.5) / 2); int odd = ${state} - half * 2; int k = ${s.blank}; let again = 0; let skips = 0;
    if (odd === 1) { k = Math.max(target[${at(0)}], 0);
      if (half > 0) { if (target[${at(-1)}] === target[${at(0)}]) { again = 1; } }
      if (half < ${s.width - s.first - 1}) { if (target[${at(1)}] === target[${at(0)}]) { skips = 1; } } }`;
}

const sumOfThree = (a: string, b: string, c: string) =>
  `const top = Math.max(${a}, Math.max(${b}, ${c})); let sum = ${NEVER};
    if (top > -1e29) { sum = top + Math.log(Math.exp(${a} - top) + Math.exp(${b} - top) + Math.exp(${c} - top)); }`;

/** For each step the log probability of all beginnings that end in each state, the step's own symbol included: [N, states]. */
export function ctcForward(l: LoweringContext, s: CtcSizes, lengths: Concrete): Concrete[] {
  const [scores, target] = l.inputs;
  const { grid, at } = launch([s.rows, s.states]);
  const [n, state] = at as [string, string];
  const parts: Concrete[] = [];
  for (let t = 0; t < s.steps; t++) {
    const output = l.scratch([s.rows, s.states]);
    const own = `scores[(${n} * ${s.steps} + ${t}) * ${s.classes} + k]`;
    const start = `if (${state} === 0) { v = ${own}; } if (${state} === 1 && lengths[2 * ${n}] > 0) { v = ${own}; }`;
    const step = `int p = ${n} * ${s.states} + ${state}; const a = before[p]; let b = ${NEVER}; let c = ${NEVER};
      if (${state} > 0) { b = before[p - 1]; } if (${state} > 1 && odd === 1 && again === 0) { c = before[p - 2]; }
      ${sumOfThree('a', 'b', 'c')}
      if (${t} >= lengths[2 * ${n} + 1]) { v = a; } else { if (sum > -1e29) { v = sum + ${own}; } }`;
    l.kernel({
      name: 'CTC forward',
      source: kernelSource(
        ['scores', 'target', 'lengths', ...(t > 0 ? ['before'] : [])],
        `${symbol(s, n, state)} let v = ${NEVER};
        if (${state} <= 2 * lengths[2 * ${n}]) { ${t === 0 ? start : step} } return v;`,
      ),
      inputs: [scores!, target!, lengths, ...(t > 0 ? [parts[t - 1]!] : [])],
      output,
      grid,
    });
    parts.push(output);
  }
  return parts;
}

/** For each step the log probability of all ends that begin in each state, the step's own symbol excluded. */
export function ctcBackward(l: LoweringContext, s: CtcSizes, lengths: Concrete): Concrete[] {
  const [scores, target] = l.inputs;
  const { grid, at } = launch([s.rows, s.states]);
  const [n, state] = at as [string, string];
  const parts = new Array<Concrete>(s.steps);
  for (let t = s.steps - 1; t >= 0; t--) {
    const output = l.scratch([s.rows, s.states]);
    const last = t === s.steps - 1;
    const end = `if (${state} >= 2 * lengths[2 * ${n}] - 1) { v = 0; }`;
    const score = (k: string) => `scores[(${n} * ${s.steps} + ${t + 1}) * ${s.classes} + ${k}]`;
    const next = `Math.max(target[${n} * ${s.width} + ${s.first} + half + 1], 0)`;
    const following = `Math.max(target[${n} * ${s.width} + ${s.first} + half], 0)`;
    const step = `int p = ${n} * ${s.states} + ${state}; int most = 2 * lengths[2 * ${n}];
      const a = after[p] + ${score('k')}; let b = ${NEVER}; let c = ${NEVER};
      int other = ${s.blank}; int far = ${s.blank};
      if (${state} < most) { if (odd === 0) { other = ${following}; } b = after[p + 1] + ${score('other')}; }
      if (${state} + 1 < most && odd === 1 && skips === 0) { far = ${next}; c = after[p + 2] + ${score('far')}; }
      ${sumOfThree('a', 'b', 'c')} v = sum;`;
    l.kernel({
      name: 'CTC backward',
      source: kernelSource(
        ['scores', 'target', 'lengths', ...(last ? [] : ['after'])],
        `${symbol(s, n, state)} let v = ${NEVER};
        if (${state} <= 2 * lengths[2 * ${n}]) {
          if (${t} === lengths[2 * ${n} + 1] - 1) { ${end} }
          ${last ? '' : `if (${t} < lengths[2 * ${n} + 1] - 1) { ${step} }`}
        } return v;`,
      ),
      inputs: [scores!, target!, lengths, ...(last ? [] : [parts[t + 1]!])],
      output,
      grid,
    });
    parts[t] = output;
  }
  return parts;
}
