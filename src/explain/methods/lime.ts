/**
 * LIME: a linear model fitted to the network's answers in the neighbourhood of one input. For tables the neighbours
 * vary the columns; for anything else parts are switched off.
 */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { baselineFor, baselineOption, evenly, trainingMean } from '../baseline';
import { unitsDescription } from '../coalitions';
import { leastSquares } from '../linear';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf, withProbe } from '../probe';
import { oneInput } from '../suits';
import { spreadOverUnits, type Unit, unitsOf } from '../units';

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
    baseline: baselineOption,
    units: Type.Integer({ minimum: 1, maximum: 512, default: 64, description: unitsDescription }),
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
    const units = unitsOf(shape, dataset, chosen.units);
    // The linear model of a table has its zero at the training mean.
    const baseline =
      dataset?.modality === 'table' ? trainingMean(dataset) : baselineFor(chosen.baseline, request, shape);
    const neighbours =
      dataset?.modality === 'table'
        ? tableNeighbours(request, units, data, chosen.samples, random)
        : switchedOff(units, data, baseline, chosen.samples, random);
    const width =
      chosen.kernelWidth || (dataset?.modality === 'table' ? 0.75 * Math.sqrt(units.length) : 0.25);
    const scores = await withProbe(request, shape, { rows: Math.min(chosen.samples, 256) }, probe =>
      probe.scores(chosen.samples, (row, into) => neighbours.fill(row, into), request.onProgress),
    );
    const { coefficients, r2 } = localLinearModel(neighbours.rows, scores, neighbours.distances, width);
    // An entry of the column that is not its own, such as another category, has no weight of its own.
    const perEntry = spreadOverUnits(coefficients, units, data.length, false);
    units.forEach(({ indices }) => {
      if (indices.length === 1) return;
      const active =
        dataset?.modality === 'table' ? Array.from(indices).filter(i => data[i] !== 0) : [...indices];
      for (const i of indices) perEntry[i] = active.includes(i) ? perEntry[i]! / active.length : 0;
    });
    const values = dataset?.modality === 'table' ? perEntry.map((c, i) => c * neighbours.lean[i]!) : perEntry;
    const attribution: Attribution = {
      values: { shape, data: values },
      baseline: { shape, data: baseline },
      facts: { samples: chosen.samples, r2 },
    };
    return attribution;
  },
};

interface Neighbours {
  /** The neighbour as the linear model sees it; row 0 is the input itself. */
  rows: Float64Array[];
  distances: Float64Array;
  /** The neighbour as the network sees it. */
  fill(row: number, into: Float32Array): void;
  /** By entry: the input's own place, in standard deviations from the mean, or 1 for its category. */
  lean: Float64Array;
}

/**
 * As LIME's tabular explainer without discretisation: number columns vary normally around the input with the training
 * rows' deviation, categories are drawn by their frequency; the linear model sees standardised numbers, and 1 where
 * the category is the input's.
 */
function tableNeighbours(
  request: ExplanationRequest,
  units: readonly Unit[],
  data: Float32Array,
  samples: number,
  random: Random,
): Neighbours {
  const { dataset } = request;
  if (!dataset || dataset.splits.train.length === 0)
    throw new VitrineError(
      'bad-request',
      'LIME learns from the training rows how columns vary, and there are none.',
    );
  const train = dataset.batch(evenly(dataset.splits.train, 4096)).input;
  const size = data.length;
  const count = train.data.length / size;
  const mean = new Float64Array(size);
  const scale = new Float64Array(size);
  for (let i = 0; i < train.data.length; i++) mean[i % size]! += train.data[i]! / count;
  for (let i = 0; i < train.data.length; i++)
    scale[i % size]! += (train.data[i]! - mean[i % size]!) ** 2 / count;
  // A constant column does not vary among neighbours either, as with scikit-learn's scaler a deviation of 0 counts as 1.
  const deviation = scale.map(Math.sqrt);
  const category = (u: number) => dataset.features[u]?.kind === 'category';
  const inputs = new Float32Array(samples * size);
  const rows: Float64Array[] = [];
  const distances = new Float64Array(samples);
  for (let r = 0; r < samples; r++) {
    const at = r * size;
    const seen = new Float64Array(units.length);
    units.forEach(({ indices }, u) => {
      if (category(u)) {
        const from = r === 0 ? -1 : random.integer(count) * size;
        let same = 1;
        for (const i of indices) {
          inputs[at + i] = from < 0 ? data[i]! : train.data[from + i]!;
          if (inputs[at + i] !== data[i]) same = 0;
        }
        seen[u] = same;
      } else {
        const i = indices[0]!;
        inputs[at + i] = data[i]! + (r === 0 ? 0 : random.normal(0, deviation[i]!));
        seen[u] = (inputs[at + i]! - mean[i]!) / (deviation[i]! || 1);
      }
    });
    rows.push(seen);
    distances[r] = Math.sqrt(seen.reduce((sum, v, u) => sum + (v - rows[0]![u]!) ** 2, 0));
  }
  const lean = new Float64Array(size);
  units.forEach(({ indices }, u) => {
    for (const i of indices) lean[i] = category(u) ? 1 : rows[0]![u]!;
  });
  return {
    rows,
    distances,
    lean,
    fill: (row, into) => into.set(inputs.subarray(row * size, (row + 1) * size)),
  };
}

/** As LIME's image explainer: each part is there or replaced by the baseline, with equal chances; cosine distance. */
function switchedOff(
  units: readonly Unit[],
  data: Float32Array,
  baseline: Float32Array,
  samples: number,
  random: Random,
): Neighbours {
  const n = units.length;
  const rows = Array.from({ length: samples }, (_, r) =>
    Float64Array.from({ length: n }, () => (r === 0 ? 1 : random.integer(2))),
  );
  const distances = Float64Array.from(rows, seen => {
    const present = seen.reduce((a, b) => a + b, 0);
    return present === 0 ? 1 : 1 - Math.sqrt(present / n);
  });
  return {
    rows,
    distances,
    lean: new Float64Array(data.length).fill(1),
    fill(row, into) {
      into.set(data);
      units.forEach(({ indices }, u) => {
        if (rows[row]![u] === 0) for (const i of indices) into[i] = baseline[i]!;
      });
    },
  };
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
  const coefficients = leastSquares(
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
