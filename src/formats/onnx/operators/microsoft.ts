/**
 * Operators of onnxruntime's own, as far as its quantisers and its optimiser write them:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
import type { OperatorFamily } from '../operatorRegistry';
import { type Translate, type TranslationContext, Unsupported } from '../translation';
import { dequantized, dequantizeLinear, finishQuantized, quantizeLinear, resultRange } from './_quantized';
import { all, axisOf, cast, finishSwish, optional, rankOf } from './_shared';
import { kernelOf, windowAttributes } from './_windows';
import { recurrentAttributes, sequenceInputs } from './recurrent';

/** Of two quantised inputs: their scales and zero points follow each. */
const ofTwo =
  (op: string): Translate =>
  c =>
    finishQuantized(c, c.emit(op, [dequantized(c, 0, 1, 2), dequantized(c, 3, 4, 5)])[0]!, 6, 7);

/** Of one quantised input; `compute` is given what it stands for. */
const ofOne =
  (compute: (c: TranslationContext, x: string) => string): Translate =>
  c =>
    finishQuantized(c, compute(c, dequantized(c, 0, 1, 2)), 3, 4);

function channelsFirst(c: TranslationContext): void {
  if (c.integer('channels_last', 0) !== 0) throw new Unsupported('channels_last');
}

function window(c: TranslationContext) {
  return {
    ...windowAttributes(c, kernelOf(c)),
    ceil_mode: c.integer('ceil_mode', 0),
    count_include_pad: c.integer('count_include_pad', 0),
  };
}

const turned = (c: TranslationContext, id: string) => c.emit('Transpose', [id], { perm: [1, 0] })[0]!;

/** C = alpha A B, quantised if a scale of the result is given. */
const gemm: Translate = c => {
  const a = c.integer('transA', 0) ? turned(c, c.tensor(0)) : c.tensor(0);
  const b = c.integer('transB', 0) ? turned(c, c.weight(3)) : c.weight(3);
  if (c.float('alpha', 1) !== 1) throw new Unsupported('alpha');
  const [scales, zeros] = [
    [c.tensor(1), c.tensor(4)],
    [optional(c, 2), optional(c, 5)],
  ];
  if (c.has(7))
    return c.finish(
      'QLinearMatMul',
      [a, scales[0]!, zeros[0]!, b, scales[1]!, zeros[1]!, c.tensor(7), optional(c, 8), optional(c, 6)],
      resultRange(c, 8),
    );
  let sum = c.emit('MatMulInteger', [a, b, ...zeros])[0]!;
  if (c.has(6)) sum = c.emit('Add', [sum, c.tensor(6)])[0]!;
  const real = c.emit('Cast', [sum], { to: 'float32', exact: 1 })[0]!;
  return c.finish('Mul', [real, c.emit('Mul', scales)[0]!]);
};

/** A product of whole numbers, times both scales, and a bias. */
function realProduct(
  c: TranslationContext,
  inputs: readonly string[],
  scale: string,
  bias: number,
): undefined {
  const sum = c.emit('MatMulInteger', inputs)[0]!;
  const real = c.emit('Cast', [sum], { to: 'float32', exact: 1 })[0]!;
  if (!c.has(bias)) return c.finish('Mul', [real, scale]);
  return c.finish('Add', [c.emit('Mul', [real, scale])[0]!, c.tensor(bias)]);
}

/** The rows of a weight in blocks of few bits, each with its scale: https://arxiv.org/abs/2210.17323 has them so. */
const fewBits: Translate = c => {
  const [rows, columns] = [c.integer('N', 0), c.integer('K', 0)];
  if (c.has(4)) throw new Unsupported('an order of groups');
  const inputs = [c.tensor(1), c.tensor(2), ...(c.has(3) ? [c.tensor(3)] : [])];
  if (c.has(3) && c.type(3).dtype !== 'uint8') throw new Unsupported('zero points that are no whole numbers');
  const bits = c.integer('bits', 4);
  if (bits !== 4 && bits !== 8) throw new Unsupported(`${bits} bits`);
  const [weight] = c.emit('UnpackBits', inputs, {
    bits,
    block_size: c.integer('block_size', 32),
    shape: [rows, columns],
  });
  const product = c.emit('MatMul', [c.tensor(0), turned(c, weight!)]);
  return c.has(5) ? c.finish('Add', [product[0]!, c.tensor(5)]) : c.finish('Identity', product);
};

/** Adds what is left out of a residual block, then normalises. */
const skipNormalization =
  (op: 'LayerNormalization' | 'RMSNormalization'): Translate =>
  c => {
    const layer = op === 'LayerNormalization';
    const bias = layer ? 4 : 3;
    if (c.outputs[1] || c.outputs[2]) throw new Unsupported('its mean and deviation as outputs');
    let sum = c.emit('Add', [c.tensor(0), c.tensor(1)])[0]!;
    if (c.has(bias)) sum = c.emit('Add', [sum, c.tensor(bias)])[0]!;
    const inputs = [sum, c.tensor(2), ...(layer && c.has(3) ? [c.tensor(3)] : [])];
    c.emit(op, inputs, { axis: rankOf(c) - 1, epsilon: c.float('epsilon', layer ? 1e-12 : 1e-5) }, [
      c.outputs[0]!,
    ]);
    if (c.outputs[3]) c.emit('Identity', [sum], {}, [c.outputs[3]]);
  };

