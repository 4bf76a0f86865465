import { strict as assert } from 'node:assert';
import { formatBytes, rowsOf, totals, visibleRows } from '../../../media/modelFile/rows';

const tensors = [
  { name: 'layer.10.weight', dtype: 'F16', shape: [3, 4], bytes: 24 },
  { name: 'layer.2.weight', dtype: 'F32', shape: [4], bytes: 16 },
  { name: 'layer.2.bias', dtype: 'F32', shape: [], bytes: 4 },
];
const names = (filter: string, order?: Parameters<typeof rowsOf>[2]) =>
  rowsOf(tensors, filter, order).map(t => t.name);

describe('the table of tensors', () => {
  it('filters by words in the name, the type or the shape', () => {
    assert.deepEqual(
      names(''),
      tensors.map(t => t.name),
    );
    assert.deepEqual(names('WEIGHT 2'), ['layer.2.weight']);
    assert.deepEqual(names('f16'), ['layer.10.weight']);
    assert.deepEqual(names('3x4'), ['layer.10.weight']);
    assert.deepEqual(names('nothing'), []);
  });

  it('orders numbers in names as numbers', () => {
    assert.deepEqual(names('', { column: 'name', descending: false }), [
      'layer.2.bias',
      'layer.2.weight',
      'layer.10.weight',
    ]);
    assert.deepEqual(names('', { column: 'values', descending: true }), [
      'layer.10.weight',
      'layer.2.weight',
      'layer.2.bias',
    ]);
    assert.deepEqual(names('', { column: 'dtype', descending: true })[2], 'layer.10.weight');
  });

  it('draws the rows in view and a few around them, however many there are', () => {
    assert.deepEqual(visibleRows(100_000, 24, 0, 240), { from: 0, to: 18 });
    assert.deepEqual(visibleRows(100_000, 24, 24_000, 240), { from: 992, to: 1018 });
    assert.deepEqual(visibleRows(5, 24, 1e9, 240), { from: 5, to: 5 });
    assert.deepEqual(visibleRows(0, 24, 0, 240), { from: 0, to: 0 });
  });

  it('sums values and bytes', () => {
    assert.deepEqual(totals(tensors), { parameters: 17, bytes: 44 });
    const counts = ['running_mean', 'running_var', 'num_batches_tracked'].map(n => ({
      ...tensors[0]!,
      name: `bn.${n}`,
    }));
    assert.equal(totals([...tensors, ...counts]).parameters, 17, 'as PyTorch counts');
    assert.equal(formatBytes(0), '0 bytes');
    assert.equal(formatBytes(999), '999 bytes');
    assert.equal(formatBytes(46_800_000), '46.8 MB');
    assert.equal(formatBytes(348e9), '348 GB');
  });
});
