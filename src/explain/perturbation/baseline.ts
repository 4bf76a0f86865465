/** What stands for "nothing": the input that a prediction is compared with. */
import { Type } from '@sinclair/typebox';
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import type { ExplanationRequest } from '../method';

export const baselineOption = Type.Union(
  [
    Type.Literal('zero', {
      description:
        'Zero as the model sees it: the training mean for columns scaled to mean 0, black for images that are not scaled, filling (or the unknown token) for texts.',
    }),
    Type.Literal('mean', { description: 'The mean of the prepared training rows.' }),
  ],
  { default: 'zero', description: 'The input that stands for "nothing".' },
);

/**
 * One prepared sample that stands for "nothing".
 *
 * @throws bad-request when the mean is asked for without data.
 */
export function baselineFor(
  kind: 'zero' | 'mean',
  { dataset, input }: Pick<ExplanationRequest, 'dataset' | 'input'>,
  shape: readonly number[],
): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const tokens = input?.data instanceof Int32Array ? input.data : undefined;
  if (kind === 'zero') {
    if (tokens && dataset?.neutral) return Float32Array.from(dataset.neutral(input!));
    return new Float32Array(size);
  }
  if (tokens)
    throw new VitrineError(
      'bad-request',
      'The inputs are tokens, which have no mean; use the baseline "zero".',
    );
  if (!dataset)
    throw new VitrineError('bad-request', 'The baseline "mean" needs a data set; use the baseline "zero".');
  return trainingMean(dataset);
}

const means = new WeakMap<Dataset, Float32Array>();

/** Mean of the prepared training rows (of 4096 evenly spaced ones if there are more). */
export function trainingMean(dataset: Dataset): Float32Array {
  const known = means.get(dataset);
  if (known) return known;
  const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
  const rows = evenly(dataset.splits.train, 4096);
  const sum = new Float64Array(size);
  for (let from = 0; from < rows.length; from += 256) {
    const { data } = dataset.batch(rows.slice(from, from + 256)).input;
    for (let i = 0; i < data.length; i++) sum[i % size]! += data[i]!;
  }
  const mean = Float32Array.from(sum, s => (rows.length > 0 ? s / rows.length : 0));
  // Between two tokens, or two categories, there is nothing: what stands for none of them is 0.
  let at = 0;
  for (const { shape, dtype } of dataset.parts ?? []) {
    const end = at + shape.reduce((a, b) => a * b, 1);
    if (dtype === 'int64') mean.fill(0, at, end);
    at = end;
  }
  means.set(dataset, mean);
  return mean;
}
