/** Rates by group for one decision, and the gaps between groups with their intervals. */
import type { Language } from '../words/words';
import { type Calibration, calibrationOf } from './calibration';
import { type DisparityId, disparities, disparitiesOf, disparityIds } from './disparities';
import type { Grouping } from './groups';
import { bootstrap, chanceOf, wilson } from './intervals';
import type { Judged } from './judged';
import { type Counts, countsOf, fractionOf, rateIds, rateOf, sizeOf } from './rates';
import type { ClassFairness, GroupFairness, Rates } from './result';
import { fairnessWords } from './words';

export interface Draws {
  minGroup: number;
  seed: number;
  draws: number;
}

export function assessClass(
  judged: Judged,
  index: number,
  grouping: Grouping,
  options: Draws & { language?: Language },
  notes: string[],
): ClassFairness {
  const words = fairnessWords[options.language ?? 'en'];
  const truth = judged.truth.map(t => (t === index ? 1 : 0));
  const decision = judged.decision.map(t => (t === index ? 1 : 0));
  const probability = judged.probabilities && Float64Array.from(judged.probabilities, p => p[index]!);
  // No prototype: a group may have any name.
  const groups: Record<string, GroupFairness> = Object.create(null);
  const compared: Counts[] = [];
  grouping.names.forEach((name, g) => {
    const members = membersOf(grouping, g);
    const counts = countsOf(truth, decision, members);
    const enough = members.length >= options.minGroup;
    if (enough) {
      compared.push(counts);
      for (const id of ['true_positive_rate', 'false_positive_rate', 'precision'] as const)
        if (rateOf(id, counts) === null) notes.push(words.undefinedRate(name, words.rates[id]!));
    }
    groups[name] = groupOf(counts, enough, probability && calibrationOf(truth, probability, members));
  });
  return {
    overall: groupOf(countsOf(truth, decision), true, probability && calibrationOf(truth, probability)),
    groups,
    ...gapsOf(compared, disparityIds, options),
  };
}

/** With many classes and none chosen: only being right is compared. */
export function accuracyOnly(judged: Judged, grouping: Grouping, options: Draws): ClassFairness {
  const right = judged.truth.map((t, i) => (t === judged.decision[i] ? 1 : 0));
  const ones = right.map(() => 1);
  const countsFor = (members?: ArrayLike<number>) => countsOf(ones, right, members);
  const blank = Object.fromEntries(rateIds.map(id => [id, null])) as Rates;
  const of = (counts: Counts, compared: boolean): GroupFairness => {
    const interval = wilson(counts.tp, sizeOf(counts));
    return {
      ...blank,
      count: sizeOf(counts),
      compared,
      accuracy: rateOf('accuracy', counts),
      intervals: interval ? { accuracy: interval } : {},
    };
  };
  // No prototype: a group may have any name.
  const groups: Record<string, GroupFairness> = Object.create(null);
  const compared: Counts[] = [];
  grouping.names.forEach((name, g) => {
    const counts = countsFor(membersOf(grouping, g));
    const enough = sizeOf(counts) >= options.minGroup;
    if (enough) compared.push(counts);
    groups[name] = of(counts, enough);
  });
  return { overall: of(countsFor(), true), groups, ...gapsOf(compared, ['accuracy_difference'], options) };
}

function membersOf(grouping: Grouping, g: number): Int32Array {
  const members: number[] = [];
  grouping.of.forEach((x, i) => {
    if (x === g) members.push(i);
  });
  return Int32Array.from(members);
}

function groupOf(counts: Counts, compared: boolean, calibration: Calibration | undefined): GroupFairness {
  const rates = Object.fromEntries(rateIds.map(id => [id, rateOf(id, counts)])) as Rates;
  const intervals: GroupFairness['intervals'] = {};
  for (const id of rateIds) {
    const interval = wilson(...fractionOf(id, counts));
    if (interval) intervals[id] = interval;
  }
  return { count: sizeOf(counts), compared, ...rates, intervals, ...(calibration && { calibration }) };
}

function gapsOf(
  compared: readonly Counts[],
  ids: readonly DisparityId[],
  { draws, seed }: Draws,
): Pick<ClassFairness, 'metrics' | 'intervals' | 'chance'> {
  if (compared.length < 2) return { metrics: {}, intervals: {}, chance: {} };
  const differences = ids.filter(id => disparities[id].kind === 'difference');
  const metrics = disparitiesOf(compared, ids);
  const intervals = bootstrap(compared, groups => disparitiesOf(groups, ids), draws, seed);
  // A gap between extremes is never negative, so those of resampled rows are wider: groups that are alike would have
  // an interval that leaves out the value itself.
  for (const [id, [low, high]] of Object.entries(intervals)) {
    const value = metrics[id];
    if (typeof value === 'number') intervals[id] = [Math.min(low, value), Math.max(high, value)];
  }
  return {
    metrics,
    intervals,
    chance: chanceOf(compared, groups => disparitiesOf(groups, differences), draws, seed),
  };
}
