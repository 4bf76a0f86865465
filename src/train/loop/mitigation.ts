/**
 * Fairness while training: rows weighed so that group and class are independent (reweighing), or a penalty on what the
 * decision has to do with the group. What is chosen after training (thresholds by group) is explain/fairness's.
 */
import type { Dataset } from '../../data/dataset';
import type { LossSpec } from '../../engine/engine';
import type { PenaltySpec } from '../../engine/penalty';
import { groupRows } from '../../explain/fairness/groups';
import { reweigh } from '../../explain/fairness/reweighing';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { Random } from '../../model/random';

export interface MitigationRecipe {
  method: 'reweighing' | 'covariance';
  /** Of the penalty. */
  strength: number;
  /** What the penalty brings together: how often the class is predicted, or that among the rows of each true class. */
  constraint?: 'demographic_parity' | 'equalized_odds';
  /** Columns that divide the rows. */
  by: readonly string[];
  /** The class whose prediction is to be independent of the group; the second of two if absent. */
  positive?: string;
}

export interface Mitigation {
  penalty?: PenaltySpec;
  /** Rows of an epoch, in their order. */
  order(epoch: number): Int32Array;
  /** What the penalty is fed for these rows. */
  groups?(rows: ArrayLike<number>): Tensor;
}

/** Parts of a column of many numbers, as the comparison of groups has them. */
const bins = 4;

/** @throws bad-request for a column that does not divide the rows; bad-experiment for a target that has no classes. */
export function mitigationFor(
  dataset: Dataset,
  recipe: MitigationRecipe,
  loss: LossSpec,
  seed: number,
): Mitigation {
  const { target, splits } = dataset;
  if (target.kind !== 'classes' || target.perPosition || !target.classes)
    throw new VitrineError(
      'bad-experiment',
      `"mitigate" treats groups alike in a decision between classes, but the target "${target.name}" is ${target.kind === 'number' ? 'a number' : 'a sequence'}.`,
    );
  const rows = splits.train;
  const grouping = groupRows(dataset, recipe.by, rows, bins);
  const shuffled = (epoch: number) => new Random(seed, `shuffle:${epoch}`).shuffle(Int32Array.from(rows));
  if (recipe.method === 'reweighing') {
    const labels = dataset.batch(rows).targets.data;
    const { weights } = reweigh(grouping.of, labels);
    return { order: epoch => drawn(rows, weights, new Random(seed, `reweigh:${epoch}`)) };
  }
  const { classes } = target;
  const output = positiveOf(recipe.positive, classes);
  // One column a group; for equalised odds one a group and true class, in which rows of other classes have no part.
  const parts = recipe.constraint === 'equalized_odds' ? classes.length : 1;
  const truths = parts > 1 ? dataset.batch(rows).targets.data : undefined;
  const names = grouping.names.length;
  const count = names * parts;
  const means = new Float64Array(count);
  const sizes = new Float64Array(parts);
  const placeOf = new Map<number, { group: number; part: number }>();
  rows.forEach((row, i) => {
    const [group, part] = [grouping.of[i]!, Number(truths?.[i] ?? 0)];
    placeOf.set(row, { group, part });
    sizes[part]!++;
    means[part * names + group]!++;
  });
  // A covariance is among the rows of a class, however few they are.
  const weights = sizes.map(size => rows.length / (size || 1));
  for (let i = 0; i < count; i++) means[i]! /= sizes[Math.floor(i / names)]! || 1;
  const single = loss.name.startsWith('bce') || loss.name === 'mse';
  return {
    order: shuffled,
    penalty: {
      name: 'covariance',
      strength: recipe.strength,
      groups: count,
      output: single ? 0 : output,
      link: linkOf(loss.name),
    },
    groups(batch) {
      const data = new Float32Array(batch.length * count);
      for (let i = 0; i < batch.length; i++) {
        const place = placeOf.get(batch[i]!);
        const from = (place?.part ?? 0) * names;
        for (let g = 0; g < names; g++)
          data[i * count + from + g] =
            ((place?.group === g ? 1 : 0) - means[from + g]!) * (weights[place?.part ?? 0] ?? 1);
      }
      return { shape: [batch.length, count], data };
    },
  };
}

function linkOf(loss: string): PenaltySpec['link'] {
  if (loss === 'cross_entropy') return 'softmax';
  if (loss === 'nll') return 'exp';
  return loss === 'bce_with_logits' ? 'sigmoid' : 'identity';
}

function positiveOf(name: string | undefined, classes: readonly string[]): number {
  if (name === undefined && classes.length === 2) return 1;
  const index = classes.indexOf(name ?? '');
  if (index >= 0) return index;
  throw new VitrineError(
    'bad-experiment',
    name === undefined
      ? `The target has ${classes.length} classes: say in mitigate.positive which of them is the favour (or the burden).`
      : `mitigate.positive is "${name}", which is no class of the target.`,
  );
}

/**
 * As many rows as there are, drawn with replacement by their weights: a batch then has, on average, the weighted
 * loss's gradient (Kamiran and Calders call it uniform sampling), and no loss needs to know of weights.
 */
function drawn(rows: Int32Array, weights: Float64Array, random: Random): Int32Array {
  const total = weights.reduce((a, b) => a + b, 0);
  // Systematic sampling: one draw decides all, so that each row comes as often as its weight says, give or take one.
  const out = new Int32Array(rows.length);
  const step = total / rows.length;
  let at = random.uniform() * step;
  let sum = 0;
  let taken = 0;
  weights.forEach((w, i) => {
    sum += w;
    while (at < sum && taken < out.length) {
      out[taken++] = rows[i]!;
      at += step;
    }
  });
  while (taken < out.length) out[taken++] = rows.at(-1)!;
  return random.shuffle(out);
}
