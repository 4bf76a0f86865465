/** What would close a gap: weights for training rows, and thresholds by group with what they cost. */
import type { Dataset, Split } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import { type Grouping, groupRows } from './groups';
import { type FairnessSubject, type Judged, judgedRows } from './judged';
import { type RateId, rateOf } from './rates';
import type { Fairness, Mitigation, Threshold } from './result';
import { reweigh } from './reweighing';
import {
  type ConstraintId,
  decide,
  frontierOf,
  type GroupRule,
  oddsFrontierOf,
  optimizeThresholds,
} from './thresholds';

export interface MitigationCall extends FairnessSubject {
  by: readonly string[];
  /** Rows that are judged. Default "test". */
  split?: Split;
  /** Parts of a column of many numbers. Default 4. */
  bins?: number;
  /** Smaller groups are not compared. Default 10. */
  minGroup?: number;
}

export function reweighingOf(
  dataset: Dataset,
  by: readonly string[],
  bins: number,
  classes: readonly string[],
) {
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

export async function mitigate(
  call: MitigationCall,
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
