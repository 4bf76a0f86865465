/** Has the model learned anything? Reasons of one that guesses are no reasons, however well a method draws them. */
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { throwIfCancelled } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import { truthOf } from '../answers/labelled';
import { linkOf, probabilitiesOf } from '../answers/predict';
import type { ExplanationRequest, TrustMeasure } from '../method';
import { randomisedWeights } from '../numerics/randomWeights';
import { mean } from '../numerics/statistics';
import { affordable } from '../perturbation/thrift';
import { withProbe, withWeights } from '../probe';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Models with random weights that it is held against. */
const rivals = 10;
const mostRows = 128;
/** The share of the loss that must be saved for a good score. */
const enough = 0.1;
const good = 0.7;

/**
 * Rule: of what a constant guess, or the best of ten copies of the model with random weights, loses on up to 128
 * training rows, the share that this model saves; 10 % give a score of 0.7 (chance alone may give a few). Losses are -log of the true class's
 * probability, mistakes where the model gives no probabilities, squared errors for numbers. Rows of the training split
 * are asked, as the question is not how well the model does but whether it has learned.
 */
export const measure: TrustMeasure = {
  id: 'model_learned',
  title: 'Better than guessing',
  paper: {
    authors: 'Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim',
    year: 2018,
    title: 'Sanity Checks for Saliency Maps',
    url: 'https://arxiv.org/abs/1810.03292',
  },
  summary:
    'The model answers training rows better than a constant and than the same model with random weights.',
  always: true,
  applies({ dataset }) {
    if (!dataset) return false;
    const { target, splits } = dataset;
    if (target.untold || target.shape || target.sequence || target.writes) return false;
    return splits.train.length >= 10;
  },
  async judge(request) {
    const words = wordsFor(request.language);
    const saved = await savedBy(request, request.dataset!);
    if (saved === undefined)
      return {
        id: measure.id,
        title: measure.title,
        value: 0,
        score: 0,
        verdict: 'poor',
        text: words.measures.learnedNothing,
      };
    const score = clamp01((good * saved) / enough);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value: saved,
      score,
      verdict,
      text: words.measures.learned(words.percent(Math.max(0, saved)), verdict),
    };
  },
};

const known = new WeakMap<Tensors, WeakMap<Dataset, number>>();

/** The share of the loss of guessing that the model saves; below 0 where it does worse; none where all rows have one answer. */
async function savedBy(request: ExplanationRequest, dataset: Dataset): Promise<number | undefined> {
  const old = known.get(request.weights)?.get(dataset);
  if (old !== undefined) return old;
  const fewer = (usual: number, least: number) =>
    affordable(request.model, dataset.sampleShape, usual, least);
  const { input, targets } = dataset.batch(evenly(dataset.splits.train, fewer(mostRows, 48)));
  const truth = truthOf(request, input, targets);
  if (new Set(counted(truth, dataset.target.ignore)).size < 2) return undefined;
  const own = await lossOf(request, dataset, input.data, truth);
  let guess = lossOfConstant(counted(truth, dataset.target.ignore), own.kind);
  for (let seed = 0; seed < fewer(rivals, 4); seed++) {
    throwIfCancelled(request.signal);
    const weights = randomisedWeights(request.model, request.weights, 1000 + seed);
    const rival = await lossOf(withWeights(request, weights), dataset, input.data, truth);
    if (Number.isFinite(rival.loss)) guess = Math.min(guess, rival.loss);
  }
  const saved = guess > 0 ? 1 - own.loss / guess : 0;
  const byData = known.get(request.weights) ?? new WeakMap<Dataset, number>();
  known.set(request.weights, byData.set(dataset, saved));
  return saved;
}

type Kind = 'log' | 'mistakes' | 'square';

async function lossOf(
  request: ExplanationRequest,
  dataset: Dataset,
  inputs: ArrayLike<number>,
  truth: ArrayLike<number>,
): Promise<{ loss: number; kind: Kind }> {
  const { sampleShape, target } = dataset;
  const size = sampleShape.reduce((a, b) => a * b, 1);
  const count = inputs.length / size;
  return withProbe({ ...request, target: 0 }, sampleShape, { rows: Math.min(64, count) }, async probe => {
    const outputs = await probe.outputs(count, (row, into) => {
      for (let i = 0; i < size; i++) into[i] = inputs[row * size + i]!;
    });
    if (target.kind !== 'classes') {
      const per = truth.length / count;
      const errors = Array.from(truth, (t, i) => {
        const row = Math.floor(i / per);
        return (outputs[row * probe.width + Math.min(i % per, probe.width - 1)]! - t) ** 2;
      });
      return { loss: mean(errors), kind: 'square' as const };
    }
    // One answer a row, or one for each position.
    const width = outputs.length / truth.length;
    const link = linkOf(request.model, request.loss, target, width);
    const losses: number[] = [];
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i]!;
      if (label < 0 || label === target.ignore) continue;
      const scores = outputs.subarray(i * width, (i + 1) * width);
      const chances = probabilitiesOf(scores, link);
      if (chances) losses.push(-Math.log(Math.max(1e-6, chances[label] ?? 0)));
      else losses.push(Number(scores.indexOf(Math.max(...scores)) !== label));
    }
    return { loss: mean(losses), kind: link === 'value' ? 'mistakes' : 'log' };
  });
}

/** What the best constant answer loses. */
function lossOfConstant(truth: readonly number[], kind: Kind): number {
  if (kind === 'square') {
    const m = mean(truth);
    return mean(truth.map(v => (v - m) ** 2));
  }
  const counts = new Map<number, number>();
  for (const label of truth) counts.set(label, (counts.get(label) ?? 0) + 1);
  const shares = [...counts.values()].map(c => c / truth.length);
  return kind === 'log' ? -shares.reduce((s, p) => s + p * Math.log(p), 0) : 1 - Math.max(...shares);
}

/** The targets that count. */
function counted(truth: ArrayLike<number>, ignore: number | undefined): number[] {
  return Array.from(truth).filter(t => t !== ignore && Number.isFinite(t));
}
