/** Cell by cell, of one input or more. */
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { type Translate, Unsupported } from '../translation';
import { all, cast, dtypeOf, finishSwish, finite, huge, rankOf, same, scalarInput } from './_shared';

/** An op that ONNX has for any number of inputs and we for two. */
const variadic =
  (op: string): Translate =>
  c => {
    const [first, ...rest] = all(c);
    if (first === undefined) throw new Unsupported('no inputs');
    if (rest.length === 0) return c.finish('Identity', [first]);
    let sum = first;
    for (const next of rest.slice(0, -1)) sum = c.emit(op, [sum, next])[0]!;
    c.finish(op, [sum, rest.at(-1)!]);
  };

export const family: OperatorFamily = {
  translations: {
    Abs: same(),
    Acos: same(),
    Acosh: same(),
    Asin: same(),
    Asinh: same(),
    Atan: same(),
    Atanh: same(),
    Ceil: same(),
    Celu: same({ alpha: 1 }),
    Cos: same(),
    Cosh: same(),
    Elu: same({ alpha: 1 }),
    Erf: same(),
    Exp: same(),
    Floor: same(),
    Gelu: c => c.finish('Gelu', all(c), { approximate: c.text('approximate', 'none') }),
    HardSigmoid: same({ alpha: 0.2, beta: 0.5 }),
    HardSwish: same(),
    Identity: same(),
    IsInf: c =>
      c.finish('IsInf', all(c), {
        detect_negative: c.integer('detect_negative', 1),
        detect_positive: c.integer('detect_positive', 1),
      }),
    IsNaN: same(),
    LeakyRelu: same({ alpha: 0.01 }),
    Log: same(),
    Mish: same(),
    Neg: same(),
    Not: same(),
    Reciprocal: same(),
    Relu: same(),
    Round: same(),
    Selu: same({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
    Shrink: same({ lambd: 0.5, bias: 0 }),
    Sigmoid: same(),
    Sign: same(),
    Sin: same(),
    Sinh: same(),
    Softplus: same(),
    Softsign: same(),
    Sqrt: same(),
    Swish: c => {
      const alpha = c.float('alpha', 1);
      return alpha === 1 ? c.finish('Swish', [c.tensor(0)]) : finishSwish(c, alpha);
    },
    Tan: same(),
    Tanh: same(),
    ThresholdedRelu: same({ alpha: 1 }),
    Clip: c => {
      const x = c.tensor(0);
      const min = c.opset < 11 ? c.float('min', -huge) : scalarInput(c, 1, -huge);
      const max = c.opset < 11 ? c.float('max', huge) : scalarInput(c, 2, huge);
      if (!Number.isNaN(min) && !Number.isNaN(max))
        return c.finish('Clip', [x], { min: finite(min), max: finite(max) });
      // Limits that are computed.
      const low = c.has(1) ? c.emit('Max', [x, c.tensor(1)])[0]! : x;
      if (c.has(2)) c.finish('Min', [low, c.tensor(2)]);
      else c.finish('Identity', [low]);
    },
    Cast: c => {
      const to = dtypeOf(c.integer('to', 1));
      // Sums of quantised numbers stand for real ones, which gradients pass.
      const exact = c.maker(0) === 'MatMulInteger' || c.maker(0) === 'ConvInteger';
      return c.finish('Cast', all(c), { to, ...(exact && to === 'float32' && { exact: 1 }) });
    },
    CastLike: c => c.finish('Cast', [c.tensor(0)], { to: c.type(1).dtype }),
    Dropout: c => {
      const late = c.opset >= 12;
      const [ratio = 0.5] = !late ? [c.float('ratio', 0.5)] : c.has(1) ? c.numbers(1, 'the ratio') : [];
      const [training = 0] = late && c.has(2) ? c.numbers(2, 'training_mode') : [];
      if (training !== 0 && ratio !== 0) throw new Unsupported('training_mode');
      if (c.outputs[0]) c.emit('Dropout', [c.tensor(0)], { ratio }, [c.outputs[0]]);
      if (!c.outputs[1]) return undefined;
      const shape = c.type(0).shape as readonly Dim[];
      c.emit('ConstantOfShape', [], { shape, value: 1, dtype: 'bool' }, [c.outputs[1]]);
      return undefined;
    },

    Add: same(),
    And: same(),
    Div: same(),
    Equal: same(),
    Greater: same(),
    GreaterOrEqual: same(),
    Less: same(),
    LessOrEqual: same(),
    Max: variadic('Max'),
    Mean: c => {
      const inputs = all(c);
      let sum = inputs[0]!;
      for (const next of inputs.slice(1)) sum = c.emit('Add', [sum, next])[0]!;
      c.finish('Mul', [sum, c.constant('float32', [], [1 / inputs.length])]);
    },
    Min: variadic('Min'),
    Mod: c => {
      if (c.integer('fmod', 0) === 0) return c.finish('Mod', all(c));
      // C's fmod: the remainder has the sign of the dividend.
      const [a, b] = all(c);
      const whole = c.emit('Cast', c.emit('Div', [a!, b!]), { to: 'int64' });
      c.finish('Sub', [
        a!,
        cast(c, c.emit('Mul', [cast(c, whole[0]!, c.type(0).dtype), b!])[0]!, c.type(0).dtype),
      ]);
    },
    Mul: same(),
    Or: same(),
    Pow: c => {
      const [y] = c.emit('Pow', all(c));
      const { dtype } = c.type(0);
      if (c.typeOf(y!).dtype === dtype) c.finish('Identity', [y!]);
      else c.finish('Cast', [y!], { to: dtype });
    },
    PRelu: c => {
      const [x, slope] = all(c);
      // Until opset 7 a vector of slopes was one for each channel.
      if (c.opset >= 7 || c.type(1).shape.length !== 1 || rankOf(c) < 2)
        return c.finish('PRelu', [x!, slope!]);
      const shape = [
        c.type(1).shape[0]!,
        ...c
          .type(0)
          .shape.slice(2)
          .map(() => 1),
      ];
      return c.finish('PRelu', [x!, c.emit('Reshape', [slope!], { shape })[0]!]);
    },
    Sub: same(),
    Sum: variadic('Add'),
    Where: same(),
    Xor: same(),
  },
};
