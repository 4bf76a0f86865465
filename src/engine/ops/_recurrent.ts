/** Shapes of recurrent layers, as ONNX has them: [T, N, C], a leading dimension for the directions. */
import { VitrineError } from '../../model/errors';
import type { Attributes, Dim, TensorType } from '../../model/graph';
import type { Concrete, ExpansionContext, KernelCall } from '../op';
import { ShapeError } from '../op';
import { differ, elements, flag, input, mulDims, number, productOf, shapeText, text } from './_infer';
import { launch } from './_launch';

/**
 * Inputs x [T, N, C], weights [D, gates H, C], recurrent weights [D, gates H, H], biases [D, 2 gates H], lengths,
 * initial state [D, N, H] (and cell). Outputs y [T, D, N, H], last state [D, N, H] (and cell). An LSTM may have
 * projections [D, P, H] as its ninth input, which ONNX lacks: its hidden state (not the cell) has P numbers then.
 * Attribute `rounded`: what meets the weights is rounded to 8 bits, as before weights that are.
 */
export function recurrentTypes(
  op: string,
  inputs: readonly (TensorType | undefined)[],
  attributes: Attributes,
  states: number,
): TensorType[] {
  const x = input(inputs, 0, op);
  const w = input(inputs, 1, op);
  if (x.shape.length !== 3)
    throw new ShapeError(`${op}: Expected input to be 2D or 3D, got ${x.shape.length}D instead`);
  if (differ(x.shape[2]!, w.shape[2]!))
    throw new ShapeError(
      `input.size(-1) must be equal to input_size. Expected ${w.shape[2]}, got ${x.shape[2]}`,
      { argument: 'input_size', found: w.shape[2]!, expected: x.shape[2]! },
    );
  const directions = text(attributes, 'direction', 'forward') === 'bidirectional' ? 2 : 1;
  const hidden = number(attributes, 'hidden_size', 0);
  const [t, n] = x.shape as [Dim, Dim, Dim];
  if (t === 0) throw new ShapeError('Expected sequence length to be larger than 0 in RNN');
  const projected = inputs[8]?.shape[1] ?? hidden;
  const stateOf = (i: number) => [directions, n, i === 0 ? projected : hidden];
  for (let i = 0; i < states; i++) {
    const given = inputs[5 + i];
    const state = stateOf(i);
    if (given && (given.shape.length !== 3 || given.shape.some((d, k) => differ(d, state[k]!))))
      throw new ShapeError(
        `Expected hidden${states > 1 ? `[${i}]` : ''} size (${state.join(', ')}), got ${shapeText(given.shape)}`,
      );
  }
  return [
    { dtype: x.dtype, shape: [t, directions, n, projected] },
    ...Array.from({ length: states }, (_, i) => ({ dtype: x.dtype, shape: stateOf(i) })),
  ];
}

/** Two products a step and direction; the gates' own arithmetic is small beside them. */
export function recurrentFlops(inputs: readonly (TensorType | undefined)[]): Dim {
  const [t, n] = inputs[0]!.shape as [Dim, Dim, Dim];
  const weights = [inputs[1], inputs[2]].map(elements);
  return mulDims(mulDims(2, productOf([t, n])), Number(weights[0]) + Number(weights[1]));
}

/** A launch over gates [N, gates H]: the row, the column, and H. */
export function gateGrid(shape: readonly number[], gates: number) {
  const { grid, at } = launch(shape);
  return { grid, row: at[0]!, column: at[1]!, width: shape[1]! / gates };
}

/** The hand-written kernel for all that a step computes, or its gradient. */
export function stepKernel(
  name: string,
  inputs: readonly Concrete[],
  [output, ...also]: readonly Concrete[],
  width: number,
): KernelCall {
  const rows = output!.shape[0]!;
  return { name, source: '', inputs, output: output!, also, fast: { name, params: { rows, width } } };
}

export type RecurrentKind = 'LSTM' | 'GRU' | 'RNN';

const gateCounts = { LSTM: 4, GRU: 3, RNN: 1 } as const;

/**
 * A recurrent layer as its steps. One product serves the inputs of all steps; each step then takes the product of its
 * hidden state and what the kind of layer does with the gates.
 *
 * @throws unsupported-op for peepholes, and functions that PyTorch does not have.
 */
