/** Rows with what the model says of them and what the data say: for methods that look at errors. */
import type { Dataset, Split } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type { ExplanationRequest } from '../method';
import { type Prediction, predict } from './predict';

export interface Labelled {
  dataset: Dataset;
  rows: Int32Array;
  /** Prepared, flat. */
  input: Float32Array | Int32Array;
  predictions: readonly Prediction[];
  /** The class's index, or the number. */
  truth: Float64Array;
  classes?: readonly string[];
  /** Per row: -log of the true class's probability (or 1 and 0 where there are none), or the squared error. */
  losses: Float64Array;
  wrong: boolean[];
}

/** @throws bad-request without data, or with too few rows, or where rows have no single target. */
export async function labelled(
  request: ExplanationRequest,
  { split, most, least = 2 }: { split: Split; most: number; least?: number },
): Promise<Labelled> {
  const { dataset } = request;
  if (!dataset) throw new VitrineError('bad-request', 'The method needs a data set; none was given.');
  if (dataset.target.perPosition)
    throw new VitrineError(
      'bad-request',
      `${dataset.name} has a target for each position, and the method looks at one a row. Use logit_lens for single texts.`,
    );
  const rows = evenly(dataset.splits[split], most);
  if (rows.length < least)
    throw new VitrineError(
      'bad-request',
      `The method needs at least ${least} ${split} rows, and ${dataset.name} has ${dataset.splits[split].length}. Use another split.`,
    );
  const { input, targets } = dataset.batch(rows);
  const predictions = await predict({ ...request, input });
  const classes = dataset.target.kind === 'classes' ? dataset.target.classes : undefined;
  const width = targets.data.length / rows.length;
  const truth = Float64Array.from(rows, (_, r) => targets.data[r * width]!);
  const losses = Float64Array.from(predictions, (p, r) => {
    if (!classes) return (p.output[0]! - truth[r]!) ** 2;
    const chance = p.probabilities?.[truth[r]!];
    return chance === undefined ? Number(p.index !== truth[r]) : -Math.log(Math.max(chance, 1e-12));
  });
  return {
    dataset,
    rows,
    input: input.data,
    predictions,
    truth,
    ...(classes && { classes }),
    losses,
    wrong: predictions.map((p, r) => classes !== undefined && p.index !== truth[r]),
  };
}

/**
 * The targets that the model's output is about. One that is trained at every position may be asked at the last one that
 * is not filling, as a continuation is.
 */
export function truthOf(
  { model, dataset }: ExplanationRequest,
  input: Tensor,
  { data, shape }: Tensor,
): ArrayLike<number> {
  if (!dataset?.target.perPosition) return data;
  const scores = model.values[model.outputs[0]!]!.shape;
  if (shape.length !== 2 || scores.length !== 2 || input.data.length !== data.length) return data;
  const [rows, length] = shape as [number, number];
  return Array.from({ length: rows }, (_, r) => {
    let at = length - 1;
    while (at > 0 && input.data[r * length + at] === 0) at--;
    return data[r * length + at]!;
  });
}

export function hasClasses(_: unknown, dataset?: Dataset): string | undefined {
  return dataset && dataset.target.kind !== 'classes'
    ? `${dataset.name} has numbers as its target, and the method is about classes. Use error_slices.`
    : undefined;
}
