/** The metrics that there are, and which of them an experiment tracks. */
import registered from 'registry:train/metrics#metric';
import type { TargetInfo } from '../data/dataset';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import type { Metric } from './metric';
import type { Predictions } from './predictions';
import type { Metrics } from './run';

export const metrics = registered as readonly Metric[];

/**
 * The metrics to track for a target: those named, or the usual ones.
 * @throws bad-experiment for a name that is unknown or made for another kind of target.
 */
export function metricsFor(target: TargetInfo, names?: readonly string[]): Metric[] {
  const fitting = metrics.filter(m => m.kind === target.kind);
  if (!names) return fitting.filter(m => m.byDefault);
  return names
    .filter(name => name !== 'loss')
    .map(name => {
      const metric = fitting.find(m => m.id === name);
      if (metric) return metric;
      const known = fitting.map(m => m.id);
      const why = metrics.some(m => m.id === name)
        ? `The metric "${name}" is not for a target of ${target.kind === 'classes' ? 'classes' : 'numbers'}`
        : `There is no metric "${name}"`;
      const near = nearest(name, known);
      throw new VitrineError(
        'bad-experiment',
        `${why}.${near ? ` Did you mean "${near}"?` : ''} Available here: ${listed(known, 20)}.`,
      );
    });
}

/** All values of a split; a metric without a value is left out. */
export function measure(
  chosen: readonly Metric[],
  predictions: Predictions,
  targets: ArrayLike<number>,
): Metrics {
  const out: Metrics = {};
  for (const metric of chosen) {
    const value = metric.compute(predictions, targets);
    if (Number.isFinite(value)) out[metric.id] = value;
  }
  return out;
}
