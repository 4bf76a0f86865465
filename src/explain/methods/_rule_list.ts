/** A rule list that answers like the network: the first rule that holds decides. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasColumns, oneInput } from '../suits';
import { checkVaries, type Leaf, rSquared, surrogateData, tellLeaf } from '../surrogate';
import { bestSplit } from '../tree';
import { unitsOf } from '../units';
import { wordsFor } from '../words';

const options = Type.Object(
  {
    rules: Type.Integer({ minimum: 1, maximum: 50, default: 5, description: 'At most this many rules.' }),
    leaf: Type.Integer({ minimum: 1, default: 5, description: 'Rows that each rule decides at least.' }),
    rows: Type.Integer({ minimum: 10, default: 2000, description: 'At most this many training rows.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'rule_list',
  title: 'Rule list for the network',
  paper: {
    authors: 'Rivest',
    year: 1987,
    title: 'Learning Decision Lists',
    url: 'https://doi.org/10.1007/BF00058680',
  },
  summary:
    'Which short list of rules, read from the top, would answer like the network, and how well it does.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['surrogate_fit'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { rules, leaf, rows } = readOptions(options, given, 'rule_list');
    const { dataset, fitted, held, entries } = await surrogateData(request, rows);
    checkVaries(fitted, 'all rows');
    throwIfCancelled(request.signal);
    const { list, gains } = ruleList(fitted.rows, fitted.answers, { rules, leaf });
    const guess = held.rows.map(row => ruleAnswer(list, row));
    const r2 = rSquared(held.answers, guess);
    const units = unitsOf(dataset.sampleShape, dataset);
    const total = gains.reduce((a, b) => a + b, 0);
    const words = wordsFor(request.language);
    return {
      values: {
        shape: [units.length],
        data: Float32Array.from(units, u =>
          total > 0 ? u.indices.reduce((s, i) => s + gains[i]!, 0) / total : 0,
        ),
      },
      names: units.map((u, i) => u.name ?? String(i)),
      kind: 'importance',
      facts: { r2, rules: list.length, rows: held.rows.length },
      told: [
        ...list.map(l => tellLeaf(l, entries, words)),
        words.model.fidelity(words.percent(Math.max(0, r2)), held.rows.length),
      ],
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
  { rules, leaf }: { rules: number; leaf: number },
): { list: Leaf[]; gains: Float64Array } {
  const list: Leaf[] = [];
  const gains = new Float64Array(rows[0]?.length ?? 0);
  let left = rows.map((_, i) => i);
  const about = (which: readonly number[]) => {
    const value = which.reduce((s, r) => s + answers[r]!, 0) / which.length;
    return { value, variance: which.reduce((s, r) => s + (answers[r]! - value) ** 2, 0) / which.length };
  };
  while (list.length < rules) {
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

export function ruleAnswer(list: readonly Leaf[], row: ArrayLike<number>): number {
  const holds = (l: Leaf) => l.conditions.every(c => row[c.entry]! <= c.threshold === (c.sign === '<='));
  return list.find(holds)!.value;
}
