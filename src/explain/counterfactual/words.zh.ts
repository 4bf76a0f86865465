/** The sentences of words.ts in Simplified Chinese. */
import type { CounterfactualWords } from './words';

export const chineseCounterfactual: CounterfactualWords = {
  answer: (before, goal, ways) =>
    `模型的回答是 ${before}。若 ${ways.join('；或 ')}，它会回答 ${goal}。这是模型会怎样回答，而不是世界会怎样。`,
  way: (changes, probability) => `${changes.join('、')}${probability ? `（${probability} 确定）` : ''}`,
  change: (column, from, to) => `${column} 为 ${to} 而非 ${from}`,
  none: (before, goal) =>
    `模型的回答是 ${before}；在训练数据的范围内没有找到使它回答 ${goal} 的改变。请少固定几列，或选择另一个目标。`,
  noExample: goal => `在所看的训练行中，模型没有对任何一行回答 ${goal}。`,
  implausible: '标为不合理的答案离每个训练行都比它们彼此之间更远：模型在那里所知甚少。',
  sensitive: columns =>
    `${columns.join('、')} 保持不变：实验将其列为敏感列，不能要求人们去改变。若想看它的作用，可允许它改变。`,
};
