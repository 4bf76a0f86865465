/** A model that scores every position, as one that scores one of them. */
import type { Model, Node, Value } from '../../model/graph';

/**
 * From scores (N, T, C) to those (N, C) at one position; negative ones count from the end. Predicting and explaining
 * then work as for any classes.
 */
export function atPosition(model: Model, position: number): Model {
  const output = model.outputs[0]!;
  const type = model.values[output]!;
  const [n, , c] = type.shape;
  if (type.shape.length !== 3 || n === undefined || c === undefined) return model;
  const add = (id: string, shape: Value['shape']) => ({ [id]: { id, dtype: type.dtype, shape } });
  const [cut, scores] = ['%at:cut', '%at:scores'];
  const end = position === -1 ? Number.MAX_SAFE_INTEGER : position + 1;
  const node = (id: string, op: string, input: string, attributes: Node['attributes']): Node => ({
    id: `${id}:node`,
    op,
    module: '',
    inputs: [input],
    outputs: [id],
    attributes,
  });
  return {
    ...model,
    values: { ...model.values, ...add(cut, [n, 1, c]), ...add(scores, [n, c]) },
    nodes: [
      ...model.nodes,
      node(cut, 'Slice', output, { starts: [position], ends: [end], axes: [1], steps: [1] }),
      node(scores, 'Squeeze', cut, { axes: [1] }),
    ],
    outputs: [scores],
  };
}
