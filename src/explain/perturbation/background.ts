/** Training rows that stand for what is typical. */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import type { ExplanationRequest } from '../method';
import { sampleOf } from '../probe';

export const backgroundOption = (most: number) =>
  Type.Integer({
    minimum: 1,
    maximum: 100000,
    default: most,
    description:
      'At most this many training rows serve as baselines; zero is the only one without a data set.',
  });

/** Prepared training rows, flat and evenly spaced; one row of zeros without a data set. */
export function backgroundOf(request: ExplanationRequest, most: number): Float32Array {
  const rows = request.dataset && evenly(request.dataset.splits.train, most);
  return rows && rows.length > 0
    ? (request.dataset!.batch(rows).input.data as Float32Array)
    : new Float32Array(sampleOf(request).data.length);
}

/** The mean of flat rows: what an input is compared with on average. */
export function meanRow(rows: Float32Array, size: number): Float32Array {
  const count = rows.length / size;
  const sum = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) sum[i % size]! += rows[i]! / count;
  return Float32Array.from(sum);
}
