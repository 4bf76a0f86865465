/** Each hand-written kernel beside gpu.js's portable one, over sizes that do not fill its blocks. */
import relaxed from 'kernels:relaxed';
import simd from 'kernels:simd';
import tiles from 'kernels:tiles';
import wide from 'kernels:wide';
import assert from 'node:assert/strict';
import { Graph } from '../../../../src/engine/compile/graph';
import { lower, type Plan } from '../../../../src/engine/compile/plan';
import { webasmExecutor } from '../../../../src/engine/executors/webasm';
import { fastKernels } from '../../../../src/engine/wasm/fastKernels';
import { NATIVE_BYTES, type NativeCode } from '../../../../src/engine/wasm/instantiate';
import { instantiateNative, nativeCode } from '../../../../src/engine/wasm/native';
import type { Attributes } from '../../../../src/model/graph';
import { Random } from '../../../../src/model/random';

interface Case {
  op: string;
  /** Adds more than the one op. */
  build?: (graph: Graph, inputs: readonly string[]) => string[];
  shapes: readonly (readonly number[])[];
  attributes?: Attributes;
  /** Values of an input that may not be just any numbers. */
  inputs?: Readonly<Record<number, readonly number[]>>;
  /** The kernels that are expected to do it. */
  kernels: readonly string[];
}

const window = (kernel: number[], strides: number[], pads: number[], dilations = [1, 1]): Attributes => ({
  kernel_shape: kernel,
  strides,
  pads: [...pads, ...pads],
  dilations,
});

/** A convolution and both its gradients. */
function convolution(x: number[], filters: number, attributes: Attributes, group = 1): Case[] {
  const kernel = attributes['kernel_shape'] as number[];
  const weight = [filters, x[1]! / group, ...kernel];
  const [strides, pads, dilations] = ['strides', 'pads', 'dilations'].map(n => attributes[n] as number[]);
  const out = kernel.map((k, i) =>
    Math.floor((x[2 + i]! + 2 * pads![i]! - dilations![i]! * (k - 1) - 1) / strides![i]! + 1),
  );
  const dy = [x[0]!, filters, ...out];
  const all = { ...attributes, group };
  const kind = kernel.length === 3 ? 'volume' : 'conv';
  return [
    { op: 'Conv', shapes: [x, weight, [filters]], attributes: all, kernels: [`${kind}Forward`] },
    {
      op: 'ConvGradInput',
      shapes: [dy, weight],
      attributes: { ...all, shape: x },
      kernels: [`${kind}GradInput`],
    },
    {
      op: 'ConvGradWeight',
      shapes: [x, dy],
      attributes: { ...all, shape: weight },
      kernels: [`${kind}GradWeight`],
    },
  ];
}

/** Attention as the readers of models spell it. */
function attention(
  [n, h, t, s, d, e]: readonly [number, number, number, number, number, number],
  how: {
    scale?: 'Mul' | 'Div';
    masks?: readonly ('causal' | 'padding' | 'bias')[];
    weights?: boolean;
    fill?: number;
  },
): Case {
  const heads = (rows: number, width: number) => [n, h, rows, width];
  const { scale, masks = [], fill = Number.NEGATIVE_INFINITY } = how;
  return {
    op: `attention ${scale ?? ''} ${masks.join(' ')}`,
    shapes: [heads(t, d), heads(s, d), heads(s, e), [n, 1, 1, s], [h, t, s]],
    inputs: { 3: Array.from({ length: n * s }, (_, i) => (i % s < s - 2 - Math.floor(i / s) ? 0 : 1)) },
    kernels: ['attention'],
    build(graph, [q, k, v, hidden, bias]) {
      const one = (op: string, inputs: string[], attributes: Attributes = {}) =>
        graph.emit(op, inputs, attributes)[0]!;
      let scores = one('MatMul', [q!, one('Transpose', [k!], { perm: [0, 1, 3, 2] })]);
      if (scale) scores = one(scale, [scores, graph.scalar(0.3)]);
      for (const mask of masks) {
        if (mask === 'bias') scores = one('Add', [scores, bias!]);
        else if (mask === 'padding') {
          // masked_fill: hidden where the mask is not zero.
          scores = one('Where', [hidden!, graph.scalar(fill), scores]);
        } else {
          const past = Array.from({ length: t * s }, (_, i) => (i % s <= Math.floor(i / s) ? 1 : 0));
          scores = one('Where', [graph.constant([t, s], past), scores, graph.scalar(fill)]);
        }
      }
      const weights = one('Softmax', [scores], { axis: -1 });
      const y = one('MatMul', [weights, v!]);
      return how.weights ? [y, weights] : [y];
    },
  };
}

/** Rows that fill panels of six and of four, or neither; sums of more than one part; biases of both kinds. */
const products = [5, 7, 9, 29, 34].flatMap((m): Case[] => [
  { op: 'Gemm', shapes: [[m, 300], [300, 21], [21]], kernels: ['matmul'] },
  { op: 'Gemm', shapes: [[70, m], [70, 40], [40]], attributes: { transA: 1 }, kernels: ['matmul'] },
  {
    op: 'Gemm',
    shapes: [
      [m, 66],
      [35, 66],
      [m, 1],
    ],
    attributes: { transB: 1 },
    kernels: ['matmul'],
  },
  {
    op: 'MatMul',
    shapes: [
      [2, m, 90],
      [2, 90, 33],
    ],
    kernels: ['matmul'],
  },
]);

