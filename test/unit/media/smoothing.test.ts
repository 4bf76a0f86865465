import assert from 'node:assert/strict';
import { smooth } from '../../../media/panel/logic/smoothing';

describe('smoothing', () => {
  it('leaves a constant as it is from the first value on', () => {
    for (const v of Array.from(smooth([3, 3, 3, 3], 0.9))) assert.ok(Math.abs((v as number) - 3) < 1e-12);
  });

  it('is the weighted mean of what has been seen', () => {
    const [a, b] = Array.from(smooth([1, 2], 0.5)) as number[];
    assert.equal(a, 1);
    // (0.25·1 + 0.5·2) / 0.75
    assert.ok(Math.abs(b! - 1.25 / 0.75) < 1e-12);
  });

  it('keeps gaps as gaps and goes on after them', () => {
    const out = Array.from(smooth([1, null, Number.NaN, undefined, 1], 0.8));
    assert.deepEqual(out.slice(0, 4), [1, null, null, undefined]);
    assert.ok(Math.abs((out[4] as number) - 1) < 1e-12);
  });

  it('is the same far from its start, with gaps and without', () => {
    const noise = Array.from({ length: 3000 }, (_, i) => Math.sin(i * i));
    const plain = Array.from(smooth(Float64Array.from(noise), 0.97)) as number[];
    const gapped = Array.from(smooth([null, ...noise], 0.97)).slice(1) as number[];
    for (const [i, v] of plain.entries()) assert.ok(Math.abs(v - gapped[i]!) < 1e-12, `${i}`);
    assert.equal(smooth([...noise, Number.POSITIVE_INFINITY], 0.97)[noise.length], null);
  });

  it('does nothing at weight 0', () => {
    assert.deepEqual(smooth([5, 1, null], 0), [5, 1, null]);
  });
});
