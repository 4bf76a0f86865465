import assert from 'node:assert/strict';
import { shortArguments, shortAttributes, splitArguments } from '../../../media/panel/graph/arguments';

describe('arguments on a card', () => {
  const cases: [string, string][] = [
    ['in_features=128, out_features=64, bias=True', '128 → 64'],
    ['in_features=128, out_features=64, bias=False', '128 → 64, no bias'],
    ['1, 16, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1)', '1 → 16, 3×3, pad 1'],
    ['64, 128, kernel_size=(1, 1), stride=(2, 2), bias=False', '64 → 128, 1×1, stride 2×2, no bias'],
    ['64, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True', '64'],
    ['kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False', '2'],
    ['p=0.5, inplace=False', 'p 0.5'],
    ['(64,), eps=1e-05', '64'],
    ["approximate='none'", "approximate 'none'"],
    ['', ''],
  ];
  for (const [from, to] of cases)
    it(`${from || '(nothing)'} -> ${to}`, () => assert.equal(shortArguments(from), to));

  it('splits at commas outside brackets', () => {
    assert.deepEqual(splitArguments('a=(1, 2), b=[3, {4, 5}], c'), ['a=(1, 2)', 'b=[3, {4, 5}]', 'c']);
  });

  it('says the window of a pool', () => {
    assert.equal(shortAttributes({ kernel_shape: [2, 2] }), '2×2');
    assert.equal(shortAttributes({ axis: 1 }), '');
  });
});
