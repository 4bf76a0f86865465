import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { metrics, metricsFor } from '../../../src/train/metricRegistry';
import { type Predictions, predictionsOf } from '../../../src/train/predict/predictions';
import reference from '../../reference/metrics.json';

/** Sums run in another order than numpy's pairwise one: a few units in the last place. */
const close = (found: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= 1e-12 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, scikit-learn says ${expected}`,
  );

describe('metrics, held to scikit-learn', () => {
  for (const [name, c] of Object.entries(reference.classification)) {
    it(`classes: ${name}`, () => {
      const predictions: Predictions = {
        kind: 'classes',
        rows: c.targets.length,
        columns: c.classes,
        labels: Int32Array.from(c.labels),
        probabilities: Float64Array.from(c.probabilities),
        values: c.probabilities,
      };
      for (const [id, expected] of Object.entries(c.expected))
        close(metrics.find(m => m.id === id)!.compute(predictions, c.targets), expected, id);
      if (!('roc_auc' in c.expected))
        assert.ok(Number.isNaN(metrics.find(m => m.id === 'roc_auc')!.compute(predictions, c.targets)));
    });
  }

  for (const [name, c] of Object.entries(reference.regression)) {
    it(`numbers: ${name}`, () => {
      const predictions: Predictions = {
        kind: 'number',
        rows: c.targets.length / c.columns,
        columns: c.columns,
        labels: new Int32Array(0),
        values: c.predictions,
      };
      for (const [id, expected] of Object.entries(c.expected))
        close(metrics.find(m => m.id === id)!.compute(predictions, c.targets), expected, id);
    });
  }

  it('covers every metric but those of rankings, sequences and boxes, which have tests of their own', () => {
    const held = new Set(
      [...Object.values(reference.classification), ...Object.values(reference.regression)].flatMap(c =>
        Object.keys(c.expected),
      ),
    );
    assert.deepEqual(
      metrics
        .filter(m => m.kind !== 'sequence' && !/^mrr$|ndcg|hit_rate|exact_match|^map/.test(m.id))
        .map(m => m.id)
        .filter(id => !held.has(id)),
      [],
    );
  });
});

describe('metricsFor', () => {
  const target = { name: 'y', kind: 'classes' as const, classes: ['a', 'b'] };

  it('gives the usual ones for the target', () => {
    assert.deepEqual(
      metricsFor(target).map(m => m.id),
      ['accuracy'],
    );
    assert.deepEqual(
      metricsFor({ name: 'y', kind: 'number' }).map(m => m.id),
      ['mae', 'r2'],
    );
  });

  it('names what is near and what there is', () => {
    assert.throws(() => metricsFor(target, ['acuracy']), /Did you mean "accuracy"/);
    assert.throws(() => metricsFor(target, ['mae']), /not for a target of classes/);
  });
});

describe('predictionsOf', () => {
  const two = { name: 'y', kind: 'classes' as const, classes: ['no', 'yes'] };
  const tensor = (shape: number[], data: number[]) => ({ shape, data: Float32Array.from(data) });

  it('reads one logit as two classes', () => {
    const p = predictionsOf(tensor([2, 1], [0, 2]), two, 'bce_with_logits');
    assert.deepEqual([...p.labels], [0, 1]);
    assert.ok(Math.abs(p.probabilities![3]! - 1 / (1 + Math.exp(-2))) < 1e-15);
  });

  it('survives logits that overflow an exponential', () => {
    const p = predictionsOf(tensor([1, 2], [1000, -1000]), two, 'cross_entropy');
    assert.deepEqual([...p.probabilities!], [1, 0]);
  });

  it('does not call scores probabilities', () => {
    const p = predictionsOf(tensor([1, 2], [3, 5]), two, 'mse');
    assert.equal(p.probabilities, undefined);
    assert.deepEqual([...p.labels], [1]);
  });

  it('says what to change when the width does not suit the classes', () => {
    assert.throws(
      () => predictionsOf(tensor([1, 3], [1, 2, 3]), two, 'cross_entropy'),
      /gives 3 numbers a row, but the target "y" has 2 classes.*2 outputs \(or 1\)/,
    );
  });
});
