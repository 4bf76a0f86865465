import assert from 'node:assert/strict';
import { Random } from '../../../src/model/random';

describe('Random', () => {
  it('is xoshiro128**: the numbers of the reference C code for the state 1, 2, 3, 4', () => {
    const random = Random.from([1, 2, 3, 4]);
    const expected = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ];
    assert.deepEqual(
      expected.map(() => random.uint32()),
      expected,
    );
  });

  it('gives the same numbers for the same seed and stream, and others for any other', () => {
    const draw = (seed: number, stream: string) => {
      const random = new Random(seed, stream);
      return Array.from({ length: 8 }, () => random.uint32()).join();
    };
    assert.equal(draw(0, 'split'), draw(0, 'split'));
    const all = [
      draw(0, 'split'),
      draw(1, 'split'),
      draw(0, 'order'),
      draw(0, ''),
      draw(2 ** 32, 'split'),
      draw(-0.5, ''),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  it('continues from a saved state, between the two halves of a normal pair too', () => {
    const random = new Random(3);
    random.normal();
    const saved = JSON.parse(JSON.stringify(random.state())) as number[];
    const expected = [random.normal(), random.normal(), random.uint32()];
    const again = Random.from(saved);
    assert.deepEqual([again.normal(), again.normal(), again.uint32()], expected);
    assert.throws(() => Random.from([0, 0, 0, 0]), RangeError);
  });

  it('draws uniform and normal numbers with their moments', () => {
    const random = new Random(0, 'moments');
    const n = 100_000;
    const moments = (draw: () => number) => {
      let [a, b, c] = [0, 0, 0];
      for (let i = 0; i < n; i++) {
        const x = draw();
        a += x;
        b += x * x;
        c += x ** 4;
      }
      return [a / n, b / n, c / n] as const;
    };
    // Four standard errors of each moment.
    const [u1, u2] = moments(() => random.uniform());
    assert.ok(Math.abs(u1 - 1 / 2) < (4 * Math.sqrt(1 / 12)) / Math.sqrt(n));
    assert.ok(Math.abs(u2 - 1 / 3) < (4 * Math.sqrt(4 / 45)) / Math.sqrt(n));
    const [m1, m2, m4] = moments(() => random.normal());
    assert.ok(Math.abs(m1) < 4 / Math.sqrt(n));
    assert.ok(Math.abs(m2 - 1) < (4 * Math.sqrt(2)) / Math.sqrt(n));
    assert.ok(Math.abs(m4 - 3) < (4 * Math.sqrt(96)) / Math.sqrt(n));
  });

  it('draws every integer below n equally often (chi-squared, 6 degrees of freedom, p = 0.001)', () => {
    const random = new Random(1, 'integers');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]!++;
    assert.ok(counts.reduce((s, c) => s + (c - 10_000) ** 2 / 10_000, 0) < 22.46, counts.join());
    assert.equal(random.integer(1), 0);
    assert.throws(() => random.integer(0), RangeError);
  });

  it('permutes', () => {
    const p = new Random(0).permutation(100);
    assert.deepEqual(
      [...p].sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.notDeepEqual(
      [...p],
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});
