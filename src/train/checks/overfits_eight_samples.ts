import { throwIfCancelled } from '../../model/errors';
import { Random } from '../../model/random';
import { type Check, type CheckSubject, skipped } from '../check';
import { bindingsFor } from '../setup/bindings';
import { lossOfGuess } from './_guess';
import { definitionOf, outputShapeOf, prepared, type Rows, spread } from './_rows';
import { show } from './_show';

/** Loss left, as a share of a guess's loss (or of the first loss, if that is less), at which the rows count as learned. */
const learned = 0.05;
const mostSteps = 400;

export const check: Check = {
  id: 'overfits_eight_samples',
  title: 'Learns eight samples by heart',
  summary:
    'A model that cannot learn a handful of rows by heart has a fault: gradients that do not arrive, an output that cannot take the target’s values, or a loss that does not suit.',
  source: {
    authors: 'Karpathy',
    year: 2019,
    title: 'A Recipe for Training Neural Networks',
    url: 'https://karpathy.github.io/2019/04/25/recipe/',
  },
  async run(subject) {
    const { model, dataset } = subject;
    const free = model.parameters
      .filter(p => p.trainable)
      .reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
    if (free === 0) return skipped(`${model.name} has no parameters to train.`);
    // As many equations as unknowns at most: a line through eight points is not to be had.
    const outputs = outputShapeOf(model, dataset.sampleShape, 1).reduce((a, b) => a * b, 1);
    const rows = distinct(subject, Math.max(1, Math.min(8, Math.floor(free / outputs))));
    const batch = prepared(subject, rows);
    const rates = [...new Set([subject.learningRate, 1e-3, 1e-2])];
    const tries: Try[] = [];
    for (const [i, rate] of rates.entries()) {
      const result = await learn(subject, batch, rate, done =>
        subject.onProgress?.((i + done) / rates.length),
      );
      tries.push(result);
      if (result.last <= result.goal)
        return {
          outcome: 'passed',
          message: `${batch.count} rows are learned by heart: the loss fell from ${show(result.first)} to ${show(result.last)} in ${result.steps} steps (Adam, learning rate ${rate}).`,
          values: { rows: batch.count, first: result.first, last: result.last, steps: result.steps },
        };
    }
    const best = tries.reduce((a, b) => (b.last / b.first < a.last / a.first ? b : a));
    const at = definitionOf(model, '');
    return {
      outcome: 'failed',
      message:
        `${batch.count} rows could not be learned by heart: with learning rates ${rates.join(', ')} the loss fell from ${show(best.first)} to ${show(best.last)} at best in ${mostSteps} steps. ` +
        'Look whether the last layer can give the target’s values (an activation after it?), whether the loss suits the target, and whether gradients arrive (check gradients_agree).',
      values: { rows: batch.count, first: best.first, last: best.last, steps: mostSteps },
      ...(at && { at }),
    };
  },
};

interface Try {
  first: number;
  /** At or below it the rows count as learned. */
  goal: number;
  last: number;
  steps: number;
}

/** Training on the same rows again and again, by Adam; what counts is the mean loss of a few steps, for dropout's sake. */
async function learn(
  subject: CheckSubject,
  batch: Rows,
  learningRate: number,
  onProgress: (done: number) => void,
): Promise<Try> {
  const { engine, model, dataset, loss, initial, seed } = subject;
  const trainer = await engine.trainer(model, {
    bindings: bindingsFor(model, dataset.sampleShape, batch.count),
    weights: initial,
    loss,
    optimizer: { name: 'Adam', options: {} },
    targets: batch.type,
    seed,
  });
  try {
    let first = Number.NaN;
    let goal = 0;
    const guess = lossOfGuess(loss.name, dataset.target.classes?.length ?? 2, batch.targets.data);
    const recent: number[] = [];
    for (let step = 0; step < mostSteps; step++) {
      throwIfCancelled(subject.signal);
      const { loss: value } = await trainer.step(batch.feeds, batch.targets, { learningRate });
      if (step === 0) {
        first = value;
        goal = learned * Math.min(first, guess?.loss ?? first);
      }
      if (!Number.isFinite(value)) return { first, goal, last: Number.POSITIVE_INFINITY, steps: step + 1 };
      recent.push(value);
      if (recent.length > 5) recent.shift();
      const last = mean(recent);
      if (step >= 4 && last <= goal) return { first, goal, last, steps: step + 1 };
      if (step % 20 === 19) onProgress(step / mostSteps);
    }
    return { first, goal, last: mean(recent), steps: mostSteps };
  } finally {
    await trainer.dispose();
  }
}

/** Training rows whose inputs differ: the same input with two answers cannot be learned. Drawn from the seed. */
function distinct({ dataset, model, seed }: CheckSubject, most: number): Int32Array {
  const { train } = dataset.splits;
  const candidates = spread(train, 256, model);
  new Random(seed, 'check:overfits').shuffle(candidates);
  const seen = new Set<string>();
  const chosen: number[] = [];
  for (const row of candidates) {
    const key = Array.from(dataset.batch([row]).input.data).join();
    if (seen.has(key)) continue;
    seen.add(key);
    chosen.push(row);
    if (chosen.length === most) break;
  }
  return spread(Int32Array.from(chosen), most, model);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
