/** Sparse linear model for the network. */
import type { ExplanationMethod } from '../method';
import { globalSurrogate } from '../surrogate';
import { linear } from '../surrogates/linear';

export const method: ExplanationMethod = globalSurrogate(linear, {
  id: 'sparse_linear',
  title: 'Sparse linear model for the network',
  summary: 'Which few columns, weighted and added, would answer like the network, and how well they do.',
});
