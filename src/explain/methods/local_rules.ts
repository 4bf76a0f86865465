/** Rule list around a prediction. */
import type { ExplanationMethod } from '../method';
import { localSurrogate } from '../surrogate';
import { rules } from '../surrogates/rules';

export const method: ExplanationMethod = localSurrogate(rules, {
  id: 'local_rules',
  title: 'Rule list around a prediction',
  caution:
    'A few rules divide a smooth answer badly: it does not find all columns of a planted sum. Look at its fit.',
  summary: 'Which short list of rules would answer like the network near this row.',
});
