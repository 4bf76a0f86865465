/** Do the attributions add up to what they divide: the difference between the prediction and that of the baseline? */
import type { TrustMeasure } from '../method';
import { withProbe } from '../probe';
import { wordsFor } from '../words/words';
import { judgeSum } from './_sum';

/**
 * Rule: the error relative to the difference costs five times its size: 6 % is still good (0.7), 12 % still fair, 20 %
 * nothing. Where the difference is much smaller than the attributions (their parts cancel), the error is held against
 * a hundredth of the attributions' absolute sum instead, because float32 cannot do better.
 */
export const measure: TrustMeasure = {
  id: 'completeness',
  title: 'Completeness',
  paper: {
    authors: 'Sundararajan, Taly and Yan',
    year: 2017,
    title: 'Axiomatic Attribution for Deep Networks',
    url: 'https://arxiv.org/abs/1703.01365',
  },
  summary: 'The attributions add up to the difference between this prediction and that of a neutral input.',
  async judge(request, attribution) {
    const words = wordsFor(request.language);
    const { data, shape } = { data: request.input!.data, shape: request.input!.shape.slice(1) };
    const { output, baselineOutput } = attribution.facts ?? {};
    const known = output !== undefined && baselineOutput !== undefined;
    // Tokens that are masked or not stay so on the way of a method between embeddings, which no input gives.
    const ends = known && data instanceof Int32Array ? [baselineOutput, output] : undefined;
    const [start, end] =
      ends ??
      (await withProbe(request, shape, { rows: 2 }, probe =>
        probe.scores(2, (row, into) => {
          if (row === 1) into.set(data);
          else if (attribution.baseline) into.set(attribution.baseline.data);
          else into.fill(0);
        }),
      ));
    return judgeSum(measure, attribution.values.data, end! - start!, words);
  },
};
