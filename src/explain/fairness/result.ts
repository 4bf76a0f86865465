/** What a fairness analysis comes to. */
import type { Split } from '../../data/dataset';
import type { Calibration } from './calibration';
import type { DisparityId } from './disparities';
import type { Interval } from './intervals';
import type { RateId } from './rates';
import type { ConstraintId } from './thresholds';

export type Rates = Record<RateId, number | null>;

export interface GroupFairness extends Rates {
  count: number;
  /** False for groups that are too small to compare. */
  compared: boolean;
  /** Wilson's 95 % intervals by rate. */
  intervals: Partial<Record<RateId, Interval>>;
  calibration?: Calibration;
}

export interface ClassFairness {
  overall: GroupFairness;
  groups: Record<string, GroupFairness>;
  /** By the names of `disparities`; null where undefined. */
  metrics: Partial<Record<DisparityId, number | null>>;
  /** Bootstrap 95 % intervals. */
  intervals: Partial<Record<DisparityId, Interval>>;
  /** Share of chance groupings with a gap as large: near 0 speaks against chance. Differences only. */
  chance: Partial<Record<DisparityId, number>>;
}

/** "always" and "never" stand for thresholds below and above all probabilities. */
export type Threshold = number | 'always' | 'never';

export interface Mitigation {
  constraint: ConstraintId;
  /** The rows that thresholds were chosen by. */
  fitted: Split;
  /** The rate that groups have in common there (equalised odds: the false positive rate). */
  rate: number;
  rules: Record<string, readonly { chance: number; above: Threshold }[]>;
  /** On the judged rows: accuracy and gaps without and with the rules (expected over the coin's throws). */
  before: { accuracy: number; gap: number };
  after: { accuracy: number; gap: number };
  /** Of the constrained rate, from no gap to what accuracy alone takes; on the judged rows. */
  frontier?: readonly { allowed: number; accuracy: number; gap: number }[];
}

export interface Fairness extends ClassFairness {
  by: readonly string[];
  split: Split;
  rows: number;
  /** Null with more than two classes and none chosen: then only accuracy is compared, and `classes` has the rest. */
  positive: { index: number; name: string } | null;
  /** One against the rest, by class. */
  classes?: Record<string, ClassFairness>;
  /** Weights of training rows that make group and class independent, by group and class. */
  reweighing: Record<string, Record<string, { count: number; weight: number }>>;
  mitigation?: Mitigation;
  notes: readonly string[];
  text: string;
}
