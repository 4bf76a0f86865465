import assert from 'node:assert/strict';
import { padded, reachable } from '../../../media/panel/parts/curveWords';

describe('the vertical axis of a chart', () => {
  it('of a share that is flat at 1 bears no place that a share cannot reach', () => {
    const [from, to] = padded(1, 1, [0, 1]);
    assert.ok(from < 1 && to > 1 && to < 1.01, `${from} to ${to}`);
    assert.deepEqual(reachable([0.94, 0.96, 0.98, 1, 1.02, 1.04], [0, 1]), [0.94, 0.96, 0.98, 1, null, null]);
  });

  it('keeps its room where no limit is near or known', () => {
    assert.deepEqual(
      padded(0.4, 0.5, [0, 1]).map(v => Number(v.toFixed(3))),
      [0.392, 0.508],
    );
    assert.ok(padded(0, 10, [0, null])[1] > 10);
    assert.deepEqual(reachable([1, 2, 3], [0, null]), [1, 2, 3]);
  });
});
