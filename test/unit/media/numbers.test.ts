import assert from 'node:assert/strict';
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatPercent,
  formatShape,
  formatSigned,
  formatValue,
} from '../../../media/panel/logic/numbers';

describe('numbers on the page', () => {
  it('shortens counts to three digits and a unit', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [260, '260'],
      [999, '999'],
      [1000, '1k'],
      [1234, '1.23k'],
      [61706, '61.7k'],
      [999_499, '999k'],
      [999_500, '1M'],
      [11_689_512, '11.7M'],
      [6_738_415_616, '6.74B'],
    ];
    for (const [n, text] of cases) assert.equal(formatCount(n), text);
  });

  it('writes significant digits, a real minus, and words for what is no number', () => {
    assert.equal(formatNumber(0.03124), '0.0312');
    assert.equal(formatNumber(-12.345), '−12.3');
    assert.equal(formatNumber(1234.5), '1235');
    assert.equal(formatNumber(0.00001), '1.00e−5');
    assert.equal(formatNumber(2.5e9, 2), '2.5e9');
    assert.equal(formatNumber(0), '0');
    assert.equal(formatNumber(Number.NaN), 'NaN');
    assert.equal(formatNumber(Number.NEGATIVE_INFINITY), '−∞');
    assert.equal(formatNumber(null), '–');
    assert.equal(formatSigned(0.5), '+0.500');
    assert.equal(formatSigned(-0.5), '−0.500');
  });

  it('keeps raw values as the file has them', () => {
    assert.equal(formatValue(3), '3');
    assert.equal(formatValue(-3), '−3');
    assert.equal(formatValue('setosa'), 'setosa');
    assert.equal(formatValue(null), '–');
    assert.equal(formatValue(0.123456), '0.1235');
  });

  it('knows which metrics are percentages', () => {
    assert.equal(formatMetric('accuracy', 0.9722), '97.2 %');
    assert.equal(formatMetric('loss', 0.0918), '0.0918');
    assert.equal(formatMetric('r2', 0.9), '0.900');
    assert.equal(formatPercent(1, 0), '100 %');
  });

  it('writes durations in the unit that fits', () => {
    assert.equal(formatDuration(0.85), '850 ms');
    assert.equal(formatDuration(3.14), '3.1 s');
    assert.equal(formatDuration(59.4), '59 s');
    assert.equal(formatDuration(200), '3 min 20 s');
    assert.equal(formatDuration(7500), '2 h 5 min');
    assert.equal(formatDuration(Number.NaN), '–');
  });

  it('writes shapes, symbolic sizes included', () => {
    assert.equal(formatShape(['N', 10, 6, 6]), 'N×10×6×6');
    assert.equal(formatShape([]), 'scalar');
    assert.equal(formatShape(['N*T', '2*T-1']), 'N·T×(2·T−1)');
    assert.equal(formatShape(['N', 16, '((H)//(2))', '((H-1)//(2))']), 'N×16×(H//2)×((H−1)//2)');
  });
});
