/** Whom a model treats differently: rates by group, the gaps between groups, and what would close them. */
import type { Dataset, Split } from '../../data/dataset';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { EvaluatorPool } from '../answers/evaluatorPool';
import { type Prediction, predict } from '../answers/predict';
import type { Subject } from '../probe';
import { type Language, wordsFor } from '../words/words';
import { type Calibration, calibrationOf } from './calibration';
import { type DisparityId, disparities, disparitiesOf, disparityIds } from './disparities';
import { type Grouping, groupRows } from './groups';
import { bootstrap, chanceOf, type Interval, wilson } from './intervals';
import { type Counts, countsOf, fractionOf, type RateId, rateIds, rateOf, sizeOf } from './rates';
import { reweigh } from './reweighing';
import {
  type ConstraintId,
  decide,
  frontierOf,
  type GroupRule,
  oddsFrontierOf,
  optimizeThresholds,
} from './thresholds';
import { fairnessWords } from './words';

export interface FairnessCall extends Omit<Subject, 'target' | 'sign' | 'input' | 'dataset'> {
  dataset: Dataset;
  /** Columns to group by; several are intersected. They need not be features. */
  by: readonly string[];
  /** Rows that are judged. Default "test". */
  split?: Split;
  /** The class whose prediction is the favour (or the burden), by name or index; the second of two. */
  positive?: string | number;
  /** Smaller groups are told but not compared. Default 10. */
  minGroup?: number;
  /** Parts of a column of many numbers. Default 4. */
  bins?: number;
  /** Decides the draws of the intervals. Default 0. */
  seed?: number;
  /** Bootstrap and permutation draws. Default 1000. */
  draws?: number;
  /** Of the sentences; English if absent. */
  language?: Language;
  /** Also chooses thresholds by group under which these rates agree. */
  mitigate?: ConstraintId;
  onProgress?(done: number): void;
}

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

/**
 * @throws bad-request for a model that predicts numbers, a column that there is not or that does not divide the rows,
 *   a class that there is not; bad-data for a split without rows; what predicting throws.
 */
export async function assessFairness(call: FairnessCall): Promise<Fairness> {
  const { dataset, split = 'test', minGroup = 10, bins = 4, seed = 0, draws = 1000 } = call;
  const classes = classesOf(dataset);
  const positive = positiveOf(call.positive, classes);
  const rows = dataset.splits[split];
  if (rows.length === 0) {
    throw new VitrineError(
      'bad-data',
      `${dataset.name} has no ${split} rows. Set data.split.${split === 'train' ? 'test' : split} in the experiment, or judge another split.`,
    );
  }
  const grouping = groupRows(dataset, call.by, rows, bins);
  const notes = [...grouping.notes];
  const engine = new EvaluatorPool(call.engine);
  try {
    const judged = await judgedRows({ ...call, engine }, rows);
    call.onProgress?.(0.3);
    throwIfCancelled(call.signal);
    const assess = (index: number, told: string[]) =>
      assessClass(
        judged,
        index,
        grouping,
        { minGroup, seed, draws, ...(call.language && { language: call.language }) },
        told,
      );
    const words = fairnessWords[call.language ?? 'en'];
    let result: ClassFairness;
    let perClass: Record<string, ClassFairness> | undefined;
    if (positive) result = assess(positive.index, notes);
    else {
      // Hardly a group has all classes: what is undefined is shown as such, and not told once more.
      perClass = Object.fromEntries(classes.map((name, i) => [name, assess(i, [])]));
      result = accuracyOnly(judged, grouping, { minGroup, seed, draws });
    }
    call.onProgress?.(0.7);
    const small = Object.entries(result.groups).filter(([, g]) => !g.compared);
    if (small.length > 0)
      notes.push(
        words.small(
          small.map(([name, g]) => `"${name}" (${g.count})`),
          minGroup,
        ),
      );
    if (Object.keys(result.groups).length - small.length < 2) notes.push(words.tooFew(minGroup));
    if (judged.probabilities === undefined) notes.push(words.noProbabilities);
    const mitigation =
      call.mitigate && (await mitigate({ ...call, engine }, call.mitigate, judged, positive));
    call.onProgress?.(1);
    return {
      by: call.by,
      split,
      rows: rows.length,
      positive,
      ...result,
      ...(perClass && { classes: perClass }),
      reweighing: reweighingOf(dataset, call.by, bins, classes),
      ...(mitigation && { mitigation }),
      notes: [...new Set(notes)],
      text: tell(result, call.language),
    };
  } finally {
    await engine.dispose();
  }
}

