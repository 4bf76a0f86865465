/** From a model's raw output to what is compared with targets and shown to people: classes, probabilities, numbers. */
import type { TargetInfo } from '../../data/dataset';
import { losses } from '../../engine/definitions';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';

export interface Predictions {
  kind: 'classes' | 'number' | 'sequence';
  rows: number;
  /** How many classes there are, how many numbers a row has, or how many symbols at most. */
  columns: number;
  /** Of these classes, those that rows may be of, which come first; all of them if absent. */
  named?: number;
  /** The predicted class of each row; empty for numbers; of sequences [rows × columns], filled up with -1. */
  labels: Int32Array;
  /** [rows × columns] probabilities that sum to one per row; absent where the output cannot be read as such. */
  probabilities?: Float64Array;
  /** The output itself, [rows × its width]. */
  values: ArrayLike<number>;
  /** Of targets that are more than one number a row. */
  shape?: readonly number[];
  /** How many rows in a row are the positions of one sequence. */
  positions?: number;
  /** A number for each row that rows of one group share (a user's items), where the data have groups. */
  groups?: ArrayLike<number>;
}

type Activation = 'softmax' | 'exp' | 'sigmoid' | 'margin' | 'none';

/** How a loss reads the output: PyTorch puts the activation into some losses and leaves it to the model for others. */
const activations: Readonly<Record<string, Activation>> = {
  cross_entropy: 'softmax',
  ppo: 'softmax',
  reinforce: 'softmax',
  focal: 'softmax',
  nll: 'exp',
  nll_loss: 'exp',
  bce_with_logits: 'sigmoid',
  sigmoid_focal: 'sigmoid',
  soft_margin: 'sigmoid',
  hinge: 'margin',
  binary_cross_entropy_with_logits: 'sigmoid',
};

/**
 * @param output the model's first output for some rows, [rows, …].
 * @param loss the loss's name: it decides whether the output is a logit, a log-probability or a probability.
 * @throws bad-model when the output's width does not suit the target.
 */
export function predictionsOf(output: Tensor, target: TargetInfo, loss: string): Predictions {
  if (target.sequence && output.shape.length === 3) return decoded(output);
  // Each position is a prediction of its own.
  const perPosition = target.perPosition && output.shape.length === 3;
  const rows = (output.shape[0] ?? 1) * (perPosition ? output.shape[1]! : 1);
  const width = rows === 0 ? 0 : output.data.length / rows;
  if (target.kind === 'number' || losses.get(loss)?.target === 'rows')
    return {
      kind: 'number',
      rows,
      columns: width,
      labels: new Int32Array(0),
      values: output.data,
      ...(target.shape && { shape: target.shape }),
    };
  const classes = target.classes?.length ?? Math.max(2, width);
  if (rows > 0 && width !== classes && !(width === 1 && classes <= 2)) {
    throw new VitrineError(
      'bad-model',
      `The model gives ${width} numbers a row, but the target "${target.name}" has ${classes} classes. ` +
        `Let the last layer have ${classes} outputs${classes === 2 ? ' (or 1)' : ''}.`,
    );
  }
  const activation = activations[loss] ?? 'none';
  const read =
    width === 1
      ? fromOneOutput(output.data, rows, activation)
      : fromScores(output.data, rows, classes, activation);
  return {
    ...read,
    ...(target.unnamed && { named: classes - target.unnamed }),
    ...(perPosition && { positions: output.shape[1]! }),
  };
}

/**
 * The best path (A. Graves et al., 2006): the strongest symbol of each step, each run of the same one once, without the
 * blank.
 */
function decoded({ shape, data }: Tensor): Predictions {
  const [rows, steps, classes] = shape as [number, number, number];
  const labels = new Int32Array(rows * steps).fill(-1);
  for (let i = 0; i < rows; i++) {
    let before = -1;
    let n = i * steps;
    for (let t = 0; t < steps; t++) {
      const at = (i * steps + t) * classes;
      let top = 0;
      for (let c = 1; c < classes; c++) if (data[at + c]! > data[at + top]!) top = c;
      if (top !== 0 && top !== before) labels[n++] = top;
      before = top;
    }
  }
  return { kind: 'sequence', rows, columns: steps, labels, values: data };
}

function fromOneOutput(values: ArrayLike<number>, rows: number, activation: Activation): Predictions {
  const labels = new Int32Array(rows);
  const base = { kind: 'classes', rows, columns: 2, labels, values } as const;
  if (activation === 'margin') {
    // A side of zero, and no probability.
    for (let i = 0; i < rows; i++) labels[i] = values[i]! > 0 ? 1 : 0;
    return base;
  }
  const probabilities = new Float64Array(rows * 2);
  for (let i = 0; i < rows; i++) {
    const v = values[i]!;
    const p = activation === 'sigmoid' ? 1 / (1 + Math.exp(-v)) : Math.min(1, Math.max(0, v));
    labels[i] = p > 0.5 ? 1 : 0;
    probabilities[2 * i] = 1 - p;
    probabilities[2 * i + 1] = p;
  }
  return { ...base, probabilities };
}

function fromScores(
  values: ArrayLike<number>,
  rows: number,
  classes: number,
  activation: Activation,
): Predictions {
  const labels = new Int32Array(rows);
  const probabilities = new Float64Array(rows * classes);
  // Without a softmax in the loss the model may have its own; otherwise the scores are no probabilities.
  let areProbabilities = true;
  for (let i = 0; i < rows; i++) {
    const at = i * classes;
    let top = 0;
    for (let c = 1; c < classes; c++) if (values[at + c]! > values[at + top]!) top = c;
    labels[i] = top;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const v = values[at + c]!;
      const p =
        activation === 'softmax'
          ? Math.exp(v - values[at + top]!)
          : activation === 'exp'
            ? Math.exp(v)
            : activation === 'sigmoid'
              ? 1 / (1 + Math.exp(-v))
              : // What is left of 1 after a sum of rounded shares may fall short of 0.
                v < 0 && v > -1e-6
                ? 0
                : v;
      if (!(p >= 0)) areProbabilities = false;
      probabilities[at + c] = p;
      sum += p;
    }
    if ((activation === 'none' || activation === 'margin') && !(Math.abs(sum - 1) < 1e-3))
      areProbabilities = false;
    for (let c = 0; c < classes; c++) probabilities[at + c]! /= sum;
  }
  return {
    kind: 'classes',
    rows,
    columns: classes,
    labels,
    ...(areProbabilities && { probabilities }),
    values,
  };
}
