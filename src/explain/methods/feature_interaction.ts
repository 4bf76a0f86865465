/** Friedman's H: how much of the joint effect of two columns is more than the sum of their own effects. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { columnOf, responsesTo, tableOf } from '../answers/responses';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { type Unit, unitsOf } from '../perturbation/units';
import { all, hasColumns, oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    columns: Type.Array(Type.String(), {
      default: [],
      description: 'The columns to pair; those whose own effect is largest if empty.',
    }),
    most: Type.Integer({
      minimum: 2,
      maximum: 30,
      default: 6,
      description: 'At most this many columns, if none are named.',
    }),
    rows: Type.Integer({
      minimum: 4,
      maximum: 500,
      default: 40,
      description: 'At most this many training rows; each pair takes their square in predictions.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'feature_interaction',
  title: "Feature interaction (Friedman's H)",
  paper: {
    authors: 'Friedman and Popescu',
    year: 2008,
    title: 'Predictive Learning via Rule Ensembles',
    url: 'https://doi.org/10.1214/07-AOAS148',
  },
  summary: 'Which columns work together, so that one has another effect depending on the other.',
  caution:
    "Friedman's H is no share: it exceeds 1 where the columns' own effects cancel each other or are weak (Inglis, Parnell and Hurley 2022), and columns that hang together raise it.",
  scope: 'model',
  ofClass: true,
  needs: ['training-data'],
  options,
  judgedBy: ['sampling_error'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { columns, most, rows } = readOptions(options, given, 'feature_interaction');
    const { dataset, data } = tableOf(request, 'The method', 'train', rows, 4);
    const units = unitsOf(dataset.sampleShape, dataset);
    const quiet = { ...request, onProgress: undefined };
    const single = async (u: number) => centredDependence(quiet, data, [units[u]!]);
    let chosen = columns.map(name => columnOf(dataset, name));
    const alone = new Map<number, Float64Array>();
    for (const u of chosen.length > 0 ? chosen : units.keys()) {
      throwIfCancelled(request.signal);
      alone.set(u, await single(u));
    }
    if (chosen.length === 0) {
      const size = (u: number) => alone.get(u)!.reduce((s, v) => s + v * v, 0);
      chosen = [...units.keys()].sort((a, b) => size(b) - size(a)).slice(0, most);
    }
    const k = chosen.length;
    if (k < 2)
      throw new VitrineError(
        'bad-request',
        `Interactions are between two columns, and ${dataset.name} gives ${k}.`,
      );
    const values = new Float32Array(k * k);
    const spread = new Float32Array(k * k);
    let best = { h: -1, a: 0, b: 1 };
    let done = 0;
    for (let a = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++) {
        throwIfCancelled(request.signal);
        const [i, j] = [chosen[a]!, chosen[b]!];
        const both = await centredDependence(quiet, data, [units[i]!, units[j]!]);
        const h = interaction(both, alone.get(i)!, alone.get(j)!);
        const halves = [0, 1].map(p => interaction(both, alone.get(i)!, alone.get(j)!, r => r % 2 === p));
        values[a * k + b] = values[b * k + a] = h;
        spread[a * k + b] = spread[b * k + a] = Math.abs(halves[0]! - halves[1]!) / 2;
        if (h > best.h) best = { h, a, b };
        request.onProgress?.(++done / ((k * (k - 1)) / 2));
      }
    }
    const words = wordsFor(request.language);
    const names = chosen.map(u => units[u]!.name ?? String(u));
    return {
      values: { shape: [k, k], data: values },
      spread: { shape: [k, k], data: spread },
      names,
      figures: [
        {
          kind: 'matrix',
          rows: { title: words.figures.column, labels: names },
          columns: { title: words.figures.column, labels: names },
          values: Array.from(values),
          scale: 'sequential',
          value: words.figures.interaction,
        },
      ],
      facts: { rows: data.length / dataset.sampleShape.reduce((x, y) => x * y, 1) },
      told: [
        best.h < 1e-3
          ? words.model.noInteraction
          : words.model.interaction(
              names[best.a]!,
              names[best.b]!,
              words.percent(best.h * best.h),
              best.h > 1,
            ),
      ],
    };
  },
};

/** The mean answer over all rows with the units of each row in turn, less its mean; one value a row. */
export async function centredDependence(
  request: ExplanationRequest,
  data: Float32Array,
  units: readonly Unit[],
): Promise<Float64Array> {
  const shape = request.dataset!.sampleShape;
  const size = shape.reduce((a, b) => a * b, 1);
  const rows = data.length / size;
  const answers = await responsesTo(request, shape, rows * rows, (i, into) => {
    const from = Math.floor(i / rows) * size;
    const other = (i % rows) * size;
    into.set(data.subarray(other, other + size));
    for (const { indices } of units) for (const e of indices) into[e] = data[from + e]!;
  });
  const curve = new Float64Array(rows);
  answers.forEach((v, i) => {
    curve[Math.floor(i / rows)]! += v / rows;
  });
  const mean = curve.reduce((a, b) => a + b, 0) / rows;
  return curve.map(v => v - mean);
}

/**
 * H: √(Σ (both - a - b)² / Σ both²), 0 where the columns have no effect beyond rounding. Above 1 where the columns' own
 * effects cancel each other in the joint one, so that what is divided by is small (Inglis, Parnell and Hurley 2022,
 * "Visualizing Variable Importance and Variable Interaction Effects in Machine Learning Models").
 */
export function interaction(
  both: Float64Array,
  a: Float64Array,
  b: Float64Array,
  take: (row: number) => boolean = () => true,
): number {
  let more = 0;
  let all = 0;
  both.forEach((v, r) => {
    if (!take(r)) return;
    more += (v - a[r]! - b[r]!) ** 2;
    all += v * v;
  });
  return all > 1e-10 * both.length ? Math.sqrt(more / all) : 0;
}
