/**
 * A penalty on what a decision has to do with groups of rows, added to the loss while training: the squared covariance
 * of group and probability (M. B. Zafar, I. Valera, M. Gomez Rodriguez, K. P. Gummadi, "Fairness Constraints: Mechanisms
 * for Fair Classification", AISTATS 2017), as a Lagrangian term rather than a constraint.
 *
 *   strength · Σ_g (1/N Σ_i (z_ig - mean z_g) p_i)²
 *
 * with z_ig = 1 if row i belongs to group g. The means are of the training rows and already taken off what is fed.
 */
import { VitrineError } from '../model/errors';
import type { Tensor } from '../model/graph';
import type { Graph } from './compile/graph';
import { checkFilled, sameShape, shapeText } from './feeds';

export interface PenaltySpec {
  name: 'covariance';
  strength: number;
  /** Columns of what is fed: one for each group. */
  groups: number;
  /** Which of the model's outputs is the decision, and how it becomes a probability. */
  output: number;
  link: 'softmax' | 'exp' | 'sigmoid' | 'identity';
}

/** The name under which `Trainer.step` is fed the groups, [N, groups], less their means. */
export const GROUPS = '%groups';

export interface BuiltPenalty {
  value: string;
  check(groups: Tensor | undefined): Tensor;
}

/** @param output the model's output, [N, classes] or [N, 1]. */
export function addPenalty(graph: Graph, output: string, spec: PenaltySpec): BuiltPenalty {
  const [rows, width] = graph.shape(output) as [number, number];
  const one = (op: string, inputs: string[], attributes = {}) => graph.emit(op, inputs, attributes)[0]!;
  const links = {
    softmax: () => one('Softmax', [output], { axis: 1 }),
    exp: () => one('Exp', [output]),
    sigmoid: () => one('Sigmoid', [output]),
    identity: () => output,
  };
  const probabilities = links[spec.link]();
  const choice = graph.constant(
    [width, 1],
    Array.from({ length: width }, (_, i) => (i === spec.output ? 1 : 0)),
  );
  const p = width === 1 ? probabilities : one('MatMul', [probabilities, choice]);
  const shape = [rows, spec.groups];
  const groups = graph.declare(GROUPS, { dtype: 'float32', shape });
  const sums = one('MatMul', [one('Transpose', [groups], { perm: [1, 0] }), p]);
  const covariance = one('Mul', [sums, graph.scalar(1 / rows)]);
  const squares = one('ReduceSum', [one('Mul', [covariance, covariance])], { keepdims: 0 });
  return {
    value: one('Mul', [squares, graph.scalar(spec.strength)]),
    check(given) {
      if (!given)
        throw new VitrineError('bad-request', 'The penalty on groups needs to know the rows’ groups.');
      checkFilled('the groups', given);
      if (!sameShape(given.shape, shape))
        throw new VitrineError(
          'shape-mismatch',
          `The penalty takes groups of the shape ${shapeText(shape)}, but got ${shapeText(given.shape)}.`,
        );
      return given;
    },
  };
}