const cases: Case[] = [
  ...products,
  attention([2, 3, 5, 7, 6, 3], {}),
  attention([2, 2, 70, 70, 8, 8], { masks: ['causal'] }),
  attention([1, 2, 37, 37, 5, 11], { scale: 'Mul', masks: ['causal', 'padding'], weights: true }),
  attention([2, 2, 33, 9, 16, 4], { scale: 'Div', masks: ['bias', 'padding'] }),
  attention([2, 1, 9, 40, 4, 9], { scale: 'Div', masks: ['padding'], fill: -1e9, weights: true }),
  // Small images: products over several samples (assembly/patches.ts).
  ...convolution([3, 20, 2, 2], 70, window([3, 3], [1, 1], [1, 1])),
  ...convolution([5, 3, 9, 7], 67, window([3, 2], [2, 1], [1, 0])),
  ...convolution([1, 130, 4, 4], 18, window([1, 1], [1, 1], [0, 0])),
  ...convolution([2, 5, 11, 6], 64, window([3, 3], [2, 3], [2, 2], [2, 1])),
  ...convolution([70, 2, 3, 3], 66, window([2, 2], [1, 1], [1, 1])),
  ...convolution([2, 300, 3, 3], 80, window([3, 3], [1, 1], [1, 1])),
  // A filter for each channel (assembly/depthwise.ts).
  ...convolution([2, 5, 9, 35], 5, window([3, 3], [1, 1], [1, 1]), 5),
  ...convolution([3, 4, 12, 13], 4, window([3, 5], [2, 3], [1, 2]), 4),
  ...convolution([1, 3, 11, 21], 3, window([2, 3], [1, 2], [3, 4], [2, 3]), 3),
  ...convolution([2, 2, 8, 17], 2, window([1, 1], [3, 2], [0, 0]), 2),
  ...convolution([1, 1, 7, 7], 1, window([7, 7], [1, 1], [3, 3]), 1),
  // Three axes: chunks of places that end within a line, blocks of channels that are left unfinished.
  ...convolution([2, 3, 5, 9, 13], 7, window([3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1])),
  ...convolution([1, 20, 6, 7, 8], 5, window([2, 3, 1], [2, 1, 2], [1, 0, 0], [1, 2, 1])),
  ...convolution([2, 4, 4, 5, 6], 6, window([3, 2, 3], [1, 2, 3], [2, 1, 4], [2, 1, 2]), 2),
  ...convolution([1, 1, 12, 11, 10], 1, window([3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1])),
  // Shifted runs (assembly/conv.ts).
  ...convolution([2, 3, 17, 13], 7, window([5, 3], [1, 1], [2, 1])),
  ...convolution([1, 4, 23, 19], 6, window([3, 3], [2, 2], [1, 1]), 2),
  ...[3, 4, 18].flatMap((width): Case[] => {
    const [state, three, four] = [1, 3, 4].map(n => [5, n * width]) as [number[], number[], number[]];
    return [
      { op: 'LSTMStep', shapes: [four, four, state], kernels: ['lstmStep'] },
      { op: 'LSTMStepGrad', shapes: [state, state, state, state, four], kernels: ['lstmStepGrad'] },
      { op: 'GRUStep', shapes: [three, three, state], kernels: ['gruStep'] },
      { op: 'GRUStepGrad', shapes: [state, three, state, three], kernels: ['gruStepGrad'] },
    ];
  }),
  ...[
    [1, 5],
    [2, 4],
    [3, 8],
    [3, 67],
  ].flatMap((shape): Case[] => [
    { op: 'Softmax', shapes: [shape], attributes: { axis: -1 }, kernels: ['softmax'] },
    { op: 'LogSoftmax', shapes: [shape], attributes: { axis: -1 }, kernels: ['softmax'] },
  ]),
  ...[
    window([2, 2], [2, 2], [0, 0]),
    window([3, 3], [2, 2], [1, 1]),
    window([3, 2], [1, 1], [1, 1]),
    window([2, 3], [3, 3], [0, 1]),
    window([3, 3], [2, 1], [0, 0], [2, 2]),
  ].flatMap((attributes): Case[] => [
    { op: 'MaxPool', shapes: [[2, 3, 13, 14]], attributes, kernels: ['maxPool'] },
    { op: 'MaxPoolIndices', shapes: [[2, 3, 13, 14]], attributes, kernels: ['maxPoolIndices'] },
  ]),
];

const executor = webasmExecutor({ threads: 1 });

/** Those with multiply-add, where this host has it: their blocks are narrow and wide. */
const variants: NativeCode[] =
  nativeCode().variant === 'simd'
    ? []
    : [{ kernels: moduleOf(relaxed) }, { kernels: moduleOf(wide), tiles: moduleOf(tiles) }];

