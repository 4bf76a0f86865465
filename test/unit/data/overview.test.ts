import assert from 'node:assert/strict';
import { identifiersOf } from '../../../src/data/overview/identifiers';
import { overviewOf } from '../../../src/data/overview/overview';
import {
  correlationRatio,
  cramersV,
  kolmogorovSmirnov,
  pearson,
  stabilityIndex,
} from '../../../src/data/overview/statistics';
import { Random } from '../../../src/model/random';
import reference from '../../reference/data_overview.json';
import { assertClose, csv, load } from './_load';

describe('Measures of columns, held to numpy and scipy', () => {
  const { a, b, codes, others } = reference;

  it('correlation, correlation ratio, Cramér’s V', () => {
    assertClose(
      [pearson(a, b), correlationRatio(codes, b), cramersV(codes, others)],
      [reference.pearson, reference.eta, reference.cramer],
      1e-12,
    );
    assert.ok(Number.isNaN(pearson([1, 1], [2, 3])));
    assertClose([pearson([1, 2, Number.NaN, 3], [2, 4, 9, 6])], [1], 1e-12);
    assert.ok(Number.isNaN(cramersV([0, 0], [0, 1])));
  });

  it('Kolmogorov-Smirnov', () => {
    for (const { x, y, distance, probability } of reference.ks) {
      const found = kolmogorovSmirnov(Float64Array.from(x), Float64Array.from(y));
      assertClose([found.distance, found.probability], [distance, probability], 1e-9);
    }
  });

  it('population stability index', () => {
    assert.equal(stabilityIndex([50, 50], [50, 50]), 0);
    // (0.5 - 0.8) ln(0.5 / 0.8) + (0.5 - 0.2) ln(0.5 / 0.2)
    assertClose(
      [stabilityIndex([50, 50], [80, 20])],
      [0.3 * Math.log(0.8 / 0.5) + 0.3 * Math.log(2.5)],
      1e-12,
    );
  });
});

