/** SHAP summary: Shapley values of many rows; the mean of their sizes ranks the columns. */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { MapFigure } from '../figure';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { trainingMean } from '../perturbation/baseline';
import { isPicture, type Unit, unitsOf } from '../perturbation/units';
import { oneInput } from '../suits';
import { type Words, wordsFor } from '../words/words';
import { kernelShap } from './kernel_shap';

const options = Type.Object(
  {
    rows: Type.Integer({
      minimum: 2,
      maximum: 10000,
      default: 60,
      description: 'At most this many rows, evenly spaced.',
    }),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'The rows that are explained.' },
    ),
    samples: Type.Integer({
      minimum: 16,
      maximum: 100000,
      default: 256,
      description: 'Coalitions to try a row.',
    }),
    units: Type.Integer({
      minimum: 2,
      maximum: 256,
      default: 32,
      description: 'At most this many parts of what is no table.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same coalitions.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'shap_summary',
  title: 'SHAP summary',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary: 'Which columns move predictions most, over many rows, and in which direction.',
  scope: 'model',
  ofClass: true,
  needs: ['training-data'],
  options,
  judgedBy: ['sampling_error'],
  suits: oneInput,
  async explain(request, given) {
    const { rows, split, samples, units, seed } = readOptions(options, given, 'shap_summary');
    const { dataset } = request;
    if (!dataset) throw new VitrineError('bad-request', 'A summary needs a data set; none was given.');
    const chosen = evenly(dataset.splits[split], rows);
    if (chosen.length < 2)
      throw new VitrineError(
        'bad-request',
        `A summary needs at least 2 ${split} rows, and ${dataset.name} has ${chosen.length}. Use another split.`,
      );
    const parts = unitsOf(dataset.sampleShape, dataset, units);
    const input = dataset.batch(chosen).input.data as Float32Array;
    return shapSummary(request, input, trainingMean(dataset), parts, { samples, seed });
  },
};

/** `repeats` has the Shapley values of each row; `values` the mean of their sizes, `spread` its standard error. */
export async function shapSummary(
  request: ExplanationRequest,
  input: Float32Array,
  baseline: Float32Array,
  units: readonly Unit[],
  { samples, seed }: { samples: number; seed: number },
): Promise<Attribution> {
  const shape = request.dataset!.sampleShape;
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = input.length / size;
  const each = new Float32Array(rows * units.length);
  const moments = new Moments(units.length);
  for (let r = 0; r < rows; r++) {
    throwIfCancelled(request.signal);
    const one = { shape: [1, ...shape], data: input.slice(r * size, (r + 1) * size) };
    const row = { ...request, input: one, onProgress: undefined };
    const { values } = await kernelShap(row, baseline, units, { samples, seed });
    const found = Float32Array.from(units, u => u.indices.reduce((s, i) => s + values.data[i]!, 0));
    each.set(found, r * units.length);
    moments.add(found.map(Math.abs));
    request.onProgress?.((r + 1) / rows);
  }
  const words = wordsFor(request.language);
  const names = units.map((u, i) => u.name ?? (isPicture(shape) ? patchName(u, shape) : String(i)));
  return {
    values: { shape: [units.length], data: Float32Array.from(moments.mean) },
    spread: { shape: [units.length], data: moments.standardError() },
    repeats: { shape: [rows, units.length], data: each },
    names,
    figures: [
      {
        kind: 'bars',
        of: words.figures.column,
        value: words.figures.importance,
        names,
        values: Array.from(moments.mean),
        spread: Array.from(moments.standardError()),
      },
      swarm(each, input, units, names, words.figures),
    ],
    facts: { rows },
  };
}

/** A picture's patch as a slice of rows and columns from 0, such as "[2:4, 4:6]". */
function patchName({ indices }: Unit, shape: readonly number[]): string {
  const [height, width] = shape.slice(-2) as [number, number];
  const span = (at: (i: number) => number) => {
    const places = Array.from(indices, at);
    return `${Math.min(...places)}:${Math.max(...places) + 1}`;
  };
  return `[${span(i => Math.floor(i / width) % height)}, ${span(i => i % width)}]`;
}

/** Columns that are drawn point by point, those that matter most first. */
const mostLines = 20;

/**
 * Each row's Shapley value for each column, in the colour of the column's own value (a third each: low, middle, high);
 * points of one column are set apart by how many lie near.
 */
function swarm(
  each: Float32Array,
  input: Float32Array,
  units: readonly Unit[],
  names: readonly string[],
  words: Words['figures'],
): MapFigure {
  const n = units.length;
  const rows = each.length / n;
  const size = input.length / rows;
  const weight = (u: number) => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += Math.abs(each[r * n + u]!);
    return sum;
  };
  const order = units
    .map((_, u) => u)
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, mostLines);
  const points = order.flatMap((u, line) => {
    const ownValue = (r: number) => {
      const { indices } = units[u]!;
      // Of a one-hot column, which category it is; of a picture's part, how bright.
      let sum = 0;
      indices.forEach((i, k) => {
        sum += input[r * size + i]! * (indices.length > 1 ? k + 1 : 1);
      });
      return sum;
    };
    const own = Array.from({ length: rows }, (_, r) => ownValue(r));
    const sorted = [...own].sort((a, b) => a - b);
    const [third, two] = [sorted[Math.floor(rows / 3)]!, sorted[Math.floor((2 * rows) / 3)]!];
    const placed = Array.from({ length: rows }, (_, r) => r).sort(
      (a, b) => each[a * n + u]! - each[b * n + u]!,
    );
    const spreadOf = new Map<number, number>();
    placed.forEach((r, k) => {
      spreadOf.set(r, (((k * 7) % 9) - 4) / 12);
    });
    return own.map((v, r) => ({
      x: each[r * n + u]!,
      y: line + spreadOf.get(r)!,
      row: -1,
      group: v <= third ? 0 : v >= two ? 2 : 1,
      label: names[u]!,
    }));
  });
  return {
    kind: 'map',
    x: { title: words.contribution },
    y: { title: words.column, labels: order.map(u => names[u]!) },
    points,
    groups: [words.lowValue, words.middleValue, words.highValue],
  };
}
