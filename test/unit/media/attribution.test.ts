import assert from 'node:assert/strict';
import { contributions, rankClasses } from '../../../media/panel/logic/attribution';
import type { FeatureInfo } from '../../../src/data/dataset';

const features: FeatureInfo[] = [
  { name: 'age', kind: 'number', mean: 40, span: [0, 1], missing: 0 },
  { name: 'city', kind: 'category', categories: ['Rome', 'Oslo'], span: [1, 3], missing: 0 },
];

describe('contributions of columns', () => {
  it('sorts by size and says value and typical value', () => {
    const all = contributions({ names: ['age', 'city'], shape: [2], values: [0.1, -0.5] }, features, {
      values: { age: 61, city: 'Oslo' },
    });
    assert.deepEqual(all, [
      { name: 'city', attribution: -0.5, value: 'Oslo', typical: 'Rome' },
      { name: 'age', attribution: 0.1, value: 61, typical: 40 },
    ]);
  });

  it('finds the column of an unnamed input by its span, and names inputs without one', () => {
    const all = contributions({ shape: [4], values: [3, 2, 1, 0.5], spread: [0, 0, 0.1, 0] }, features);
    assert.deepEqual(
      all.map(c => c.name),
      ['age', 'city', 'city', 'input 3'],
    );
    assert.equal(all[2]!.spread, 0.1);
    assert.ok(!('value' in all[0]!));
  });

  it('ranks classes and never drops the one that is explained', () => {
    const ranked = rankClasses([0.1, 0.6, 0.25, 0.05], 2, [3]);
    assert.deepEqual(
      ranked.map(c => c.index),
      [1, 2, 3],
    );
  });
});
