import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadDataset } from '../../../src/data/load';
import { overviewOf } from '../../../src/data/overview/overview';
import { restoreSaved } from '../../../src/data/restore';
import { stretches } from '../../../src/explain/perturbation/units';
import { VitrineError } from '../../../src/model/errors';
import { folder } from './_load';

/** Two sites, their rows mixed and out of order; x counts the hours of a site, y is ten times that. */
const hours = 40;
const rows = ['a', 'b'].flatMap((site, s) =>
  Array.from({ length: hours }, (_, hour) => ({ site, hour, x: hour + 1000 * s, y: 10 * hour + 1000 * s })),
);
const shuffled = [...rows].sort((a, b) => ((a.hour * 7) % 11) - ((b.hour * 7) % 11) || a.x - b.x);

function put(name: string, content: string): string {
  writeFileSync(path.join(folder, name), content);
  return name;
}

const csv = (list: readonly { site: string; hour: number; x: number | string; y: number | string }[]) =>
  [
    'time,site,x,y',
    ...list.map(
      r =>
        `2026-01-0${1 + Math.floor(r.hour / 24)}T${String(r.hour % 24).padStart(2, '0')}:00,${r.site},${r.x},${r.y}`,
    ),
  ].join('\n');

const options = () => ({
  kind: 'series',
  file: put('series.csv', csv(shuffled)),
  target: 'y',
  targetType: 'number',
  time: 'time',
  series: 'site',
  length: 5,
  horizon: 2,
  scale: 'none',
  split: { test: 0.25, valid: 0.25 },
});

const load = (more: object = {}) => loadDataset({ ...options(), ...more } as never, { folder, seed: 0 });

async function failure(more: object): Promise<string> {
  try {
    await load(more);
  } catch (e) {
    assert.ok(e instanceof VitrineError, String((e as Error).stack));
    return e.message;
  }
  assert.fail('loading succeeded');
}

