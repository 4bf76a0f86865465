/** Additive model around a prediction. */
import type { ExplanationMethod } from '../method';
import { localSurrogate } from '../surrogate';
import { additive } from '../surrogates/additive';

export const method: ExplanationMethod = localSurrogate(additive, {
  id: 'local_additive',
  title: 'Additive model around a prediction',
  summary: 'Which curve of each column, added up, would answer like the network near this row.',
});