describe('The overview of a data set', () => {
  const random = new Random(1, 'overview');
  const rows = Array.from({ length: 1000 }, (_, i) => {
    const x = random.normal();
    const y = x + random.normal(0, 0.5) > 0 ? 'yes' : 'no';
    return [
      i + 1000,
      x.toFixed(5),
      (x * 2.54).toFixed(6),
      // In the newest rows, which are the test, everything is larger.
      (random.normal() + (i >= 800 ? 2 : 0)).toFixed(4),
      y === 'yes' ? 'A' : 'B',
      'same',
      i % 3 ? '' : '7',
      i,
      y,
    ];
  });
  const text = csv(['id', 'x', 'inches', 'moved', 'copy', 'constant', 'rare', 'time', 'y'], rows);
  const options = {
    missing: 'mean',
    split: { test: 0.2, valid: 0, time: 'time' },
    columns: { constant: { as: 'category' } },
  };

  it('describes every column: target first, distributions by part, what is missing', async () => {
    const o = await overviewOf(await load(text, options));
    assert.deepEqual(
      o.columns.map(c => [c.name, c.role, c.kind]),
      [
        ['y', 'target', 'category'],
        ['id', 'feature', 'number'],
        ['x', 'feature', 'number'],
        ['inches', 'feature', 'number'],
        ['moved', 'feature', 'number'],
        ['copy', 'feature', 'category'],
        ['constant', 'feature', 'category'],
        ['rare', 'feature', 'number'],
        ['time', 'other', 'number'],
      ],
    );
    assert.deepEqual(o.rows, { train: 800, valid: 0, test: 200 });
    const x = o.columns[2]!;
    const counted = (part: 'train' | 'test') => x.histogram!.counts[part].reduce((a, b) => a + b, 0);
    assert.deepEqual([counted('train'), counted('test')], [800, 200]);
    assert.equal(o.columns[7]!.missing, 666);
    const { names, values } = o.association!;
    const between = (a: string, b: string) => values[names.indexOf(a) * names.length + names.indexOf(b)]!;
    assert.ok(between('x', 'inches') > 0.9999);
    assertClose([between('copy', 'y')], [1], 1e-12);
    assert.ok(between('moved', 'x') < 0.1);
  });

  it('warns of what was planted, and of nothing else', async () => {
    const o = await overviewOf(await load(text, options));
    assert.deepEqual(
      o.warnings.map(w => `${w.code} ${w.column ?? ''}`).sort(),
      [
        'constant-column constant',
        'data-drift id',
        'data-drift moved',
        'identifier-column id',
        'mostly-missing rare',
        'target-leak copy',
        'twin-columns inches',
      ].sort(),
    );
    for (const w of o.warnings) assert.match(w.message, /^("|Each|A )/);
  });

  it('asks of few whole numbers whether they are codes, by their name or by a target that does not follow them', async () => {
    const random = new Random(2, 'codes');
    const rows = Array.from({ length: 200 }, (_, i) => {
      const [race, rooms, shape] = [1 + (i % 3), 1 + (i % 4), 1 + ((i >> 2) % 3)];
      const y = 10 * rooms + (shape === 2 ? 40 : 0) + random.normal();
      return [race, rooms, shape, random.normal().toFixed(4), y.toFixed(3)];
    });
    const found = await overviewOf(await load(csv(['race', 'rooms', 'shape', 'x', 'y'], rows)));
    const codes = found.warnings.filter(w => w.code === 'category-codes');
    assert.deepEqual(
      codes.map(w => w.column),
      ['race', 'shape'],
    );
    assert.match(
      codes[0]!.message,
      /^"race" is 1, 2 or 3 in every row\. If these are codes.*data\.categories/,
    );
    assert.match(
      codes[1]!.message,
      /does not rise or fall with them: as kinds they explain \d+ % of it, as amounts/,
    );
  });

  it('finds rows known from training, imbalance, and a number that is the answer', async () => {
    const few = Array.from({ length: 300 }, (_, i) => [i % 4, i % 7, i < 285 ? 'common' : 'rare']);
    const o = await overviewOf(await load(csv(['a', 'b', 'y'], few)));
    assert.deepEqual(
      o.warnings.map(w => w.code),
      ['duplicate-rows', 'duplicate-rows', 'class-imbalance'],
    );
    const numbers = Array.from({ length: 100 }, (_, i) => [i * 1.5, random.normal().toFixed(3), i % 5]);
    const exact = numbers.map(([a, b, c]) => [a!, b!, c!, 3 * Number(a) + 1]);
    const leak = await overviewOf(await load(csv(['a', 'b', 'c', 'y'], exact)));
    assert.deepEqual(
      leak.warnings.map(w => [w.code, w.column]),
      [['target-leak', 'a']],
    );
  });

  it('finds columns from which the target follows, nearly or by another scale, and those made from it', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const weight = Math.round(1500 + 2500 * random.uniform());
      const low = weight < 2500 ? 'yes' : 'no';
      const site = ['north', 'south', 'east', 'west'][i % 4];
      return {
        weight,
        // One of 400 on the wrong side.
        nearly: i === 7 ? 4000 - weight : weight,
        // A good sign, and a fifth of the rows speak against it.
        sign: weight + 900 * random.normal(),
        code: low === 'yes' ? (i % 2 ? 'A1' : 'A2') : 'B',
        grade: low === 'yes' ? 3 : i % 2 ? 1 : 7,
        site,
        dose: (weight / 1000) ** 3,
        low,
      };
    });
    const of = async (columns: readonly (keyof (typeof rows)[0])[]) => {
      const dataset = await load(
        csv(
          columns,
          rows.map(r => columns.map(c => r[c]!)),
        ),
        { target: columns.at(-1)! },
      );
      const { warnings, notes } = await overviewOf(dataset);
      const leaks = warnings.filter(w => w.code === 'target-leak');
      // Training, explanations and the report know them too, and each is said once.
      assert.deepEqual(
        dataset.leaks,
        leaks.map(({ column, message }) => ({ column, message })),
      );
      for (const { message } of leaks)
        assert.ok(dataset.notes.includes(message) && !notes.includes(message), message);
      return leaks.map(l => [l.column, l.message.split('. ')[0]]);
    };
    assert.deepEqual(await of(['weight', 'nearly', 'sign', 'code', 'grade', 'site', 'low']), [
      ['weight', '"weight" alone tells the classes of "low" apart without a mistake'],
      ['nearly', '"nearly" alone tells the classes of "low" apart but for 1 of 400 rows'],
      ['code', 'Each value of "code" occurs with one class of "low" only: it gives the answer away'],
      ['grade', '"grade" alone tells the classes of "low" apart without a mistake'],
    ]);
    assert.deepEqual(await of(['dose', 'low', 'sign', 'site', 'weight']), [
      ['dose', '"dose" rises and falls with the target "weight" without exception'],
      ['low', '"low" follows from the target "weight": ranges of it tell its values apart without a mistake'],
    ]);
  });

  it('looks at evenly spaced rows of a large table, and waits for others', async () => {
    const many = csv(
      ['a', 'y'],
      Array.from({ length: 50_000 }, (_, i) => [i % 100, i % 2 ? 'u' : 'v']),
    );
    let waits = 0;
    const o = await overviewOf(await load(many), async () => {
      waits++;
    });
    assert.ok(o.looked >= 19_000 && o.looked <= 21_000, `${o.looked}`);
    assert.ok(waits > 10);
    assert.equal(o.columns[1]!.distinct, 100);
  }).timeout(20_000);
});

describe('Columns that only name the row', () => {
  it('are found, whether or not they are features', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [
      i + 1,
      `P-${(i * 7919) % 1000}`,
      20 + ((i * 37) % 50),
      (i * 0.37) % 11,
      i % 2 ? 'f' : 'm',
      i % 3 ? 'yes' : 'no',
    ]);
    const dataset = await load(csv(['id', 'code', 'age', 'dose', 'sex', 'y'], rows), {
      exclude: ['id', 'code'],
    });
    assert.deepEqual([...identifiersOf(dataset)].sort(), ['code', 'id']);
    const few = await load(
      csv(
        ['id', 'sex', 'y'],
        rows.slice(0, 40).map(r => [r[0]!, r[4]!, r[5]!]),
      ),
    );
    assert.deepEqual(identifiersOf(few), []);
  });
});
