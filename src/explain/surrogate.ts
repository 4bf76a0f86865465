/** Simple models that stand for the network: what they are fitted to, how they are told, and how well they fit. */
import { type TProperties, Type } from '@sinclair/typebox';
import type { Dataset } from '../data/dataset';
import { VitrineError } from '../model/errors';
import type { Model } from '../model/graph';
import { Random } from '../model/random';
import { formatNumber } from './answers/predict';
import { answerTitle, responsesTo, tableOf } from './answers/responses';
import type { Figure } from './figure';
import type { Attribution, ExplanationMethod, ExplanationRequest } from './method';
import { labelsFor } from './methods/partial_dependence';
import { mean } from './numerics/statistics';
import { readOptions } from './options';
import { sumByUnit, unitsOf } from './perturbation/units';
import { sampleOf } from './probe';
import { all, hasColumns, oneInput } from './suits';
import { type Words, wordsFor } from './words/words';

/** A kind of simple model: one file in explain/surrogates/, for the network as a whole and around one prediction. */
export interface Surrogate {
  id: string;
  paper: ExplanationMethod['paper'];
  /** Its own options, besides those of the data it is fitted to. */
  options: TProperties;
  /** Its importances have signs. */
  signed?: boolean;
  fit(
    data: Answers,
    entries: readonly Entry[],
    options: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Fitted;
}

export interface Fitted {
  predict(row: ArrayLike<number>): number;
  /** By entry. */
  importance: Float64Array;
  /** What each entry adds to the answer for a row, where the model is a sum. */
  contributions?(row: ArrayLike<number>): Float64Array;
  facts: Readonly<Record<string, number>>;
  /** @param value what the answers are; @param row the explained one. */
  figures(words: Words, value: string, row?: ArrayLike<number>): Figure[];
  told(words: Words): string[];
}

type About = Pick<ExplanationMethod, 'id' | 'title' | 'summary' | 'caution'>;

const rowsOption = Type.Integer({
  minimum: 10,
  default: 2000,
  description: 'At most this many training rows.',
});

/** The method that fits a simple model to the network's answers to all rows. */
export function globalSurrogate(surrogate: Surrogate, about: About): ExplanationMethod {
  const options = Type.Object({ ...surrogate.options, rows: rowsOption }, { additionalProperties: false });
  return {
    ...about,
    paper: surrogate.paper,
    scope: 'model',
    ofClass: true,
    needs: ['training-data'],
    options,
    judgedBy: ['surrogate_fit'],
    suits: suitsTables,
    async explain(request, given) {
      const chosen = readOptions(options, given, about.id) as Record<string, unknown> & { rows: number };
      const { dataset, fitted, held, entries } = await surrogateData(request, chosen.rows);
      checkVaries(fitted, 'all rows');
      const model = surrogate.fit(fitted, entries, chosen, request.signal);
      const r2 = rSquared(held.answers, held.rows.map(model.predict));
      const words = wordsFor(request.language);
      const title = answerTitle(request);
      const units = unitsOf(dataset.sampleShape, dataset);
      const names = units.map((u, i) => u.name ?? String(i));
      // Weights of a category's codes stay apart: they have no sum that says anything.
      const whole = surrogate.signed
        ? { names: entries.map(e => e.name), values: model.importance }
        : { names, values: sumByUnit(model.importance, units) };
      return {
        values: { shape: [whole.values.length], data: Float32Array.from(whole.values) },
        names: whole.names,
        figures: model.figures(words, title),
        facts: { r2, ...model.facts, rows: held.rows.length },
        told: [
          ...model.told(words),
          // A number is called as the column is: nothing more to say.
          title === dataset.target.name ? '' : words.model.answersAre(title),
          words.model.fidelity(words.percent(Math.max(0, r2)), held.rows.length),
        ],
      };
    },
  };
}

/**
 * The method that fits a simple model to the network's answers to rows that differ from the explained one in some
 * columns, whose values are those of other training rows; half as many again are held back, to judge it by.
 */
export function localSurrogate(surrogate: Surrogate, about: About): ExplanationMethod {
  const options = Type.Object(
    {
      ...surrogate.options,
      samples: Type.Integer({
        minimum: 50,
        maximum: 100000,
        default: 1000,
        description: 'Neighbours to fit to.',
      }),
      change: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.3,
        description: 'How likely each column of a neighbour is taken from another training row.',
      }),
      seed: Type.Integer({ default: 0, description: 'The same seed gives the same neighbours.' }),
    },
    { additionalProperties: false },
  );
  return {
    ...about,
    paper: surrogate.paper,
    scope: 'prediction',
    needs: ['training-data'],
    options,
    judgedBy: ['surrogate_fit', 'deletion', 'model_randomisation'],
    suits: suitsTables,
    async explain(request, given) {
      const chosen = readOptions(options, given, about.id) as Record<string, unknown> & Neighbourhood;
      const { data, shape } = sampleOf(request);
      const { fitted, held, entries } = await neighboursOf(request, chosen);
      checkVaries(fitted, 'all neighbours of this input');
      const model = surrogate.fit(fitted, entries, chosen, request.signal);
      const words = wordsFor(request.language);
      const r2 = rSquared(held.answers, held.rows.map(model.predict));
      const values = model.contributions?.(data) ?? model.importance;
      const attribution: Attribution = {
        values: { shape, data: Float32Array.from(values) },
        facts: { r2, ...model.facts, answer: model.predict(data) },
        figures: [{ kind: 'input' }, ...model.figures(words, answerTitle(request), data)],
      };
      return attribution;
    },
  };
}

