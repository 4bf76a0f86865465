/** Does an input made for an output excite it more than any that the network was trained on? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: score = 0.7 at the highest output among training rows, 0 at that of the start, and above the highest up to 1 at
 * half as much again. What looks odd to people may still do it: an input far from the data says what the network
 * answers there, not what the class looks like.
 */
export const measure: TrustMeasure = {
  id: 'exceeds_examples',
  title: 'More than any example',
  paper: {
    authors: 'Erhan, Bengio, Courville and Vincent',
    year: 2009,
    title: 'Visualizing Higher-Layer Features of a Deep Network',
    url: 'https://www.researchgate.net/publication/265022827_Visualizing_Higher-Layer_Features_of_a_Deep_Network',
  },
  summary: 'The made input excites the output more than any training row does.',
  async judge(request, { facts }) {
    const { output, start, highest } = facts ?? {};
    if (output === undefined || start === undefined || highest === undefined)
      throw new VitrineError(
        'bad-request',
        'This method makes no input, or there are no rows to compare it with.',
      );
    const words = wordsFor(request.language);
    const way = highest - start;
    const value = way > 1e-9 ? (output - start) / way : output >= highest ? 1.5 : 0;
    const score = clamp01(value <= 1 ? 0.7 * value : 0.7 + 0.6 * (value - 1));
    const verdict = verdictOf(score);
    const text = words.measures.exceeds(words.percent(Math.max(0, value)), verdict);
    return { id: measure.id, title: measure.title, value, score, verdict, text };
  },
};
