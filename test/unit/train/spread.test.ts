import assert from 'node:assert/strict';
import { spreadIsDue, spreadOf, spreadsOf } from '../../../src/train/loop/spread';

describe('spreads of tensors', () => {
  it('count values between the least and the largest', () => {
    const [min, max, ...counts] = spreadOf(Float32Array.from({ length: 240 }, (_, i) => i));
    assert.deepEqual([min, max], [0, 239]);
    assert.equal(counts.length, 24);
    assert.equal(
      counts.reduce((a, b) => a + b, 0),
      240,
    );
    assert.ok(counts.every(c => Math.abs(c - 10) <= 1));
  });

  it('bear equal values, and values that are no numbers', () => {
    const same = spreadOf(Float32Array.of(2, 2, 2));
    assert.deepEqual(same.slice(0, 3), [2, 2, 3]);
    const some = spreadOf(Float32Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, 3));
    assert.deepEqual(some.slice(0, 2), [1, 3]);
    assert.deepEqual(spreadOf(Float32Array.of(Number.NaN)).slice(0, 2), [0, 0]);
  });

  it('are kept for the largest tensors, about forty times a run', () => {
    const tensors = Object.fromEntries(
      Array.from({ length: 80 }, (_, i) => [`p${i}`, { shape: [i + 1], data: new Float32Array(i + 1) }]),
    );
    const kept = Object.keys(spreadsOf(tensors));
    assert.equal(kept.length, 48);
    assert.ok(kept.includes('p79') && !kept.includes('p2'));
    const due = (epochs: number) =>
      Array.from({ length: epochs }, (_, i) => i + 1).filter(e => spreadIsDue(e, epochs));
    assert.deepEqual(due(3), [1, 2, 3]);
    assert.deepEqual(due(1000).slice(0, 7), [1, 2, 4, 8, 16, 25, 50]);
    assert.ok(due(20_000).length <= 42 + 9);
    assert.deepEqual([due(1000)[0], due(1000).at(-1)], [1, 1000]);
  });
});
