/**
 * Anchors: a rule that holds the prediction where it is, whatever else changes (M. T. Ribeiro, S. Singh, C. Guestrin,
 * "Anchors: High-Precision Model-Agnostic Explanations", AAAI 2018). Rules are built condition by condition in a beam;
 * a KL-LUCB bandit decides how often each must be tried. What is not in the rule is taken from training rows.
 */
import type { Dataset } from '../../data/dataset';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { EvaluatorPool } from '../answers/evaluatorPool';
import { formatNumber, type Prediction, predict } from '../answers/predict';
import { type Cell, type Row, Space } from '../counterfactual/space';
import { type Interval, quantile, wilson } from '../fairness/intervals';
import type { Subject } from '../probe';
import { type Language, wordsFor } from '../words/words';
import { exploration, lowerBound, upperBound } from './bounds';
import { anchorWords } from './words';

export interface AnchorCall extends Omit<Subject, 'target' | 'sign' | 'input' | 'dataset'> {
  dataset: Dataset;
  row: number;
  /** Share of rows under the rule that must get the same answer. Default 0.95. */
  precision?: number;
  /** Conditions at most. Default 5. */
  most?: number;
  seed?: number;
  /** Of the sentence; English if absent. */
  language?: Language;
  onProgress?(done: number): void;
}

export interface Anchor {
  row: number;
  prediction: { label: string; probability?: number };
  /** All must hold, e.g. "income > 4000". */
  conditions: readonly { column: string; text: string }[];
  /** Share of 1000 fresh rows under the rule that get the same answer, and its 95 % interval. */
  precision: number;
  interval: Interval;
  /** Share of training rows that the rule speaks of. */
  coverage: number;
  /** Whether the wanted precision was reached: the interval holds it or lies above. */
  reached: boolean;
  seed: number;
  text: string;
}

interface Condition {
  feature: number;
  text: string;
  holds(cell: Cell): boolean;
  /** Training cells under which it holds. */
  cells: readonly Cell[];
}

/** A rule under trial. */
interface Arm {
  rule: readonly number[];
  draws: number;
  hits: number;
}

const beam = 3;
const delta = 0.05;
/** How far the best rule may be from the best there is. */
const slack = 0.1;
/** How far below the wanted precision a rule's lower bound may lie. */
const tolerance = 0.02;
const pull = 64;
const mostRounds = 40;
const proof = 1000;

/** @throws bad-request for data that are no table, a model that predicts numbers, or a row that there is not. */
export async function findAnchor(call: AnchorCall): Promise<Anchor> {
  const { dataset, row, precision: wanted = 0.95, most = 5, seed = 0 } = call;
  if (dataset.target.kind !== 'classes')
    throw new VitrineError(
      'bad-request',
      `The model predicts a number ("${dataset.target.name}"), and no rule holds a number where it is. Anchors are for models that predict classes.`,
    );
  const { train, valid, test } = dataset.splits;
  if (![test, valid, train].some(rows => rows.includes(row)))
    throw new VitrineError('bad-request', `${dataset.name} has no row ${row}.`);
  const space = new Space(dataset, {});
  const start = space.rowOf(dataset.raw(row).values);
  const engine = new EvaluatorPool(call.engine);
  try {
    const ask = (rows: readonly Row[]): Promise<Prediction[]> =>
      predict({
        ...call,
        engine,
        onProgress: undefined,
        input: dataset.prepare(rows.map(r => space.valuesOf(r))),
      });
    const [before] = await ask(Array<Row>(pull).fill(start));
    const trial = new Trial(
      space,
      start,
      conditionsOf(space, start),
      before!.index,
      ask,
      new Random(seed, 'anchor'),
      call,
    );
    const best = await trial.search(wanted, most);
    const hits = await trial.draw(best.rule, proof);
    const share = hits / proof;
    const conditions = best.rule.map(c => ({
      column: space.axes[trial.conditions[c]!.feature]!.feature.name,
      text: trial.conditions[c]!.text,
    }));
    const coverage = trial.coverage(best.rule);
    const interval = wilson(hits, proof)!;
    // The rule was chosen for its precision, which fresh rows then miss by a little: their interval must hold it.
    const reached = interval[1] >= wanted;
    const probability = before!.probabilities?.[before!.index];
    call.onProgress?.(1);
    return {
      row,
      prediction: { label: before!.label, ...(probability !== undefined && { probability }) },
      conditions,
      precision: share,
      interval,
      coverage,
      reached,
      seed,
      text: tell(conditions, before!.label, share, coverage, reached, call.language),
    };
  } finally {
    await engine.dispose();
  }
}

/** One condition a column: the category, or the quarter of the training values that the number lies in. */
function conditionsOf(space: Space, start: Row): Condition[] {
  return space.axes.flatMap(({ feature }, j): Condition[] => {
    const cell = start[j]!;
    const column = space.rows.map(r => r[j]!);
    if (cell === null) return [];
    if (typeof cell !== 'number') {
      const holds = (c: Cell) => c === cell;
      return [{ feature: j, text: `${feature.name} = "${cell}"`, holds, cells: [cell] }];
    }
    const sorted = Float64Array.from(column.filter(c => typeof c === 'number')).sort();
    const edges = [...new Set([0.25, 0.5, 0.75].map(q => quantile(sorted, q)))];
    const low = edges.filter(e => e < cell).at(-1);
    const high = edges.find(e => e >= cell);
    // A column of one value: a condition on it says nothing.
    if (sorted.length === 0 || sorted[0] === sorted.at(-1) || (low === undefined && high === undefined))
      return [];
    const holds = (c: Cell) =>
      typeof c === 'number' && (low === undefined || c > low) && (high === undefined || c <= high);
    const text =
      low === undefined
        ? `${feature.name} ≤ ${formatNumber(high!)}`
        : high === undefined
          ? `${feature.name} > ${formatNumber(low)}`
          : `${formatNumber(low)} < ${feature.name} ≤ ${formatNumber(high)}`;
    const cells = column.filter(holds);
    return [{ feature: j, text, holds, cells: cells.length > 0 ? cells : [cell] }];
  });
}

