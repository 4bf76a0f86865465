/** From a model's raw output to what is shown: probabilities where the loss implies them, and the predicted label. */
import type { Dataset, TargetInfo } from '../../data/dataset';
import { manyNumbers } from '../../data/manyNumbers';
import type { LossSpec } from '../../engine/engine';
import { VitrineError } from '../../model/errors';
import type { Model, Tensor } from '../../model/graph';
import { type Subject, withProbe } from '../probe';

/** How the output of a model is read, given what it was trained with. */
export type Link = 'softmax' | 'exp' | 'sigmoid' | 'probability' | 'value';

export interface Prediction {
  /** The model's output as it is. */
  output: readonly number[];
  /** By class, summing to one; absent for numbers. */
  probabilities?: readonly number[];
  /** The class's name, or the number as text. */
  label: string;
  /** Index of the class; 0 for numbers. */
  index: number;
}

/**
 * PyTorch's losses say which activation is still to come: `cross_entropy` and `bce_with_logits` take logits,
 * `nll_loss` takes log-probabilities, `bce` takes probabilities. Without a loss, a model that ends in Softmax or
 * Sigmoid gives probabilities, and one that does not gives logits if the target is classes.
 */
export function linkOf(
  model: Model,
  loss: LossSpec | undefined,
  target: TargetInfo | undefined,
  width: number,
): Link {
  switch (loss?.name) {
    case 'cross_entropy':
    case 'ppo':
    case 'reinforce':
      return 'softmax';
    case 'nll':
    case 'nll_loss':
      return 'exp';
    case 'bce_with_logits':
    case 'binary_cross_entropy_with_logits':
      return 'sigmoid';
    case 'bce':
    case 'binary_cross_entropy':
      return 'probability';
  }
  if (target?.kind !== 'classes') return 'value';
  const last = model.nodes.find(n => n.outputs.includes(model.outputs[0]!))?.op;
  if (last === 'Softmax' || last === 'Sigmoid') return 'probability';
  if (last === 'LogSoftmax') return 'exp';
  // A margin loss or mean squared error on classes: the scores are no probabilities, only their order speaks.
  if (loss !== undefined) return width === 1 ? 'probability' : 'value';
  return width === 1 ? 'sigmoid' : 'softmax';
}

/** Probabilities by class of one row's output; undefined when the output is a number. One logit makes two classes. */
export function probabilitiesOf(output: ArrayLike<number>, link: Link): number[] | undefined {
  if (link === 'value') return undefined;
  const values = Array.from(output);
  if (values.length === 1) {
    const x = values[0]!;
    const p =
      link === 'probability' ? Math.min(1, Math.max(0, x)) : link === 'exp' ? Math.exp(x) : sigmoid(x);
    return [1 - p, p];
  }
  if (link === 'softmax') {
    const top = Math.max(...values);
    const e = values.map(v => Math.exp(v - top));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map(v => v / sum);
  }
  if (link === 'exp') return values.map(Math.exp);
  return link === 'sigmoid' ? values.map(sigmoid) : values;
}

/**
 * Reads one row's output.
 *
 * @throws bad-model when the number of outputs does not suit the number of classes.
 */
export function predictionOf(
  output: ArrayLike<number>,
  link: Link,
  target: TargetInfo | undefined,
): Prediction {
  const values = Array.from(output);
  const classes = target?.kind === 'classes' ? target.classes : undefined;
  if (target?.boxes) {
    const index = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
    return { output: values, label: cellName(index, target.boxes.grid), index };
  }
  if (target?.kind !== 'classes' && link === 'value') {
    const label = manyNumbers(values.length, target) ?? values.map(v => formatNumber(v)).join(', ');
    return { output: values, label, index: 0 };
  }
  const probabilities = probabilitiesOf(output, link);
  const scores = probabilities ?? values;
  if (classes && classes.length !== scores.length) {
    throw new VitrineError(
      'bad-model',
      `The model gives ${values.length} ${values.length === 1 ? 'number' : 'numbers'} a row, but the target "${target!.name}" has ${classes.length} classes.`,
    );
  }
  let index = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[index]!) index = i;
  return {
    output: values,
    ...(probabilities && { probabilities }),
    label: classes?.[index] ?? String(index),
    index,
  };
}

/** The place of a cell of a grid, which answers for the box whose centre lies in it. */
export function cellName(index: number, grid: number): string {
  return `cell ${Math.floor(index / grid) + 1},${(index % grid) + 1}`;
}

/** Predictions for prepared rows, [rows, …sampleShape]. */
export async function predict(
  request: Omit<Subject, 'target' | 'sign' | 'input'> & { input: Tensor; onProgress?(done: number): void },
): Promise<Prediction[]> {
  const { input, model, loss, dataset } = request;
  const shape = input.shape.slice(1);
  const size = shape.reduce((a, b) => a * b, 1);
  const count = input.shape[0] ?? 0;
  if (count === 0) return [];
  return withProbe({ ...request, target: 0 }, shape, { rows: Math.min(count, 64) }, async probe => {
    const outputs = await probe.outputs(
      count,
      (row, into) => into.set(input.data.subarray(row * size, (row + 1) * size)),
      request.onProgress,
    );
    const link = linkOf(model, loss, dataset?.target, probe.width);
    return Array.from({ length: count }, (_, i) =>
      predictionOf(outputs.subarray(i * probe.width, (i + 1) * probe.width), link, dataset?.target),
    );
  });
}

/**
 * The output and its sign that stand for a class: class 1 of a single logit is the logit, class 0 its negative.
 */
export function questionFor(
  target: number,
  width: number,
  dataset: Pick<Dataset, 'target'> | undefined,
): { target: number; sign: 1 | -1 } {
  if (width > 1 || dataset?.target.kind !== 'classes') return { target, sign: 1 };
  return { target: 0, sign: target === 0 ? -1 : 1 };
}

/** Four significant digits, without an exponent where people would not use one. */
export function formatNumber(x: number): string {
  if (x === 0 || !Number.isFinite(x)) return String(x === 0 ? 0 : x);
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return x.toExponential(2);
  return String(Number(x.toPrecision(size >= 1000 ? Math.ceil(Math.log10(size)) : 4)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
