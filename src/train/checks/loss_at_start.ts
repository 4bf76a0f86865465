import { type Check, skipped } from '../check';
import { lossOfGuess } from './_guess';
import { prepared, spread, withEvaluator } from './_rows';
import { show } from './_show';

/** How many times the loss of a guess the first loss may be. */
const most = 3;

export const check: Check = {
  id: 'loss_at_start',
  title: 'Starts at the loss of a guess',
  summary:
    'Before training, a model should know nothing and be sure of nothing: its loss is that of a guess. A far larger one comes from inputs or targets that are not scaled, or from weights that start too large.',
  source: {
    authors: 'Karpathy',
    year: 2019,
    title: 'A Recipe for Training Neural Networks',
    url: 'https://karpathy.github.io/2019/04/25/recipe/',
  },
  async run(subject) {
    const { dataset, model, loss, initial } = subject;
    const batch = prepared(subject, spread(dataset.splits.train, 256, model));
    const guess = lossOfGuess(loss.name, dataset.target.classes?.length ?? 2, batch.targets.data);
    if (guess === undefined)
      return skipped(`What a guess would cost is not known for the loss "${loss.name}".`);
    const request = { weights: initial, loss, targets: batch.type };
    const found = await withEvaluator(subject, batch.count, request, async evaluator => {
      const result = await evaluator.run(batch.feeds, { targets: batch.targets });
      return result.loss ?? Number.NaN;
    });
    const passed = found <= most * guess.loss;
    return {
      outcome: passed ? 'passed' : 'failed',
      message: passed
        ? `The loss starts at ${show(found)}; ${guess.words} costs ${show(guess.loss)}.`
        : `The loss starts at ${show(found)}, but ${guess.words} costs only ${show(guess.loss)}. ` +
          'Scale the inputs (data.scale) and, for numbers, the target; or let the last layer’s weights start smaller.',
      values: { loss: found, guess: guess.loss },
    };
  },
};
