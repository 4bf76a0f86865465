/**
 * What would have to be different for another answer. A genetic search as in DiCE (R. K. Mothilal, A. Sharma, C. Tan,
 * "Explaining Machine Learning Classifiers through Diverse Counterfactual Explanations", FAT* 2020; M. Schleich et al.,
 * "GeCo", VLDB 2021): it starts from training rows that have the wanted answer, mixes them with the row in question,
 * keeps what is valid, near, sparse and like the training data, then takes back every change that is not needed.
 * Nothing but the model's own answers to prepared raw values is used, so categories and whole numbers stay what they are.
 */
import type { Dataset } from '../../data/dataset';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { listed, nearest } from '../../model/suggest';
import { EvaluatorPool } from '../answers/evaluatorPool';
import { formatNumber, type Prediction, predict } from '../answers/predict';
import type { Subject } from '../probe';
import { type Language, wordsFor } from '../words/words';
import { type Cell, type Constraints, type Row, Space } from './space';
import { counterfactualWords } from './words';

export interface CounterfactualCall
  extends Omit<Subject, 'target' | 'sign' | 'input' | 'dataset'>,
    Constraints {
  dataset: Dataset;
  /** Row of the data set, or raw values by column. */
  row?: number;
  values?: Readonly<Record<string, Cell>>;
  /**
   * The wanted class, by name or index; the runner-up if absent. For models that predict numbers a range such as
   * "200..300", ">200" or "<100".
   */
  target?: string | number;
  /** How many answers at most. Default 4. */
  count?: number;
  /** Default 0. */
  seed?: number;
  /** Of the sentences; English if absent. */
  language?: Language;
  onProgress?(done: number): void;
}

export interface Counterfactual {
  changes: Record<string, { from: Cell; to: Cell }>;
  /** All features, in raw units. */
  values: Record<string, Cell>;
  /** What the model says of these values, asked anew. */
  prediction: { label: string; probability?: number; output: readonly number[] };
  /** Mean change over the columns, in units of their usual spread. */
  distance: number;
  /** No farther from a training row than 95 % of training rows are from another. */
  plausible: boolean;
}

export interface CounterfactualResult {
  row: number | null;
  prediction: Counterfactual['prediction'];
  target: { name: string; index?: number };
  counterfactuals: readonly Counterfactual[];
  seed: number;
  notes: readonly string[];
  text: string;
}

interface Goal {
  name: string;
  index?: number;
  met(p: Prediction): boolean;
  /** 0 when it is met, growing with what is missing. */
  missing(p: Prediction): number;
}

interface Individual {
  row: Row;
  prediction: Prediction;
  cost: number;
  valid: boolean;
}

const population = 96;
const generations = 60;
/** Generations without a better answer after which the search ends. */
const patience = 12;
/** Answers that are refined. */
const refined = 12;

/**
 * @throws bad-request for a row, class, range or column that there is not, for data that are no table, and when the
 *   prediction is wanted as it is already.
 */
export async function findCounterfactuals(call: CounterfactualCall): Promise<CounterfactualResult> {
  const { dataset, count = 4, seed = 0 } = call;
  const space = new Space(dataset, call);
  const engine = new EvaluatorPool(call.engine);
  try {
    const ask = (rows: readonly Row[]) => predictAll({ ...call, engine }, space, rows);
    const start = space.rowOf(rawValues(call));
    const [before] = await ask([start]);
    const known = await ask(space.rows);
    const goal = goalOf(call, before!, known);
    if (goal.met(before!))
      throw new VitrineError(
        'bad-request',
        `The model says ${shown(before!, dataset)} already. Name another --target.`,
      );
    call.onProgress?.(0.1);
    const search = new Search(space, start, goal, ask, new Random(seed, 'counterfactual'), call);
    const found = await search.run(known);
    const chosen = select(found, space, start, count);
    const counterfactuals = chosen.map(({ row, prediction }) => ({
      changes: Object.fromEntries(
        space.changed(start, row).map(j => [space.axes[j]!.feature.name, { from: start[j]!, to: row[j]! }]),
      ),
      values: { ...space.valuesOf(row) },
      prediction: said(prediction),
      distance: space.distance(start, row),
      plausible: space.nearestTo(row) <= space.typicalDistance,
    }));
    const words = counterfactualWords[call.language ?? 'en'];
    const notes = [
      ...(search.examples === 0 ? [words.noExample(goal.name)] : []),
      ...(counterfactuals.some(c => !c.plausible) ? [words.implausible] : []),
    ];
    call.onProgress?.(1);
    return {
      row: call.row ?? null,
      prediction: said(before!),
      target: { name: goal.name, ...(goal.index !== undefined && { index: goal.index }) },
      counterfactuals,
      seed,
      notes,
      text: tell(counterfactuals, shown(before!, dataset), goal.name, call.language),
    };
  } finally {
    await engine.dispose();
  }
}

