/** Attributions of table columns: which feature a value belongs to, what it was, and what is typical for it. */
import type { FeatureInfo, RawSample } from '../../../src/data/dataset';
import type { Explanation } from '../../../src/explain/method';
import { padded } from '../../../src/explain/words/padding';

export interface Contribution {
  name: string;
  attribution: number;
  /** Standard deviation over repeats, for methods that sample. */
  spread?: number;
  value?: string | number | null;
  /** Mean of a number column, most frequent category of the others, over the training split. */
  typical?: string | number;
}

/**
 * One entry per attributed input, the largest first; equal sizes keep the data's order.
 *
 * @param padding what a text's places without a token are called, which are one entry.
 */
export function contributions(
  attribution: Explanation['attribution'],
  features: readonly FeatureInfo[] = [],
  sample?: Pick<RawSample, 'values'>,
  padding?: string,
): Contribution[] {
  const { names, values, spread }: Pick<Explanation['attribution'], 'names' | 'values' | 'spread'> =
    attribution.names ? padded({ ...attribution, names: attribution.names }, padding) : attribution;
  const byName = new Map(features.map(f => [f.name, f]));
  return values
    .map((a, i): Contribution => {
      const feature = (names && byName.get(names[i]!)) ?? features.find(f => i >= f.span[0] && i < f.span[1]);
      const name = names?.[i] ?? feature?.name ?? `input ${i}`;
      const entry: Contribution = { name, attribution: a };
      if (spread) entry.spread = spread[i];
      if (feature && sample && feature.name in sample.values) entry.value = sample.values[feature.name];
      const typical = feature && (feature.kind === 'number' ? feature.mean : feature.categories?.[0]);
      if (typical !== undefined) entry.typical = typical;
      return entry;
    })
    .sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution));
}

/** Classes by probability, the largest first, cut to `count` but never without `keep`. */
export function rankClasses(
  probabilities: readonly number[],
  count: number,
  keep: readonly number[] = [],
): { index: number; probability: number }[] {
  const ranked = probabilities
    .map((probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability);
  return ranked.filter((c, i) => i < count || keep.includes(c.index));
}

/** A contribution and where the sum of all stands before and after it. */
export interface Step {
  contribution: Contribution;
  from: number;
  to: number;
}

/**
 * Contributions added up one after the other, from 0 to their sum.
 *
 * @param rest names what the smallest are together, beyond `count` steps.
 */
export function waterfall(
  all: readonly Contribution[],
  count: number,
  rest: (count: number) => string,
): Step[] {
  const shown = all.slice(0, all.length > count + 1 ? count : all.length);
  const others = all.slice(shown.length);
  const sum = others.reduce((s, b) => s + b.attribution, 0);
  let at = 0;
  return [...shown, ...(others.length > 0 ? [{ name: rest(others.length), attribution: sum }] : [])].map(
    contribution => {
      const from = at;
      at += contribution.attribution;
      return { contribution, from, to: at };
    },
  );
}
