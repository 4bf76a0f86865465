import type { Tensor } from '../../model/graph';
import { Random } from '../../model/random';
import { type Check, skipped } from '../check';
import { forward } from '../predict/evaluate';
import { predictionsOf } from '../predict/predictions';
import { spread, withEvaluator } from './_rows';

/** Size of the noise, in standard deviations of each entry over the rows. */
const noise = 0.02;
/** Share of answers that may change. */
const most = 0.05;

export const check: Check = {
  id: 'invariance',
  title: 'Answers survive noise that means nothing',
  summary:
    'Noise of two hundredths of a standard deviation, too small to mean anything, changes hardly any answer of the trained model.',
  source: {
    authors: 'Ribeiro, Wu, Guestrin and Singh',
    year: 2020,
    title: 'Beyond Accuracy: Behavioral Testing of NLP Models with CheckList',
    url: 'https://arxiv.org/abs/2005.04118',
  },
  needsTraining: true,
  async run(subject) {
    const { dataset, model, trained, seed } = subject;
    if (!trained) return skipped('There is no trained run to ask. Train first.');
    const id = model.inputs[0]!;
    if (!model.values[id]!.dtype.startsWith('float'))
      return skipped(`${model.name} takes whole numbers (such as tokens), which cannot be changed a little.`);
    const { test, valid, train } = dataset.splits;
    const rows = spread([test, valid, train].find(r => r.length > 0) ?? train, 512, model);
    const { input } = dataset.batch(rows);
    const disturbed = withNoise(input, new Random(seed, 'check:invariance'));
    const [before, after] = await withEvaluator(
      subject,
      rows.length,
      { weights: trained },
      async evaluator => [
        await forward(evaluator, model, input, rows.length, subject.signal),
        await forward(evaluator, model, disturbed, rows.length, subject.signal),
      ],
    );
    const labels = (output: Tensor) => predictionsOf(output, dataset.target, subject.loss.name).labels;
    const changed =
      dataset.target.kind === 'classes' ? flips(labels(before!), labels(after!)) : moved(before!, after!);
    const passed = changed <= most;
    const what =
      dataset.target.kind === 'classes'
        ? `${(100 * changed).toFixed(1)} % of ${rows.length} answers change`
        : `answers change by ${(100 * changed).toFixed(1)} % of their spread`;
    return {
      outcome: passed ? 'passed' : 'failed',
      message: passed
        ? `Under noise of ${noise} standard deviations ${what}.`
        : `Under noise of ${noise} standard deviations, which means nothing, ${what}. The model leans on details; more data, weight decay or augmentation make it steadier.`,
      values: { changed, rows: rows.length },
    };
  },
};

function withNoise({ shape, data }: Tensor, random: Random): Tensor {
  const rows = shape[0]!;
  const size = data.length / Math.max(1, rows);
  const spreadOf = Float64Array.from({ length: size }, (_, j) => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < rows; i++) {
      const x = data[i * size + j]!;
      sum += x;
      squares += x * x;
    }
    return Math.sqrt(Math.max(0, squares / rows - (sum / rows) ** 2));
  });
  return {
    shape,
    data: Float32Array.from(data, (x, i) => x + noise * spreadOf[i % size]! * random.normal()),
  };
}

/** Share of answers that are others. */
function flips(a: Int32Array, b: Int32Array): number {
  return a.filter((label, i) => label !== b[i]).length / Math.max(1, a.length);
}

/** Mean change, in standard deviations of the answers. */
function moved(a: Tensor, b: Tensor): number {
  const n = a.data.length;
  let sum = 0;
  let squares = 0;
  let change = 0;
  for (let i = 0; i < n; i++) {
    sum += a.data[i]!;
    squares += a.data[i]! ** 2;
    change += Math.abs(a.data[i]! - b.data[i]!);
  }
  const std = Math.sqrt(Math.max(1e-24, squares / n - (sum / n) ** 2));
  return change / n / std;
}
