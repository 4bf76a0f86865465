/** A fairness analysis in words. */
import { type Language, wordsFor } from '../words/words';
import { disparities } from './disparities';
import type { RateId } from './rates';
import type { ClassFairness, GroupFairness } from './result';
import { fairnessWords } from './words';

/** The three criteria that people ask about first, the widest of them told. */
const headline = [
  'demographic_parity_difference',
  'equalized_odds_difference',
  'accuracy_difference',
] as const;

/** @param by the columns that divide the groups: "no" alone says nothing. */
export function tell(
  { metrics, groups, intervals, chance }: ClassFairness,
  by: readonly string[],
  language: Language = 'en',
): string {
  const words = fairnessWords[language];
  const { percent } = wordsFor(language);
  const known = headline.filter(id => typeof metrics[id] === 'number');
  if (known.length === 0) return '';
  const id = known.reduce((a, b) => (metrics[b]! > metrics[a]! ? b : a));
  const interval = intervals[id];
  const sentences = [
    words.gap(
      words.titles[id] ?? disparities[id].title.toLowerCase(),
      percent(metrics[id]!),
      interval && words.range(percent(interval[0]), percent(interval[1])),
    ),
  ];
  const compared = Object.entries(groups).filter(([, g]) => g.compared);
  const rate = [...disparities[id].rates].sort((a, b) => spread(compared, b) - spread(compared, a))[0]!;
  const sorted = [...compared].sort(([, a], [, b]) => (a[rate] ?? 0) - (b[rate] ?? 0));
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  sentences.push(
    words.between(
      words.rates[rate]!,
      groupName(by, low[0]),
      percent(low[1][rate] ?? 0),
      groupName(by, high[0]),
      percent(high[1][rate] ?? 0),
    ),
  );
  const luck = chance[id];
  if (luck !== undefined)
    sentences.push((luck <= 0.05 ? words.beyondChance : words.maybeChance)(percent(luck)));
  const ratio = metrics.demographic_parity_ratio;
  if (typeof ratio === 'number' && ratio < 0.8) sentences.push(words.fourFifths(percent(ratio)));
  sentences.push(words.caution);
  // Chinese sets no space between sentences.
  return sentences.join(language === 'zh' ? '' : ' ');
}

/** "sex = F", "age > 40", "sex × race = F × white". */
function groupName(by: readonly string[], name: string): string {
  const column = by.join(' × ');
  return by.length === 1 && /^[≤>]/.test(name) ? `${column} ${name}` : `${column} = ${name}`;
}

function spread(groups: readonly (readonly [string, GroupFairness])[], rate: RateId): number {
  const values = groups.map(([, g]) => g[rate] ?? 0);
  return Math.max(...values) - Math.min(...values);
}
