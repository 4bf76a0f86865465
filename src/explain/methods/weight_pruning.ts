/** Weight pruning: how many of the smallest weights the model can do without, and which layer needs its own most. */
import { Type } from '@sinclair/typebox';
import type { Tensors } from '../../model/graph';
import { rowsOptions } from '../compression/answers';
import { ladder, weightsOf } from '../compression/ladder';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { oneInput } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    share: Type.Number({
      minimum: 0.01,
      maximum: 0.99,
      default: 0.5,
      description:
        'Of the weights of one layer, the share that is removed while the others stay as they are.',
    }),
    ...rowsOptions,
  },
  { additionalProperties: false },
);

const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

export const method: ExplanationMethod = {
  id: 'weight_pruning',
  title: 'Weight pruning',
  paper: {
    authors: 'Han, Pool, Tran and Dally',
    year: 2015,
    title: 'Learning both Weights and Connections for Efficient Neural Networks',
    url: 'https://arxiv.org/abs/1506.02626',
  },
  summary: 'How many of its smallest weights the model can do without, and which layer needs its own most.',
  scope: 'model',
  needs: [],
  options,
  judgedBy: ['enough_rows'],
  suits: oneInput,
  async explain(request, given) {
    const { share, ...rows } = readOptions(options, given, 'weight_pruning');
    const names = weightsOf(request);
    const all = names.reduce((n, name) => n + request.weights[name]!.data.length, 0);
    const pruned = pruning(request, names);
    const { percent } = wordsFor(request.language);
    return ladder(
      request,
      names,
      {
        levels,
        alone: share,
        at: (level, of) => (of === names ? pruned : pruning(request, of))(level),
        level: (_, level) => percent(level),
        inOne: (words, level) => words.without(percent(level)),
        axis: words => words.removed,
        saved: { title: words => words.left, of: level => String(all - Math.round(level * all)) },
        told: (words, level, kept, enough) =>
          enough ? words.removedEnough(percent(level), kept) : words.removedNever(percent(level), kept),
      },
      rows,
    );
  },
};

/**
 * The weights with the smallest magnitudes at 0, whatever tensor they are in: as torch.nn.utils.prune.global_unstructured
 * with L1Unstructured. Of equal ones the first go. They are put into order once, for any share that is asked.
 *
 * @returns a function of the share that goes, 0 to 1, rounded to whole weights.
 */
export function pruning(
  { weights }: Pick<ExplanationRequest, 'weights'>,
  names: readonly string[],
): (amount: number) => Tensors {
  const sizes = names.map(n => weights[n]!.data.length);
  const all = new Float32Array(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  for (const n of names) {
    const { data } = weights[n]!;
    for (let i = 0; i < data.length; i++) all[at++] = Math.abs(data[i]!);
  }
  const ordered = all.slice().sort();
  return amount => {
    const gone = Math.round(amount * all.length);
    const limit = gone > 0 ? ordered[gone - 1]! : -1;
    let ties = gone;
    for (const magnitude of all) if (magnitude < limit) ties--;
    let i = 0;
    return Object.fromEntries(
      names.map(n => {
        const { shape, data } = weights[n]!;
        const kept = Float32Array.from(data, v => {
          const magnitude = all[i++]!;
          if (magnitude < limit || (magnitude === limit && ties-- > 0)) return 0;
          return v;
        });
        return [n, { shape, data: kept }];
      }),
    );
  };
}
