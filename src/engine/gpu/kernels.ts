/**
 * Kernels for GPUs by hand, where one thread a cell is too slow: products by tiles in a group's own memory, and sums by
 * all threads of a group. Named and parametrised as those of wasm/fastKernels.ts, and held to gpu.js's by the tests.
 */
import type { KernelCall } from '../op';
import { type Convolution, convForward, convGradInput, convGradWeight } from './convolution';
import { productShader, strided } from './product';
import { GROUP, type GroupShader, header } from './wgsl';

type Params = Readonly<Record<string, number>>;

/** Sums of fewer values are left to one thread. */
const LONG = 128;

/** The second input is the cells' means, from which values are measured. */
const fromMean = {
  names: ['x', 'mean'],
  functions: 'fn away(x : f32, cell : u32) -> f32 { let d = x - arena[at.mean + cell]; return d * d; }',
};

const kernels: Readonly<Record<string, (p: Params, call: KernelCall) => GroupShader | undefined>> = {
  matmul: p => {
    const { batch, m, n, k, rsa, csa, batchA, rsb, csb, batchB, biasMode } = p as Record<string, number> as {
      batch: number;
      m: number;
      n: number;
      k: number;
      rsa: number;
      csa: number;
      batchA: number;
      rsb: number;
      csb: number;
      batchB: number;
      biasMode: number;
    };
    // A row or two times a matrix whose columns lie side by side: a group a cell reads it in one go.
    if (m <= 2 && rsb === 1 && csa === 1 && biasMode === 0 && batch === 1)
      return sums({
        ...{ cells: m * n, count: k, names: ['x', 'b'] },
        value: `arena[at.x + cell / ${n}u * ${rsa}u + t] * arena[at.b + cell % ${n}u * ${csb}u + t]`,
      });
    // Where most of a tile would lie outside, a thread a cell loses less.
    if (k < 8 || (m * n < 256 && k < LONG)) return undefined;
    return productShader({
      ...{ batch, m, n, k },
      inputs: biasMode ? ['a', 'b', 'c'] : ['a', 'b'],
      begin: `let from_a = at.a + batch * ${batchA}u;
  let from_b = at.b + batch * ${batchB}u;`,
      a: strided('from_a', rsa, csa),
      b: strided('from_b', csb, rsb),
      place: (i, j) => `(batch * ${m}u + ${i}) * ${n}u + ${j}`,
      plus: (i, j) =>
        biasMode === 1 ? ` + arena[at.c + ${j}]` : biasMode === 2 ? ` + arena[at.c + ${i}]` : '',
    });
  },
  convForward: (p, call) => convForward(p as Convolution, call.inputs.length > 2),
  convGradInput: p => convGradInput(p as Convolution),
  convGradWeight: p => convGradWeight(p as Convolution),
  sumAll: p => sums({ cells: 1, count: p['size']!, value: 'arena[at.x + t]', divisor: p['divisor']! }),
  sumColumns: p => {
    const { rows, columns, divisor } = p as { rows: number; columns: number; divisor: number };
    return sums({ cells: columns, count: rows, value: `arena[at.x + t * ${columns}u + cell]`, divisor });
  },
  sumChannels: p => {
    const { outer, channels, inner, divisor } = p as Record<string, number> as {
      outer: number;
      channels: number;
      inner: number;
      divisor: number;
    };
    const index = `(t / ${inner}u) * ${inner * channels}u + cell * ${inner}u + t % ${inner}u`;
    return sums({ cells: channels, count: outer * inner, value: `arena[at.x + ${index}]`, divisor });
  },
  meanRows: p => {
    const { outer, axis } = p as { outer: number; axis: number };
    return sums({ cells: outer, count: axis, value: `arena[at.x + cell * ${axis}u + t]`, divisor: axis });
  },
  varianceRows: p => {
    const { outer, axis } = p as { outer: number; axis: number };
    const value = `away(arena[at.x + cell * ${axis}u + t], cell)`;
    return sums({ cells: outer, count: axis, value, divisor: axis, ...fromMean });
  },
  varianceChannels: p => {
    const { outer, channels, inner } = p as { outer: number; channels: number; inner: number };
    const index = `(t / ${inner}u) * ${inner * channels}u + cell * ${inner}u + t % ${inner}u`;
    const value = `away(arena[at.x + ${index}], cell)`;
    return sums({ cells: channels, count: outer * inner, value, divisor: outer * inner, ...fromMean });
  },
  targetWeight: (p, call) => {
    const { count, ignored } = p as { count: number; ignored: number };
    const weight = call.inputs.length > 1 ? 'arena[at.weight + u32(class_of_t)]' : '1.0';
    const code = `fn counted(t : u32) -> f32 {
  let class_of_t = i32(arena[at.classes + t]);
  if (class_of_t == ${ignored}) { return 0.0; }
  return ${weight};
}`;
    const names = ['classes', ...(call.inputs.length > 1 ? ['weight'] : [])];
    return sums({ cells: 1, count, value: 'counted(t)', names, functions: code });
  },
  negativeLogLikelihood: (p, call) => {
    const { rows, classes, inner, ignored } = p as Record<string, number> as {
      rows: number;
      classes: number;
      inner: number;
      ignored: number;
    };
    const weighted = call.inputs.length > 2;
    // The second sum is of the weights, by which the first is divided.
    const code = `fn counted(t : u32) -> vec2<f32> {
  let class_of_t = i32(arena[at.classes + t]);
  if (class_of_t == ${ignored}) { return vec2<f32>(); }
  let weight = ${weighted ? 'arena[at.weight + u32(class_of_t)]' : '1.0'};
  let place = (t / ${inner}u * ${classes}u + u32(class_of_t)) * ${inner}u + t % ${inner}u;
  return vec2<f32>(-weight * arena[at.x + place], weight);
}`;
    const names = ['x', 'classes', ...(weighted ? ['weight'] : [])];
    return sums({
      ...{ cells: 1, count: rows * inner, value: 'counted(t)', names, functions: code },
      ...{ type: 'vec2<f32>', result: 'parts[0].x / parts[0].y' },
    });
  },
};

