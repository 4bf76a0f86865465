/** What single columns are made of: scaling, gaps, order, dates, weights; held to scikit-learn where it has the same. */
import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import { restorePreparation } from '../../../src/data/preparation';
import { dateOrders, datePart, parseDate } from '../../../src/data/table/dates';
import { lossFor } from '../../../src/train/setup/bindings';
import reference from '../../reference/data_prepare.json';
import { assertClose, csv, failure, load } from './_load';

const rounding = 2 ** -23;
const all = Array.from({ length: 40 }, (_, i) => i);
const split = { test: 0.25, valid: 0, time: 'time' };
const names = ['p', 'q', 'constant', 'big'];

function table(numbers: readonly (readonly (number | null)[])[]): string {
  return csv(
    [...names, 'time', 'y'],
    numbers.map((x, i) => [...x, i, i % 2 ? 'a' : 'b']),
  );
}

/** What is read later from raw values equals what training saw. */
function assertPreparedAlike(data: Dataset, rows: readonly number[]): void {
  const restored = restorePreparation(JSON.parse(JSON.stringify(data.preparation())));
  assert.deepEqual(restored.prepare(rows.map(r => data.raw(r).values)), data.batch(rows).input);
  assert.deepEqual(restored.features, data.features);
}

describe('Scaling', () => {
  for (const [scale, what] of [
    ['robust', 'RobustScaler'],
    ['log', 'StandardScaler of sign(x) · log(1 + |x|)'],
  ] as const)
    it(`as ${what}`, async () => {
      const data = await load(table(reference.numbers), { split, scale });
      assertClose(data.batch(all).input.data, reference[scale].flat(), rounding);
      assertPreparedAlike(data, all);
    });

  it('as QuantileTransformer, with ties and beyond the training range', async () => {
    const data = await load(table(reference.ties), { split, scale: 'quantile' });
    const { data: values } = data.batch(all).input;
    for (const [c, name] of names.entries()) {
      // A constant has no ranks; scikit-learn calls all of them 0.
      if (name === 'constant' || name === 'q') continue;
      assertClose(
        all.map(r => values[r * 4 + c]!),
        all.map(r => reference.quantile[r]![c]!),
        1e-6,
      );
    }
    assertPreparedAlike(data, all);
  });

  it('is chosen for single columns', async () => {
    const data = await load(table(reference.numbers), {
      split,
      scale: 'none',
      columns: { big: { scale: 'robust' }, p: { scale: 'minmax' } },
    });
    const { data: values } = data.batch(all).input;
    const column = (c: number) => all.map(r => values[r * 4 + c]!);
    assertClose(
      column(3),
      reference.robust.map(r => r[3]!),
      rounding,
    );
    assertClose(
      column(0),
      reference.minmax.map(r => r[0]!),
      rounding,
    );
    assertClose(
      column(1),
      reference.numbers.map(r => r[1]!),
      rounding,
    );
  });
});

