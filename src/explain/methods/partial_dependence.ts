/** Partial dependence: the mean prediction over many rows when one column is set to each of some values in turn. */
import { Type } from '@sinclair/typebox';
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { formatNumber, linkOf, probabilitiesOf } from '../answers/predict';
import { answerTitle } from '../answers/responses';
import type { Axis } from '../figure';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { withProbe } from '../probe';
import { all, hasColumns, oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    column: Type.String({
      default: '',
      description: 'The column to vary; the one that matters most if empty.',
    }),
    points: Type.Integer({ minimum: 2, maximum: 1000, default: 20, description: 'Values to try.' }),
    rows: Type.Integer({
      minimum: 1,
      default: 200,
      description: 'At most this many training rows, evenly spaced.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'partial_dependence',
  title: 'Partial dependence',
  paper: {
    authors: 'Friedman',
    year: 2001,
    title: 'Greedy Function Approximation: A Gradient Boosting Machine',
    url: 'https://doi.org/10.1214/aos/1013203451',
  },
  summary: 'How the prediction changes on average as one column goes from low to high.',
  scope: 'model',
  ofClass: true,
  needs: ['training-data'],
  options,
  judgedBy: ['effect_agreement'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { column, points, rows } = readOptions(options, given, 'partial_dependence');
    const { dataset } = request;
    if (dataset?.modality !== 'table')
      throw new VitrineError(
        'bad-request',
        'Partial dependence varies a column of a table, and this is no table.',
      );
    const names = dataset.features.map(f => f.name);
    const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
    const chosen = evenly(dataset.splits.train, rows);
    if (chosen.length === 0) throw new VitrineError('bad-request', `${dataset.name} has no training rows.`);
    const data = dataset.batch(chosen).input.data as Float32Array;
    const gridOf = (feature: number, resolution: number) => {
      const { span, kind } = dataset.features[feature]!;
      if (kind === 'category') return categoryGrid(span);
      return numberGrid(
        Array.from(chosen, (_, r) => data[r * size + span[0]]!),
        resolution,
      ).map(v => Float32Array.of(v));
    };
    let feature = names.indexOf(column);
    if (feature < 0 && column !== '') {
      const near = nearest(column, names);
      throw new VitrineError(
        'bad-request',
        `${dataset.name} has no column "${column}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(names)}.`,
      );
    }
    if (feature < 0) {
      // A coarse look at all columns: the one over which the mean prediction goes furthest.
      let furthest = 0;
      for (const i of names.keys()) {
        const grid = gridOf(i, 5);
        if (grid.length < 2) continue;
        const { values } = await partialDependence(
          { ...request, onProgress: undefined },
          data.subarray(0, Math.min(chosen.length, 50) * size),
          dataset.features[i]!.span,
          grid,
        );
        const way = Math.max(...values.data) - Math.min(...values.data);
        if (feature < 0 || way > furthest) {
          feature = i;
          furthest = way;
        }
        request.onProgress?.((0.5 * (i + 1)) / names.length);
      }
    }
    const grid = feature < 0 ? [] : gridOf(feature, points);
    if (grid.length < 2) {
      throw new VitrineError(
        'bad-request',
        feature < 0
          ? `Every column of ${dataset.name} has the same value in all training rows: there is nothing to vary.`
          : `The column "${names[feature]}" has the same value in all training rows: there is nothing to vary.`,
      );
    }
    const attribution = await partialDependence(request, data, dataset.features[feature]!.span, grid);
    const { x, positions, rug } = columnAxis(dataset, feature, grid, chosen, data);
    const each = attribution.repeats!.data;
    const curveOf = (r: number) => Array.from(each.subarray(r * grid.length, (r + 1) * grid.length));
    const shown = evenly(
      Int32Array.from({ length: chosen.length }, (_, r) => r),
      mostCurves,
    );
    return {
      ...attribution,
      names: labelsFor(dataset, feature, grid, chosen, data),
      facts: { column: feature, rows: chosen.length },
      figures: [
        {
          kind: 'curves',
          x,
          y: { title: answerTitle(request) },
          curves: [
            ...Array.from(shown, r => ({ x: positions, y: curveOf(r), role: 'faint' as const })),
            {
              name: wordsFor(request.language).figures.mean,
              x: positions,
              y: Array.from(attribution.values.data),
              role: 'main',
            },
          ],
          rug,
          ...(x.labels && { dots: true }),
        },
      ],
    };
  },
};

/** Curves of single rows that are drawn behind the mean. */
const mostCurves = 50;

/**
 * scikit-learn's `partial_dependence` by brute force: `repeats` holds the curve of each row. The response is the
 * class's probability where there are probabilities, else the output.
 *
 * @param data prepared rows, flat.
 * @param span which entries the grid's values replace.
 */
export async function partialDependence(
  request: ExplanationRequest,
  data: Float32Array,
  span: readonly [number, number],
  grid: readonly Float32Array[],
): Promise<Attribution> {
  const { sampleShape, target } = request.dataset!;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const rows = data.length / size;
  return withProbe(request, sampleShape, { rows: Math.min(512, rows * grid.length) }, async probe => {
    const outputs = await probe.outputs(
      rows * grid.length,
      (i, into) => {
        const row = Math.floor(i / grid.length);
        into.set(data.subarray(row * size, (row + 1) * size));
        into.set(grid[i % grid.length]!, span[0]);
      },
      request.onProgress,
    );
    const link = linkOf(request.model, request.loss, target, probe.width);
    const scores = probe.pick(outputs);
    const index = probe.width === 1 ? (request.sign === -1 ? 0 : 1) : (request.target ?? 0);
    const responses = Float32Array.from(
      scores,
      (score, i) =>
        probabilitiesOf(outputs.subarray(i * probe.width, (i + 1) * probe.width), link)?.[index] ?? score,
    );
    const average = new Float64Array(grid.length);
    responses.forEach((v, i) => {
      average[i % grid.length]! += v / rows;
    });
    return {
      values: { shape: [grid.length], data: Float32Array.from(average) },
      repeats: { shape: [rows, grid.length], data: responses },
    };
  });
}

/**
 * scikit-learn's grid: the different values where there are few, else evenly spaced from the 5 % to the 95 % quantile
 * (Cunnane's plotting position, as SciPy's mquantiles).
 */
export function numberGrid(values: readonly number[], points: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const different = [...new Set(sorted)];
  if (different.length < points) return different;
  const low = quantile(sorted, 0.05);
  const high = quantile(sorted, 0.95);
  if (!(high > low)) return different;
  return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
}

function quantile(sorted: readonly number[], p: number): number {
  const n = sorted.length;
  const at = n * p + 0.4 + p * 0.2;
  const k = Math.floor(Math.min(n - 1, Math.max(1, at)));
  const share = Math.min(1, Math.max(0, at - k));
  return (1 - share) * sorted[k - 1]! + share * sorted[k]!;
}

function categoryGrid([start, end]: readonly [number, number]): Float32Array[] {
  return Array.from({ length: end - start }, (_, c) => {
    const code = new Float32Array(end - start);
    code[c] = 1;
    return code;
  });
}

/** The grid in the units of the file: the preparation of numbers is linear, so two rows tell it. */
export function labelsFor(
  dataset: Dataset,
  feature: number,
  grid: readonly Float32Array[],
  rows: Int32Array,
  data: Float32Array,
): string[] {
  const { kind, categories } = dataset.features[feature]!;
  if (kind === 'category') return grid.map((_, c) => categories?.[c] ?? String(c));
  const raw = inFile(dataset, feature, rows, data);
  return grid.map(([v]) => formatNumber(raw(v!)));
}

/** The axis of a column with the places of a grid on it, in the units of the file, and where the rows lie. */
export function columnAxis(
  dataset: Dataset,
  feature: number,
  grid: readonly Float32Array[],
  rows: Int32Array,
  data: Float32Array,
): { x: Axis; positions: number[]; rug: number[] } {
  const { name, kind, span } = dataset.features[feature]!;
  const size = data.length / rows.length;
  const few = evenly(
    Int32Array.from({ length: rows.length }, (_, r) => r),
    200,
  );
  if (kind === 'category')
    return {
      x: { title: name, labels: labelsFor(dataset, feature, grid, rows, data) },
      positions: grid.map((_, i) => i),
      rug: [],
    };
  const raw = inFile(dataset, feature, rows, data);
  return {
    x: { title: name },
    positions: grid.map(([v]) => raw(v!)),
    rug: Array.from(few, r => raw(data[r * size + span[0]]!)),
  };
}

/** From a prepared number to the file's units. */
function inFile(
  dataset: Dataset,
  feature: number,
  rows: Int32Array,
  data: Float32Array,
): (v: number) => number {
  const { name, span } = dataset.features[feature]!;
  const size = data.length / rows.length;
  const prepared = Array.from(rows, (_, r) => data[r * size + span[0]]!);
  const low = prepared.indexOf(Math.min(...prepared));
  const high = prepared.indexOf(Math.max(...prepared));
  const raw = (r: number) => {
    const value = dataset.raw(rows[r]!).values[name];
    return value === null || value === '' ? Number.NaN : Number(value);
  };
  const slope = (raw(high) - raw(low)) / (prepared[high]! - prepared[low]!);
  return v => (Number.isFinite(slope) ? raw(low) + slope * (v - prepared[low]!) : v);
}
