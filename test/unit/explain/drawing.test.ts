import assert from 'node:assert/strict';
import { attributionSvg, figureSvg } from '../../../src/explain/drawing/drawing';
import { filePalette } from '../../../src/explain/drawing/svg';
import type { Figure } from '../../../src/explain/figure';
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

  it('keep a spread that is wider than its bar off the label and within the picture', () => {
    const bars: Figure = {
      kind: 'bars',
      of: 'Concept',
      value: 'Share',
      names: ['striped', 'dotted'],
      values: [0.2, 0.6],
      spread: [0.5, 0.1],
    };
    const svg = figureSvg(bars, about({ shape: [2], values: [0.2, 0.6] }), filePalette);
    const lines = [...svg.matchAll(/<line x1="([\d.-]+)" x2="([\d.-]+)"/g)];
    assert.equal(lines.length, 2);
    for (const [, from, to] of lines)
      assert.ok(Number(from) >= 169.9 && Number(to) <= 470.1, `${from} to ${to}`);
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

describe('pictures of figures', () => {
  const hostile = '<img src=x onerror="alert(1)">';
  const figures: Figure[] = [
    { kind: 'input' },
    { kind: 'bars', of: 'Unit', value: 'Share', names: [hostile, 'b'], values: [1, -2], spread: [0.1, 0] },
    {
      kind: 'curves',
      x: { title: hostile },
      y: { title: 'y' },
      curves: [
        { name: hostile, x: [0, 1], y: [0, 2], low: [0, 1], high: [0, 3], role: 'main' },
        { x: [0, 1], y: [1, 1], role: 'faint' },
        { name: 'flat', x: [0, 1], y: [1, 1], role: 'reference' },
      ],
      rug: [0.5],
    },
    { kind: 'curves', x: { title: 'x', labels: [hostile] }, y: { title: 'y' }, curves: [], dots: true },
    {
      kind: 'matrix',
      rows: { title: 'r', labels: [hostile, 'b'] },
      columns: { title: 'c', labels: ['a', 'b'] },
      values: [0, 1, -1, 0.5],
      text: [hostile, '', 'x', 'y'],
      scale: 'diverging',
      value: 'H',
    },
    {
      kind: 'matrix',
      stack: [{ title: 'Layer', labels: ['0', hostile] }],
      rows: { title: 'r', labels: ['a'] },
      columns: { title: 'c', labels: ['a', 'b'] },
      values: [0, 1, 1, 0],
      scale: 'sequential',
      value: 'Attention',
    },
    { kind: 'table', columns: [{ title: hostile }, { title: 'n', align: 'right' }], rows: [[hostile, 3]] },
    {
      kind: 'tree',
      value: 'v',
      root: {
        value: 1,
        count: 3,
        condition: hostile,
        onPath: true,
        yes: { value: 0, count: 1 },
        no: { value: 2, count: 2, onPath: true },
      },
    },
    {
      kind: 'rules',
      value: 'v',
      rules: [
        { conditions: [hostile], answer: 1, count: 2, applies: true },
        { conditions: [], answer: 0, count: 1 },
      ],
    },
    {
      kind: 'map',
      x: { title: 'x' },
      y: { title: 'y', labels: ['a', hostile] },
      points: [{ x: 0, y: 1, row: 3, group: 0, label: hostile, wrong: true }],
      groups: [hostile],
    },
    {
      kind: 'images',
      images: [
        { title: hostile, shape: [3, 2, 2], values: new Array(12).fill(0.5), low: 0, high: 1, scale: 'grey' },
        {
          title: 'b',
          shape: [100, 100],
          values: new Array(10000).fill(-1),
          low: -1,
          high: 1,
          scale: 'diverging',
        },
        { title: 'c', shape: [3], values: [0, 1, 0], low: 0, high: 1, scale: 'grey' },
      ],
    },
  ];

  it('draw every kind, escape what users named, and have no number that is none', () => {
    for (const figure of figures) {
      const titled = { ...figure, title: hostile } as Figure;
      const explanation = {
        ...about({ shape: [2], values: [1, -1], names: [hostile, 'b'] }, null),
        figures: [titled],
      };
      for (const svg of [attributionSvg(explanation), figureSvg(titled, explanation, filePalette)]) {
        assert.ok(!svg.includes('<img'), figure.kind);
        assert.doesNotMatch(svg, /NaN|undefined|Infinity/, figure.kind);
        assert.equal(svg.match(/<(g|svg|text)\b/g)?.length, svg.match(/<\/(g|svg|text)>/g)?.length);
      }
    }
  });

  it('draw a matrix over 32 tokens as wide as a panel beside an editor', () => {
    const rows = ['embedding', 'blocks.0.attn', 'blocks.0.mlp'];
    const columns = Array.from({ length: 32 }, (_, p) => `${p + 1} a ← b`);
    const svg = figureSvg(
      {
        kind: 'matrix',
        rows: { title: 'After', labels: rows },
        columns: { title: 'Position', labels: columns },
        values: Array.from({ length: 96 }, (_, i) => Math.sin(i)),
        scale: 'diverging',
        value: 'restored',
      },
      about({ shape: [1], values: [0] }),
      filePalette,
    );
    const width = Number(/width="([\d.]+)"/.exec(svg)![1]);
    assert.ok(width > 400 && width <= 504, `${width} pixels`);
  });

  it('survive JSON as they are', () => {
    for (const figure of figures) assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
  });
});
