/** Layers that PyTorch spells with windows, padding and gates in an order of its own. */
import { type Expression, type PythonContext, rank, tuple } from './spelling';

/** Padding of a window: by the layer where it is the same on both sides, else before it. */
export function windowed(c: PythonContext, n: number, fill: string | undefined) {
  const pads = c.ints('pads') ?? new Array<number>(2 * n).fill(0);
  const even = Array.from({ length: n }, (_, i) => pads[i] === pads[i + n]).every(Boolean);
  const list = (name: string, otherwise: number) =>
    tuple(c.ints(name) ?? new Array<number>(n).fill(otherwise));
  const before = pads.slice(0, n);
  return {
    x: even ? c.inputs[0]! : `F.pad(${c.inputs[0]}, ${padList(pads, n)}${fill ? `, value=${fill}` : ''})`,
    padding: tuple(even ? before : before.map(() => 0)),
    strides: list('strides', 1),
    dilations: list('dilations', 1),
    even,
  };
}

/** PyTorch pads from the last axis to the first. */
export function padList(pads: readonly number[], n: number): string {
  const out: number[] = [];
  for (let i = n - 1; i >= 0; i--) out.push(pads[i]!, pads[i + n]!);
  return tuple(out);
}

export const conv: Expression = c => {
  const n = rank(c) - 2;
  const { x, padding, strides, dilations } = windowed(c, n, undefined);
  const bias = c.has(2) ? c.inputs[2] : 'None';
  return `F.conv${n}d(${x}, ${c.inputs[1]}, ${bias}, stride=${strides}, padding=${padding}, dilation=${dilations}, groups=${c.number('group', 1)})`;
};

/** A transposed convolution with the result's size: what the even padding leaves too much is cut off. */
export const transposed: Expression = c => {
  const n = rank(c) - 2;
  const pads = c.ints('pads') ?? new Array<number>(2 * n).fill(0);
  const list = (name: string, otherwise: number) =>
    tuple(c.ints(name) ?? new Array<number>(n).fill(otherwise));
  const bias = c.has(2) ? c.inputs[2] : 'None';
  const out = c.outputType(0).shape.slice(2);
  const extra = c.ints('output_padding');
  const even = Array.from({ length: n }, (_, i) => pads[i] === pads[i + n]).every(Boolean);
  const size = c.dims('shape')?.slice(2) ?? out;
  const options = `stride=${list('strides', 1)}, groups=${c.number('group', 1)}, dilation=${list('dilations', 1)}`;
  if (even && extra)
    return `F.conv_transpose${n}d(${c.inputs[0]}, ${c.inputs[1]}, ${bias}, ${options}, padding=${tuple(pads.slice(0, n))}, output_padding=${tuple(extra)})`;
  // Without padding the result is as large as can be; the rest is cut (or, for output padding, added).
  const whole = `F.conv_transpose${n}d(${c.inputs[0]}, ${c.inputs[1]}, ${bias}, ${options})`;
  return `_window(${whole}, ${tuple(pads.slice(0, n))}, ${tuple(size)}, ${bias})`;
};

export const recurrent: Expression = c => {
  const { node } = c;
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[node.op as 'LSTM' | 'GRU' | 'RNN'];
  if (c.has(4)) c.refuse('sequences of several lengths');
  if (c.number('rounded', 0)) c.refuse('states that are rounded to 8 bits');
  const kind = JSON.stringify(node.op);
  const activations = node.attributes['activations'] as readonly string[] | undefined;
  const own = activations?.join(',') ?? '';
  const usual = {
    LSTM: /^$|^(Sigmoid,Tanh,Tanh,?)+$/,
    GRU: /^$|^(Sigmoid,Tanh,?)+$/,
    RNN: /^$|^((Tanh|Relu),?)+$/,
  };
  if (!usual[node.op as 'LSTM'].test(own)) c.refuse(`the activations ${own}`);
  const relu = node.op === 'RNN' && own.startsWith('Relu');
  if (node.op === 'GRU' && !c.number('linear_before_reset', 0))
    c.refuse('a GRU that resets before its linear layer');
  const given = (i: number) => (c.has(i) ? c.inputs[i] : 'None');
  return `_recurrent(${kind}, ${c.inputs[0]}, ${c.inputs[1]}, ${c.inputs[2]}, ${given(3)}, ${given(5)}, ${given(6)}, ${c.number('hidden_size', 0)}, ${JSON.stringify(c.text('direction', 'forward'))}, ${gates}, ${relu ? 'True' : 'False'})`;
};

export function spatial(c: PythonContext): number[] {
  return Array.from({ length: rank(c) - 2 }, (_, i) => i + 2);
}
