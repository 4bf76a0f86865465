/**
 * Kernels as WGSL over one buffer. gpu.js translates a kernel's source; what it puts around the body (a binding for each
 * argument, of which GPUs offer as few as eight, and a grid whose axes end at 65,535 groups) is replaced: all tensors
 * lie in one array, `arena`, and each thread computes the cell of its number.
 */
import * as gpuJs from 'gpu.js';
import { LONGEST_LOOP } from '../executors/executor';
import type { KernelCall } from '../op';

/** Threads of a group. */
export const GROUP = 64;
/** Groups along x; what is more goes along y. */
export const GROUPS_ACROSS = 32768;

/** A shader, and how many groups of threads run it. */
export interface GroupShader {
  code: string;
  groups: readonly [number, number, number];
  /**
   * Where the work falls in two: `code` writes this many numbers to `scratch`, its first place, and `after`, a thread
   * for each of `for` cells, makes the result of them (places `result`, `scratch`, then the inputs).
   */
  scratch?: { cells: number; after: string; for: number };
}

/** What is used of gpu.js's WebGPUKernel. */
interface Kernel {
  constructor: { mode: string };
  threadDim: number[];
  paramsLayout: unknown;
  translatedBody: string;
  setupConstants(args: unknown[]): void;
  setupArguments(args: unknown[]): void;
  validateSettings(args: unknown[]): void;
  translateSource(): void;
  computeParamsLayout(): unknown;
  assembleWGSL(): string;
}

/** Exported, but not among the package's types. */
const { WebGPUKernel } = gpuJs as unknown as {
  WebGPUKernel: new (source: string, settings: object) => Kernel;
};

/** How a shader finds its tensors: 32-bit words at its place in `places`, first where the outputs begin, then the inputs. */
export function header(names: readonly string[]): string {
  return [
    `struct Places { ${names.map(n => `${n} : u32`).join(', ')} }`,
    '@group(0) @binding(0) var<uniform> at : Places;',
    '@group(0) @binding(1) var<storage, read_write> arena : array<f32>;',
  ].join('\n');
}

/** The entry: `body` computes the cell `cell`. */
export function entry(cells: number, body: string): string {
  return `@compute @workgroup_size(${GROUP})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_index) lane : u32) {
  let cell : u32 = (group.y * ${GROUPS_ACROSS}u + group.x) * ${GROUP}u + lane;
  if (cell >= ${cells}u) { return; }
${body}
}`;
}

/** @throws Error if gpu.js cannot translate it, or writes WGSL in another way than its pinned version does. */
export function portableShader(call: KernelCall, cells: number): string {
  const [x = 1, y = 1] = call.grid ?? [cells];
  const kernel = new WebGPUKernel(hoisted(call.source), {
    output: [...(call.grid ?? [cells])],
    precision: 'single',
    loopMaxIterations: LONGEST_LOOP,
    argumentTypes: call.inputs.map(() => 'Array'),
  });
  if (kernel.constructor.mode !== 'webgpu')
    throw new Error(`gpu.js runs the kernel ${call.name} on "${kernel.constructor.mode}", not on webgpu`);
  const samples = call.inputs.map(() => new Float32Array(1));
  kernel.setupConstants(samples);
  kernel.setupArguments(samples);
  kernel.validateSettings(samples);
  kernel.threadDim = [...(call.grid ?? [cells]), 1, 1].slice(0, 3);
  kernel.translateSource();
  kernel.paramsLayout = kernel.computeParamsLayout();
  const [before = ''] = kernel.assembleWGSL().split('@compute');
  const names: string[] = [];
  const functions = before
    .replace(/struct Params \{[^}]*\}/, '')
    .replace(/^@group.*$/gm, '')
    .replace(/fn get_(user_\w+)\(z : i32, y : i32, x : i32\) -> f32 \{[^}]*\}/g, (_, name: string) => {
      names.push(name);
      return `fn get_${name}(z : i32, y : i32, x : i32) -> f32 { return arena[at.${name} + u32(x)]; }`;
    });
  const body = kernel.translatedBody.replaceAll('result[data_index]', 'arena[at.result + cell]');
  if (names.length !== call.inputs.length || /\bparams\.|\bresult\[/.test(functions + body))
    throw new Error(`gpu.js wrote the shader of ${call.name} in a form that is not known here`);
  const thread = `  threadGid = vec3<u32>(cell % ${x}u, (cell / ${x}u) % ${y}u, cell / ${x * y}u);`;
  return [header(['result', ...names]), functions, entry(cells, `${thread}\n${body}`)].join('\n');
}

/** Output and input are of this size. */
export function copyShader(cells: number): string {
  return [
    header(['result', 'source']),
    entry(cells, '  arena[at.result + cell] = arena[at.source + cell];'),
  ].join('\n');
}

/** The same kernel with what starts each loop before it: gpu.js's shaders take declarations there, or nothing. */
export function hoisted(source: string): string {
  return source.replace(/\bfor \((\w+) = ([^;]*);/g, '$1 = $2; for (;');
}
