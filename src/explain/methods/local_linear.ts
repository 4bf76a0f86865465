/** Sparse linear model around a prediction. */
import type { ExplanationMethod } from '../method';
import { localSurrogate } from '../surrogate';
import { linear } from '../surrogates/linear';

export const method: ExplanationMethod = localSurrogate(linear, {
  id: 'local_linear',
  title: 'Sparse linear model around a prediction',
  summary: 'Which few columns, weighted and added, would answer like the network near this row.',
});