function rawValues({ dataset, row, values }: CounterfactualCall): Readonly<Record<string, Cell>> {
  if (values) {
    // The preparation says what is missing or wrong, by column.
    dataset.prepare([values]);
    return values;
  }
  const { train, valid, test } = dataset.splits;
  if (row !== undefined && [test, valid, train].some(rows => rows.includes(row)))
    return dataset.raw(row).values;
  const last = [train, valid, test].reduce((m, rows) => rows.reduce((a, b) => Math.max(a, b), m), -1);
  throw new VitrineError(
    'bad-request',
    row === undefined
      ? 'Which row? Give one with --row.'
      : `${dataset.name} has no row ${row}. Rows count from 0; the last one is ${last}.`,
  );
}

/** Always full batches: a plan is compiled for each size. */
const batch = 64;

async function predictAll(
  call: Omit<CounterfactualCall, 'target'>,
  space: Space,
  rows: readonly Row[],
): Promise<Prediction[]> {
  const out: Prediction[] = [];
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.slice(from, from + batch);
    const full = [...part, ...Array<Row>(batch - part.length).fill(part[0]!)];
    const input = call.dataset.prepare(full.map(r => space.valuesOf(r)));
    out.push(...(await predict({ ...call, onProgress: undefined, input })).slice(0, part.length));
  }
  return out;
}

function goalOf(
  { target, dataset }: CounterfactualCall,
  before: Prediction,
  known: readonly Prediction[],
): Goal {
  if (dataset.target.kind === 'number') return rangeGoal(target, dataset.target.name, known);
  const classes = dataset.target.classes ?? [];
  const scores = (p: Prediction) => p.probabilities ?? p.output;
  let index: number;
  if (target === undefined) {
    const s = scores(before);
    index = s.reduce((best, v, i) => (i !== before.index && (best < 0 || v > s[best]!) ? i : best), -1);
  } else {
    index = classes.indexOf(String(target));
    if (index < 0 && /^\d+$/.test(String(target)) && Number(target) < classes.length) index = Number(target);
  }
  if (index < 0) {
    const near = nearest(String(target), classes);
    throw new VitrineError(
      'bad-request',
      `There is no class "${target}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(classes)}.`,
    );
  }
  return {
    name: classes[index] ?? String(index),
    index,
    met: p => p.index === index,
    missing: p => {
      if (p.index === index) return 0;
      const s = scores(p);
      return Math.max(0, s[p.index]! - s[index]!) + 0.02;
    },
  };
}

function rangeGoal(target: string | number | undefined, name: string, known: readonly Prediction[]): Goal {
  const text = String(target ?? '').replaceAll(' ', '');
  const number = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';
  const between = new RegExp(`^(${number})\\.\\.(${number})$`).exec(text);
  const beyond = new RegExp(`^([<>])=?(${number})$`).exec(text);
  if (!between && !beyond)
    throw new VitrineError(
      'bad-request',
      `The model predicts a number, ${name}: say which ones are wanted with --target, e.g. --target ">200", "<100" or "100..200".`,
    );
  const low = between
    ? Number(between[1])
    : beyond![1] === '>'
      ? Number(beyond![2])
      : Number.NEGATIVE_INFINITY;
  const high = between
    ? Number(between[2])
    : beyond![1] === '<'
      ? Number(beyond![2])
      : Number.POSITIVE_INFINITY;
  if (low > high) throw new VitrineError('bad-request', `--target ${text}: the range ends before it begins.`);
  const outputs = known.map(p => p.output[0]!);
  const mean = outputs.reduce((a, b) => a + b, 0) / Math.max(1, outputs.length);
  const spread =
    Math.sqrt(outputs.reduce((s, x) => s + (x - mean) ** 2, 0) / Math.max(1, outputs.length)) || 1;
  const missing = (p: Prediction) => Math.max(0, low - p.output[0]!, p.output[0]! - high) / spread;
  return { name: `${name} ${text}`, met: p => missing(p) === 0, missing };
}