function classesOf(dataset: Dataset): readonly string[] {
  if (dataset.target.perPosition)
    throw new VitrineError(
      'bad-request',
      `The model predicts "${dataset.target.name}" at each position of a sequence. Fairness is for models that give one answer a row.`,
    );
  if (dataset.target.kind === 'classes' && dataset.target.classes) return dataset.target.classes;
  throw new VitrineError(
    'bad-request',
    `The model predicts a number ("${dataset.target.name}"). Selection and error rates are of models that predict classes; ` +
      'let the target be a class, e.g. above or below a limit.',
  );
}

function positiveOf(asked: string | number | undefined, classes: readonly string[]) {
  if (asked === undefined) return classes.length === 2 ? { index: 1, name: classes[1]! } : null;
  const byName = classes.indexOf(String(asked));
  const index = byName >= 0 ? byName : /^\d+$/.test(String(asked)) ? Number(asked) : -1;
  if (index >= 0 && index < classes.length) return { index, name: classes[index]! };
  const near = nearest(String(asked), classes);
  throw new VitrineError(
    'bad-request',
    `There is no class "${asked}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(classes)}.`,
  );
}

/** What the model says of rows, and what is true. */
interface Judged {
  truth: Int32Array;
  decision: Int32Array;
  /** By row, then class. */
  probabilities: readonly (readonly number[])[] | undefined;
}

async function judgedRows(call: Omit<FairnessCall, 'positive'>, rows: ArrayLike<number>): Promise<Judged> {
  const predictions: Prediction[] = [];
  const truth = new Int32Array(rows.length);
  const chunk = 1024;
  for (let from = 0; from < rows.length; from += chunk) {
    const part = Array.from({ length: Math.min(chunk, rows.length - from) }, (_, i) => rows[from + i]!);
    const batch = call.dataset.batch(part);
    truth.set(batch.targets.data, from);
    predictions.push(...(await predict({ ...call, onProgress: undefined, input: batch.input })));
  }
  return {
    truth,
    decision: Int32Array.from(predictions, p => p.index),
    probabilities: predictions.every(p => p.probabilities)
      ? predictions.map(p => p.probabilities!)
      : undefined,
  };
}

interface Draws {
  minGroup: number;
  seed: number;
  draws: number;
}

