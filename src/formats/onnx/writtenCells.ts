/** How what is computed cell by cell is written. */
import type { DType } from '../../model/graph';
import { arithmetic, float, isFloat, same, type Write } from './writing';

/** Inputs of one type, as ONNX wants them: that of the output, or the wider of the two. */
const binary =
  (op: string, of?: DType): Write =>
  c => {
    const [a, b] = [c.type(0).dtype, c.type(1).dtype];
    const to = of ?? (a === b ? a : isFloat(a) ? a : isFloat(b) ? b : 'int64');
    return c.finish(op, [c.cast(c.inputs[0]!, a, to), c.cast(c.inputs[1]!, b, to)]);
  };

const unaryFloat: Write = c => c.finish(c.node.op, [float(c)]);

export const cellWriters: Readonly<Record<string, Write>> = {
  Abs: same(),
  Acos: unaryFloat,
  Acosh: unaryFloat,
  Asin: unaryFloat,
  Asinh: unaryFloat,
  Atan: unaryFloat,
  Atanh: unaryFloat,
  Ceil: unaryFloat,
  Celu: same({ alpha: 1 }),
  Cos: unaryFloat,
  Cosh: unaryFloat,
  Elu: same({ alpha: 1 }),
  Erf: unaryFloat,
  Exp: unaryFloat,
  Floor: unaryFloat,
  Gelu: same({ approximate: 'none' }),
  HardSigmoid: same({ alpha: 0.2, beta: 0.5 }),
  HardSwish: same(),
  Identity: same(),
  IsInf: same({ detect_negative: 1, detect_positive: 1 }),
  IsNaN: same(),
  LeakyRelu: same({ alpha: 0.01 }),
  Log: unaryFloat,
  LogSoftmax: same({ axis: -1 }),
  Mish: same(),
  Neg: same(),
  Reciprocal: unaryFloat,
  Relu: same(),
  Round: unaryFloat,
  Selu: same({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
  Shrink: same({ lambd: 0.5, bias: 0 }),
  Sigmoid: unaryFloat,
  Sign: same(),
  Sin: unaryFloat,
  Sinh: unaryFloat,
  Softmax: same({ axis: -1 }),
  Softplus: c => {
    const beta = c.number('beta', 1);
    if (beta === 1) return c.finish('Softplus', c.inputs);
    const by = c.scalar(beta, 'float32');
    return c.finish('Div', [c.emit('Softplus', [c.emit('Mul', [c.inputs[0]!, by])]), by]);
  },
  Softsign: same(),
  Sqrt: unaryFloat,
  Swish: c => c.finish('Mul', [c.inputs[0]!, c.emit('Sigmoid', [c.inputs[0]!])]),
  Tan: unaryFloat,
  Tanh: unaryFloat,
  ThresholdedRelu: c => {
    const alpha = c.number('alpha', 1);
    const value = c.number('value', 0);
    if (value === 0 && alpha >= 0) return c.finish('ThresholdedRelu', c.inputs, { alpha });
    const { dtype } = c.type(0);
    const above = c.emit('Greater', [c.inputs[0]!, c.scalar(alpha, dtype)]);
    return c.finish('Where', [above, c.inputs[0]!, c.scalar(value, dtype)]);
  },
  Clip: c => {
    const { dtype } = c.type(0);
    const limit = (name: string) => {
      const value = c.attributes[name];
      return typeof value === 'number' && Math.abs(value) < 3.4e38 ? c.scalar(value, dtype) : '';
    };
    return c.finish('Clip', [c.inputs[0]!, limit('min'), limit('max')]);
  },
  Cast: c => c.finish('Cast', c.inputs, { to: c.attributes['to'] ?? 'float32' }),
  Dropout: c => c.finish('Dropout', [c.inputs[0]!, c.scalar(c.number('ratio', 0.5), 'float32')]),

  Add: arithmetic('Add'),
  And: binary('And', 'bool'),
  Div: arithmetic('Div'),
  Equal: binary('Equal'),
  Greater: binary('Greater'),
  GreaterOrEqual: binary('GreaterOrEqual'),
  Less: binary('Less'),
  LessOrEqual: binary('LessOrEqual'),
  Max: arithmetic('Max'),
  Min: arithmetic('Min'),
  Mod: c => {
    const to = c.outputType(0).dtype;
    const [a, b] = c.inputs.map((id, i) => c.cast(id, c.type(i).dtype, to)) as [string, string];
    if (!isFloat(to)) return c.finish('Mod', [a, b]);
    return c.finish('Sub', [a, c.emit('Mul', [b, c.emit('Floor', [c.emit('Div', [a, b])])])]);
  },
  Mul: arithmetic('Mul'),
  Not: c => c.finish('Not', [c.cast(c.inputs[0]!, c.type(0).dtype, 'bool')]),
  NotEqual: c => {
    const [a, b] = [c.type(0).dtype, c.type(1).dtype];
    const to = a === b ? a : isFloat(a) ? a : isFloat(b) ? b : 'int64';
    return c.finish('Not', [c.emit('Equal', [c.cast(c.inputs[0]!, a, to), c.cast(c.inputs[1]!, b, to)])]);
  },
  Or: binary('Or', 'bool'),
  Pow: arithmetic('Pow'),
  PRelu: same(),
  Sub: arithmetic('Sub'),
  Where: c => {
    const to = c.outputType(0).dtype;
    return c.finish('Where', [
      c.cast(c.inputs[0]!, c.type(0).dtype, 'bool'),
      c.cast(c.inputs[1]!, c.type(1).dtype, to),
      c.cast(c.inputs[2]!, c.type(2).dtype, to),
    ]);
  },
  Xor: binary('Xor', 'bool'),
};
