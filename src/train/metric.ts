/** What a metric is: one file in train/metrics/ that exports `metric`. */
import type { Predictions } from './predict/predictions';

export interface Metric {
  /** Snake case, as in the experiment file and in the events: "macro_f1". */
  id: string;
  title: string;
  /** One line: what it measures, and the definition that it follows. */
  summary: string;
  /** Which kind of target it is for. */
  kind: Predictions['kind'];
  better: 'higher' | 'lower';
  /** Tracked where the experiment names no metrics. */
  byDefault?: boolean;
  /** Looks at whole sequences: it gets all of their positions, those that are filling too, and what stands for it. */
  sequences?: boolean;
  /**
   * The metric over one split.
   * @param targets class indices [rows] or numbers [rows × columns], row-major.
   * @param ignore the target of positions that do not count; for metrics over sequences only.
   * @returns NaN where the metric has no value (one class only, no probabilities); it is then left out.
   */
  compute(predictions: Predictions, targets: ArrayLike<number>, ignore?: number): number;
}
