/** Additive model for the network. */
import type { ExplanationMethod } from '../method';
import { globalSurrogate } from '../surrogate';
import { additive } from '../surrogates/additive';

export const method: ExplanationMethod = globalSurrogate(additive, {
  id: 'additive_model',
  title: 'Additive model for the network',
  summary: 'Which curve of each column, added up, would answer like the network, and how well they do.',
});
