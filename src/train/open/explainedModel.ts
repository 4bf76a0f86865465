/** Models whose answer is a sequence or a picture, as ones whose answer can be asked about: a score for each class, or for each step. */
import type { TargetInfo } from '../../data/dataset';
import { appendTo } from '../../model/append';
import type { Model, Node, TensorType } from '../../model/graph';

/** Far below any logarithm of a probability that float32 holds. */
const never = -200;

/**
 * - Of a sequence: for each symbol how sure the model is of it at its surest step, the logarithm of the probability
 *   (N, classes); the blank, which is no answer, never is.
 * - Of targets (N, steps, values): the mean of each step's values (N, steps).
 * - Of anything else the model itself.
 */
export function explainedModel(model: Model, target: TargetInfo): Model {
  const output = model.outputs[0]!;
  const [n, steps, width, ...more] = model.values[output]!.shape;
  if (n === undefined || steps === undefined || width === undefined || more.length > 0) return model;
  if (!target.sequence && !target.shape) return model;
  const { emit: add, giving } = appendTo(model, '%asked');
  const emit = (op: string, input: string, attributes: Node['attributes'], shape: TensorType['shape']) =>
    add(op, [input], attributes, { dtype: 'float32', shape });
  // Whether something is there, for each cell of a grid.
  if (target.boxes) {
    const there = emit('Slice', output, { starts: [0], ends: [1], axes: [2] }, [n, steps, 1]);
    return giving([emit('Squeeze', there, { axes: [2] }, [n, steps])]);
  }
  if (target.shape) return giving([emit('ReduceMean', output, { axes: [2], keepdims: 0 }, [n, steps])]);
  const classes = target.classes!.length;
  const sure = emit('LogSoftmax', output, { axis: 2 }, [n, steps, width]);
  const surest = emit('ReduceMax', sure, { axes: [1], keepdims: 0 }, [n, classes]);
  const symbols = emit('Slice', surest, { starts: [1], ends: [classes], axes: [1] }, [n, classes - 1]);
  return giving([emit('Pad', symbols, { pads: [0, 1, 0, 0], mode: 'constant', value: never }, [n, classes])]);
}
