/** Decision tree for the network. */
import type { ExplanationMethod } from '../method';
import { globalSurrogate } from '../surrogate';
import { tree } from '../surrogates/tree';

export const method: ExplanationMethod = globalSurrogate(tree, {
  id: 'decision_tree',
  title: 'Decision tree for the network',
  summary: 'Which few questions a tree would ask to answer like the network, and how well it does.',
});
