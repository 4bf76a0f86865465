/** RISE's deletion test, held against random orders; the rule is told in _order.ts. */
import type { TrustMeasure } from '../method';
import { judgeOrder } from './_order';

export const measure: TrustMeasure = {
  id: 'deletion',
  title: 'Deletion test',
  paper: {
    authors: 'Petsiuk, Das and Saenko',
    year: 2018,
    title: 'RISE: Randomized Input Sampling for Explanation of Black-box Models',
    url: 'https://arxiv.org/abs/1806.07421',
  },
  summary: 'The prediction falls quickly when the inputs ranked highest are replaced first.',
  judge: (request, attribution) => judgeOrder('deletion', measure, request, attribution),
};
