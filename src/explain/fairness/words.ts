/** What a fairness analysis says, in one table a language. Numbers are formatted before they come here. */
import type { Language } from '../words/words';
import { chineseFairness } from './words.zh';

export interface FairnessWords {
  /** The widest gap of the chosen metric. */
  gap(title: string, value: string, interval: string | undefined): string;
  /** An interval's two ends. */
  range(low: string, high: string): string;
  /** Between which groups, each as "sex = F". */
  between(rate: string, low: string, lowRate: string, high: string, highRate: string): string;
  beyondChance(share: string): string;
  maybeChance(share: string): string;
  fourFifths(ratio: string): string;
  small(names: readonly string[], least: number): string;
  tooFew(least: number): string;
  undefinedRate(group: string, rate: string): string;
  noProbabilities: string;
  caution: string;
  /** Of criteria, where they are not called as in the registry. */
  titles: Readonly<Record<string, string>>;
  rates: Readonly<Record<string, string>>;
}

export const englishFairness: FairnessWords = {
  gap: (title, value, interval) =>
    `The largest gap is in ${title}: ${value}${interval ? ` (95 % interval ${interval})` : ''}.`,
  range: (low, high) => `${low} to ${high}`,
  between: (rate, low, lowRate, high, highRate) =>
    `The ${rate} is ${lowRate} where ${low} and ${highRate} where ${high}.`,
  beyondChance: share => `Groups dealt by chance differ as much in only ${share} of cases.`,
  maybeChance: share =>
    `Groups dealt by chance differ as much in ${share} of cases: so few rows do not show a difference.`,
  fourFifths: ratio =>
    `The least chosen group is chosen ${ratio} as often as the most chosen one, below the four fifths that are commonly asked for.`,
  small: (names, least) =>
    `Fewer than ${least} rows, too few to compare, and left out of the differences: ${names.join(', ')}.`,
  tooFew: least =>
    `Fewer than two groups have at least ${least} rows, so there are no differences to tell. Use more data or coarser groups, or lower --min-group.`,
  undefinedRate: (group, rate) =>
    `"${group}" has no rows that its ${rate} could be taken of, so gaps of it are not given.`,
  noProbabilities:
    'The output is no probability, so there is neither calibration nor a choice of thresholds.',
  caution:
    'These criteria exclude one another when groups differ in how often they belong to the class: which one matters is for people to decide.',
  titles: {},
  rates: {
    selection_rate: 'selection rate',
    base_rate: 'share of the class',
    accuracy: 'accuracy',
    true_positive_rate: 'true positive rate',
    false_positive_rate: 'false positive rate',
    true_negative_rate: 'true negative rate',
    false_negative_rate: 'false negative rate',
    precision: 'precision',
  },
};

export const fairnessWords: Record<Language, FairnessWords> = { en: englishFairness, zh: chineseFairness };
