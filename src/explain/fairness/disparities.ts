/** How far groups are apart, by Fairlearn's definitions: the highest against the lowest of all groups. */
import { type Counts, type RateId, rateOf } from './rates';

export interface DisparityInfo {
  title: string;
  /** The rates whose gap it is; with several, the worst counts. */
  rates: readonly RateId[];
  kind: 'difference' | 'ratio';
  /** What it asks, in one sentence. */
  summary: string;
}

/**
 * By the names of `fairlearn.metrics` where it has one. Equalised odds and equal opportunity: M. Hardt, E. Price,
 * N. Srebro, "Equality of Opportunity in Supervised Learning", 2016. Predictive parity: A. Chouldechova, "Fair
 * Prediction with Disparate Impact", 2017.
 */
export const disparities = {
  demographic_parity_difference: {
    title: 'Demographic parity difference',
    rates: ['selection_rate'],
    kind: 'difference',
    summary: 'Are all groups chosen equally often?',
  },
  demographic_parity_ratio: {
    title: 'Demographic parity ratio',
    rates: ['selection_rate'],
    kind: 'ratio',
    summary: 'The lowest selection rate as a share of the highest; below 0.8 fails the four-fifths rule.',
  },
  equalized_odds_difference: {
    title: 'Equalised odds difference',
    rates: ['true_positive_rate', 'false_positive_rate'],
    kind: 'difference',
    summary: 'Is the model right and wrong equally often in all groups, for either true class?',
  },
  equalized_odds_ratio: {
    title: 'Equalised odds ratio',
    rates: ['true_positive_rate', 'false_positive_rate'],
    kind: 'ratio',
    summary: 'The same as a share of the highest rate.',
  },
  equal_opportunity_difference: {
    title: 'Equal opportunity difference',
    rates: ['true_positive_rate'],
    kind: 'difference',
    summary: 'Are those who deserve it found equally often in all groups?',
  },
  equal_opportunity_ratio: {
    title: 'Equal opportunity ratio',
    rates: ['true_positive_rate'],
    kind: 'ratio',
    summary: 'The same as a share of the highest rate.',
  },
  predictive_parity_difference: {
    title: 'Predictive parity difference',
    rates: ['precision'],
    kind: 'difference',
    summary: 'Is being chosen equally often right in all groups?',
  },
  predictive_parity_ratio: {
    title: 'Predictive parity ratio',
    rates: ['precision'],
    kind: 'ratio',
    summary: 'The same as a share of the highest rate.',
  },
  false_positive_rate_difference: {
    title: 'False positive rate difference',
    rates: ['false_positive_rate'],
    kind: 'difference',
    summary: 'Are groups chosen wrongly equally often?',
  },
  false_negative_rate_difference: {
    title: 'False negative rate difference',
    rates: ['false_negative_rate'],
    kind: 'difference',
    summary: 'Are groups passed over wrongly equally often?',
  },
  accuracy_difference: {
    title: 'Accuracy difference',
    rates: ['accuracy'],
    kind: 'difference',
    summary: 'Is the model right equally often in all groups?',
  },
} as const satisfies Record<string, DisparityInfo>;

export type DisparityId = keyof typeof disparities;
export const disparityIds = Object.keys(disparities) as DisparityId[];

/** Value of each; null where a group lacks a rate, or where a ratio would divide by zero. */
export function disparitiesOf(
  groups: readonly Counts[],
  only: readonly DisparityId[] = disparityIds,
): Record<string, number | null> {
  return Object.fromEntries(only.map(id => [id, disparityOf(id, groups)]));
}

export function disparityOf(id: DisparityId, groups: readonly Counts[]): number | null {
  const { rates, kind } = disparities[id];
  let worst: number | null = null;
  for (const rate of rates) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const g of groups) {
      const value = rateOf(rate, g);
      if (value === null) return null;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (kind === 'difference') worst = Math.max(worst ?? 0, high - low);
    else if (high === 0) return null;
    else worst = Math.min(worst ?? 1, low / high);
  }
  return worst;
}
