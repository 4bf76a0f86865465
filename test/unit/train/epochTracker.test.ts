import assert from 'node:assert/strict';
import type { StepResult } from '../../../src/engine/engine';
import { EpochTracker, type Stretch } from '../../../src/train/loop/epochTracker';
import { metricsFor } from '../../../src/train/metricRegistry';

const target = { name: 'y', kind: 'classes', classes: ['a', 'b'] } as const;
/** The answer to row i is class i % 2, told by the model. */
const step = (from: number, to: number): StepResult =>
  ({
    loss: from,
    output: {
      shape: [to - from, 2],
      data: Float32Array.from({ length: 2 * (to - from) }, (_, i) =>
        (from + (i >> 1)) % 2 === i % 2 ? 1 : 0,
      ),
    },
  }) as StepResult;

function run(sizes: { rows: number; batch: number; most: number }, stopAt?: number, options = {}) {
  const loss = { name: 'cross_entropy', options };
  const make = () => new EpochTracker(metricsFor(target), target, loss, sizes);
  let tracker = make();
  for (let from = 0; from < sizes.rows; from += sizes.batch) {
    if (from === stopAt) {
      const partial = tracker.partial()!;
      tracker = make();
      tracker.restore(partial, from, [2]);
    }
    const to = Math.min(sizes.rows, from + sizes.batch);
    tracker.add(step(from, to), to - from);
  }
  let asked: readonly Stretch[] = [];
  const metrics = tracker.result(places => {
    asked = places;
    return Int32Array.from(
      places.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => (from + i) % 2)),
    );
  });
  return { metrics, asked };
}

describe('What is kept of an epoch', () => {
  it('is all of it where it fits, the smaller last batch too', () => {
    const { metrics, asked } = run({ rows: 25, batch: 10, most: 25 });
    assert.deepEqual(asked, [
      [0, 10],
      [10, 20],
      [20, 25],
    ]);
    assert.equal(metrics['accuracy'], 1);
    assert.equal(metrics['loss'], (0 * 10 + 10 * 10 + 20 * 5) / 25);
  });

  it('has the loss of a row where batches give sums', () => {
    const { metrics } = run({ rows: 25, batch: 10, most: 25 }, undefined, { reduction: 'sum' });
    assert.equal(metrics['loss'], (0 + 10 + 20) / 25);
  });

  it('is evenly spaced over it where it does not fit: its beginning is not what it has learned', () => {
    const { metrics, asked } = run({ rows: 100, batch: 10, most: 30 });
    assert.deepEqual(asked, [
      [30, 40],
      [70, 80],
    ]);
    assert.equal(metrics['accuracy'], 1);
  });

  it('is the same after going on from a checkpoint', () => {
    for (const stopAt of [10, 40, 70])
      assert.deepEqual(
        run({ rows: 100, batch: 10, most: 30 }, stopAt),
        run({ rows: 100, batch: 10, most: 30 }),
      );
  });
});
