/** Slices by sizes that are symbols: what PyTorch and NumPy clamp for all sizes is clamped while they have none. */
import assert from 'node:assert/strict';
import { op } from '../../../src/engine/ops/slice';
import type { Dim } from '../../../src/model/graph';

describe('slices of symbolic sizes', () => {
  const cases: [what: string, size: Dim, start: Dim, end: Dim, step: number, expected: Dim][] = [
    ['x[-N:]', 'N', '-N', Number.MAX_SAFE_INTEGER, 1, 'N'],
    ['x[-2*N:]', 'N', '-2*N', Number.MAX_SAFE_INTEGER, 1, 'N'],
    ['x[-N:] of more', 'N + T', '-N', Number.MAX_SAFE_INTEGER, 1, 'N'],
    ['x[:2*N]', 'N', 0, '2*N', 1, 'N'],
    ['x[N+1:]', 'N', 'N + 1', Number.MAX_SAFE_INTEGER, 1, 0],
    ['x[:-N]', 'N', 0, '-N', 1, 0],
    ['x[:-1]', 'N', 0, -1, 1, 'N-1'],
    ['x[1:T]', 'N', 1, 'T', 1, 'T-1'],
    ['x[N::-1]', 'N', 'N', Number.MIN_SAFE_INTEGER, -1, 'N'],
  ];
  for (const [what, size, start, end, step, expected] of cases)
    it(`${what} has ${expected}`, () => {
      const [y] = op.infer([{ dtype: 'float32', shape: [3, size] }], {
        starts: [start],
        ends: [end],
        axes: [1],
        steps: [step],
      });
      assert.deepEqual(y!.shape, [3, expected]);
    });
});