/** What an emulated GPU takes seconds to compile, and runs no faster than gpu.js's, as it waits for no memory. */
const longToCompile = new Set(['convForward', 'convGradInput', 'convGradWeight']);

/** @returns the shader by hand for a call, undefined where there is none or gpu.js's does as well. */
export function groupShader(call: KernelCall, emulated = false): GroupShader | undefined {
  const { fast } = call;
  if (emulated && fast && longToCompile.has(fast.name)) return undefined;
  return fast && Object.hasOwn(kernels, fast.name) ? kernels[fast.name]!(fast.params, call) : undefined;
}

/** A group for each cell, whose threads each sum every so many-th of `count` values, and then one another's sums. */
function sums({
  cells,
  count,
  value,
  divisor = 1,
  names = ['x'],
  functions = '',
  type = 'f32',
  result = `parts[0] / ${divisor}.0`,
}: {
  cells: number;
  count: number;
  /** Of the number `t` of the cell `cell`. */
  value: string;
  divisor?: number;
  names?: readonly string[];
  /** That `value` calls. */
  functions?: string;
  /** Of a value, and what becomes of the sum. */
  type?: 'f32' | 'vec2<f32>';
  result?: string;
}): GroupShader | undefined {
  if (count < LONG) return undefined;
  const across = Math.min(cells, 32_768);
  const threads = count >= 4096 ? 256 : GROUP;
  const code = `${header(['result', ...names])}
var<workgroup> parts : array<${type}, ${threads}>;
${functions}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
  let cell = group.y * ${across}u + group.x;
  var sum = ${type}();
  if (cell < ${cells}u) {
    for (var t = lane; t < ${count}u; t += ${threads}u) { sum += ${value}; }
  }
  parts[lane] = sum;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { parts[lane] += parts[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u && cell < ${cells}u) { arena[at.result + cell] = ${result}; }
}`;
  return { code, groups: [across, Math.ceil(cells / across), 1] };
}