describe('Gaps', () => {
  it('are filled with the median and marked, as SimpleImputer(add_indicator=True)', async () => {
    const data = await load(table(reference.gaps), {
      split,
      scale: 'none',
      missing: 'median',
      missingIndicator: true,
    });
    // There the indicators stand behind all columns, here each behind its own.
    const order = data.features.map(f => names.indexOf(f.from ?? f.name) + (f.from ? 4 : 0));
    const withGaps = names.filter((_, c) => reference.gaps.slice(0, 30).some(r => r[c] === null));
    const places = order.map(i => (i < 4 ? i : 4 + withGaps.indexOf(names[i - 4]!)));
    assert.equal(data.features.length, 4 + withGaps.length);
    assertClose(
      data.batch(all).input.data,
      reference.median.flatMap(r => places.map(i => r[i]!)),
      rounding,
    );
    assertPreparedAlike(data, all);
  });

  it('are filled with the most frequent value, as SimpleImputer', async () => {
    const rounded = reference.gaps.map(r => r.map(x => (x === null ? null : Number((x / 10).toFixed(0)))));
    const data = await load(table(rounded), { split, scale: 'none', missing: 'mode' });
    const { data: values } = data.batch(all).input;
    // Python rounds halves to even; no value of these columns is a half.
    assertClose(
      all.map(r => values[r * 4]!),
      reference.mode.map(r => r[0]!),
      rounding,
    );
  });

  it('are filled with a constant, for categories one of their own', async () => {
    const rows = [
      [1, 'red', 'a'],
      ['', '', 'b'],
      [3, 'red', 'a'],
      [4, 'green', 'b'],
    ];
    const data = await load(csv(['x', 'c', 'y'], rows), {
      split: { test: 0, valid: 0 },
      scale: 'none',
      columns: { x: { missing: 'constant', fill: -1 }, c: { missing: 'constant' } },
    });
    assert.deepEqual(data.features[1]!.categories, ['red', 'green', 'missing']);
    assert.deepEqual([...data.batch([1]).input.data], [-1, 0, 0, 1]);
    assertPreparedAlike(data, [0, 1, 2, 3]);
  });

  it('stop loading only in the columns that forbid them', async () => {
    const text = csv(
      ['x', 'z', 'y'],
      [
        [1, 2, 'a'],
        ['', 3, 'b'],
        [4, '', 'a'],
        [5, 6, 'b'],
      ],
    );
    const { message } = await failure(text, { columns: { x: { missing: 'mean' } } });
    assert.match(message, /^Line 4, column "z": the value is missing/);
  });
});

describe('Categories', () => {
  const rows = reference.colours.map((c, i) => [c, i, i % 2 ? 'a' : 'b']);
  const text = csv(['colour', 'time', 'y'], rows);

  it('in an order are their places, as OrdinalEncoder', async () => {
    const data = await load(text, {
      split,
      columns: { colour: { order: ['green', 'red', 'blue'], scale: 'none' } },
    });
    assert.deepEqual([...data.batch(all).input.data], reference.ordinal);
    assert.deepEqual(data.sampleShape, [1]);
    assertPreparedAlike(data, all);
  });

  it('as indices leave 0 for the unknown', async () => {
    const data = await load(text, {
      split,
      columns: { colour: { as: 'index', unknown: 'ignore' } },
    });
    const { categories } = data.features[0]!;
    assert.deepEqual(
      [...data.batch(all).input.data],
      reference.colours.map(c => categories!.indexOf(c) + 1),
    );
    assert.deepEqual([...data.prepare([{ colour: 'violet' }]).data], [0]);
  });

  it('that the order lacks are named', async () => {
    const { message } = await failure(text, { columns: { colour: { order: ['green', 'red'] } } });
    assert.match(message, /holds "blue", which is not in data\.columns\.colour\.order/);
  });
});