export function expandRecurrent(e: ExpansionContext, kind: RecurrentKind): string[] {
  const [x, weights, recurrent, biases, lengths, firstHidden, firstCell, peepholes, projections] = e.inputs;
  const unsupported = (what: string): never => {
    throw new VitrineError('unsupported-op', `The engine cannot compute ${what} of the op "${kind}" yet.`);
  };
  if (peepholes) unsupported('the peepholes');
  if (typeof e.attributes['clip'] === 'number') unsupported('the attribute "clip"');
  if (flag(e.attributes, 'input_forget')) unsupported('the attribute "input_forget"');
  const [t, n, c] = e.type(x!).shape.map(Number) as [number, number, number];
  const [d, wide] = e.type(weights!).shape.map(Number) as [number, number];
  const gates = gateCounts[kind];
  const h = wide / gates;
  const width = projections ? Number(e.type(projections).shape[1]) : h;
  const direction = text(e.attributes, 'direction', 'forward');
  const activations = e.attributes['activations'] as readonly string[] | undefined;
  const usual = { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: undefined }[kind];
  if (activations && usual && activations.some((a, i) => a !== usual[i % usual.length]))
    unsupported(`the functions ${activations.join(', ')}`);

  const parts = (value: string, rest: readonly number[]): string[] => {
    if (d === 1) return [e.emit('Reshape', [value], { shape: rest })[0]!];
    const cut = e.emit('Split', [value], { axis: 0, split: new Array<number>(d).fill(1) });
    return cut.map(p => e.emit('Reshape', [p], { shape: rest })[0]!);
  };
  const w = parts(weights!, [wide, c]);
  const r = parts(recurrent!, [wide, width]);
  const projection = projections ? parts(projections, [width, h]) : undefined;
  const b = biases ? parts(biases, [2, wide]) : undefined;
  const starts = (value: string | undefined, size: number) =>
    value
      ? parts(value, [n, size])
      : Array.from({ length: d }, () => e.emit('ConstantOfShape', [], { shape: [n, size], value: 0 })[0]!);
  const hidden = starts(firstHidden, width);
  const cells = kind === 'LSTM' ? starts(firstCell, h) : [];
  const rows = e.emit('Reshape', [x!], { shape: [t * n, c] })[0]!;
  const counts = lengths && e.emit('Reshape', [lengths], { shape: [n, 1] })[0]!;

  const outputs: string[][] = [];
  for (let k = 0; k < d; k++) {
    const [own, fed] = b
      ? e
          .emit('Split', [b[k]!], { axis: 0, split: [1, 1] })
          .map(v => e.emit('Reshape', [v], { shape: [wide] })[0]!)
      : [];
    const linear = (v: string, weight: string, bias: string | undefined) =>
      e.emit('Gemm', bias ? [v, weight, bias] : [v, weight], { transB: 1 })[0]!;
    // As onnxruntime multiplies weights of whole numbers: what they meet is rounded, too, over the range that it has.
    const met = (v: string) =>
      flag(e.attributes, 'rounded')
        ? e.emit('DequantizeLinear', e.emit('DynamicQuantizeLinear', [v]))[0]!
        : v;
    const all = linear(met(rows), w[k]!, own);
    const perStep =
      t === 1 ? [all] : e.emit('Split', [all], { axis: 0, split: new Array<number>(t).fill(n) });
    const backwards = direction === 'reverse' || k === 1;
    const ys: string[] = new Array<string>(t);
    for (let i = 0; i < t; i++) {
      const at = backwards ? t - 1 - i : i;
      const from = perStep[at]!;
      const before = { hidden: hidden[k]!, cell: cells[k] };
      if (kind === 'GRU' && !flag(e.attributes, 'linear_before_reset'))
        hidden[k] = resetFirst(e, from, hidden[k]!, r[k]!, fed, h);
      else {
        const through = linear(met(hidden[k]!), r[k]!, fed);
        if (kind === 'LSTM') {
          [hidden[k], cells[k]] = e.emit('LSTMStep', [from, through, cells[k]!]);
          if (projection) hidden[k] = linear(hidden[k]!, projection[k]!, undefined);
        } else if (kind === 'GRU') [hidden[k]] = e.emit('GRUStep', [from, through, hidden[k]!]);
        else {
          const sum = e.emit('Add', [from, through]);
          [hidden[k]] = e.emit(activations?.[k] ?? 'Tanh', sum);
        }
      }
      ys[at] = hidden[k]!;
      if (counts) {
        // Behind the end of a row's sequence its state stays as it was, and its output is zero.
        const names = ['now', 'old', 'n'];
        const there = `n > ${at}`;
        const kept = (now: string, old: string) =>
          e.emit('Map', [now, old, counts], {
            names,
            expression: `(${there} ? now : old)`,
            derivatives: [`(${there} ? g : 0)`, `(${there} ? 0 : g)`, ''],
          })[0]!;
        ys[at] = e.emit('Map', [hidden[k]!, counts], {
          names: ['now', 'n'],
          expression: `(${there} ? now : 0)`,
          derivatives: [`(${there} ? g : 0)`, ''],
        })[0]!;
        hidden[k] = kept(hidden[k]!, before.hidden);
        if (kind === 'LSTM') cells[k] = kept(cells[k]!, before.cell!);
      }
    }
    outputs.push(ys);
  }
  const joined = (values: string[], shape: readonly number[]) => {
    const whole = values.length === 1 ? values[0]! : e.emit('Concat', values, { axis: 0 })[0]!;
    return e.emit('Reshape', [whole], { shape })[0]!;
  };
  const inOrder = Array.from({ length: t }, (_, i) => outputs.map(ys => ys[i]!)).flat();
  return [
    joined(inOrder, [t, d, n, width]),
    joined(hidden, [d, n, width]),
    ...(kind === 'LSTM' ? [joined(cells, [d, n, h])] : []),
  ];
}

/** A step of ONNX's other GRU, whose reset gate comes before the product with the recurrent weights. */
function resetFirst(
  e: ExpansionContext,
  from: string,
  hidden: string,
  recurrent: string,
  bias: string | undefined,
  h: number,
): string {
  const cut = (value: string, axis: number) => e.emit('Split', [value], { axis, split: [2 * h, h] });
  const [xGates, xNew] = cut(from, 1);
  const [rGates, rNew] = cut(recurrent, 0);
  const [bGates, bNew] = bias ? cut(bias, 0) : [];
  const linear = (v: string, weight: string, b: string | undefined) =>
    e.emit('Gemm', b ? [v, weight, b] : [v, weight], { transB: 1 })[0]!;
  const both = e.emit('Sigmoid', e.emit('Add', [xGates!, linear(hidden, rGates!, bGates)]))[0]!;
  const [update, reset] = e.emit('Split', [both], { axis: 1, split: [h, h] });
  const held = e.emit('Mul', [reset!, hidden])[0]!;
  const now = e.emit('Tanh', e.emit('Add', [xNew!, linear(held, rNew!, bNew)]))[0]!;
  return e.emit('Map', [update!, now, hidden], {
    expression: '(1 - a) * b + a * c',
    derivatives: ['g * (c - b)', 'g * (1 - a)', 'g * a'],
  })[0]!;
}
