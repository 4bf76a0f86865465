/** A model asked again with other weights: how many of its answers stay, and how good they are then. */
import { Type } from '@sinclair/typebox';
import type { Split } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import { Random } from '../../model/random';
import { truthOf } from '../answers/labelled';
import { linkOf } from '../answers/predict';
import { likeliest, type ScorerId, scorerFor } from '../answers/scorers';
import { wilson } from '../fairness/intervals';
import type { ExplanationRequest } from '../method';
import { deviation } from '../numerics/statistics';
import { withProbe, withWeights } from '../probe';

export const rowsOptions = {
  keep: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0.99,
    description: 'The share of the answers that must stay (of numbers: of their variance).',
  }),
  split: Type.Union(
    (['test', 'valid', 'train'] as const).map(s => Type.Literal(s)),
    { default: 'test', description: 'Which rows.' },
  ),
  rows: Type.Integer({ minimum: 2, default: 500, description: 'At most this many rows, evenly spaced.' }),
};

/** What became of the answers. */
export interface Kept {
  /** The share of rows with the same class; of numbers, R² of the new answers about the old ones. */
  same: number;
  /** Accuracy or R² against the data; absent where rows have no plain target. */
  score?: number;
}

export interface Asked {
  rows: number;
  /** Answers are classes, of which `same` counts rows. */
  classes: boolean;
  metric?: ScorerId;
  /** With the model's own weights. */
  score?: number;
  ask(weights: Tensors): Promise<Kept>;
  /** How far `same`, which these weights kept, would waver with other rows of the kind, from end to end of 95 %. */
  width(kept: Kept, weights: Tensors): Promise<number>;
}

/** @throws bad-request without data, or with too few rows in the split. */
export async function askedOf(
  request: ExplanationRequest,
  { split, rows: most }: { split: Split; rows: number },
): Promise<Asked> {
  const { dataset, model, loss } = request;
  if (!dataset)
    throw new VitrineError('bad-request', 'The method asks a model about rows; no data set was given.');
  const chosen = evenly(dataset.splits[split], most);
  const rows = chosen.length;
  if (rows < 2)
    throw new VitrineError(
      'bad-request',
      `The method needs at least 2 ${split} rows, and ${dataset.name} has ${rows}. Use another split.`,
    );
  const { input, targets } = dataset.batch(chosen);
  const { target, sampleShape } = dataset;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const answers = (weights: Tensors) =>
    withProbe(
      { ...withWeights(request, weights), target: 0, sign: 1 },
      sampleShape,
      { rows: Math.min(rows, 512) },
      probe =>
        probe.outputs(rows, (row, into) => {
          for (let i = 0; i < size; i++) into[i] = input.data[row * size + i]!;
        }),
    );
  const own = await answers(request.weights);
  const width = own.length / rows;
  const link = linkOf(model, loss, target, width);
  const truth = truthOf(request, input, targets);
  const classes = target.kind === 'classes' && truth.length === rows;
  const plain = classes || (target.kind === 'number' && truth.length === own.length);
  const scorer = plain && !target.untold ? scorerFor('auto', target, link, width) : undefined;
  // The model's own answers are the truth that the altered one is held to.
  const [agreement, said] = classes
    ? [scorerFor('accuracy', target, link, width), likeliest(own, link, width)]
    : [scorerFor('r2', { name: target.name, kind: 'number' }, 'value', width), own];
  return {
    rows,
    classes,
    ...(scorer && { metric: scorer.id, score: scorer.score(own, truth) }),
    async ask(weights) {
      throwIfCancelled(request.signal);
      const outputs = await answers(weights);
      return {
        same: agreement.score(outputs, said),
        ...(scorer && { score: scorer.score(outputs, truth) }),
      };
    },
    async width({ same }, weights) {
      if (classes) {
        const [low, high] = wilson(Math.round(same * rows), rows)!;
        return high - low;
      }
      const outputs = await answers(weights);
      const random = new Random(0, 'compression');
      const again = Array.from({ length: 100 }, () => {
        const drawn = Int32Array.from({ length: rows }, () => random.integer(rows));
        const of = (all: Float32Array) =>
          Float32Array.from(
            { length: own.length },
            (_, i) => all[drawn[Math.floor(i / width)]! * width + (i % width)]!,
          );
        return agreement.score(of(outputs), of(own));
      });
      return 4 * deviation(again);
    },
  };
}
