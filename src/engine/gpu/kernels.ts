/**
 * Kernels for GPUs by hand, where one thread a cell is too slow: products by tiles in a group's own memory, and sums by
 * all threads of a group. Named and parametrised as those of wasm/fastKernels.ts, and held to gpu.js's by the tests.
 */
import type { KernelCall } from '../op';
import { GROUP, header } from './wgsl';

export interface GroupShader {
  code: string;
  groups: readonly [number, number, number];
}

type Params = Readonly<Record<string, number>>;

/** What the GPU may be asked for along one axis of groups. */
const MOST_GROUPS = 65_535;
/** Sums of fewer values are left to one thread. */
const LONG = 128;

const kernels: Readonly<Record<string, (p: Params, call: KernelCall) => GroupShader | undefined>> = {
  matmul: p => {
    const { batch, m, n, k } = p as { batch: number; m: number; n: number; k: number };
    // Where most of a tile would lie outside, a thread a cell loses less.
    if (m * n < 256 || k < 8) return undefined;
    const groups = [Math.ceil(n / TILE), Math.ceil(m / TILE), batch] as const;
    return groups.some(g => g > MOST_GROUPS) ? undefined : { code: product(p), groups };
  },
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
    return sums({ cells: outer, count: axis, value, divisor: axis, mean: true });
  },
  varianceChannels: p => {
    const { outer, channels, inner } = p as { outer: number; channels: number; inner: number };
    const index = `(t / ${inner}u) * ${inner * channels}u + cell * ${inner}u + t % ${inner}u`;
    const value = `away(arena[at.x + ${index}], cell)`;
    return sums({ cells: channels, count: outer * inner, value, divisor: outer * inner, mean: true });
  },
};

/** @returns the shader by hand for a call, undefined where there is none or gpu.js's does as well. */
export function groupShader(call: KernelCall): GroupShader | undefined {
  const { fast } = call;
  return fast && Object.hasOwn(kernels, fast.name) ? kernels[fast.name]!(fast.params, call) : undefined;
}

/** Rows and columns of a product that a group computes; each of its 64 threads has 4 x 4 of them. */
const TILE = 32;
/** How deep the parts of both factors are that a group holds at a time. */
const DEPTH = 16;

function product(p: Params): string {
  const { m, n, k, rsa, csa, batchA, rsb, csb, batchB, biasMode } = p as Record<string, number> as {
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
  const bias = biasMode === 1 ? ' + arena[at.c + j]' : biasMode === 2 ? ' + arena[at.c + i]' : '';
  // Neighbouring threads read neighbouring numbers, whichever way the factor lies.
  const alongA = csa === 1 ? [`e / ${DEPTH}u`, `e % ${DEPTH}u`] : [`e % ${TILE}u`, `e / ${TILE}u`];
  const alongB = rsb === 1 ? [`e % ${DEPTH}u`, `e / ${DEPTH}u`] : [`e / ${TILE}u`, `e % ${TILE}u`];
  return `${header(['result', 'a', 'b', ...(bias ? ['c'] : [])])}
var<workgroup> rows : array<f32, ${TILE * DEPTH}>;
var<workgroup> columns : array<f32, ${TILE * DEPTH}>;
@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
  let top = group.y * ${TILE}u;
  let left = group.x * ${TILE}u;
  let from_a = at.a + group.z * ${batchA}u;
  let from_b = at.b + group.z * ${batchB}u;
  let y = (lane / 8u) * 4u;
  let x = (lane % 8u) * 4u;
  var sums : array<vec4<f32>, 4>;
  for (var start = 0u; start < ${k}u; start += ${DEPTH}u) {
    for (var e = lane; e < ${TILE * DEPTH}u; e += ${GROUP}u) {
      let i = ${alongA[0]};
      let t = ${alongA[1]};
      var value = 0.0;
      if (top + i < ${m}u && start + t < ${k}u) { value = arena[from_a + (top + i) * ${rsa}u + (start + t) * ${csa}u]; }
      rows[t * ${TILE}u + i] = value;
    }
    for (var e = lane; e < ${TILE * DEPTH}u; e += ${GROUP}u) {
      let t = ${alongB[0]};
      let j = ${alongB[1]};
      var value = 0.0;
      if (left + j < ${n}u && start + t < ${k}u) { value = arena[from_b + (start + t) * ${rsb}u + (left + j) * ${csb}u]; }
      columns[t * ${TILE}u + j] = value;
    }
    workgroupBarrier();
    for (var t = 0u; t < ${DEPTH}u; t++) {
      let c = t * ${TILE}u + x;
      let of_b = vec4<f32>(columns[c], columns[c + 1u], columns[c + 2u], columns[c + 3u]);
      let r = t * ${TILE}u + y;
      sums[0] += rows[r] * of_b;
      sums[1] += rows[r + 1u] * of_b;
      sums[2] += rows[r + 2u] * of_b;
      sums[3] += rows[r + 3u] * of_b;
    }
    workgroupBarrier();
  }
  for (var down = 0u; down < 4u; down++) {
    let i = top + y + down;
    for (var right = 0u; right < 4u; right++) {
      let j = left + x + right;
      if (i < ${m}u && j < ${n}u) {
        arena[at.result + (group.z * ${m}u + i) * ${n}u + j] = sums[down][right]${bias};
      }
    }
  }
}`;
}

/** A group for each cell, whose threads each sum every 64th of \`count\` values, and then one another's sums. */
function sums({
  cells,
  count,
  value,
  divisor,
  mean = false,
}: {
  cells: number;
  count: number;
  /** Of the number \`t\` of the cell \`cell\`. */
  value: string;
  divisor: number;
  /** The second input is the cells' means, from which values are measured. */
  mean?: boolean;
}): GroupShader | undefined {
  if (count < LONG) return undefined;
  const across = Math.min(cells, 32_768);
  const code = `${header(['result', 'x', ...(mean ? ['mean'] : [])])}
var<workgroup> parts : array<f32, ${GROUP}>;
${mean ? 'fn away(x : f32, cell : u32) -> f32 { let d = x - arena[at.mean + cell]; return d * d; }' : ''}
@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
  let cell = group.y * ${across}u + group.x;
  var sum = 0.0;
  if (cell < ${cells}u) {
    for (var t = lane; t < ${count}u; t += ${GROUP}u) { sum += ${value}; }
  }
  parts[lane] = sum;
  workgroupBarrier();
  for (var half = ${GROUP / 2}u; half > 0u; half = half / 2u) {
    if (lane < half) { parts[lane] += parts[lane + half]; }
    workgroupBarrier();
  }
  if (lane == 0u && cell < ${cells}u) { arena[at.result + cell] = parts[0] / ${divisor}.0; }
}`;
  return { code, groups: [across, Math.ceil(cells / across), 1] };
}
