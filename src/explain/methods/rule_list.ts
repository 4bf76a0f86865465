/** Rule list for the network. */
import type { ExplanationMethod } from '../method';
import { globalSurrogate } from '../surrogate';
import { rules } from '../surrogates/rules';

export const method: ExplanationMethod = globalSurrogate(rules, {
  id: 'rule_list',
  title: 'Rule list for the network',
  summary:
    'Which short list of rules, read from the top, would answer like the network, and how well it does.',
});
