import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { divergence, exploration, lowerBound, upperBound } from '../../../../src/explain/anchors/bounds';

describe('bounds of a rate by divergence', () => {
  it('enclose the observed rate at exactly the level', () => {
    for (const p of [0.05, 0.3, 0.5, 0.97])
      for (const level of [0.001, 0.02, 0.2]) {
        const [low, high] = [lowerBound(p, level), upperBound(p, level)];
        assert.ok(low < p && p < high);
        assert.ok(Math.abs(divergence(p, low) - level) < 1e-6);
        if (high < 1 - 1e-9) assert.ok(Math.abs(divergence(p, high) - level) < 1e-6);
      }
  });

  it('shrink with draws, and widen with arms and rounds', () => {
    assert.ok(lowerBound(0.9, 5 / 1000) > lowerBound(0.9, 5 / 100));
    assert.ok(exploration(10, 5, 0.05) > exploration(10, 1, 0.05));
    assert.ok(exploration(20, 1, 0.05) > exploration(10, 1, 0.05));
  });

  it('hold at the ends', () => {
    assert.equal(upperBound(1, 0.1), 1);
    assert.equal(lowerBound(0, 0.1), 0);
    // A rate of 1 over n draws: the bound is exp(-level).
    assert.ok(Math.abs(lowerBound(1, 0.1) - Math.exp(-0.1)) < 1e-6);
  });
});