class Search {
  /** Training rows that have the wanted answer. */
  examples = 0;
  private readonly archive = new Map<string, Individual>();

  constructor(
    private readonly space: Space,
    private readonly start: Row,
    private readonly goal: Goal,
    private readonly ask: (rows: readonly Row[]) => Promise<Prediction[]>,
    private readonly random: Random,
    private readonly call: Pick<CounterfactualCall, 'signal' | 'onProgress'>,
  ) {}

  async run(known: readonly Prediction[]): Promise<Individual[]> {
    let people = await this.judge(this.first(known));
    let best = Number.POSITIVE_INFINITY;
    let since = 0;
    for (let g = 0; g < generations && since < patience; g++) {
      throwIfCancelled(this.call.signal);
      people.sort((a, b) => a.cost - b.cost);
      const top = people.find(p => p.valid)?.cost ?? Number.POSITIVE_INFINITY;
      since = top < best - 1e-6 || top === Number.POSITIVE_INFINITY ? 0 : since + 1;
      best = Math.min(best, top);
      const elite = people.slice(0, population / 3);
      const young = Array.from({ length: population - elite.length }, () => this.child(elite));
      people = [...elite, ...(await this.judge(young))];
      this.call.onProgress?.(0.1 + 0.7 * (g / generations));
    }
    const found = [...this.archive.values()].sort((a, b) => a.cost - b.cost);
    // The cheapest of each set of changed columns first: refining many that are alike would bring one answer.
    const seen = new Set<string>();
    const distinct = found.filter(i => {
      const key = this.space.changed(this.start, i.row).join();
      return !seen.has(key) && seen.add(key);
    });
    const out: Individual[] = [];
    for (const individual of distinct.slice(0, refined)) {
      throwIfCancelled(this.call.signal);
      out.push(await this.refine(individual));
    }
    return out.sort((a, b) => a.cost - b.cost);
  }

  private first(known: readonly Prediction[]): Row[] {
    const { space, start, random } = this;
    const fitting = space.rows.filter((_, i) => this.goal.met(known[i]!));
    this.examples = fitting.length;
    const near = (fitting.length > 0 ? fitting : space.rows)
      .map(row => row.map((cell, j) => space.allowed(j, start[j]!, cell)))
      .map(row => ({ row, d: space.distance(start, row) }))
      .sort((a, b) => a.d - b.d)
      .slice(0, population / 2)
      .map(x => x.row);
    const mixed = Array.from({ length: population - near.length }, () => {
      const from = near[random.integer(near.length)]!;
      return from.map((cell, j) => (random.uniform() < 0.5 ? cell : start[j]!));
    });
    return [...near, ...mixed];
  }

  private child(parents: readonly Individual[]): Row {
    const { space, start, random } = this;
    const pick = () => parents[Math.min(random.integer(parents.length), random.integer(parents.length))]!.row;
    const [a, b] = [pick(), pick()];
    return a.map((cell, j) => {
      const chance = random.uniform();
      // Back to how it is: sparse answers are found by that alone.
      if (chance < 0.12) return start[j]!;
      if (chance < 0.12 + 0.6 / a.length) return space.allowed(j, start[j]!, this.mutated(j, cell));
      return random.uniform() < 0.5 ? cell : b[j]!;
    });
  }

  /** A value that a training row has, or a small step. */
  private mutated(j: number, cell: Cell): Cell {
    const { space, random } = this;
    if (typeof cell === 'number' && random.uniform() < 0.5)
      return cell + random.normal(0, 0.5) * space.axes[j]!.scale;
    return space.rows[random.integer(space.rows.length)]![j]!;
  }

