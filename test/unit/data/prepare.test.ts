import assert from 'node:assert/strict';
import { restorePreparation } from '../../../src/data/preparation';
import { allot } from '../../../src/data/split';
import { VitrineError } from '../../../src/model/errors';
import reference from '../../reference/data_prepare.json';
import { assertClose, csv, load } from './_load';

// Of float32: what is compared is double arithmetic, rounded once.
const rounding = 2 ** -23;

describe('Preparation, held to scikit-learn', () => {
  const rows = reference.numbers.map((x, i) => [...x, reference.colours[i], i, i % 2 ? 'a' : 'b']);
  const header = ['p', 'q', 'constant', 'big', 'colour', 'time', 'y'];
  // The last 10 rows by time are the test, so that the training rows are those that the reference fitted on.
  const split = { test: 0.25, valid: 0, time: 'time' };

  for (const scale of ['standard', 'minmax'] as const) {
    it(`scales as ${scale === 'standard' ? 'StandardScaler' : 'MinMaxScaler'}, learned from the training rows`, async () => {
      const data = await load(csv(header, rows), { split, scale, exclude: ['colour'] });
      assert.deepEqual(
        [...data.splits.train],
        Array.from({ length: 30 }, (_, i) => i),
      );
      const { input } = data.batch(Array.from({ length: 40 }, (_, i) => i));
      assert.deepEqual(input.shape, [40, 4]);
      assertClose(input.data, reference[scale].flat(), rounding);
      assert.ok(data.notes.some(n => n.includes('"constant" has the same value')));
    });
  }

  it('tells mean and deviation in the units of the column', async () => {
    const data = await load(csv(header, rows), { split, exclude: ['colour'] });
    assertClose(
      data.features.map(f => f.mean!),
      reference.mean,
      1e-12,
    );
    assertClose(
      data.features.map(f => f.std!),
      reference.std,
      1e-12,
    );
  });

  it('encodes categories as OneHotEncoder, most frequent first, unknown ones as zeros with a note', async () => {
    const data = await load(csv(header, [...rows, [1, 0, 0.1, 1e6, 'violet', 99, 'a']]), {
      split: { test: 11 / 41, valid: 0, time: 'time' },
      features: ['colour'],
    });
    const [feature] = data.features;
    assert.deepEqual([...feature!.categories!].sort(), reference.categories);
    assert.deepEqual(feature!.span, [0, 3]);
    const { input } = data.batch(Array.from({ length: 41 }, (_, i) => i));
    const order = feature!.categories!.map(c => reference.categories.indexOf(c));
    const expected = [...reference.onehot, reference.unknown].flatMap(r => order.map(i => r[i]!));
    assert.deepEqual([...input.data], expected);
    assert.ok(
      data.notes.some(n => n.includes('"violet"') && n.includes('1 row')),
      data.notes.join('\n'),
    );
  });

  it('fills gaps as SimpleImputer(strategy="mean")', async () => {
    const gaps = reference.gaps.map((x, i) => [...x, i, i % 2 ? 'a' : 'b']);
    const data = await load(csv(['p', 'q', 'constant', 'big', 'time', 'y'], gaps), {
      split,
      scale: 'none',
      missing: 'mean',
    });
    assertClose(
      data.batch(Array.from({ length: 40 }, (_, i) => i)).input.data,
      reference.imputed.flat(),
      rounding,
    );
  });

  it('allots classes to the test as StratifiedShuffleSplit', () => {
    for (const { classes, test, counts } of reference.stratified) {
      const n = classes.reduce((a, b) => a + b, 0);
      const stay = allot(classes, n - Math.ceil(n * test));
      assert.deepEqual(
        classes.map((c, i) => c - stay[i]!),
        counts,
      );
    }
  });
});

describe('Preparing for prediction', () => {
  const table = csv(
    ['size', 'colour', 'y'],
    Array.from({ length: 30 }, (_, i) => [i, i % 3 ? 'red' : 'green', i % 2 ? 'yes' : 'no']),
  );

  it('gives the numbers that training saw, from the saved JSON too', async () => {
    const data = await load(table);
    const restored = restorePreparation(JSON.parse(JSON.stringify(data.preparation())));
    const all = [0, 7, 29];
    const raw = all.map(row => data.raw(row).values);
    const { input } = data.batch(all);
    assert.deepEqual(data.prepare(raw), input);
    assert.deepEqual(restored.prepare(raw), input);
    assert.deepEqual(restored.features, data.features);
    assert.deepEqual(restored.target, data.target);
    assert.deepEqual(
      restored.prepare([{ colour: 'red', size: '7' }]).data,
      data.prepare([{ colour: 'red', size: 7 }]).data,
    );
  });

  it('names row, column, what was found and what was expected', async () => {
    const data = await load(table);
    const message = (row: Record<string, string | number | null>) => {
      try {
        data.prepare([{ size: 1, colour: 'red' }, row]);
      } catch (e) {
        assert.ok(e instanceof VitrineError && e.code === 'bad-data');
        return e.message;
      }
      return assert.fail();
    };
    assert.equal(
      message({ size: 'big', colour: 'red' }),
      'Row 2, column "size": found "big", expected a number.',
    );
    assert.equal(
      message({ size: null, colour: 'red' }),
      'Row 2, column "size": the value is missing. Expected a number.',
    );
    assert.equal(
      message({ size: 1, colour: 'rad' }),
      'Row 2, column "colour": "rad" did not occur in training. Did you mean "red"? If it is another one, train with data.columns.colour.unknown set to "ignore", which predicts such rows without it.',
    );
    assert.equal(
      message({ Size: 1, colour: 'red' }),
      'Row 2 has no column "size", which the model was trained with. "Size" is near: rename it.',
    );
    assert.match(message({ size: Number.POSITIVE_INFINITY, colour: 'red' }), /expected a number/);
  });

  it('refuses a saved preparation that is none', () => {
    for (const json of [null, [], {}, { format: 'vitrine-preparation', version: 2 }])
      assert.throws(
        () => restorePreparation(json),
        (e: unknown) => e instanceof VitrineError && e.code === 'bad-file',
      );
  });
});
