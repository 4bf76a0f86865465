/** Confusion: which classes the model takes for which, and how sure the rates are. */
import { Type } from '@sinclair/typebox';
import { hasClasses, labelled } from '../answers/labelled';
import { wilson } from '../fairness/intervals';
import type { Figure } from '../figure';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'Which rows.' },
    ),
    rows: Type.Integer({ minimum: 2, default: 10000, description: 'At most this many rows, evenly spaced.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'confusion',
  title: 'Confusion',
  paper: {
    authors: 'Miller and Nicely',
    year: 1955,
    title: 'An Analysis of Perceptual Confusions Among Some English Consonants',
    url: 'https://doi.org/10.1121/1.1907526',
  },
  summary: 'Which classes the model takes for which.',
  scope: 'model',
  needs: ['targets'],
  options,
  judgedBy: ['enough_rows'],
  suits: all(oneInput, hasClasses),
  async explain(request, given) {
    const { split, rows } = readOptions(options, given, 'confusion');
    const { predictions, truth, classes } = await labelled(request, { split, most: rows });
    const names = classes!;
    const n = names.length;
    const counts = confusionMatrix(
      truth,
      predictions.map(p => p.index),
      n,
    );
    const { figures, model: told, percent } = wordsFor(request.language);
    const rates = classRates(counts, n);
    const shown: Figure[] = [
      {
        kind: 'matrix',
        rows: { title: figures.truth, labels: names },
        columns: { title: figures.predicted, labels: names },
        values: Array.from(counts),
        scale: 'sequential',
        value: figures.rows,
      },
      {
        kind: 'table',
        columns: [
          { title: figures.class },
          { title: figures.precision, align: 'right' },
          { title: figures.recall, align: 'right' },
          { title: figures.interval, align: 'right' },
          { title: 'F1', align: 'right' },
          { title: figures.rows, align: 'right' },
        ],
        rows: rates.map((r, c) => [
          names[c]!,
          percent(r.precision),
          percent(r.recall),
          r.interval ? `${percent(r.interval[0])} – ${percent(r.interval[1])}` : '–',
          r.f1,
          r.support,
        ]),
      },
    ];
    let [worst, most] = [-1, 0];
    counts.forEach((v, i) => {
      if (Math.floor(i / n) !== i % n && v > most) [worst, most] = [i, v];
    });
    const right = names.reduce((s, _, c) => s + counts[c * n + c]!, 0);
    const smallest = rates.reduce((a, b) => (b.support < a.support ? b : a));
    return {
      values: { shape: [n, n], data: Float32Array.from(counts) },
      names,
      figures: shown,
      facts: {
        rows: truth.length,
        accuracy: right / truth.length,
        widest: Math.max(...rates.map(r => (r.interval ? r.interval[1] - r.interval[0] : 1))),
        fewest: smallest.support,
      },
      told: [
        told.confusion(
          percent(right / truth.length),
          truth.length,
          worst < 0 ? undefined : [names[Math.floor(worst / n)]!, names[worst % n]!, most],
        ),
      ],
    };
  },
};

/** Rows by true class (row) and predicted class (column), as scikit-learn's confusion_matrix. */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let r = 0; r < truth.length; r++) counts[truth[r]! * classes + predicted[r]!]!++;
  return counts;
}

/** By class; a rate whose denominator is 0 is 0, as scikit-learn's precision_recall_fscore_support has it. */
export function classRates(counts: ArrayLike<number>, classes: number) {
  return Array.from({ length: classes }, (_, c) => {
    let [support, taken] = [0, 0];
    for (let k = 0; k < classes; k++) {
      support += counts[c * classes + k]!;
      taken += counts[k * classes + c]!;
    }
    const hits = counts[c * classes + c]!;
    const precision = taken > 0 ? hits / taken : 0;
    const recall = support > 0 ? hits / support : 0;
    return {
      precision,
      recall,
      f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
      support,
      interval: wilson(hits, support),
    };
  });
}
