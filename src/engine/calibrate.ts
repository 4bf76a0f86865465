/**
 * How fast a backend is, in figures that people can compare: products of matrices (what large layers wait for) and
 * elementwise work (what memory limits), each at a size that fits a small net and at one that fits a large one. Weights
 * stay where the backend computes and one number comes back, as in training.
 */
import type { Attributes, Model, Node, Parameter, Value } from '../model/graph';
import type { Engine } from './engine';

export interface Calibration {
  /** Products of two matrices of size x size: milliseconds, and 10⁹ multiplications and additions a second. */
  product: readonly { size: number; ms: number; gflops: number }[];
  /** tanh(x) of so many numbers: milliseconds. */
  elementwise: readonly { elements: number; ms: number }[];
}

const sizes = [128, 512] as const;

/**
 * @param patience milliseconds for each figure; what takes longer once is not asked again, and what would take longer
 *   not at all.
 */
export async function calibrate(engine: Engine, patience = 300): Promise<Calibration> {
  const product: { size: number; ms: number; gflops: number }[] = [];
  const elementwise: { elements: number; ms: number }[] = [];
  let slow = false;
  for (const size of sizes) {
    if (slow) break;
    const ms = await shortest(
      engine,
      size,
      [
        ['Mul', ['w0', 'x'], 'scaled'],
        ['MatMul', ['scaled', 'w1'], 'y'],
      ],
      patience,
    );
    product.push({ size, ms, gflops: (2 * size ** 3) / ms / 1e6 });
    // The next one is 64 times as much.
    slow = ms * 64 > patience;
  }
  slow = false;
  for (const size of [128, 1024]) {
    if (slow) break;
    const ms = await shortest(
      engine,
      size,
      [
        ['Mul', ['w0', 'x'], 'scaled'],
        ['Tanh', ['scaled'], 'y'],
      ],
      patience,
    );
    elementwise.push({ elements: size * size, ms });
    slow = ms * 64 > patience;
  }
  return { product, elementwise };
}

type Step = [op: string, inputs: readonly string[], output: string];

/** Milliseconds of the shortest of several runs of a model with two square matrices as weights. */
async function shortest(
  engine: Engine,
  size: number,
  steps: readonly Step[],
  patience: number,
): Promise<number> {
  const evaluator = await engine.evaluator(modelOf(size, steps), {
    bindings: {},
    weights: { w0: square(size, 1), w1: square(size, 2) },
  });
  try {
    const x = { shape: [1], data: Float32Array.of(0.5) };
    return await shortestOf(() => evaluator.run({ x }), patience);
  } finally {
    await evaluator.dispose();
  }
}

/**
 * Milliseconds of the shortest call, the first two left out (they warm up) unless they alone take the patience:
 * other work on the machine only makes calls longer.
 * @param waking milliseconds of calls that are left out as well, so that what computes leaves its idle state
 */
export async function shortestOf(
  call: () => Promise<unknown>,
  patience: number,
  waking = 0,
): Promise<number> {
  for (const began = performance.now(); performance.now() - began < waking; ) await call();
  const began = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const start = performance.now();
    await call();
    const end = performance.now();
    if (i >= 2 || end - began > patience) best = Math.min(best, end - start);
    if (end - began > patience) break;
  }
  return best;
}

function modelOf(size: number, steps: readonly Step[]): Model {
  const full = [size, size];
  const values: Record<string, Value> = { x: { id: 'x', dtype: 'float32', shape: [1] } };
  const nodes: Node[] = [];
  const add = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}) => {
    values[output] = { id: output, dtype: 'float32', shape: op === 'ReduceSum' ? [] : full };
    nodes.push({ id: output, op, module: '', inputs, outputs: [output], attributes });
  };
  for (const [op, inputs, output] of steps) add(op, inputs, output);
  add('ReduceSum', ['y'], 'sum', { axes: [0, 1], keepdims: 0 });
  const parameter = (name: string): Parameter => ({
    name,
    dtype: 'float32',
    shape: full,
    kind: 'parameter',
    trainable: true,
    initializer: { kind: 'zeros' },
  });
  return {
    name: 'Calibration',
    file: '',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['sum'],
    values,
    nodes,
    parameters: [parameter('w0'), parameter('w1')],
    modules: [],
  };
}

function square(size: number, seed: number) {
  const data = Float32Array.from({ length: size * size }, (_, i) => Math.sin(i * seed) / size);
  return { shape: [size, size], data };
}
