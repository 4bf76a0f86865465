import assert from 'node:assert/strict';
import { newModel } from '../../../src/editor/text/newModel';

describe('A first model for a table', () => {
  const target = { name: 'ill', kind: 'category' as const, integers: false, distinct: 3, rows: 90 };

  it('has an output for each class, and inputs for each column where their number is known', () => {
    const { name, text, loss } = newModel('heart-failure 2.csv', target, 4);
    assert.equal(name, 'HeartFailure2Net');
    assert.equal(loss, 'cross_entropy');
    assert.match(text, /self\.hidden1 = nn\.Linear\(4, 32\)/);
    assert.match(text, /self\.out = nn\.Linear\(16, 3\)/);
  });

  it('leaves the width of categories to the data, and gives one number for a number', () => {
    const price = { name: 'price', kind: 'number' as const, integers: false, distinct: 88, rows: 90 };
    const { name, text, loss } = newModel('2024.csv', price, undefined);
    assert.equal(name, 'Table2024Net');
    assert.equal(loss, 'mse');
    assert.match(text, /nn\.LazyLinear\(32\)/);
    assert.match(text, /nn\.Linear\(16, 1\)/);
  });

  it('writes sound Python whatever the column is called', () => {
    const { text } = newModel('a"""b\\.csv', { ...target, name: 'x"""\n"y\\' }, 2);
    assert.equal(text.split('"""').length, 3);
    assert.ok(!text.split('"""')[1]!.includes('\n'));
  });
});
