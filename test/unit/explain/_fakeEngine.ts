/** A slow engine in plain loops for tests of explanations: Gemm, Conv, MaxPool, Relu, Tanh, Sigmoid, Flatten. */
import type { Engine, Evaluator } from '../../../src/engine/engine';
import { bindShape, concreteShape } from '../../../src/model/dim';
import type { Model, Node, Tensor, Tensors } from '../../../src/model/graph';

type Value = { shape: number[]; data: Float64Array };

export const fakeEngine: Engine & { compiled: number } = {
  compiled: 0,
  backend: { name: 'cpu', executor: 'loops', threads: 1 },
  async evaluator(model, request): Promise<Evaluator> {
    fakeEngine.compiled++;
    let weights = request.weights;
    const compiledFor = concreteShape(bindShape(model.values[model.inputs[0]!]!.shape, request.bindings));
    return {
      backend: fakeEngine.backend,
      async run(feeds, options) {
        const rows = feeds[model.inputs[0]!]!.shape[0]!;
        if (rows > compiledFor[0]!) throw new Error(`compiled for ${compiledFor[0]} rows, got ${rows}`);
        const values = forward(model, { ...weights, ...feeds });
        const gradients = request.gradients
          ? backward(model, values, options!.seed!)
          : new Map<string, Value>();
        const give = (v: Value): Tensor => ({ shape: v.shape, data: Float32Array.from(v.data) });
        return {
          values: Object.fromEntries(
            [...model.outputs, ...(request.fetch ?? [])].map(id => [id, give(values.get(id)!)]),
          ),
          gradients: Object.fromEntries((request.gradients ?? []).map(id => [id, give(gradients.get(id)!)])),
        };
      },
      async load(w: Tensors) {
        weights = { ...weights, ...w };
      },
      async dispose() {},
    };
  },
  trainer() {
    throw new Error('not here');
  },
  async dispose() {},
};

function forward(model: Model, given: Tensors): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const [id, t] of Object.entries(given))
    values.set(id, { shape: [...t.shape], data: Float64Array.from(t.data) });
  for (const node of model.nodes) {
    const [x, w, b] = node.inputs.map(id => values.get(id)!);
    values.set(node.outputs[0]!, compute(node, x!, w, b));
  }
  return values;
}

function zeros(shape: number[]): Value {
  return { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) };
}

function compute(node: Node, x: Value, w?: Value, b?: Value): Value {
  switch (node.op) {
    case 'Gemm': {
      const [n, k] = x.shape as [number, number];
      const m = w!.shape[0]!;
      const y = zeros([n, m]);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          let s = b?.data[j] ?? 0;
          for (let l = 0; l < k; l++) s += x.data[i * k + l]! * w!.data[j * k + l]!;
          y.data[i * m + j] = s;
        }
      }
      return y;
    }
    case 'Relu':
      return { shape: x.shape, data: x.data.map(v => Math.max(0, v)) };
    case 'Tanh':
      return { shape: x.shape, data: x.data.map(Math.tanh) };
    case 'Sigmoid':
      return { shape: x.shape, data: x.data.map(v => 1 / (1 + Math.exp(-v))) };
    case 'Flatten':
      return { shape: [x.shape[0]!, x.data.length / x.shape[0]!], data: x.data };
    case 'Conv': {
      const y = zeros(convShape(node, x, w!));
      eachTap(node, x, w!, y, (xi, wi, yi) => {
        y.data[yi]! += x.data[xi]! * w!.data[wi]!;
      });
      const plane = y.shape[2]! * y.shape[3]!;
      for (let i = 0; i < y.data.length; i++) y.data[i]! += b?.data[Math.floor(i / plane) % y.shape[1]!] ?? 0;
      return y;
    }
    case 'MaxPool': {
      const [n, c, h, wd] = x.shape as [number, number, number, number];
      const y = zeros([n, c, h >> 1, wd >> 1]);
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[argmax2(x, y, i)]!;
      return y;
    }
    default:
      throw new Error(`the fake engine has no ${node.op}`);
  }
}

