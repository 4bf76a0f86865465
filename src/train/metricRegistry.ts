/** The metrics that there are, and which of them an experiment tracks. */
import registered from 'registry:train/metrics#metric';
import type { TargetInfo } from '../data/dataset';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import type { Metric } from './metric';
import type { Predictions } from './predict/predictions';
import type { Metrics } from './runs/run';

export const metrics = registered as readonly Metric[];

/**
 * The metrics to track for a target: those named, or the usual ones.
 * @throws bad-experiment for a name that is unknown or made for another kind of target.
 */
export function metricsFor(target: TargetInfo, names?: readonly string[]): Metric[] {
  const kind = target.sequence ? 'sequence' : target.kind;
  const fitting = metrics.filter(m => m.kind === kind);
  if (!names) return fitting.filter(m => m.byDefault);
  return names
    .filter(name => name !== 'loss')
    .map(name => {
      const metric = fitting.find(m => m.id === name);
      if (metric) return metric;
      const known = fitting.map(m => m.id);
      const why = metrics.some(m => m.id === name)
        ? `The metric "${name}" is not for a target of ${{ classes: 'classes', number: 'numbers', sequence: 'sequences' }[kind]}`
        : `There is no metric "${name}"`;
      const near = nearest(name, known);
      throw new VitrineError(
        'bad-experiment',
        `${why}.${near ? ` Did you mean "${near}"?` : ''} Available here: ${listed(known, 20)}.`,
      );
    });
}

/**
 * All values of a split; a metric without a value is left out.
 *
 * @param ignore targets that do not count, as filling behind the end of a sequence.
 * @param groups of the rows, for metrics that rank within groups.
 */
export function measure(
  chosen: readonly Metric[],
  predictions: Predictions,
  targets: ArrayLike<number>,
  { ignore, groups }: { ignore?: number | undefined; groups?: ArrayLike<number> | undefined } = {},
): Metrics {
  const out: Metrics = {};
  const all = groups ? { ...predictions, groups } : predictions;
  let counted: { predictions: Predictions; targets: ArrayLike<number> } | undefined;
  for (const metric of chosen) {
    if (metric.sequences || ignore === undefined) {
      const value = metric.compute(all, targets, ignore);
      if (Number.isFinite(value)) out[metric.id] = value;
      continue;
    }
    counted ??= withoutIgnored(all, targets, ignore);
    const value = metric.compute(counted.predictions, counted.targets);
    if (Number.isFinite(value)) out[metric.id] = value;
  }
  return out;
}

/** Rows (or positions) whose target counts. */
function withoutIgnored(p: Predictions, targets: ArrayLike<number>, ignore: number) {
  const kept: number[] = [];
  for (let i = 0; i < p.rows; i++) if (targets[i] !== ignore) kept.push(i);
  const width = p.rows === 0 ? 0 : p.values.length / p.rows;
  const cells = (of: ArrayLike<number>, columns: number) => {
    const out = new Float64Array(kept.length * columns);
    kept.forEach((row, i) => {
      for (let c = 0; c < columns; c++) out[i * columns + c] = of[row * columns + c]!;
    });
    return out;
  };
  return {
    predictions: {
      kind: p.kind,
      rows: kept.length,
      columns: p.columns,
      labels: Int32Array.from(kept, row => p.labels[row]!),
      ...(p.probabilities && { probabilities: cells(p.probabilities, p.columns) }),
      values: cells(p.values, width),
    },
    targets: Int32Array.from(kept, row => targets[row]!),
  };
}
