import assert from 'node:assert/strict';
import { contributions, rankClasses, waterfall } from '../../../media/panel/logic/attribution';
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

  it('adds up what padding contributed, which is no reason by itself, and leaves it out where it is nothing', () => {
    const names = ['1 good', '2 film', '(3)', '(4)'];
    const text = (values: number[]) =>
      contributions({ names, shape: [4], values, spread: [0, 0, 3, 4] }, [], undefined, 'padding');
    assert.deepEqual(text([0.1, -0.5, 0.25, 0.5]), [
      { name: 'padding', attribution: 0.75, spread: 5 },
      { name: '2 film', attribution: -0.5, spread: 0 },
      { name: '1 good', attribution: 0.1, spread: 0 },
    ]);
    assert.deepEqual(
      text([0.1, -0.5, 0, 0]).map(c => c.name),
      ['2 film', '1 good'],
    );
  });

  it('ranks classes and never drops the one that is explained', () => {
    const ranked = rankClasses([0.1, 0.6, 0.25, 0.05], 2, [3]);
    assert.deepEqual(
      ranked.map(c => c.index),
      [1, 2, 3],
    );
  });
});

describe('a waterfall', () => {
  const all = [3, -2, 1, 0.5, -0.25].map((attribution, i) => ({ name: `c${i}`, attribution }));
  const others = (n: number) => `${n} others`;

  it('adds contributions up, the small ones together, to the sum of all', () => {
    const steps = waterfall(all, 2, others);
    assert.deepEqual(
      steps.map(s => [s.contribution.name, s.from, s.to]),
      [
        ['c0', 0, 3],
        ['c1', 3, 1],
        ['3 others', 1, 2.25],
      ],
    );
  });

  it('keeps a single last one under its own name', () => {
    assert.deepEqual(
      waterfall(all, 4, others).map(s => s.contribution.name),
      ['c0', 'c1', 'c2', 'c3', 'c4'],
    );
    assert.deepEqual(waterfall([], 4, others), []);
  });
});
