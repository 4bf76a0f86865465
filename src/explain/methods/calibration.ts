/** Calibration: of what the model is 70 % sure, are 70 % so? */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { hasClasses, labelled } from '../answers/labelled';
import { calibrationOf } from '../fairness/calibration';
import { wilson } from '../fairness/intervals';
import type { ExplanationMethod } from '../method';
import { deviation } from '../numerics/statistics';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    of: Type.Union([Type.Literal('answer'), Type.Literal('class')], {
      default: 'answer',
      description: 'How sure the model is of its own answer, or of the explained class (--target).',
    }),
    bins: Type.Integer({
      minimum: 2,
      maximum: 100,
      default: 10,
      description: 'Parts of the way from 0 to 1, equally wide.',
    }),
    split: Type.Union(
      (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
      { default: 'test', description: 'Which rows.' },
    ),
    rows: Type.Integer({ minimum: 2, default: 10000, description: 'At most this many rows, evenly spaced.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'calibration',
  title: 'Calibration',
  paper: {
    authors: 'Guo, Pleiss, Sun and Weinberger',
    year: 2017,
    title: 'On Calibration of Modern Neural Networks',
    url: 'https://arxiv.org/abs/1706.04599',
  },
  summary: 'Whether the model is as often right as it is sure.',
  scope: 'model',
  ofClass: { option: 'of', value: 'class' },
  needs: ['targets'],
  options,
  judgedBy: ['enough_rows'],
  suits: all(oneInput, hasClasses),
  async explain(request, given) {
    const { of, bins, split, rows } = readOptions(options, given, 'calibration');
    const { predictions, truth } = await labelled(request, { split, most: rows });
    if (!predictions[0]!.probabilities)
      throw new VitrineError(
        'bad-request',
        `${request.model.name} gives scores that are no probabilities, so there is nothing to calibrate. Use confusion.`,
      );
    // Of two classes by one logit, what is explained is said by the sign.
    const target =
      predictions[0]!.output.length === 1 ? (request.sign === -1 ? 0 : 1) : (request.target ?? 0);
    const sure = predictions.map(p => p.probabilities![of === 'answer' ? p.index : target]!);
    const so = predictions.map((p, r) => Number(truth[r] === (of === 'answer' ? p.index : target)));
    const found = calibrationOf(so, sure, undefined, bins)!;
    const { figures, model: told, percent } = wordsFor(request.language);
    const limits = found.bins.map(b => wilson(Math.round(b.observed * b.count), b.count)!);
    // How far the error would move with other rows: a bootstrap.
    const random = new Random(0, 'calibration');
    const again = Array.from({ length: 200 }, () => {
      const chosen = Int32Array.from(sure, () => random.integer(sure.length));
      return calibrationOf(so, sure, chosen, bins)!.expected_calibration_error;
    });
    const { expected_calibration_error: error, brier_score: brier } = found;
    return {
      values: { shape: [found.bins.length], data: Float32Array.from(found.bins, b => b.observed) },
      names: found.bins.map(b => percent(b.predicted)),
      figures: [
        {
          kind: 'curves',
          x: { title: figures.sure },
          y: { title: figures.observed },
          curves: [
            { name: figures.perfect, x: [0, 1], y: [0, 1], role: 'reference' },
            {
              name: of === 'answer' ? figures.answer : figures.class,
              x: found.bins.map(b => b.predicted),
              y: found.bins.map(b => b.observed),
              low: limits.map(l => l[0]),
              high: limits.map(l => l[1]),
              role: 'main',
            },
          ],
          rug: sure.slice(0, 200),
          dots: true,
        },
        {
          kind: 'table',
          columns: [
            { title: figures.sure, align: 'right' },
            { title: figures.observed, align: 'right' },
            { title: figures.interval, align: 'right' },
            { title: figures.rows, align: 'right' },
          ],
          rows: found.bins.map((b, i) => [
            percent(b.predicted),
            percent(b.observed),
            `${percent(limits[i]![0])} – ${percent(limits[i]![1])}`,
            b.count,
          ]),
        },
      ],
      facts: {
        rows: sure.length,
        expectedCalibrationError: error,
        brierScore: brier,
        meanSureness: found.mean_predicted,
        observed: found.observed,
        widest: 4 * deviation(again),
        fewest: Math.min(...found.bins.map(b => b.count)),
      },
      told: [told.calibration(percent(found.mean_predicted), percent(found.observed), percent(error))],
    };
  },
};