function backward(model: Model, values: Map<string, Value>, seed: Tensor): Map<string, Value> {
  const grads = new Map<string, Value>();
  grads.set(model.outputs[0]!, { shape: [...seed.shape], data: Float64Array.from(seed.data) });
  const add = (id: string, shape: number[]) => {
    const g = grads.get(id) ?? zeros(shape);
    grads.set(id, g);
    return g.data;
  };
  for (const node of [...model.nodes].reverse()) {
    const y = values.get(node.outputs[0]!)!;
    const dy = grads.get(node.outputs[0]!);
    if (!dy) continue;
    const [x, w] = node.inputs.map(id => values.get(id)!);
    const dx = add(node.inputs[0]!, x!.shape);
    switch (node.op) {
      case 'Gemm': {
        const [n, k] = x!.shape as [number, number];
        const m = w!.shape[0]!;
        for (let i = 0; i < n; i++)
          for (let j = 0; j < m; j++)
            for (let l = 0; l < k; l++) dx[i * k + l]! += dy.data[i * m + j]! * w!.data[j * k + l]!;
        break;
      }
      case 'Relu':
        for (let i = 0; i < dx.length; i++) dx[i]! += x!.data[i]! > 0 ? dy.data[i]! : 0;
        break;
      case 'Tanh':
        for (let i = 0; i < dx.length; i++) dx[i]! += dy.data[i]! * (1 - y.data[i]! ** 2);
        break;
      case 'Sigmoid':
        for (let i = 0; i < dx.length; i++) dx[i]! += dy.data[i]! * y.data[i]! * (1 - y.data[i]!);
        break;
      case 'Flatten':
        for (let i = 0; i < dx.length; i++) dx[i]! += dy.data[i]!;
        break;
      case 'Conv':
        eachTap(node, x!, w!, y, (xi, wi, yi) => {
          dx[xi]! += dy.data[yi]! * w!.data[wi]!;
        });
        break;
      case 'MaxPool':
        for (let i = 0; i < y.data.length; i++) dx[argmax2(x!, y, i)]! += dy.data[i]!;
        break;
      default:
        throw new Error(`the fake engine has no gradient of ${node.op}`);
    }
  }
  return grads;
}

function convShape(node: Node, x: Value, w: Value): number[] {
  const pad = (node.attributes['pads'] as number[] | undefined)?.[0] ?? 0;
  const [n, , h, wd] = x.shape as [number, number, number, number];
  return [n, w.shape[0]!, h + 2 * pad - w.shape[2]! + 1, wd + 2 * pad - w.shape[3]! + 1];
}

function eachTap(
  node: Node,
  x: Value,
  w: Value,
  y: Value,
  use: (xi: number, wi: number, yi: number) => void,
) {
  const pad = (node.attributes['pads'] as number[] | undefined)?.[0] ?? 0;
  const [, c, h, wd] = x.shape as [number, number, number, number];
  const [, , kh, kw] = w.shape as [number, number, number, number];
  const [n, m, oh, ow] = y.shape as [number, number, number, number];
  for (let i = 0; i < n; i++)
    for (let o = 0; o < m; o++)
      for (let r = 0; r < oh; r++)
        for (let s = 0; s < ow; s++)
          for (let ch = 0; ch < c; ch++)
            for (let a = 0; a < kh; a++)
              for (let b = 0; b < kw; b++) {
                const yy = r + a - pad;
                const xx = s + b - pad;
                if (yy < 0 || xx < 0 || yy >= h || xx >= wd) continue;
                use(
                  ((i * c + ch) * h + yy) * wd + xx,
                  ((o * c + ch) * kh + a) * kw + b,
                  ((i * m + o) * oh + r) * ow + s,
                );
              }
}

function argmax2(x: Value, y: Value, i: number): number {
  const [, , oh, ow] = y.shape as [number, number, number, number];
  const wd = x.shape[3]!;
  const plane = Math.floor(i / (oh * ow));
  const top = Math.floor(i / ow) % oh;
  const at = plane * x.shape[2]! * wd + 2 * top * wd + 2 * (i % ow);
  return [at, at + 1, at + wd, at + wd + 1].reduce((best, j) => (x.data[j]! > x.data[best]! ? j : best), at);
}
