/**
 * What would have to be different for another answer. A genetic search as in DiCE (R. K. Mothilal, A. Sharma, C. Tan,
 * "Explaining Machine Learning Classifiers through Diverse Counterfactual Explanations", FAT* 2020; M. Schleich et al.,
 * "GeCo", VLDB 2021): it starts from training rows that have the wanted answer, mixes them with the row in question,
 * keeps what is valid, near, sparse and like the training data, then takes back every change that is not needed.
 * Nothing but the model's own answers to prepared raw values is used, so categories and whole numbers stay what they are.
 */
import type { Dataset } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { EvaluatorPool } from '../answers/evaluatorPool';
import { formatNumber, type Prediction, predict } from '../answers/predict';
import type { Subject } from '../probe';
import { type Language, wordsFor } from '../words/words';
import { goalOf } from './goal';
import { Search, select } from './search';
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
  /** Columns that stayed because they are sensitive and were not freed. */
  kept: readonly string[];
  seed: number;
  notes: readonly string[];
  text: string;
}

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
      ...(space.kept.length > 0 ? [words.sensitive(space.kept)] : []),
      ...(search.examples === 0 ? [words.noExample(goal.name)] : []),
      ...(counterfactuals.some(c => !c.plausible) ? [words.implausible] : []),
    ];
    call.onProgress?.(1);
    return {
      row: call.row ?? null,
      prediction: said(before!),
      target: { name: goal.name, ...(goal.index !== undefined && { index: goal.index }) },
      counterfactuals,
      kept: space.kept,
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
