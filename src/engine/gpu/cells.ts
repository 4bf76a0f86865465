/** Joined elementwise kernels (compile/fuse.ts) as WGSL: the counterpart of wasm/cells for GPUs. */
import type { Fused } from '../compile/fuse';
import type { Operation, Program, Ref } from '../wasm/cells/program';
import { helpersFor } from './functions';
import { entry, header } from './wgsl';

/** Functions of Math by what they are in WGSL; where WGSL's own do not do, functions.ts has it. */
const functions: Readonly<Record<string, string>> = {
  acos: 'arc_cosine',
  acosh: 'acosh',
  asin: 'arc_sine',
  asinh: 'asinh',
  atan: 'arc_tangent',
  atan2: 'arc_tangent_2',
  atanh: 'atanh',
  cbrt: 'cube_root',
  cos: 'cosine',
  cosh: 'cosh',
  expm1: 'exp_minus_1',
  hypot: 'hypotenuse',
  log10: 'log_10',
  log1p: 'log_1_plus',
  log2: 'log2',
  pow: 'power',
  sign: 'sign',
  sin: 'sine',
  sinh: 'sinh',
  tan: 'tangent',
};
const unary: Readonly<Record<string, string>> = {
  ceil: 'ceil',
  floor: 'floor',
  trunc: 'trunc',
  abs: 'abs',
  sqrt: 'root',
  exp: 'exp',
  log: 'log',
  tanh: 'tanh_of',
  erf: 'erf',
  sigmoid: 'sigmoid',
};
const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
};
const comparisons = new Set(['eq', 'ne', 'lt', 'gt', 'le', 'ge']);

/** Whether all of a program can be said in WGSL. */
export function isKnown(program: Program): boolean {
  return program.nodes.every(n => n.op !== 'lanes' || Object.hasOwn(functions, n.name));
}

/** One shader for a joined kernel: reads its inputs' cells, computes, and writes `stores.length` outputs. */
export function cellsShader({ sizes, strides, program, stores }: Fused): string {
  const cells = sizes.reduce((p, d) => p * d, 1);
  const outputs = stores.map((_, i) => `o${i}`);
  const inputs = strides.map((_, i) => `i${i}`);
  const lines: string[] = [];
  if (sizes.length > 1) {
    lines.push('var rest = cell;');
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      const size = sizes[axis]!;
      lines.push(axis === 0 ? 'let x0 = rest;' : `let x${axis} = rest % ${size}u;`);
      if (axis > 0) lines.push(`rest = rest / ${size}u;`);
    }
  } else lines.push('let x0 = cell;');
  const place = (of: readonly number[]) =>
    of.flatMap((s, axis) => (s === 0 ? [] : [s === 1 ? `x${axis}` : `x${axis} * ${s}u`])).join(' + ') || '0u';
  const masks = masksOf(program);
  const used = usedBy(program, stores);
  program.nodes.forEach((n, ref) => {
    if (!used.has(ref)) return;
    const value =
      n.op === 'input' ? `arena[at.${inputs[n.index]!} + ${place(strides[n.index]!)}]` : expression(n, masks);
    lines.push(`let v${ref} = ${value};`);
  });
  stores.forEach((ref, i) => {
    lines.push(`arena[at.${outputs[i]!} + cell] = v${ref};`);
  });
  const body = lines.map(l => `  ${l}`).join('\n');
  return [header([...outputs, ...inputs]), ...helpersFor(body), entry(cells, body)].join('\n');
}

function expression(n: Operation, masks: ReadonlySet<Ref>): string {
  switch (n.op) {
    case 'input':
      throw new Error('an input is read, not computed');
    case 'constant':
      return literal(n.value);
    case 'lanes':
      return `${functions[n.name]!}(${n.args.map(a => `v${a}`).join(', ')})`;
    case 'select':
      return `select(v${n.args[1]}, v${n.args[0]}, v${n.args[2]})`;
    case 'neg':
      return `-v${n.args[0]}`;
    case 'not':
      return `!v${n.args[0]}`;
    case 'div':
      return `quotient(v${n.args[0]}, v${n.args[1]})`;
    case 'min':
      return `least(v${n.args[0]}, v${n.args[1]})`;
    case 'max':
      return `most(v${n.args[0]}, v${n.args[1]})`;
    case 'or':
      return `v${n.args[0]} || v${n.args[1]}`;
    case 'and': {
      const [a, b] = n.args;
      if (masks.has(a) && masks.has(b)) return `v${a} && v${b}`;
      return masks.has(b) ? `select(0.0, v${a}, v${b})` : `select(0.0, v${b}, v${a})`;
    }
    default: {
      const args = n.args as readonly Ref[];
      const sign = infix[n.op];
      if (sign === undefined) return `${unary[n.op]!}(v${args[0]!})`;
      if (n.op === 'ne' && args[0] === args[1]) return `is_nan(v${args[0]!})`;
      if (n.op === 'eq' && args[0] === args[1]) return `!is_nan(v${args[0]!})`;
      return `v${args[0]!} ${sign} v${args[1]!}`;
    }
  }
}

/** Values that are true or false. */
function masksOf(program: Program): ReadonlySet<Ref> {
  const masks = new Set<Ref>();
  program.nodes.forEach((n, ref) => {
    const all = 'args' in n && (n.args as readonly Ref[]).every(a => masks.has(a));
    if (comparisons.has(n.op) || (all && (n.op === 'not' || n.op === 'and' || n.op === 'or'))) masks.add(ref);
    // Which of two masks, by a third.
    if (n.op === 'select' && all) masks.add(ref);
  });
  return masks;
}

function usedBy(program: Program, stores: readonly Ref[]): ReadonlySet<Ref> {
  const used = new Set<Ref>(stores);
  for (let ref = program.nodes.length - 1; ref >= 0; ref--) {
    const n = program.nodes[ref]!;
    if (used.has(ref) && 'args' in n) for (const a of n.args) used.add(a);
  }
  return used;
}

/** WGSL has no literal for what is no finite number. */
function literal(value: number): string {
  if (Number.isNaN(value)) return 'not_a_number()';
  if (!Number.isFinite(value)) return `${value < 0 ? '-' : ''}infinity()`;
  if (Object.is(value, -0)) return '(-0.0f)';
  return value < 0 ? `(${value}f)` : `${value}f`;
}
