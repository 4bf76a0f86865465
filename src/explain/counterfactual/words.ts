/** What counterfactuals say, in one table a language. Numbers are formatted before they come here. */
import type { Language } from '../words/words';
import { chineseCounterfactual } from './words.zh';

export interface CounterfactualWords {
  answer(before: string, goal: string, ways: readonly string[]): string;
  way(changes: readonly string[], probability: string | undefined): string;
  change(column: string, from: string, to: string): string;
  none(before: string, goal: string): string;
  noExample(goal: string): string;
  implausible: string;
  /** Columns that stayed without being asked to. */
  sensitive(columns: readonly string[]): string;
}

const englishCounterfactual: CounterfactualWords = {
  answer: (before, goal, ways) =>
    `The model says ${before}. It would say ${goal} ${ways.join('; or ')}. This is how the model would answer, not what the world would do.`,
  way: (changes, probability) =>
    `with ${changes.length < 2 ? changes.join('') : `${changes.slice(0, -1).join(', ')} and ${changes.at(-1)}`}${probability ? ` (${probability} sure)` : ''}`,
  change: (column, from, to) => `${column} ${to} instead of ${from}`,
  none: (before, goal) =>
    `The model says ${before}, and no change within the training data's ranges was found that makes it say ${goal}. Fix fewer columns, or choose another target.`,
  noExample: goal => `The model says ${goal} of no training row that was looked at.`,
  implausible:
    'An answer that is marked implausible lies farther from every training row than those are from one another: the model knows little there.',
  sensitive: columns =>
    columns.length === 1
      ? `${columns[0]} stays as it is: the experiment lists it as sensitive, and it is nothing that people could be told to change. Let it change to see what it does.`
      : `${columns.join(', ')} stay as they are: the experiment lists them as sensitive, and they are nothing that people could be told to change. Let one change to see what it does.`,
};

export const counterfactualWords: Record<Language, CounterfactualWords> = {
  en: englishCounterfactual,
  zh: chineseCounterfactual,
};
