/** The values of one tensor in a few numbers, for whoever looks into a file. */
import type { TensorSample } from '../../formats/_format';
import { summary } from './parameterStatistics';

export interface TensorStatistics {
  /** Values of the tensor, and how many of them were looked at. */
  count: number;
  sampled: number;
  /** Shares of those that were looked at. */
  zeros: number;
  notFinite: number;
  /** Of the finite values; null where there are none. */
  mean: number | null;
  /** Of the population, not of a sample. */
  std: number | null;
  min: number | null;
  max: number | null;
  /** Counts over [min, max] in equal bins. */
  histogram: readonly number[];
  /** Values from the beginning. */
  first: readonly number[];
}

const shown = 8;

export function tensorStatistics({ data, of }: TensorSample): TensorStatistics {
  let zeros = 0;
  let finite = 0;
  for (const x of data) {
    if (x === 0) zeros++;
    if (Number.isFinite(x)) finite++;
  }
  const usable = finite === data.length ? data : data.filter(x => Number.isFinite(x));
  const share = (n: number) => (data.length === 0 ? 0 : n / data.length);
  return {
    count: of,
    sampled: data.length,
    zeros: share(zeros),
    notFinite: share(data.length - finite),
    ...(finite > 0 ? summary(usable) : { mean: null, std: null, min: null, max: null, histogram: [] }),
    first: Array.from(data.slice(0, shown)),
  };
}
