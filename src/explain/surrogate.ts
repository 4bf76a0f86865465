/** Simple models that stand for the network: what they are fitted to, how they are told, and how well they fit. */
import type { Dataset } from '../data/dataset';
import { VitrineError } from '../model/errors';
import type { ExplanationRequest } from './method';
import { labelsFor } from './methods/partial_dependence';
import { formatNumber } from './predict';
import { responsesTo, tableOf } from './responses';
import { mean } from './statistics';
import type { Words } from './words';

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
