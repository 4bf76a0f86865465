import assert from 'node:assert/strict';
import { attributionSvg } from '../../../src/explain/drawing';
import type { Explanation } from '../../../src/explain/method';

const about = (attribution: Explanation['attribution'], row: number | null = 3): Explanation => ({
  method: 'saliency',
  row,
  target: { index: 0, name: 'a <b>' },
  prediction: { output: [1], label: 'a' },
  attribution,
  trust: { score: 1, verdict: 'good', measures: [] },
  text: '',
});

describe('pictures of attributions', () => {
  it('draw an image cell by cell, channels added up, the strongest in full', () => {
    const svg = attributionSvg(about({ shape: [2, 2, 2], values: [1, 0, 0, -1, 1, 0, 0, 0] }));
    assert.match(svg, /viewBox="0 0 2 2"/);
    const cells = [...svg.matchAll(/<rect x="(\d)" y="(\d)"[^>]*fill="(#\w+)" opacity="([\d.]+)"/g)];
    assert.deepEqual(
      cells.map(c => c.slice(1)),
      [
        ['0', '0', '#d55e00', '1.000'],
        ['1', '1', '#0072b2', '0.500'],
      ],
    );
  });

  it('draw columns as bars, the largest first, and escape what users named', () => {
    const svg = attributionSvg(about({ shape: [2], values: [0.5, -2], names: ['<age>', 'income'] }, null));
    assert.ok(svg.indexOf('income') < svg.indexOf('&lt;age&gt;'));
    assert.ok(!svg.includes('<age>') && !svg.includes('<b>'));
    assert.match(svg, />-2<\/text>/);
  });

  it('draw nothing but the ground where all is zero', () => {
    const svg = attributionSvg(about({ shape: [1, 3, 3], values: new Array(9).fill(0) }));
    assert.equal(svg.match(/<rect/g)?.length, 1);
    assert.ok(!svg.includes('NaN'));
  });
});