describe('Series over time', () => {
  it('gives windows in the order of time, and what comes so many rows later', async () => {
    const data = await load({ features: ['x', 'y'] });
    const all = [...data.splits.train, ...data.splits.valid, ...data.splits.test];
    assert.equal(all.length, 2 * (hours - 5 - 2 + 1));
    const { input, targets } = data.batch(all);
    assert.deepEqual(input.shape, [all.length, 5, 2]);
    assert.deepEqual(targets.shape, [all.length, 1]);
    for (let i = 0; i < all.length; i++) {
      const window = input.data.subarray(i * 10, (i + 1) * 10);
      const x0 = window[0]!;
      const site = x0 >= 1000 ? 1000 : 0;
      for (let step = 0; step < 5; step++) {
        assert.equal(window[2 * step], x0 + step);
        assert.equal(window[2 * step + 1], 10 * (x0 - site + step) + site);
      }
      assert.equal(targets.data[i], 10 * (x0 - site + 4 + 2) + site);
    }
  });

  it('trains on nothing that lies in a later part', async () => {
    const data = await load({ steps: 3 });
    const hourOf = (part: 'train' | 'valid' | 'test') =>
      Array.from(data.batch(data.splits[part]).targets.data, y => (y >= 1000 ? y - 1000 : y) / 10);
    assert.ok(Math.max(...hourOf('train')) < 20);
    assert.ok(Math.min(...hourOf('valid')) >= 20 && Math.max(...hourOf('valid')) < 30);
    assert.ok(Math.min(...hourOf('test')) >= 30);
    assert.deepEqual(data.target.shape, [3]);
    assert.deepEqual(data.batch([0]).targets.shape, [1, 3]);
  });

  it('learns its scaling from the rows of the training part', async () => {
    const data = await load({
      features: ['x'],
      scale: 'minmax',
      series: undefined,
      time: undefined,
      file: put('one.csv', csv(rows.slice(0, hours))),
    });
    const { mean, min, max } = data.features[0]!;
    assert.deepEqual([min, max, mean], [0, 19, 9.5]);
    assert.equal(data.batch([data.splits.train[0]!]).input.data[0], 0);
  });

  it('turns channels first for a convolution', async () => {
    const steps = await load({ features: ['x', 'y'] });
    const channels = await load({ features: ['x', 'y'], layout: 'channels' });
    assert.deepEqual(channels.sampleShape, [2, 5]);
    const [a, b] = [steps.batch([3]).input.data, channels.batch([3]).input.data];
    for (let step = 0; step < 5; step++)
      for (let column = 0; column < 2; column++) assert.equal(b[column * 5 + step], a[step * 2 + column]);
    assert.equal(channels.features[5]!.name, 'y[t-4]');
    assert.equal(channels.features[9]!.name, 'y[t]');
  });

  it('is prepared later as it was in training, up to the newest row', async () => {
    const data = await load();
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const recent = path.join(folder, put('recent.csv', csv(shuffled)));
    const raw = await saved.readRows(recent);
    assert.equal(raw.length, 2 * (hours - 4));
    assert.deepEqual(saved.prepare(raw.slice(0, 1)).data, data.batch([0]).input.data);
    assert.equal(raw[0]!['site'], 'a');
    assert.equal(raw[0]!['time'], '2026-01-01T04:00');
    const { values } = data.raw(0);
    assert.deepEqual(saved.prepare([values]).data, data.batch([0]).input.data);
    assert.throws(() => saved.prepare([{ 'x[t]': 1 }]), /Row 1, "x\[t-4\]": found no such value/);
    await assert.rejects(
      saved.readRows(path.join(folder, put('few.csv', csv(rows.slice(0, 3))))),
      /No series has the 5 rows/,
    );
  });

  it('takes the value before for one that is missing, where asked to', async () => {
    const list = rows.slice(0, hours).map(r => (r.hour === 7 ? { ...r, x: '' } : r));
    const file = put('holes.csv', csv(list));
    const whole = { file, series: undefined, features: ['x'] };
    assert.match(
      await failure(whole),
      /Line 9, column "x": the value is missing\. Fill it in, or set data\.missing to "previous"/,
    );
    const data = await load({ ...whole, missing: 'previous' });
    assert.deepEqual([...data.batch([5]).input.data], [5, 6, 6, 8, 9]);
    const first = put('first.csv', csv(rows.slice(0, hours).map(r => (r.hour === 0 ? { ...r, x: '' } : r))));
    assert.match(await failure({ ...whole, file: first, missing: 'previous' }), /There is none before it/);
    const last = put('last.csv', csv(rows.slice(0, hours).map(r => (r.hour === 30 ? { ...r, y: '' } : r))));
    assert.match(
      await failure({ ...whole, file: last }),
      /Line 32, column "y": the value is missing. It is to be predicted/,
    );
  });

  it('tells classes apart by what goes on', async () => {
    const file = put(
      'busy.csv',
      ['x,state', ...rows.slice(0, hours).map(r => `${r.x},${r.hour % 10 < 5 ? 'calm' : 'busy'}`)].join('\n'),
    );
    const few = {
      file,
      target: 'state',
      targetType: 'classes',
      time: undefined,
      series: undefined,
      horizon: 0,
      classWeights: 'balanced',
    };
    const data = await load(few);
    assert.deepEqual(data.target.classes, ['busy', 'calm']);
    assert.equal(data.target.classWeights?.length, 2);
    const { input, targets } = data.batch([0, 1]);
    assert.equal(input.data[4], 4);
    assert.deepEqual([...targets.data], [1, 0]);
    assert.match(await failure({ ...few, steps: 2 }), /data\.steps is 2, but the target "state" is a class/);
  });

  it('says what is wrong', async () => {
    assert.match(await failure({ horizon: 0 }), /it would only have to copy it/);
    assert.match(
      await failure({ length: 30 }),
      /No window fits into the training part: a window and its target are 32 rows long, the longest series has 40/,
    );
    assert.match(await failure({ features: ['site'] }), /expected a number/);
    assert.match(await failure({ time: 'when' }), /no column "when"/);
    assert.match(await failure({ split: { test: 0.6, valid: 0.5 } }), /nothing is left to train on/);
    assert.throws(() => restoreSaved({ kind: 'series', length: 1e9 }), { code: 'bad-file' });
  });

  it('is explained by stretches of time of each column', async () => {
    const data = await load({ features: ['x', 'y'], length: 6 });
    const units = stretches(data.features, 4);
    assert.deepEqual(
      units.map(u => u.name),
      ['x[t-5…t-3]', 'x[t-2…t]', 'y[t-5…t-3]', 'y[t-2…t]'],
    );
    assert.deepEqual([...units[1]!.indices], [6, 8, 10]);
    assert.equal(
      units.reduce((n, u) => n + u.indices.length, 0),
      12,
    );
  });

  it('says once of a column that its moments have drifted', async () => {
    const long = Array.from({ length: 900 }, (_, hour) => ({ site: 'a', hour, x: hour, y: hour % 7 }));
    const lines = ['time,x,y', ...long.map(r => `${r.hour},${r.x},${r.y}`)].join('\n');
    const data = await load({
      file: put('drifting.csv', lines),
      series: undefined,
      features: ['x', 'y'],
    });
    const { warnings } = await overviewOf(data);
    assert.deepEqual(
      warnings.map(w => `${w.code} ${w.column}`),
      ['data-drift x[t]'],
    );
  });

  it('shows each column once, over time', async () => {
    const { columns, association } = await overviewOf(
      await load({ series: undefined, features: ['x', 'y'] }),
    );
    assert.deepEqual(
      columns.map(c => c.name),
      ['y', 'time', 'x', 'y'],
    );
    const { course } = columns[2]!;
    // The newest hour of each window, of both sites by turns.
    assert.deepEqual(course!.slice(0, 4), [2, 1002, 3, 1003]);
    assert.deepEqual(association?.names, ['y', 'x', 'y']);
  });
});
