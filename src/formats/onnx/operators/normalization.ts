/** Normalisations and softmax. */
import { floorDivDims } from '../../../model/dim';
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { type Translate, Unsupported } from '../translation';
import { all, axisOf, rankOf, same } from './_shared';

/** Before opset 13 the axes from `axis` on made one row. */
const softmax =
  (op: string): Translate =>
  c => {
    const x = c.tensor(0);
    const rank = rankOf(c);
    const axis = axisOf(c.integer('axis', c.opset < 13 ? 1 : -1), rank);
    if (c.opset >= 13 || axis === rank - 1) return c.finish(op, [x], { axis });
    const [rows] = c.emit('Flatten', [x], { axis });
    const [y] = c.emit(op, [rows!], { axis: 1 });
    c.finish('Reshape', [y!], { shape: c.type(0).shape as readonly Dim[] });
  };

const normalized: Translate = c => {
  const axis = axisOf(c.integer('axis', -1), rankOf(c));
  const epsilon = c.float('epsilon', 1e-5);
  const inputs = all(c);
  if (!c.outputs[1] && !c.outputs[2]) return c.finish('LayerNormalization', inputs, { axis, epsilon });
  const axes = Array.from({ length: rankOf(c) - axis }, (_, i) => axis + i);
  const [y, mean, variance] = c.emit('Standardize', [inputs[0]!], { axes, epsilon });
  const shifted = c.emit('Add', [variance!, c.constant('float32', [], [epsilon])])[0]!;
  const inverse = c.emit('Reciprocal', c.emit('Sqrt', [shifted]))[0]!;
  let out = inputs[1] ? c.emit('Mul', [y!, inputs[1]])[0]! : y!;
  if (inputs[2]) out = c.emit('Add', [out, inputs[2]])[0]!;
  for (const [i, id] of [out, mean!, inverse].entries())
    if (c.outputs[i]) c.emit('Identity', [id], {}, [c.outputs[i]]);
};

const rootMeanSquare: Translate = c =>
  c.finish('RMSNormalization', all(c), {
    axis: axisOf(c.integer('axis', -1), rankOf(c)),
    epsilon: c.float('epsilon', 1e-5),
  });

export const family: OperatorFamily = {
  translations: {
    BatchNormalization: c => {
      const epsilon = c.float('epsilon', 1e-5);
      const momentum = c.float('momentum', 0.9);
      const inputs = all(c);
      if (c.integer('training_mode', 0) === 0) {
        if (c.outputs.slice(1).some(o => o !== '')) throw new Unsupported('outputs of training');
        return c.finish('BatchNormalization', inputs, { epsilon, momentum });
      }
      const { shape } = c.type(0);
      const axes = shape.map((_, i) => i).filter(i => i !== 1);
      const [standard, mean, variance] = c.emit('Standardize', [inputs[0]!], { axes, epsilon });
      const column = (id: string) =>
        c.emit('Reshape', [id], { shape: [shape[1]!, ...shape.slice(2).map(() => 1)] })[0]!;
      const scaled = c.emit('Mul', [standard!, column(inputs[1]!)])[0]!;
      if (c.outputs[0]) c.emit('Add', [scaled, column(inputs[2]!)], {}, [c.outputs[0]]);
      const part = (id: string, share: number) => c.emit('Mul', [id, c.constant('float32', [], [share])])[0]!;
      for (const [i, now] of [mean!, variance!].entries()) {
        if (!c.outputs[i + 1]) continue;
        const flat = c.emit('Reshape', [now], { shape: [shape[1]!] })[0]!;
        c.emit('Add', [part(inputs[i + 3]!, momentum), part(flat, 1 - momentum)], {}, [c.outputs[i + 1]!]);
      }
      return undefined;
    },
    GroupNormalization: c => {
      const [x, ...given] = all(c);
      const groups = c.integer('num_groups', 1);
      const channels = c.type(0).shape[1]!;
      const perGroup = c.opset < 21 && c.type(1).shape[0] === groups && channels !== groups;
      // Until opset 21 there was one scale a group.
      const spread = (id: string): string => {
        const apart = c.emit('Reshape', [id], { shape: [groups, 1] });
        const wide = c.emit('Expand', apart, { shape: [groups, floorDivDims(channels, groups)] });
        return c.emit('Reshape', wide, { shape: [channels] })[0]!;
      };
      c.finish('GroupNormalization', [x!, ...(perGroup ? given.map(spread) : given)], {
        num_groups: groups,
        epsilon: c.float('epsilon', 1e-5),
      });
    },
    InstanceNormalization: same({ epsilon: 1e-5 }),
    LayerNormalization: normalized,
    LpNormalization: c => {
      const axes = [axisOf(c.integer('axis', -1), rankOf(c))];
      const x = c.tensor(0);
      const norm = c.emit(c.integer('p', 2) === 1 ? 'ReduceL1' : 'ReduceL2', [x], { axes, keepdims: 1 })[0]!;
      // A vector of zeros stays one.
      return c.finish('Div', [x, c.emit('Max', [norm, c.constant('float32', [], [1e-30])])[0]!]);
    },
    LRN: c =>
      c.finish('LRN', [c.tensor(0)], {
        alpha: c.float('alpha', 1e-4),
        beta: c.float('beta', 0.75),
        bias: c.float('bias', 1),
        size: c.integer('size', 1),
      }),
    MeanVarianceNormalization: c =>
      c.finish('Identity', [
        c.emit('Standardize', [c.tensor(0)], { axes: c.integers('axes') ?? [0, 2, 3], epsilon: 1e-9 })[0]!,
      ]),
    RMSNormalization: rootMeanSquare,
    // onnxruntime's optimiser had it before ONNX did.
    SimplifiedLayerNormalization: rootMeanSquare,
    Softmax: softmax('Softmax'),
    LogSoftmax: softmax('LogSoftmax'),
    Hardmax: c => {
      if (c.opset < 13) throw new Unsupported('opsets before 13');
      const axis = axisOf(c.integer('axis', -1), rankOf(c));
      const depth = c.type(0).shape[axis]!;
      const [where] = c.emit('ArgMax', [c.tensor(0)], { axis, keepdims: 0 });
      c.finish('Cast', c.emit('OneHot', [where!], { depth: depth as number, axis }), { to: c.type(0).dtype });
    },
  },
};
