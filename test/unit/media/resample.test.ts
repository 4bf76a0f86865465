import assert from 'node:assert/strict';
import { confusionOf, mixedUp, worstRows } from '../../../media/panel/logic/mistakes';
import { nearest, resample } from '../../../media/panel/logic/resample';
import { metricsCsv } from '../../../src/editor/runs/csv';
import { differing, settingsOf } from '../../../src/editor/runs/settings';
import type { Evaluation } from '../../../src/service/protocol';
import type { RunEvent } from '../../../src/train/runs/run';

const line = (n: number, f: (i: number) => number | null) => ({
  x: Array.from({ length: n }, (_, i) => i),
  y: Array.from({ length: n }, (_, i) => f(i)),
});

describe('curves for a chart', () => {
  it('keep every value where few are in sight', () => {
    const { x, values } = resample([line(5, i => i * 2), { x: [1, 3.5], y: [7, 8] }], -1, 99);
    assert.deepEqual(x, [0, 1, 2, 3, 3.5, 4]);
    assert.deepEqual(values, [
      [0, 2, 4, 6, null, 8],
      [null, 7, null, null, 8, null],
    ]);
  });

  it('keep a single spike among a hundred thousand', () => {
    const spiked = line(100_000, i => (i === 61_803 ? 99 : Math.sin(i)));
    const { x, values } = resample([spiked], Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 800);
    assert.ok(x.length <= 800);
    assert.equal(Math.max(...(values[0] as number[])), 99);
    const at = x[values[0]!.indexOf(99)]!;
    assert.ok(Math.abs(at - 61_803) <= 100_000 / 400);
  });

  it('keep least and largest of each slice in their order, where axes are shared, where they are not, and over gaps', () => {
    const saw = line(10_000, i => (i % 1000 < 500 ? null : i % 7));
    const half = { x: saw.x.map(v => v + 0.5), y: saw.x.map(i => -i) };
    const { x, values } = resample([saw, { ...saw, y: saw.y.map(v => v && -v) }, half], 0, 10_000, 200);
    assert.equal(x.length, 200);
    const [a, b, c] = values as [(number | null)[], (number | null)[], number[]];
    assert.deepEqual(a.slice(0, 10), new Array(10).fill(null));
    assert.deepEqual([a[10], a[11]].sort(), [0, 6]);
    assert.deepEqual([b[10], b[11]].sort(), [-6, 0]);
    for (let i = 1; i < c.length; i++) assert.ok(c[i]! < c[i - 1]!, `${i}`);
  });

  it('show all values of the part that is zoomed into', () => {
    const { x, values } = resample([line(100_000, i => i)], 5000, 5100, 800);
    assert.ok(x.length > 100 && x.length < 110);
    assert.equal(values[0]![x.indexOf(5050)], 5050);
  });

  it('find the recorded value nearest to a place', () => {
    const sparse = { x: [0, 10, 20], y: [1, null, 3] };
    assert.equal(nearest(sparse, 4), 0);
    assert.equal(nearest(sparse, 19), 2);
    assert.equal(nearest(sparse, Number.POSITIVE_INFINITY), 2);
    assert.equal(nearest({ x: [], y: [] }, 1), undefined);
    assert.equal(nearest({ x: [1], y: [null] }, 1), undefined);
  });
});

describe('mistakes', () => {
  const evaluation: Evaluation = {
    split: 'test',
    kind: 'classes',
    classes: ['a', 'b'],
    rows: Int32Array.of(10, 11, 12, 13),
    targets: Float64Array.of(0, 0, 1, 1),
    predicted: Float64Array.of(0, 1, 1, 0),
    confidence: Float32Array.of(0.9, 0.6, 0.8, 0.99),
    loss: Float32Array.of(0.1, 0.9, 0.2, 4.6),
  };

  it('are counted by what is true and what is said', () => {
    const found = confusionOf(evaluation);
    assert.deepEqual(found.cells, [
      [[10], [11]],
      [[13], [12]],
    ]);
    assert.deepEqual(found.totals, [2, 2]);
    assert.equal(mixedUp(found).length, 2);
  });

  it('are listed with the worst first', () => {
    assert.deepEqual(worstRows(evaluation), [13, 11]);
    assert.deepEqual(worstRows({ ...evaluation, kind: 'number', classes: [] }, 3), [13, 11, 12]);
  });
});

describe("a run's settings", () => {
  it('are flat, and what differs is found', () => {
    const a = settingsOf(
      '{ "loss": "mse", "optimizer": { "name": "SGD", "lr": 0.1 }, // why\n "hidden": [8, 4] }',
    );
    assert.deepEqual(a, { loss: 'mse', 'optimizer.name': 'SGD', 'optimizer.lr': '0.1', hidden: '[8,4]' });
    const b = { ...a, 'optimizer.lr': '0.01', epochs: '5' };
    assert.deepEqual(differing([{ settings: a }, { settings: b }]), ['optimizer.lr', 'epochs']);
    assert.deepEqual(differing([]), []);
    assert.deepEqual(settingsOf('no JSON'), {});
  });

  it('has its curves as a table', () => {
    const epoch = (n: number, loss: number): RunEvent => ({
      event: 'epoch',
      run: 'r',
      epoch: n,
      train: { loss },
      valid: { loss: loss + 1, 'a,b': 2 },
      seconds: 0.5,
    });
    assert.equal(
      metricsCsv([epoch(1, 3), epoch(2, 2)]),
      'epoch,step,seconds,train_loss,valid_loss,"valid_a,b"\n1,0,0.5,3,4,2\n2,0,0.5,2,3,2\n',
    );
  });
});