describe('Dates', () => {
  it('are found in the forms that people write', () => {
    assert.deepEqual(dateOrders(['2026-01-31', '2025-12-01T08:30']), ['ymd']);
    assert.deepEqual(dateOrders(['31.01.2026', '1.2.2026']), ['dmy']);
    assert.deepEqual(dateOrders(['01/31/2026', '2/1/2026']), ['mdy']);
    assert.deepEqual(dateOrders(['02/03/2026']), ['mdy', 'dmy']);
    assert.deepEqual(dateOrders(['2026-02-30']), []);
    assert.deepEqual(dateOrders(['red']), []);
    assert.equal(parseDate('2026-01-31T12:00+02:00'), Date.UTC(2026, 0, 31, 10));
    // A Monday, before 1970 too.
    assert.equal(datePart(parseDate('2026-11-23'), 'weekday'), 0);
    assert.equal(datePart(parseDate('1969-12-29T06:30'), 'hour'), 6.5);
    assert.equal(datePart(parseDate('1969-12-29'), 'weekday'), 0);
    assert.equal(datePart(parseDate('1969-12-31'), 'days'), -1);
  });

  it('become their parts, of which those that never change are left out', async () => {
    const day = (i: number) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
    const rows = Array.from({ length: 70 }, (_, i) => [day(i), i % 2 ? 'a' : 'b']);
    const data = await load(csv(['when', 'y'], rows), { split: { test: 0, valid: 0 }, scale: 'none' });
    assert.deepEqual(
      data.features.map(f => f.name),
      ['when.days', 'when.month', 'when.day', 'when.weekday'],
    );
    assert.deepEqual([...data.batch([31]).input.data], [20485, 2, 1, 6]);
    assert.equal(data.raw(31).values['when.month'], 2);
    assertPreparedAlike(data, [0, 31]);
    assert.deepEqual([...data.prepare([{ when: '2026-02-01' }]).data], [20485, 2, 1, 6]);
    // A part that is given goes before the date: a question of what if.
    assert.deepEqual([...data.prepare([{ when: '2026-02-01', 'when.month': 12 }]).data], [20485, 12, 1, 6]);
    assert.throws(() => data.prepare([{ when: '1.2.2026' }]), /expected a date like 2026-01-31/);
    assert.throws(() => data.prepare([{}]), /has no column "when"/);
  });

  it('that cannot be told apart are read one way, and that is said', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [`0${(i % 9) + 1}.02.2026`, i % 2 ? 'a' : 'b']);
    const data = await load(csv(['when', 'y'], rows), { split: { test: 0, valid: 0 } });
    assert.ok(
      data.notes.some(n => n.includes('read as day.month.year')),
      data.notes.join(),
    );
  });
});

describe('Classes', () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i, i < 60 ? 'a' : i < 85 ? 'b' : 'c']);
  const text = csv(['x', 'y'], rows);

  it('are weighed as compute_class_weight("balanced"), in the loss too', async () => {
    const data = await load(text, { split: { test: 0, valid: 0 }, classWeights: 'balanced' });
    assertClose(data.target.classWeights!, reference.class_weights, 1e-12);
    const loss = lossFor(data, { name: 'cross_entropy' });
    assert.deepEqual(loss.options?.['weight'], data.target.classWeights);
    const own = lossFor(data, { name: 'cross_entropy', options: { weight: [1, 2, 3] } });
    assert.deepEqual(own.options?.['weight'], [1, 2, 3]);
    assert.throws(() => lossFor(data, { name: 'mse' }), /needs a loss that weighs classes/);
  });

  it('fall into folds that together are the whole, each with its share of every class', async () => {
    const seen: number[] = [];
    for (let fold = 0; fold < 5; fold++) {
      const data = await load(text, { split: { valid: 0.1, folds: 5, fold } });
      const count = (name: string) => [...data.splits.test].filter(r => data.raw(r).target === name).length;
      assert.deepEqual([count('a'), count('b'), count('c')], [12, 5, 3]);
      assert.equal(data.splits.valid.length, 10);
      seen.push(...data.splits.test);
    }
    assert.deepEqual(
      seen.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('are drawn by the seed of the split where it has one, whatever seed the training has', async () => {
    const parts = async (seed: number, split: object) => (await load(text, { split }, seed)).splits;
    const drawn = await parts(3, {});
    assert.deepEqual(await parts(8, { seed: 3 }), drawn);
    assert.notDeepEqual(await parts(8, {}), drawn);
  });

  it('fall into folds by group', async () => {
    const grouped = csv(
      ['x', 'who', 'y'],
      rows.map(([x, y], i) => [x!, `g${i % 7}`, y!]),
    );
    const who = new Set<unknown>();
    for (let fold = 0; fold < 3; fold++) {
      const data = await load(grouped, { split: { valid: 0, folds: 3, fold, group: 'who' } });
      const mine = new Set([...data.splits.test].map(r => data.raw(r).values['who']));
      for (const w of mine) {
        assert.ok(!who.has(w));
        who.add(w);
      }
    }
    assert.equal(who.size, 7);
  });
});
