/** RISE's insertion test, held against random orders; the rule is told in _order.ts. */
import type { TrustMeasure } from '../method';
import { judgeOrder } from './_order';

export const measure: TrustMeasure = {
  id: 'insertion',
  title: 'Insertion test',
  paper: {
    authors: 'Petsiuk, Das and Saenko',
    year: 2018,
    title: 'RISE: Randomized Input Sampling for Explanation of Black-box Models',
    url: 'https://arxiv.org/abs/1806.07421',
  },
  summary: 'The prediction comes back quickly when the inputs ranked highest are put in first.',
  judge: (request, attribution) => judgeOrder('insertion', measure, request, attribution),
};
