import assert from 'node:assert/strict';
import {
  contrast,
  css,
  diverging,
  logPosition,
  negative,
  positive,
  type Rgb,
  sequential,
} from '../../../media/panel/logic/colours';

/** Machado, Oliveira & Fernandes 2009: severe protanopia, deuteranopia and tritanopia, on linear RGB. */
const deficiencies: Record<string, readonly number[]> = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function seen(c: Rgb, m: readonly number[]): Rgb {
  const linear = c.map(v => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return [0, 1, 2].map(i => {
    const v = Math.min(
      1,
      Math.max(0, m[3 * i]! * linear[0]! + m[3 * i + 1]! * linear[1]! + m[3 * i + 2]! * linear[2]!),
    );
    return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  }) as unknown as Rgb;
}

function apart(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe('colour scales', () => {
  it('gets lighter all the way, so that it reads without hue', () => {
    let last = 0;
    for (let i = 0; i <= 20; i++) {
      const light = contrast(sequential(i / 20), [0, 0, 0]);
      assert.ok(light > last, `at ${i / 20}`);
      last = light;
    }
  });

  it('keeps "for" and "against" apart for every kind of colour blindness', () => {
    for (const [name, m] of Object.entries(deficiencies))
      assert.ok(apart(seen(negative, m), seen(positive, m)) > 120, name);
  });

  it('clips at its ends and meets in the middle', () => {
    assert.deepEqual(diverging(-3), negative);
    assert.deepEqual(diverging(9), positive);
    assert.deepEqual(diverging(0, [1, 2, 3]), [1, 2, 3]);
    assert.deepEqual(sequential(-1), sequential(0));
    assert.equal(css([1.4, 2.6, 3]), 'rgb(1, 3, 3)');
  });

  it('places counts on a logarithmic scale', () => {
    assert.equal(logPosition(1, 100), 0);
    assert.equal(logPosition(10, 100), 0.5);
    assert.equal(logPosition(100, 100), 1);
    assert.equal(logPosition(0, 100), undefined);
    assert.equal(logPosition(1, 1), 1);
    assert.equal(logPosition(Number.NaN, 10), undefined);
  });
});