  private async judge(rows: readonly Row[]): Promise<Individual[]> {
    const predictions = await this.ask(rows);
    return rows.map((row, i) => {
      const individual = this.individual(row, predictions[i]!);
      if (individual.valid) this.archive.set(JSON.stringify(row), individual);
      return individual;
    });
  }

  private individual(row: Row, prediction: Prediction): Individual {
    const { space, start, goal } = this;
    const valid = goal.met(prediction);
    const changed = space.changed(start, row).length;
    const strange = Math.max(0, space.nearestTo(row) / space.typicalDistance - 1) || 0;
    const cost =
      (valid ? 0 : 100 + 100 * goal.missing(prediction)) +
      space.distance(start, row) +
      changed / row.length +
      Math.min(5, strange);
    return { row, prediction, cost, valid };
  }

  /** Takes back changes that are not needed, then makes the others as small as they may be. */
  private async refine(given: Individual): Promise<Individual> {
    const { space, start } = this;
    let best = given;
    for (;;) {
      const changed = space.changed(start, best.row);
      if (changed.length < 2) break;
      const tries = await this.judge(
        changed.map(j => best.row.map((cell, k) => (k === j ? start[k]! : cell))),
      );
      const better = tries.filter(t => t.valid && t.cost < best.cost).sort((a, b) => a.cost - b.cost)[0];
      if (!better) break;
      best = better;
    }
    for (const j of space.changed(start, best.row)) {
      const [from, to] = [start[j]!, best.row[j]!];
      if (typeof from !== 'number' || typeof to !== 'number') continue;
      const steps = Array.from({ length: 31 }, (_, i) =>
        space.allowed(j, from, from + ((to - from) * (i + 1)) / 32),
      );
      const tries = await this.judge(steps.map(cell => best.row.map((old, k) => (k === j ? cell : old))));
      for (const t of tries) if (t.valid && t.row[j] !== from && t.cost < best.cost) best = t;
    }
    return best;
  }
}

/** The cheapest first, then those that differ most from what is chosen already, as long as they are not much dearer. */
function select(found: readonly Individual[], space: Space, start: Row, count: number): Individual[] {
  const chosen: Individual[] = [];
  const left = [...new Map(found.map(f => [JSON.stringify(f.row), f])).values()];
  const columns = (i: Individual) => new Set(space.changed(start, i.row));
  const different = (a: Individual, b: Individual) => {
    const [x, y] = [columns(a), columns(b)];
    const shared = [...x].filter(j => y.has(j)).length;
    return 1 - shared / Math.max(1, new Set([...x, ...y]).size);
  };
  while (chosen.length < count && left.length > 0) {
    let best = 0;
    let value = Number.POSITIVE_INFINITY;
    left.forEach((candidate, i) => {
      const apart = chosen.length === 0 ? 0 : Math.min(...chosen.map(c => different(c, candidate)));
      // Two answers with the same columns are one answer to a person.
      const v = chosen.length > 0 && apart === 0 ? Number.POSITIVE_INFINITY : candidate.cost - apart;
      if (v < value) {
        value = v;
        best = i;
      }
    });
    if (value === Number.POSITIVE_INFINITY) break;
    chosen.push(...left.splice(best, 1));
  }
  return chosen;
}

function said(p: Prediction): Counterfactual['prediction'] {
  const probability = p.probabilities?.[p.index];
  return { label: p.label, ...(probability !== undefined && { probability }), output: p.output };
}

function shown(p: Prediction, dataset: Dataset): string {
  return dataset.target.kind === 'classes' ? `"${p.label}"` : p.label;
}

function tell(
  list: readonly Counterfactual[],
  before: string,
  goal: string,
  language: Language = 'en',
): string {
  const words = counterfactualWords[language];
  if (list.length === 0) return words.none(before, goal);
  const ways = list.slice(0, 3).map(c =>
    words.way(
      Object.entries(c.changes).map(([name, { from, to }]) => words.change(name, show(from), show(to))),
      c.prediction.probability === undefined
        ? undefined
        : wordsFor(language).percent(c.prediction.probability),
    ),
  );
  return words.answer(before, goal, ways);
}

function show(cell: Cell): string {
  return typeof cell === 'number' ? formatNumber(cell) : cell === null ? '–' : `"${cell}"`;
}
