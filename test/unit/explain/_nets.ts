/** Small models as graphs, without a reader, and data sets without files. */
import type { Dataset, FeatureInfo } from '../../../src/data/dataset';
import type { Attributes, Model, Node, Parameter, Tensor, Tensors, Value } from '../../../src/model/graph';

export type Layer =
  | { op: 'Linear'; weight: Tensor; bias?: Tensor }
  | { op: 'Conv'; weight: Tensor; bias?: Tensor; pad: number }
  | { op: 'BatchNorm'; weight: Tensor; bias: Tensor; mean: Tensor; variance: Tensor }
  | { op: 'Relu' | 'Tanh' | 'Sigmoid' | 'MaxPool' | 'Flatten' };

/** A chain of layers over samples of this shape. */
export function network(
  sampleShape: readonly number[],
  layers: readonly Layer[],
): { model: Model; weights: Tensors } {
  const values: Record<string, Value> = {};
  const nodes: Node[] = [];
  const parameters: Parameter[] = [];
  const weights: Tensors = {};
  let shape = [...sampleShape];
  const put = (id: string, s: readonly (number | string)[]) => {
    values[id] = { id, dtype: 'float32', shape: s };
  };
  put('x', ['N', ...shape]);
  let at = 'x';
  const parameter = (name: string, t: Tensor) => {
    const bound = 1 / Math.sqrt(t.data.length / t.shape[0]!);
    parameters.push({
      name,
      dtype: 'float32',
      shape: t.shape,
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'uniform', low: -bound, high: bound },
    });
    put(name, t.shape);
    weights[name] = t;
    return name;
  };
  layers.forEach((layer, i) => {
    const inputs = [at];
    let op: string = layer.op;
    let attributes: Attributes = {};
    switch (layer.op) {
      case 'Linear':
        op = 'Gemm';
        attributes = { transB: 1 };
        inputs.push(parameter(`${i}.weight`, layer.weight));
        if (layer.bias) inputs.push(parameter(`${i}.bias`, layer.bias));
        shape = [layer.weight.shape[0]!];
        break;
      case 'Conv': {
        const k = layer.weight.shape[2]!;
        attributes = {
          kernel_shape: [k, k],
          pads: [layer.pad, layer.pad, layer.pad, layer.pad],
          strides: [1, 1],
          dilations: [1, 1],
          group: 1,
        };
        inputs.push(parameter(`${i}.weight`, layer.weight));
        if (layer.bias) inputs.push(parameter(`${i}.bias`, layer.bias));
        shape = [
          layer.weight.shape[0]!,
          shape[1]! + 2 * layer.pad - k + 1,
          shape[2]! + 2 * layer.pad - k + 1,
        ];
        break;
      }
      case 'BatchNorm':
        op = 'BatchNormalization';
        attributes = { epsilon: 1e-5 };
        for (const name of ['weight', 'bias', 'mean', 'variance'] as const)
          inputs.push(parameter(`${i}.${name}`, layer[name]));
        break;
      case 'MaxPool':
        attributes = {
          kernel_shape: [2, 2],
          strides: [2, 2],
          pads: [0, 0, 0, 0],
          dilations: [1, 1],
          ceil_mode: 0,
        };
        shape = [shape[0]!, shape[1]! >> 1, shape[2]! >> 1];
        break;
      case 'Flatten':
        attributes = { axis: 1 };
        shape = [shape.reduce((a, b) => a * b, 1)];
        break;
    }
    const out = `v${i}`;
    put(out, ['N', ...shape]);
    nodes.push({ id: `n${i}`, op, module: String(i), inputs, outputs: [out], attributes });
    at = out;
  });
  return {
    weights,
    model: {
      name: 'Net',
      file: 'net.py',
      format: 'pytorch',
      inputs: ['x'],
      outputs: [at],
      values,
      nodes,
      parameters,
      modules: [],
    },
  };
}

export function tensor(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { shape, data: Float32Array.from(values) };
}

/** A table (or pictures) held in memory; the raw values are the prepared ones. */
export function memoryData(options: {
  inputs: readonly (readonly number[])[];
  targets: readonly number[];
  sampleShape?: readonly number[];
  modality?: Dataset['modality'];
  features?: readonly FeatureInfo[];
  classes?: readonly string[];
  test?: number;
}): Dataset {
  const { inputs, targets, classes } = options;
  const size = inputs[0]?.length ?? 0;
  const sampleShape = options.sampleShape ?? [size];
  const features =
    options.features ??
    Array.from({ length: size }, (_, i): FeatureInfo => {
      const column = inputs.map(r => r[i]!);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      return { name: `f${i}`, kind: 'number', span: [i, i + 1], missing: 0, mean };
    });
  const count = inputs.length;
  const cut = count - (options.test ?? Math.floor(count / 2));
  const rows = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
  const rawOf = (x: readonly number[]) =>
    Object.fromEntries(
      features.map(f => [f.name, f.kind === 'number' ? x[f.span[0]]! : String(x.slice(...f.span))]),
    );
  return {
    name: 'memory',
    modality: options.modality ?? 'table',
    sampleShape,
    features,
    target: classes ? { name: 'y', kind: 'classes', classes } : { name: 'y', kind: 'number' },
    splits: { train: rows(0, cut), valid: rows(0, 0), test: rows(cut, count) },
    notes: [],
    hash: '',
    batch(which) {
      const list = Array.from(which);
      return {
        input: tensor(
          [list.length, ...sampleShape],
          list.flatMap(r => inputs[r]!),
        ),
        targets: classes
          ? { shape: [list.length], data: Int32Array.from(list, r => targets[r]!) }
          : tensor(
              [list.length, 1],
              list.map(r => targets[r]!),
            ),
      };
    },
    raw: row => ({
      row,
      split: row < cut ? 'train' : 'test',
      values: rawOf(inputs[row]!),
      target: classes ? classes[targets[row]!]! : targets[row]!,
    }),
    prepare: list =>
      tensor(
        [list.length, ...sampleShape],
        list.flatMap(r => features.map(f => Number(r[f.name]))),
      ),
    preparation: () => ({}),
  };
}
