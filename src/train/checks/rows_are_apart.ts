import { type Check, skipped } from '../check';
import { takesAnyBatch } from '../setup/bindings';
import { definitionOf, spread, withEvaluator } from './_rows';

const tolerance = 1e-4;

export const check: Check = {
  id: 'rows_are_apart',
  title: 'A row’s answer does not depend on its neighbours',
  summary:
    'The same row gives the same answer whatever stands beside it in the batch. Where it does not, a view or a permute mixes rows, or a statistic is taken over the batch.',
  source: {
    authors: 'Karpathy',
    year: 2019,
    title: 'A Recipe for Training Neural Networks',
    url: 'https://karpathy.github.io/2019/04/25/recipe/',
  },
  async run(subject) {
    const { dataset, model, initial, trained } = subject;
    const count = 4;
    if (!takesAnyBatch(model)) return skipped(`${model.name} takes batches of one size only.`);
    const { train } = dataset.splits;
    if (train.length < 2 * count)
      return skipped(`This needs ${2 * count} training rows; there are ${train.length}.`);
    const rows = spread(train, 2 * count, model);
    const first = rows[0]!;
    // The same row alone in front, then alone at the end, among others.
    const batches = [
      { rows: Int32Array.of(first, ...rows.subarray(1, count)), at: 0 },
      { rows: Int32Array.of(...rows.subarray(count, 2 * count - 1), first), at: count - 1 },
    ];
    const id = model.inputs[0]!;
    const outputs = await withEvaluator(subject, count, { weights: trained ?? initial }, async evaluator => {
      const found: number[][] = [];
      for (const { rows: batch, at } of batches) {
        const { values } = await evaluator.run({ [id]: dataset.batch(batch).input });
        const { data } = values[model.outputs[0]!]!;
        const width = data.length / count;
        found.push(Array.from(data.subarray(at * width, (at + 1) * width)));
      }
      return found;
    });
    const [a, b] = outputs as [number[], number[]];
    const scale = Math.max(1e-6, ...a.map(Math.abs), ...b.map(Math.abs));
    const difference = Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / scale;
    const passed = difference <= tolerance;
    const place = definitionOf(model, '');
    return {
      outcome: passed ? 'passed' : 'failed',
      message: passed
        ? difference === 0
          ? 'A row among others gives exactly the same answer.'
          : `A row among others gives the same answer (within ${difference.toExponential(0)} of its size).`
        : `Row ${first} gives another answer among other rows: they differ by ${(100 * difference).toPrecision(2)} % of its size. Look for a view, reshape or permute that mixes the batch with another axis, or a mean over axis 0.`,
      values: { difference },
      ...(!passed && place && { at: place }),
    };
  },
};
