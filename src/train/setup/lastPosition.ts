/** A model that scores every position, as one that scores the token after the end of its input. */
import { appendTo } from '../../model/append';
import type { Model, Node, TensorType } from '../../model/graph';

/**
 * From scores (N, T, C) of a model over tokens (N, T) to those (N, C) of the last position that is not filled up with
 * the token `fill`; filling is at the end. Predicting and explaining then work as for any classes.
 */
export function lastPosition(model: Model, fill = 0): Model {
  const input = model.inputs[0]!;
  const output = model.outputs[0]!;
  const [n, t, c] = model.values[output]!.shape;
  if (n === undefined || t === undefined || c === undefined) return model;
  const { emit, giving } = appendTo(fill < 0 ? counting(model) : model, '%last');
  const constant = (value: number): string =>
    emit('ConstantOfShape', [], { shape: [], value, dtype: 'float32' }, { dtype: 'float32', shape: [] });
  const tokens: TensorType = { dtype: 'float32', shape: model.values[input]!.shape };
  const numbers = emit('Cast', [input], { to: 'float32' }, tokens);
  // Tokens are whole numbers: those that are not the filling are at least one away from it.
  const away =
    fill === 0 ? numbers : emit('Abs', [emit('Sub', [numbers, constant(fill)], {}, tokens)], {}, tokens);
  const there = emit('Clip', [away], { min: 0, max: 1 }, tokens);
  // How many tokens follow each position: the last one that is there has none after it, wherever others are missing.
  const later = emit('CumSum', [there], { axis: 1, exclusive: 1, reverse: 1 }, tokens);
  const left = emit('Sub', [there, later], {}, tokens);
  const last = emit('Clip', [left], { min: 0, max: 1 }, tokens);
  const weights = emit('Unsqueeze', [last], { axes: [2] }, { dtype: 'float32', shape: [n, t, 1] });
  const chosen = emit('Mul', [output, weights], {}, { dtype: 'float32', shape: [n, t, c] });
  const scores = emit('ReduceSum', [chosen], { axes: [1], keepdims: 0 }, { dtype: 'float32', shape: [n, c] });
  return giving([scores]);
}

/**
 * The model with places that may be below zero, which count from the end, in its lookups: filling that is no token is
 * then looked up as some token, and what comes of it is left out.
 */
function counting(model: Model): Model {
  const counted = (node: Node): Node => {
    if (node.op !== 'Gather') return node;
    const { nonnegative: _, ...attributes } = node.attributes;
    return { ...node, attributes };
  };
  return { ...model, nodes: model.nodes.map(counted) };
}
