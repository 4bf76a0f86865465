/** Decision tree around a prediction. */
import type { ExplanationMethod } from '../method';
import { localSurrogate } from '../surrogate';
import { tree } from '../surrogates/tree';

export const method: ExplanationMethod = localSurrogate(tree, {
  id: 'local_tree',
  title: 'Decision tree around a prediction',
  summary: 'Which few questions a tree would ask to answer like the network near this row.',
});
