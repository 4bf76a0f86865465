/**
 * Accumulated local effects: how the prediction changes across small steps of a column, for the rows that lie there,
 * summed up. Unlike partial dependence it never asks about rows that cannot be, where columns hang together.
 */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { formatNumber } from '../answers/predict';
import { columnOf, responsesTo, tableOf } from '../answers/responses';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { all, hasColumns, oneInput } from '../suits';
import { wordsFor } from '../words/words';
import { columnAxis, labelsFor, method as partialDependence } from './partial_dependence';

const options = Type.Object(
  {
    column: Type.String({
      default: '',
      description: 'The column of numbers; the one that matters most if empty.',
    }),
    bins: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 20,
      description: 'Steps, with about as many rows in each.',
    }),
    rows: Type.Integer({
      minimum: 2,
      default: 1000,
      description: 'At most this many training rows, evenly spaced.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'accumulated_local_effects',
  title: 'Accumulated local effects',
  paper: {
    authors: 'Apley and Zhu',
    year: 2020,
    title: 'Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models',
    url: 'https://arxiv.org/abs/1612.08468',
  },
  summary:
    'How the prediction changes as one column goes from low to high, among rows like those that there are.',
  scope: 'model',
  ofClass: true,
  needs: ['training-data'],
  options,
  judgedBy: ['sampling_error'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { column, bins, rows } = readOptions(options, given, 'accumulated_local_effects');
    const table = tableOf(request, 'The method', 'train', rows);
    const { dataset, data, size } = table;
    let feature = column === '' ? -1 : columnOf(dataset, column);
    if (feature < 0) {
      const coarse = await partialDependence.explain(
        { ...request, onProgress: undefined },
        { points: 5, rows: 50 },
      );
      feature = coarse.facts!['column']!;
    }
    const { kind, span, name } = dataset.features[feature]!;
    if (kind === 'category')
      throw new VitrineError(
        'bad-request',
        `The column "${name}" has categories, which have no order to accumulate along. Use partial_dependence, or another column.`,
      );
    const values = Array.from(table.rows, (_, r) => data[r * size + span[0]]!);
    const edges = binEdges(values, bins);
    if (edges.length < 2)
      throw new VitrineError(
        'bad-request',
        `The column "${name}" has the same value in all training rows: there is nothing to vary.`,
      );
    const found = await accumulatedLocalEffects(request, data, span[0], edges);
    const grid = edges.map(v => Float32Array.of(v));
    const names = labelsFor(dataset, feature, grid, table.rows, data);
    const { x, positions, rug } = columnAxis(dataset, feature, grid, table.rows, data);
    const curve = found.values.data;
    let low = 0;
    let high = 0;
    curve.forEach((v, i) => {
      if (v < curve[low]!) low = i;
      if (v > curve[high]!) high = i;
    });
    const words = wordsFor(request.language);
    return {
      ...found,
      names,
      figures: [
        {
          kind: 'curves',
          x,
          y: { title: words.figures.effect },
          curves: [
            {
              x: positions,
              y: Array.from(curve),
              low: Array.from(curve, (v, i) => v - found.spread!.data[i]!),
              high: Array.from(curve, (v, i) => v + found.spread!.data[i]!),
              role: 'main',
            },
          ],
          rug,
        },
      ],
      facts: { column: feature, rows: table.rows.length },
      told: [
        formatNumber(curve[low]!) === formatNumber(curve[high]!)
          ? words.dependence.flat(name)
          : words.model.localEffects(
              name,
              formatNumber(curve[low]!),
              names[low]!,
              formatNumber(curve[high]!),
              names[high]!,
            ),
      ],
    };
  },
};

/** The least value and the different quantiles (R's type 1, which are values that occur), as the authors cut. */
export function binEdges(values: readonly number[], bins: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const edges = [sorted[0]!];
  for (let k = 0; k <= bins; k++) {
    const at = Math.max(0, Math.ceil((k / bins) * n - 1e-9) - 1);
    edges.push(sorted[Math.min(n - 1, at)]!);
  }
  return [...new Set(edges)].sort((a, b) => a - b);
}

/**
 * The effect at each edge, centred so that its mean over the rows is 0 (rows count at the middle of their bin). The
 * spread is the standard error of the sum of the steps from the middle of the curve on.
 */
export async function accumulatedLocalEffects(
  request: ExplanationRequest,
  data: Float32Array,
  entry: number,
  edges: readonly number[],
): Promise<Attribution> {
  const shape = request.dataset!.sampleShape;
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = data.length / size;
  const bins = edges.length - 1;
  // A row on an edge belongs to the bin below; the least value to the first.
  const binOf = Array.from({ length: rows }, (_, r) => {
    const v = data[r * size + entry]!;
    let k = 0;
    while (k < bins - 1 && v > edges[k + 1]!) k++;
    return k;
  });
  const answers = await responsesTo(request, shape, 2 * rows, (i, into) => {
    const r = i >> 1;
    into.set(data.subarray(r * size, (r + 1) * size));
    into[entry] = edges[binOf[r]! + (i & 1)]!;
  });
  const count = new Float64Array(bins);
  const sum = new Float64Array(bins);
  const square = new Float64Array(bins);
  binOf.forEach((k, r) => {
    const step = answers[2 * r + 1]! - answers[2 * r]!;
    count[k]!++;
    sum[k]! += step;
    square[k]! += step * step;
  });
  const curve = new Float64Array(bins + 1);
  const variance = new Float64Array(bins + 1);
  for (let k = 0; k < bins; k++) {
    const n = count[k]!;
    const mean = n > 0 ? sum[k]! / n : 0;
    curve[k + 1] = curve[k]! + mean;
    variance[k + 1] = variance[k]! + (n > 1 ? Math.max(0, square[k]! / n - mean * mean) / (n - 1) : 0);
  }
  let centre = 0;
  for (let k = 0; k < bins; k++) centre += (count[k]! * (curve[k]! + curve[k + 1]!)) / 2 / rows;
  const middle = variance[(bins + 1) >> 1]!;
  return {
    values: { shape: [bins + 1], data: Float32Array.from(curve, v => v - centre) },
    spread: { shape: [bins + 1], data: Float32Array.from(variance, v => Math.sqrt(Math.abs(v - middle))) },
  };
}
