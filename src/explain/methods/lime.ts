/**
 * LIME: a linear model fitted to the network's answers in the neighbourhood of one input. For tables the neighbours
 * vary the columns; of pictures and texts parts are switched off.
 */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import type { Attribution, ExplanationMethod } from '../method';
import { leastSquares } from '../numerics/linear';
import { readOptions } from '../options';
import { baselineFor, trainingMean } from '../perturbation/baseline';
import { unitsDescription } from '../perturbation/coalitions';
import { parts, table, words } from '../perturbation/limeNeighbours';
import { spreadOverUnits, type Unit } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { oneInput } from '../suits';
import { partsOf, partsOption } from '../superpixels/superpixels';

const options = Type.Object(
  {
    samples: Type.Integer({
      minimum: 10,
      maximum: 1000000,
      default: 1000,
      description: 'Neighbours to try.',
    }),
    kernelWidth: Type.Number({
      minimum: 0,
      default: 0,
      description:
        "How far neighbours count; 0 takes the authors' choice: 0.75 √columns for tables, 0.25 for images and others.",
    }),
    baseline: Type.Union([Type.Literal('zero'), Type.Literal('mean'), Type.Literal('own')], {
      default: 'zero',
      description:
        'What stands in for a part that is switched off: zero, the training mean, or ("own") the mean colour of the part itself, as the authors have it; parts of one colour then never matter.',
    }),
    units: Type.Integer({ minimum: 1, maximum: 512, default: 64, description: unitsDescription }),
    parts: partsOption('slic'),
    discretize: Type.Union([Type.Literal('none'), Type.Literal('quartile'), Type.Literal('decile')], {
      default: 'none',
      description:
        'Of tables: whether the linear model sees numbers, or only in which part of the training rows (a quarter, a tenth) a number lies.',
    }),
    around: Type.Union([Type.Literal('input'), Type.Literal('mean')], {
      default: 'input',
      description: 'Of tables: what neighbours lie around, this row or the mean of the training rows.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same neighbours.' }),
  },
  { additionalProperties: false },
);

/**
 * For tables the value of a column is its coefficient times how far the input is from the mean, in standard
 * deviations: what it adds to the linear model's answer (LIME itself lists the coefficients alone).
 */
export const method: ExplanationMethod = {
  id: 'lime',
  title: 'LIME',
  paper: {
    authors: 'Ribeiro, Singh and Guestrin',
    year: 2016,
    title: '"Why Should I Trust You?": Explaining the Predictions of Any Classifier',
    url: 'https://arxiv.org/abs/1602.04938',
  },
  summary: 'Which inputs a simple linear model would weigh, near this one, to answer like the network.',
  scope: 'prediction',
  needs: ['training-data', 'baseline'],
  options,
  judgedBy: [
    'surrogate_fit',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: oneInput,
  async explain(request, given) {
    const chosen = readOptions(options, given, 'lime');
    const { data, shape } = sampleOf(request);
    const { dataset } = request;
    const random = new Random(chosen.seed, 'lime');
    const columns = dataset?.modality === 'table';
    const tokens = request.input!.data instanceof Int32Array;
    const units = partsOf(data, shape, dataset, chosen.units, chosen.parts, chosen.seed);
    // The linear model of a table has its zero at the training mean.
    const baseline = columns
      ? trainingMean(dataset)
      : chosen.baseline === 'own'
        ? ownMeans(data, units, shape)
        : baselineFor(chosen.baseline, request, shape);
    // Filling behind a text is no word.
    const able = tokens ? units.filter(u => u.indices.some(i => data[i] !== baseline[i])) : units;
    const neighbours = columns
      ? table(request, units, data, chosen, random)
      : (tokens ? words : parts)(able.length > 0 ? able : units, data, baseline, chosen.samples, random);
    const fitted = columns || able.length === 0 ? units : able;
    const width = chosen.kernelWidth || (columns ? 0.75 * Math.sqrt(units.length) : 0.25);
    const scores = await withProbe(request, shape, { rows: Math.min(chosen.samples, 256) }, probe =>
      probe.scores(chosen.samples, (row, into) => neighbours.fill(row, into), request.onProgress),
    );
    const { coefficients, r2 } = localLinearModel(neighbours.rows, scores, neighbours.distances, width);
    // An entry of the column that is not its own, such as another category, has no weight of its own.
    const perEntry = spreadOverUnits(coefficients, fitted, data.length, false);
    fitted.forEach(({ indices }) => {
      if (indices.length === 1) return;
      const active = columns ? Array.from(indices).filter(i => data[i] !== 0) : [...indices];
      for (const i of indices) perEntry[i] = active.includes(i) ? perEntry[i]! / active.length : 0;
    });
    const values = columns ? perEntry.map((c, i) => c * neighbours.lean[i]!) : perEntry;
    const attribution: Attribution = {
      values: { shape, data: values },
      baseline: { shape, data: baseline },
      facts: { samples: chosen.samples, r2, parts: fitted.length },
    };
    return attribution;
  },
};

/** Each part of a picture in its mean colour; what is no picture in each part's mean. */
function ownMeans(data: Float32Array, units: readonly Unit[], shape: readonly number[]): Float32Array {
  const cells = shape.length === 3 ? shape[1]! * shape[2]! : data.length;
  const means = new Float32Array(data.length);
  for (const { indices } of units) {
    const sums = new Map<number, [number, number]>();
    for (const i of indices) {
      const channel = Math.floor(i / cells);
      const [sum, count] = sums.get(channel) ?? [0, 0];
      sums.set(channel, [sum + data[i]!, count + 1]);
    }
    for (const i of indices) {
      const [sum, count] = sums.get(Math.floor(i / cells))!;
      means[i] = sum / count;
    }
  }
  return means;
}

/**
 * LIME's explanation: ridge regression (α = 1, free intercept) with weights √exp(-d² / width²).
 *
 * @returns coefficients, intercept and the weighted R² of the fit.
 */
export function localLinearModel(
  rows: readonly Float64Array[],
  y: ArrayLike<number>,
  distances: ArrayLike<number>,
  width: number,
): { coefficients: Float64Array; intercept: number; r2: number } {
  const weights = Float64Array.from(distances, d => Math.sqrt(Math.exp(-(d * d) / (width * width))));
  const n = rows[0]!.length;
  const total = weights.reduce((a, b) => a + b, 0);
  // The intercept is not shrunk: everything is centred by the weighted means first.
  const center = new Float64Array(n);
  let level = 0;
  rows.forEach((x, r) => {
    for (let i = 0; i < n; i++) center[i]! += (weights[r]! * x[i]!) / total;
    level += (weights[r]! * y[r]!) / total;
  });
  const centred = rows.map(x => x.map((v, i) => v - center[i]!));
  // What differs by rounding alone has no slope.
  const size = Array.from(y).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const flat = Array.from(y).every(v => Math.abs(v - level) <= 1e-6 * size);
  const coefficients = flat
    ? new Float64Array(n)
    : leastSquares(
        centred,
        Float64Array.from(y, v => v - level),
        weights,
        1,
      )!;
  let rest = 0;
  let all = 0;
  centred.forEach((x, r) => {
    const fitted = x.reduce((sum, v, i) => sum + v * coefficients[i]!, 0);
    rest += weights[r]! * (y[r]! - level - fitted) ** 2;
    all += weights[r]! * (y[r]! - level) ** 2;
  });
  return {
    coefficients,
    intercept: level - coefficients.reduce((sum, c, i) => sum + c * center[i]!, 0),
    // A network that gives the same everywhere is fitted perfectly by a constant.
    r2: all > 0 ? 1 - rest / all : 1,
  };
}