const suitsTables: (model: Model, dataset?: Dataset) => string | undefined = all(oneInput, hasColumns);

interface Neighbourhood {
  samples: number;
  change: number;
  seed: number;
}

async function neighboursOf(request: ExplanationRequest, { samples, change, seed }: Neighbourhood) {
  const { data, shape } = sampleOf(request);
  const table = tableOf(request, 'A simple model', 'train', 5000, 10);
  const units = unitsOf(shape, request.dataset);
  const random = new Random(seed, 'neighbours');
  const neighbour = () => {
    const row = Float64Array.from(data);
    for (const { indices } of units) {
      if (random.uniform() >= change) continue;
      const from = random.integer(table.rows.length) * data.length;
      for (const i of indices) row[i] = table.data[from + i]!;
    }
    return row;
  };
  const count = samples + Math.ceil(samples / 2);
  const near = await answersTo(request, Array.from({ length: count }, neighbour));
  const part = (from: number, to: number): Answers => ({
    rows: near.rows.slice(from, to),
    answers: near.answers.slice(from, to),
  });
  return {
    fitted: part(0, samples),
    held: part(samples, count),
    entries: entriesOf(table.dataset, table.rows, table.data),
  };
}

export interface Answers {
  rows: Float64Array[];
  answers: Float64Array;
}

export interface SurrogateData {
  dataset: Dataset;
  fitted: Answers;
  /** Rows that the surrogate is not fitted to. */
  held: Answers;
  entries: Entry[];
}

/** One entry of the prepared row, as people call it. */
export interface Entry {
  name: string;
  /** Units of the file, from those that the model sees. */
  raw(value: number): string;
}

/**
 * The network's answers to training rows, and to rows of the test split (or the validation split, or, where both are
 * too small, every fifth training row, which is then not fitted to).
 */
export async function surrogateData(request: ExplanationRequest, most: number): Promise<SurrogateData> {
  const table = tableOf(request, 'A simple model', 'train', most, 10);
  const { dataset, size } = table;
  const split = (['test', 'valid'] as const).find(s => dataset.splits[s].length >= 5);
  const all = await answersTo(request, rowsOf(table.data, size));
  const entries = entriesOf(dataset, table.rows, table.data);
  if (split) {
    const other = tableOf(request, 'A simple model', split, most);
    return { dataset, entries, fitted: all, held: await answersTo(request, rowsOf(other.data, size)) };
  }
  const part = (fifth: boolean) => {
    const take = all.rows.map((_, i) => i).filter(i => (i % 5 === 4) === fifth);
    return { rows: take.map(i => all.rows[i]!), answers: Float64Array.from(take, i => all.answers[i]!) };
  };
  return { dataset, entries, fitted: part(false), held: part(true) };
}

/** The network's answer to each row. */
export async function answersTo(request: ExplanationRequest, rows: Float64Array[]): Promise<Answers> {
  const shape = request.dataset!.sampleShape;
  return { rows, answers: await responsesTo(request, shape, rows.length, (r, into) => into.set(rows[r]!)) };
}

export function rowsOf(data: ArrayLike<number>, size: number): Float64Array[] {
  return Array.from({ length: data.length / size }, (_, r) =>
    Float64Array.from({ length: size }, (_, i) => data[r * size + i]!),
  );
}

/** Share of the variance of `truth` that `guess` explains, below 0 where the mean does better. */
export function rSquared(truth: ArrayLike<number>, guess: ArrayLike<number>): number {
  const m = mean(truth);
  let left = 0;
  let all = 0;
  for (let i = 0; i < truth.length; i++) {
    left += (truth[i]! - guess[i]!) ** 2;
    all += (truth[i]! - m) ** 2;
  }
  return all > 1e-12 * truth.length ? 1 - left / all : left > 1e-12 * truth.length ? 0 : 1;
}

/** @throws bad-request when the network gives all rows the same answer: any model fits that. */
export function checkVaries({ answers }: Answers, what: string): void {
  const [low, high] = answers.reduce(
    ([a, b], v) => [Math.min(a!, v), Math.max(b!, v)],
    [Infinity, -Infinity],
  );
  if (!(high! - low! > 1e-9))
    throw new VitrineError(
      'bad-request',
      `The network gives ${what} the same answer (${formatNumber(answers[0] ?? 0)}), so there is nothing for a simple model to tell.`,
    );
}

function entriesOf(dataset: Dataset, rows: Int32Array, data: Float32Array): Entry[] {
  return dataset.features.flatMap((f, feature) => {
    const [from, to] = f.span;
    if (f.kind === 'number' || f.encoding)
      return [
        {
          name: f.name,
          raw: (v: number) => labelsFor(dataset, feature, [Float32Array.of(v)], rows, data)[0]!,
        },
      ];
    return Array.from({ length: to - from }, (_, c) => ({
      name: `${f.name}: ${f.categories?.[c] ?? c}`,
      raw: formatNumber,
    }));
  });
}

export interface Leaf {
  value: number;
  count: number;
  conditions: readonly { entry: number; sign: '<=' | '>'; threshold: number }[];
}

/** "If length > 2 and width ≤ 1: 0.93." */
export function tellLeaf(leaf: Leaf, entries: readonly Entry[], words: Words): string {
  const answer = formatNumber(leaf.value);
  if (leaf.conditions.length === 0) return words.model.otherwise(answer);
  return words.model.rule(
    leaf.conditions.map(c =>
      words.model.condition(
        entries[c.entry]?.name ?? String(c.entry),
        c.sign,
        entries[c.entry]?.raw(c.threshold) ?? '',
      ),
    ),
    answer,
  );
}
