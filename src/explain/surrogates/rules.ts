/** Rule lists: the first rule that holds decides (Rivest 1987), grown greedily from the splits of a tree. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { type Leaf, type Surrogate, tellLeaf } from '../surrogate';
import { bestSplit } from './tree';

export const rules: Surrogate = {
  id: 'rules',
  paper: {
    authors: 'Rivest',
    year: 1987,
    title: 'Learning Decision Lists',
    url: 'https://doi.org/10.1007/BF00058680',
  },
  options: {
    rules: Type.Integer({ minimum: 1, maximum: 50, default: 5, description: 'At most this many rules.' }),
    leaf: Type.Integer({ minimum: 1, default: 5, description: 'Rows that each rule decides at least.' }),
  },
  fit({ rows, answers }, entries, given, signal) {
    const most = given as { rules: number; leaf: number };
    throwIfCancelled(signal);
    const { list, gains } = ruleList(rows, answers, most);
    const total = gains.reduce((a, b) => a + b, 0);
    return {
      predict: row => ruleFor(list, row).value,
      importance: total > 0 ? gains.map(g => g / total) : gains,
      facts: { rules: list.length },
      figures: (words, value, row) => [
        {
          kind: 'rules',
          value,
          rules: list.map(l => ({
            conditions: l.conditions.map(c =>
              words.model.condition(entries[c.entry]!.name, c.sign, entries[c.entry]!.raw(c.threshold)),
            ),
            answer: l.value,
            count: l.count,
            ...(row && ruleFor(list, row) === l && { applies: true }),
          })),
        },
      ],
      told: words => list.map(l => tellLeaf(l, entries, words)),
    };
  },
};

/**
 * Greedy: the split of the rows that are left that lowers the sum of squares most; its side with the smaller variance
 * (the left one if equal) becomes a rule, the other side goes on. The last entry has no condition.
 */
export function ruleList(
  rows: readonly Float64Array[],
  answers: Float64Array,
  { rules: most, leaf }: { rules: number; leaf: number },
): { list: Leaf[]; gains: Float64Array } {
  const list: Leaf[] = [];
  const gains = new Float64Array(rows[0]?.length ?? 0);
  let left = rows.map((_, i) => i);
  const about = (which: readonly number[]) => {
    const value = which.reduce((s, r) => s + answers[r]!, 0) / which.length;
    return { value, variance: which.reduce((s, r) => s + (answers[r]! - value) ** 2, 0) / which.length };
  };
  while (list.length < most) {
    const split = bestSplit(rows, answers, left, leaf);
    if (!split) break;
    const { entry, threshold, gain } = split;
    const low = left.filter(r => rows[r]![entry]! <= threshold);
    const high = left.filter(r => rows[r]![entry]! > threshold);
    const takesLow = about(low).variance <= about(high).variance;
    const taken = takesLow ? low : high;
    const sign = takesLow ? '<=' : '>';
    list.push({ value: about(taken).value, count: taken.length, conditions: [{ entry, sign, threshold }] });
    gains[entry]! += gain;
    left = takesLow ? high : low;
  }
  list.push({ value: about(left).value, count: left.length, conditions: [] });
  return { list, gains };
}

function ruleFor(list: readonly Leaf[], row: ArrayLike<number>): Leaf {
  const holds = (l: Leaf) => l.conditions.every(c => row[c.entry]! <= c.threshold === (c.sign === '<='));
  return list.find(holds)!;
}
