/** What an anchor says, in one table a language. Numbers are formatted before they come here. */
import type { Language } from '../words/words';

export interface AnchorWords {
  always(label: string, share: string): string;
  rule(
    conditions: readonly string[],
    label: string,
    precision: string,
    coverage: string,
    reached: boolean,
  ): string;
}

const english: AnchorWords = {
  always: (label, share) => `The model says "${label}" of ${share} of all rows: no condition is needed.`,
  rule: (conditions, label, precision, coverage, reached) =>
    `${reached ? 'If' : 'No rule is precise enough; the best is: if'} ${conditions.join(' and ')}, the model says "${label}" in ${precision} of cases, whatever the other columns are. That holds for ${coverage} of the training rows.`,
};

const chinese: AnchorWords = {
  always: (label, share) => `模型对 ${share} 的行都回答“${label}”：无需条件。`,
  rule: (conditions, label, precision, coverage, reached) =>
    `${reached ? '若' : '没有足够精确的规则；最好的是：若'} ${conditions.join(' 且 ')}，则无论其余各列如何，模型在 ${precision} 的情况下回答“${label}”。训练行中有 ${coverage} 符合此规则。`,
};

export const anchorWords: Record<Language, AnchorWords> = { en: english, zh: chinese };