/** Weights of whole numbers, in the order of a product: [directions, inputs, 4 hidden]. */
const memory: Translate = c => {
  const attributes = recurrentAttributes(c, 'LSTM');
  const weight = (i: number, scale: number, zero: number): string => {
    // A scale for each direction, or for each column of each.
    const wide = (id: string, at: number) =>
      c.emit('Reshape', [id], { shape: [c.type(at).shape[0]!, 1, c.type(at).shape[1] ?? 1] })[0]!;
    let w = cast(c, c.weight(i), 'float32');
    if (c.has(zero)) w = c.emit('Sub', [w, cast(c, wide(c.tensor(zero), zero), 'float32')])[0]!;
    const real = c.emit('Mul', [w, wide(c.tensor(scale), scale)]);
    return c.emit('Transpose', real, { perm: [0, 2, 1] })[0]!;
  };
  const given = sequenceInputs(c).slice(0, 7);
  given[1] = weight(1, 8, 9);
  given[2] = weight(2, 10, 11);
  return c.finish('LSTM', given, { ...attributes, rounded: 1 });
};

export const family: OperatorFamily = {
  domain: 'com.microsoft',
  translations: {
    QuantizeLinear: quantizeLinear,
    DequantizeLinear: dequantizeLinear,
    QGemm: gemm,
    QLinearAdd: ofTwo('Add'),
    QLinearMul: ofTwo('Mul'),
    QLinearSigmoid: ofOne((c, x) => c.emit('Sigmoid', [x])[0]!),
    QLinearLeakyRelu: ofOne((c, x) => c.emit('LeakyRelu', [x], { alpha: c.float('alpha', 0.01) })[0]!),
    QLinearSoftmax: ofOne((c, x) => {
      const rank = rankOf(c);
      const axis = axisOf(c.integer('axis', -1), rank);
      if (c.integer('opset', 13) >= 13 || axis === rank - 1) return c.emit('Softmax', [x], { axis })[0]!;
      const rows = c.emit('Softmax', c.emit('Flatten', [x], { axis }), { axis: 1 });
      return c.emit('Reshape', rows, { shape: c.type(0).shape })[0]!;
    }),
    QLinearGlobalAveragePool: ofOne((c, x) => {
      channelsFirst(c);
      return c.emit('GlobalAveragePool', [x])[0]!;
    }),
    QLinearAveragePool: ofOne((c, x) => {
      channelsFirst(c);
      return c.emit('AveragePool', [x], window(c))[0]!;
    }),
    QLinearReduceMean: ofOne((c, x) => {
      const axes = c.integers('axes');
      const rank = rankOf(c);
      return c.emit('ReduceMean', [x], {
        ...(axes && axes.length > 0 && { axes: axes.map(a => axisOf(a, rank)) }),
        keepdims: c.integer('keepdims', 1),
      })[0]!;
    }),
    QLinearConcat: c => {
      const parts: string[] = [];
      for (let i = 2; i + 2 < c.inputs.length; i += 3) parts.push(dequantized(c, i, i + 1, i + 2));
      const axis = axisOf(c.integer('axis', 0), rankOf(c, 2));
      return finishQuantized(c, c.emit('Concat', parts, { axis })[0]!, 0, 1);
    },
    QLinearWhere: c => {
      const either = [dequantized(c, 1, 2, 3), dequantized(c, 4, 5, 6)];
      return finishQuantized(c, c.emit('Where', [c.tensor(0), ...either])[0]!, 7, 8);
    },
    DynamicQuantizeMatMul: c => {
      const [a, scaleA, zeroA] = c.emit('DynamicQuantizeLinear', [c.tensor(0)]);
      const inputs = [a!, c.tensor(1), zeroA!, ...(c.has(3) ? [c.tensor(3)] : [])];
      return realProduct(c, inputs, c.emit('Mul', [scaleA!, c.tensor(2)])[0]!, 4);
    },
    DynamicQuantizeLSTM: memory,
    MatMulIntegerToFloat: c => {
      const inputs = [c.tensor(0), c.tensor(1), optional(c, 4), optional(c, 5)];
      return realProduct(c, inputs, c.emit('Mul', [c.tensor(2), c.tensor(3)])[0]!, 6);
    },
    MatMulNBits: fewBits,
    // What its optimiser joins.
    Gelu: c => c.finish('Gelu', all(c), { approximate: 'none' }),
    FastGelu: c => {
      const x = c.has(1) ? c.emit('Add', [c.tensor(0), c.tensor(1)])[0]! : c.tensor(0);
      return c.finish('Gelu', [x], { approximate: 'tanh' });
    },
    BiasGelu: c => c.finish('Gelu', c.emit('Add', [c.tensor(0), c.tensor(1)]), { approximate: 'none' }),
    QuickGelu: c => finishSwish(c, c.float('alpha', 1.702)),
    SkipLayerNormalization: skipNormalization('LayerNormalization'),
    SkipSimplifiedLayerNormalization: skipNormalization('RMSNormalization'),
    FusedMatMul: c => {
      if (c.integer('transBatchA', 0) || c.integer('transBatchB', 0)) throw new Unsupported('transBatch');
      const operand = (i: number, flag: string): string => {
        if (c.integer(flag, 0) === 0) return c.tensor(i);
        const rank = rankOf(c, i);
        const perm = Array.from({ length: rank }, (_, k) =>
          k < rank - 2 ? k : k === rank - 2 ? rank - 1 : rank - 2,
        );
        return c.emit('Transpose', [c.tensor(i)], { perm })[0]!;
      };
      const product = c.emit('MatMul', [operand(0, 'transA'), operand(1, 'transB')]);
      const alpha = c.float('alpha', 1);
      if (alpha === 1) return c.finish('Identity', product);
      return c.finish('Mul', [product[0]!, c.constant('float32', [], [alpha])]);
    },
  },
};
