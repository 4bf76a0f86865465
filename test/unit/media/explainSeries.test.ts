import assert from 'node:assert/strict';
import { seriesOf } from '../../../media/panel/views/explainSeries';
import type { SampleOnPage } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';

const feature = (from: string, back: number, at: number) => ({
  name: back === 0 ? `${from}[t]` : `${from}[t-${back}]`,
  kind: 'number',
  from,
  span: [at, at + 1],
  missing: 0,
});
const values = { 'load[t-1]': 5, 'load[t]': 6, 'heat[t-1]': 20, 'heat[t]': null };
const source = {
  modality: 'series',
  sampleShape: [2, 2],
  features: [feature('load', 1, 0), feature('heat', 1, 1), feature('load', 0, 2), feature('heat', 0, 3)],
  target: { name: 'load', kind: 'number', shape: [2] },
  sample: { row: 3, values, target: 7, prediction: { label: '6.5, 7.25', correct: null } },
} as unknown as SampleOnPage;
const explanation = (more: object = {}) =>
  ({ row: 3, attribution: { shape: [2, 2], values: [0.5, -2, 1, 0.25] }, ...more }) as unknown as Explanation;

describe('an explained series', () => {
  it('is told by columns, the most important first, each from the oldest to the newest moment', () => {
    assert.deepEqual(seriesOf(explanation(), source), [
      {
        name: 'heat',
        cells: [
          { name: 'heat[t-1]', value: 20, attribution: -2 },
          { name: 'heat[t]', value: Number.NaN, attribution: 0.25 },
        ],
        next: [],
      },
      {
        name: 'load',
        cells: [
          { name: 'load[t-1]', value: 5, attribution: 0.5 },
          { name: 'load[t]', value: 6, attribution: 1 },
        ],
        next: [6.5, 7.25],
        truth: 7,
      },
    ]);
  });

  it('is none of another kind of data, of the whole model, or of a layer', () => {
    assert.equal(seriesOf(explanation(), undefined), undefined);
    assert.equal(seriesOf(explanation({ row: null }), source), undefined);
    assert.equal(
      seriesOf(explanation({ attribution: { shape: [3], values: [1, 2, 3] } }), source),
      undefined,
    );
    assert.equal(seriesOf(explanation(), { ...source, modality: 'table' }), undefined);
  });

  it('draws no prediction of a class', () => {
    const target = { name: 'load', kind: 'classes', classes: ['6.5'] };
    const [, load] = seriesOf(explanation(), { ...source, target } as unknown as SampleOnPage)!;
    assert.deepEqual(load!.next, []);
  });
});
