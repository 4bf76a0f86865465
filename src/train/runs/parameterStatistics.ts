/** What a parameter's values look like, for hovers. */
import type { Model, Tensors } from '../../model/graph';
import type { RunEvent } from './run';

export interface ParameterStatistics {
  name: string;
  shape: readonly number[];
  mean: number;
  /** Of the population, not of a sample. */
  std: number;
  min: number;
  max: number;
  /** Counts over [min, max] in equal bins. */
  histogram: readonly number[];
  /** L2 norm of the gradient in the last epoch's last step. */
  gradientNorm?: number;
}

const bins = 24;

export function parameterStatistics(
  model: Model,
  weights: Tensors,
  events: readonly RunEvent[],
): ParameterStatistics[] {
  const norms = events.findLast(e => e.event === 'epoch')?.gradientNorms ?? {};
  return model.parameters
    .filter(p => p.kind !== 'constant' && (weights[p.name]?.data.length ?? 0) > 0)
    .map(({ name, shape }) => {
      const { data } = weights[name]!;
      const norm = Object.hasOwn(norms, name) ? norms[name] : undefined;
      return { name, shape, ...summary(data), ...(norm !== undefined && { gradientNorm: norm }) };
    });
}

/** Mean, spread and histogram of numbers, of which there is at least one. */
export function summary(data: Float32Array | Int32Array) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const x of data) {
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
  }
  const mean = sum / data.length;
  let squares = 0;
  const histogram = new Array<number>(bins).fill(0);
  const width = max - min;
  for (const x of data) {
    squares += (x - mean) ** 2;
    // The largest value belongs to the last bin; equal values all to the first.
    histogram[width > 0 ? Math.min(bins - 1, Math.floor(((x - min) / width) * bins)) : 0]!++;
  }
  return { mean, std: Math.sqrt(squares / data.length), min, max, histogram };
}