function assessClass(
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
function accuracyOnly(judged: Judged, grouping: Grouping, options: Draws): ClassFairness {
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

function reweighingOf(dataset: Dataset, by: readonly string[], bins: number, classes: readonly string[]) {
  const rows = dataset.splits.train;
  let grouping: Grouping;
  try {
    grouping = groupRows(dataset, by, rows, bins);
  } catch (e) {
    // The judged rows have groups, the training rows do not: nothing to weigh.
    if (e instanceof VitrineError) return {};
    throw e;
  }
  const labels = dataset.batch(rows).targets.data;
  const out: Fairness['reweighing'] = Object.create(null);
  for (const cell of reweigh(grouping.of, labels).cells) {
    const name = grouping.names[cell.group]!;
    out[name] ??= Object.create(null);
    out[name][classes[cell.class] ?? String(cell.class)] = { count: cell.count, weight: cell.weight };
  }
  return out;
}

const gapOf: Record<ConstraintId, readonly RateId[]> = {
  demographic_parity: ['selection_rate'],
  equalized_odds: ['true_positive_rate', 'false_positive_rate'],
  true_positive_rate_parity: ['true_positive_rate'],
  false_positive_rate_parity: ['false_positive_rate'],
};

async function mitigate(
  call: FairnessCall,
  constraint: ConstraintId,
  judged: Judged,
  positive: Fairness['positive'],
): Promise<Mitigation> {
  const { dataset, by, bins = 4 } = call;
  if (!positive)
    throw new VitrineError(
      'bad-request',
      `Thresholds are chosen for one class against the rest. Say which: ${listed(dataset.target.classes ?? [])}.`,
    );
  if (!judged.probabilities)
    throw new VitrineError(
      'bad-request',
      'Thresholds are chosen on probabilities, and the output of this model is none. Train it with a loss such as cross_entropy.',
    );
  // Rows that training did not see, where there are some: on those it did, the model is surer than it should be.
  const fitted: Split = dataset.splits.valid.length > 0 && call.split !== 'valid' ? 'valid' : 'train';
  const groupsOfBoth = (fit: Split) => {
    const all = [...dataset.splits[fit], ...dataset.splits[call.split ?? 'test']];
    return groupRows(dataset, by, all, bins);
  };
  const choose = async (fit: Split) => {
    const both = groupsOfBoth(fit);
    const rows = dataset.splits[fit];
    const group = both.of.slice(0, rows.length);
    const { truth, probabilities } = await judgedRows(call, rows);
    const y = truth.map(t => (t === positive.index ? 1 : 0));
    const p = Float64Array.from(probabilities!, q => q[positive.index]!);
    const chosen = optimizeThresholds(constraint, group, both.names, y, p);
    const frontier =
      constraint === 'equalized_odds'
        ? oddsFrontierOf(group, both.names, y, p)
        : frontierOf(constraint, group, both.names, y, p);
    return { fit, both, chosen, frontier, judgedGroup: both.of.slice(rows.length) };
  };
  let choice: Awaited<ReturnType<typeof choose>>;
  try {
    choice = await choose(fitted);
  } catch (e) {
    // The validation rows are too few to have both classes in each group.
    if (fitted === 'train' || !(e instanceof VitrineError) || e.code !== 'bad-data') throw e;
    choice = await choose('train');
  }
  const { fit, both, chosen, frontier, judgedGroup } = choice;
  const truth = judged.truth.map(t => (t === positive.index ? 1 : 0));
  const score = Float64Array.from(judged.probabilities, p => p[positive.index]!);
  const sizes = both.names.map((_, g) => judgedGroup.filter(x => x === g).length);
  const least = call.minGroup ?? 10;
  const measure = (chance: ArrayLike<number>) => {
    const groups = both.names.map(() => ({ tp: 0, fp: 0, fn: 0, tn: 0 }));
    judgedGroup.forEach((g, i) => {
      const c = groups[g]!;
      const p = chance[i]!;
      if (truth[i]) {
        c.tp += p;
        c.fn += 1 - p;
      } else {
        c.fp += p;
        c.tn += 1 - p;
      }
    });
    const compared = groups.filter((_, g) => sizes[g]! >= least);
    let gap = 0;
    for (const rate of gapOf[constraint]) {
      const values = compared.map(c => rateOf(rate, c)).filter(v => v !== null);
      if (values.length > 1) gap = Math.max(gap, Math.max(...values) - Math.min(...values));
    }
    return { accuracy: groups.reduce((s, c) => s + c.tp + c.tn, 0) / truth.length, gap };
  };
  const after = (rules: readonly GroupRule[]) => measure(decide(rules, judgedGroup, score));
  return {
    constraint,
    fitted: fit,
    rate: chosen.rate,
    rules: Object.fromEntries(both.names.map((name, g) => [name, partsOf(chosen.rules[g]!)])),
    before: measure(judged.decision.map(d => (d === positive.index ? 1 : 0))),
    after: after(chosen.rules),
    ...(frontier && { frontier: frontier.map(f => ({ allowed: f.allowed, ...after(f.rules) })) }),
  };
}

function partsOf(rule: GroupRule): { chance: number; above: Threshold }[] {
  const keep = 1 - rule.p_ignore;
  const name = (t: number): Threshold =>
    t === Number.POSITIVE_INFINITY ? 'never' : t === Number.NEGATIVE_INFINITY ? 'always' : t;
  const parts: { chance: number; above: Threshold }[] = [
    { chance: keep * rule.p0, above: name(rule.threshold0) },
    { chance: keep * rule.p1, above: name(rule.threshold1) },
    { chance: rule.p_ignore * rule.constant, above: 'always' },
    { chance: rule.p_ignore * (1 - rule.constant), above: 'never' },
  ];
  return parts
    .map((part, i) => ({
      above: part.above,
      chance: parts.reduce((sum, p, k) => (k >= i && p.above === part.above ? sum + p.chance : sum), 0),
    }))
    .filter((part, i) => part.chance > 1e-9 && parts.findIndex(p => p.above === part.above) === i);
}

/** The three criteria that people ask about first, the widest of them told. */
const headline = [
  'demographic_parity_difference',
  'equalized_odds_difference',
  'accuracy_difference',
] as const;

function tell({ metrics, groups, intervals, chance }: ClassFairness, language: Language = 'en'): string {
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
      low[0],
      percent(low[1][rate] ?? 0),
      high[0],
      percent(high[1][rate] ?? 0),
    ),
  );
  const luck = chance[id];
  if (luck !== undefined)
    sentences.push((luck <= 0.05 ? words.beyondChance : words.maybeChance)(percent(luck)));
  const ratio = metrics.demographic_parity_ratio;
  if (typeof ratio === 'number' && ratio < 0.8) sentences.push(words.fourFifths(percent(ratio)));
  sentences.push(words.caution);
  return sentences.join(' ');
}

function spread(groups: readonly (readonly [string, GroupFairness])[], rate: RateId): number {
  const values = groups.map(([, g]) => g[rate] ?? 0);
  return Math.max(...values) - Math.min(...values);
}