class Trial {
  constructor(
    private readonly space: Space,
    private readonly start: Row,
    readonly conditions: readonly Condition[],
    private readonly label: number,
    private readonly ask: (rows: readonly Row[]) => Promise<Prediction[]>,
    private readonly random: Random,
    private readonly call: Pick<AnchorCall, 'signal' | 'onProgress'>,
  ) {}

  coverage(rule: readonly number[]): number {
    const { rows } = this.space;
    const under = rows.filter(r =>
      rule.every(c => this.conditions[c]!.holds(r[this.conditions[c]!.feature]!)),
    );
    return under.length / Math.max(1, rows.length);
  }

  /** How many of so many rows under the rule get the same answer. */
  async draw(rule: readonly number[], count: number): Promise<number> {
    let hits = 0;
    for (let from = 0; from < count; from += pull) {
      throwIfCancelled(this.call.signal);
      // Always a full batch, for which the plan is compiled; what is too much is not counted.
      const rows = Array.from({ length: pull }, () => this.sample(rule));
      const predictions = await this.ask(rows);
      hits += predictions.slice(0, count - from).filter(p => p.index === this.label).length;
    }
    return hits;
  }

  async search(wanted: number, most: number): Promise<Arm> {
    // No condition at all is a rule too, where the model always answers alike.
    const none: Arm = { rule: [], draws: 0, hits: 0 };
    await this.pull(none);
    if (await this.proven(none, wanted, 1)) return none;
    let parents: Arm[] = [none];
    let best = none;
    for (let size = 1; size <= most; size++) {
      const arms = this.grown(parents);
      if (arms.length === 0) break;
      parents = await this.top(arms);
      const proven: Arm[] = [];
      for (const arm of parents) if (await this.proven(arm, wanted, arms.length)) proven.push(arm);
      if (proven.length > 0)
        return proven.reduce((a, b) => (this.coverage(b.rule) > this.coverage(a.rule) ? b : a));
      for (const arm of parents) if (rate(arm) > rate(best)) best = arm;
      this.call.onProgress?.(size / (most + 1));
    }
    return best;
  }

  private sample(rule: readonly number[]): Row {
    const { space, random } = this;
    const row = [...space.rows[random.integer(space.rows.length)]!];
    for (const c of rule) {
      const { feature, holds, cells } = this.conditions[c]!;
      if (!holds(row[feature]!)) row[feature] = cells[random.integer(cells.length)]!;
    }
    // A gap that the preparation does not fill cannot be asked about; the row's own value can.
    return row.map((cell, j) => cell ?? this.start[j]!);
  }

  private async pull(arm: Arm): Promise<void> {
    arm.hits += await this.draw(arm.rule, pull);
    arm.draws += pull;
  }

  private grown(parents: readonly Arm[]): Arm[] {
    const seen = new Set<string>();
    return parents.flatMap(p =>
      this.conditions.flatMap((_, c): Arm[] => {
        const rule = [...p.rule, c].sort((a, b) => a - b);
        const key = rule.join();
        if (p.rule.includes(c) || seen.has(key) || this.coverage(rule) === 0) return [];
        seen.add(key);
        return [{ rule, draws: 0, hits: 0 }];
      }),
    );
  }

  /** The rules of highest precision: drawn until the worst of them and the best of the others are told apart. */
  private async top(arms: Arm[]): Promise<Arm[]> {
    for (const arm of arms) await this.pull(arm);
    const size = Math.min(beam, arms.length);
    for (let round = 1; ; round++) {
      arms.sort((a, b) => rate(b) - rate(a));
      const [inside, outside] = [arms.slice(0, size), arms.slice(size)];
      const level = exploration(arms.length, round, delta);
      const low = (a: Arm) => lowerBound(rate(a), level / a.draws);
      const high = (a: Arm) => upperBound(rate(a), level / a.draws);
      if (outside.length === 0 || round > mostRounds) return inside;
      const weakest = inside.reduce((a, b) => (low(b) < low(a) ? b : a));
      const rival = outside.reduce((a, b) => (high(b) > high(a) ? b : a));
      if (high(rival) - low(weakest) <= slack) return inside;
      await this.pull(weakest);
      await this.pull(rival);
    }
  }

  /** Whether the rule is precise enough with confidence; it is drawn until that is decided. */
  private async proven(arm: Arm, wanted: number, arms: number): Promise<boolean> {
    const level = Math.log(arms / delta);
    for (let round = 0; round < mostRounds; round++) {
      if (rate(arm) >= wanted && lowerBound(rate(arm), level / arm.draws) >= wanted - tolerance) return true;
      if (upperBound(rate(arm), level / arm.draws) < wanted) return false;
      await this.pull(arm);
    }
    return rate(arm) >= wanted;
  }
}

function rate(arm: Arm): number {
  return arm.draws > 0 ? arm.hits / arm.draws : 0;
}

function tell(
  conditions: Anchor['conditions'],
  label: string,
  precision: number,
  coverage: number,
  reached: boolean,
  language: Language = 'en',
): string {
  const { percent } = wordsFor(language);
  const words = anchorWords[language];
  return conditions.length === 0
    ? words.always(label, percent(precision))
    : words.rule(
        conditions.map(c => c.text),
        label,
        percent(precision),
        percent(coverage),
        reached,
      );
}
