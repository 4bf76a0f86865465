/** Do a method's repeats agree: does each drop stand clear of its own spread, and is the order always the same? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { deviation, mean } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Features that are looked at: those that a reader looks at. */
const top = 8;

/**
 * Rule: score = the lower of two shares. The first: of all that the top features' drops (and rises) add up to in size, how much belongs to
 * those larger than their standard deviation over repeats (of ten repeats: three standard errors of the mean). The second: how often single repeats put two of the
 * top features in the order of their means, each pair counted by how far its means lie apart (0 for a coin toss, 1 for
 * always).
 */
export const measure: TrustMeasure = {
  id: 'repeat_stability',
  title: 'Spread over repeats',
  paper: {
    authors: 'Fisher, Rudin and Dominici',
    year: 2019,
    title:
      "All Models are Wrong, but Many are Useful: Learning a Variable's Importance by Studying an Entire Class of Prediction Models Simultaneously",
    url: 'https://arxiv.org/abs/1801.01489',
  },
  summary: 'The importances are larger than their spread over repeats, and repeats agree on their order.',
  async judge(request, attribution) {
    const words = wordsFor(request.language);
    const { repeats } = attribution;
    const common = { id: measure.id, title: measure.title };
    if (!repeats) throw new VitrineError('bad-request', 'This method has no repeats to compare.');
    const [count, features] = repeats.shape as [number, number];
    const of = (f: number) => Array.from({ length: count }, (_, k) => repeats.data[k * features + f]!);
    const found = Array.from({ length: features }, (_, f) => ({
      values: of(f),
      mean: mean(of(f)),
      spread: deviation(of(f)),
    }))
      .filter(f => f.mean !== 0)
      .sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean))
      .slice(0, top);
    const sum = found.reduce((s, f) => s + Math.abs(f.mean), 0);
    if (sum < 1e-9)
      return { ...common, value: 0, score: 0, verdict: 'poor', text: words.measures.repeatsNothing };
    const clear =
      found.filter(f => Math.abs(f.mean) > f.spread).reduce((s, f) => s + Math.abs(f.mean), 0) / sum;
    let agree = 0;
    let weight = 0;
    for (let i = 0; i < found.length; i++) {
      for (let j = i + 1; j < found.length; j++) {
        const gap = found[i]!.mean - found[j]!.mean;
        const kept = mean(found[i]!.values.map((v, k) => Math.sign(v - found[j]!.values[k]!)));
        agree += gap * kept;
        weight += Math.abs(gap);
      }
    }
    const agreement = weight > 0 ? clamp01(agree / weight) : 1;
    const score = Math.min(clear, agreement);
    const verdict = verdictOf(score);
    return {
      ...common,
      value: score,
      score,
      verdict,
      text: words.measures.repeats(words.percent(clear), words.percent(agreement), verdict),
      detail: { clear: [clear], agreement: [agreement] },
    };
  },
};
