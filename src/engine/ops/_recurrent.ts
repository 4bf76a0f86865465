/** Shapes of recurrent layers, as ONNX has them: [T, N, C], a leading dimension for the directions. */
import type { Attributes, Dim, TensorType } from '../../model/graph';
import { ShapeError } from '../op';
import { differ, elements, input, mulDims, number, productOf, shapeText, text } from './_infer';

/**
 * Inputs x [T, N, C], weights [D, gates H, C], recurrent weights [D, gates H, H], biases [D, 2 gates H], lengths,
 * initial state [D, N, H] (and cell). Outputs y [T, D, N, H], last state [D, N, H] (and cell).
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
  const state = [directions, n, hidden];
  for (let i = 0; i < states; i++) {
    const given = inputs[5 + i];
    if (given && (given.shape.length !== 3 || given.shape.some((d, k) => differ(d, state[k]!))))
      throw new ShapeError(
        `Expected hidden${states > 1 ? `[${i}]` : ''} size ${shapeText(state)}, got ${shapeText(given.shape)}`,
      );
  }
  return [
    { dtype: x.dtype, shape: [t, directions, n, hidden] },
    ...Array.from({ length: states }, () => ({ dtype: x.dtype, shape: state })),
  ];
}

/** Two products a step and direction; the gates' own arithmetic is small beside them. */
export function recurrentFlops(inputs: readonly (TensorType | undefined)[]): Dim {
  const [t, n] = inputs[0]!.shape as [Dim, Dim, Dim];
  const weights = [inputs[1], inputs[2]].map(elements);
  return mulDims(mulDims(2, productOf([t, n])), Number(weights[0]) + Number(weights[1]));
}