function moduleOf(bytes: Uint8Array): WebAssembly.Module {
  return new WebAssembly.Module(bytes as BufferSource);
}

describe('hand-written kernels', () => {
  after(() => executor.dispose());

  for (const c of cases) {
    const sizes = c.shapes.map(s => s.join('x')).join(', ');
    it(`${c.op} (${sizes}) is the portable kernel's, in the same bits however it is shared out`, async () => {
      const random = new Random(1, c.op);
      const data = c.shapes.map((s, i) =>
        Float32Array.from(
          c.inputs?.[i] ?? { length: s.reduce((a, b) => a * b, 1) },
          (v?: number) => v ?? random.normal(),
        ),
      );
      const fast = planOf(c, true);
      assert.deepEqual(
        fast.plan.calls.map(k => k.fast?.name),
        c.kernels,
      );
      const whole = compute(fast.plan, data, units => [0, units]);
      const cut = compute(fast.plan, data, units =>
        [...new Set([0, 1, units / 3, units / 2, units - 1, units])].map(Math.floor),
      );
      assert.deepEqual(cut, whole);
      for (const code of variants) {
        assert.deepEqual(
          compute(fast.plan, data, units => [0, units >> 1, units], code),
          whole,
        );
      }
      // Hosts without multiply-add have other blocks, and other bits.
      const plain = compute(fast.plan, data, units => [0, units >> 1, units], { kernels: moduleOf(simd) });

      const portable = planOf(c, false).plan;
      const executable = await executor.compile({
        ...portable,
        calls: portable.calls.map(({ fast: _, ...call }) => call),
      });
      portable.inputs.forEach((id, i) => {
        executable.write(id, data[i]!);
      });
      await executable.run();
      fast.plan.outputs.forEach((_, o) => {
        const expected = executable.read(portable.outputs[o]!);
        const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-30);
        expected.forEach((v, i) => {
          for (const found of [whole[o]![i]!, plain[o]![i]!]) {
            const error = Math.abs(v - found) / scale;
            assert.ok(error < 1e-5, `output ${o}, element ${i}: ${found}, portable ${v}`);
          }
        });
      });
      await executable.dispose();
    });
  }
});

function planOf(c: Case, fast: boolean): { plan: Plan } {
  const graph = new Graph(false);
  const inputs = c.shapes.map((shape, i) => graph.declare(`in${i}`, { dtype: 'float32', shape }));
  const outputs = c.build ? c.build(graph, inputs) : graph.emit(c.op, inputs, c.attributes ?? {});
  return lower(graph, { inputs, residents: [], outputs }, fast);
}

/** Runs the plan's hand-written kernels alone; what they write beside their output and scratch memory is an error. */
function compute(
  plan: Plan,
  data: readonly Float32Array[],
  cutsOf: (units: number) => number[],
  code = nativeCode().code,
): number[][] {
  const guard = 64;
  let end = NATIVE_BYTES / 4 + guard;
  const places = new Map<string, number>();
  for (const [buffer, size] of plan.sizes) {
    places.set(buffer, end);
    end += Math.ceil(size / 4) * 4 + guard;
  }
  const scratch = end;
  const scratchSize = Math.max(
    ...plan.calls.map(k => fastKernels[k.fast!.name]!.scratchBytes(k.fast!.params)),
  );
  end += Math.ceil(scratchSize / 16) * 4;
  const pages = Math.ceil(((end + guard) * 4) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const native = instantiateNative(memory, code);
  const f32 = new Float32Array(memory.buffer);
  f32.fill(777, NATIVE_BYTES / 4);
  plan.inputs.forEach((id, i) => {
    f32.set(data[i]!, places.get(id)!);
  });
  for (const [id, values] of plan.constants) f32.set(values, places.get(id)!);
  for (const call of plan.calls) {
    const kernel = fastKernels[call.fast!.name]!;
    const { params } = call.fast!;
    const share = kernel.bind(
      native,
      {
        inputs: call.inputs.map(x => places.get(x.buffer)! * 4),
        output: places.get(call.output.buffer)! * 4,
        also: (call.also ?? []).map(x => places.get(x.buffer)! * 4),
      },
      params,
    );
    const cuts = cutsOf(kernel.units(params));
    // Threads come in any order.
    for (let i = cuts.length - 2; i >= 0; i--) {
      if (cuts[i + 1]! > cuts[i]!) share(cuts[i]!, cuts[i + 1]!, scratch * 4);
    }
  }
  for (const [buffer, at] of places) {
    const size = plan.sizes.get(buffer)!;
    for (let i = at + size; i < at + Math.ceil(size / 4) * 4 + guard; i++)
      assert.equal(f32[i], 777, `float ${i - at - size} behind ${buffer} was written`);
  }
  for (let i = 0; i < guard; i++) assert.equal(f32[end + i], 777, 'written behind the scratch memory');
  return plan.outputs.map(id => [...f32.subarray(places.get(id)!, places.get(id)! + plan.sizes.get(id)!)]);
}
