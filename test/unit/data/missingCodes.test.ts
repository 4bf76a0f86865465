/** Values that mean "not known": found by a look, emptied when loaded, and read alike when predicted. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { datasetKinds, loadDataset } from '../../../src/data/load';
import { overviewOf } from '../../../src/data/overview/overview';
import { restorePreparation } from '../../../src/data/preparation';
import { codesAmong } from '../../../src/data/table/missingCodes';
import { isMissing } from '../../../src/data/table/values';
import { VitrineError } from '../../../src/model/errors';
import { lookAt, newExperimentText, tableOptions, timed } from '../../../src/train/setup/firstExperiment';
import spellings from '../../reference/data_missing.json';
import { csv, folder, load } from './_load';

const ages = Array.from({ length: 60 }, (_, i) => 20 + i);

describe('Codes for "not known"', () => {
  for (const [what, numbers, codes] of [
    ['below zero, where nothing else is', [...ages, -9, -9, -8, -8], [-9, -8]],
    ['far above all others', [...ages, 999, 999], [999]],
    ['not where it stands once', [...ages, -9], []],
    ['not among temperatures', [...ages.map(x => x - 40), -9, -9], []],
    ['not an age of 77, 88 or 99 among others', [...ages, 77, 77, 88, 88, 99, 99], []],
    ['not among few kinds', [1, 2, 3, 1, 2, 3, 9, 9, -9, -9], []],
    ['not where values are missing already', [...ages, Number.NaN, Number.NaN], []],
  ] as const)
    it(what, () => assert.deepEqual(codesAmong(numbers), codes));
});

describe('Spellings of a missing value', () => {
  for (const [spelled, missing] of Object.entries(spellings))
    it(`"${spelled}" is ${missing ? 'none' : 'a text'}, as for pandas`, () =>
      assert.equal(isMissing(spelled), missing));

  it('"?" is none, as in the tables of UCI', () => assert.equal(isMissing(' ? '), true));

  it('a kind that is called none is one', async () => {
    const data = await load(
      csv(
        ['debts', 'y'],
        Array.from({ length: 12 }, (_, i) => [i % 3 ? 'car' : 'none', i % 2]),
      ),
    );
    assert.deepEqual([...data.features[0]!.categories!].sort(), ['car', 'none']);
  });
});

// Numbers with a decimal comma, codes in numbers, texts and dates.
const rows = Array.from({ length: 80 }, (_, i) => {
  const age = i % 8 === 3 ? '-9' : String(20 + (i % 50));
  const dose = i % 9 === 4 ? '-9,0' : `${i % 7},5`;
  const smoker = i % 10 === 6 ? 'unknown' : i % 3 ? 'no' : 'yes';
  const seen = i % 11 === 7 ? 'unknown' : `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`;
  return [age, dose, smoker, seen, i % 2 ? 'a' : 'b'].join(';');
});
const text = `age;dose;smoker;seen;y\n${rows.join('\n')}\n`;
const options = { missing: 'median', missingValues: [-9, 'unknown'], split: { test: 0.25, valid: 0 } };
const row = (more: Record<string, string | number | null>) => ({
  age: 33,
  dose: 2.5,
  smoker: 'no',
  seen: '2024-01-09',
  ...more,
});

describe('Missing values that the experiment names', () => {
  for (const memory of [undefined, 1 << 12])
    it(`stand for nothing, at prediction too${memory ? ' (in pieces)' : ''}`, async () => {
      writeFileSync(path.join(folder, 'codes.csv'), text);
      const data = await loadDataset(
        { kind: 'csv', file: 'codes.csv', target: 'y', ...options },
        { folder, seed: 0, ...(memory && { memory }) },
      );
      const feature = (name: string) => data.features.find(f => f.name === name)!;
      assert.equal(feature('age').missing, 10);
      assert.equal(feature('age').min, 20);
      assert.equal(feature('dose').missing, 9);
      assert.ok(feature('dose').min! >= 0);
      assert.deepEqual([...feature('smoker').categories!].sort(), ['no', 'yes']);
      assert.ok(data.features.some(f => f.name === 'seen.day'));
      const saved = restorePreparation(JSON.parse(JSON.stringify(data.preparation())));
      const empty = saved.prepare([row({ age: null, dose: null, smoker: null, seen: null })]);
      const coded = saved.prepare([row({ age: -9, dose: '-9,0', smoker: 'unknown', seen: 'unknown' })]);
      assert.deepEqual(coded.data, empty.data);
      const all = [...data.splits.train, ...data.splits.test];
      assert.deepEqual(saved.prepare(all.map(r => data.raw(r).values)), data.batch(all).input);
    });

  it('are of one column, or of all but the target', async () => {
    const table = csv(
      ['x', 'z', 'y'],
      ages.map((x, i) => [i % 6 ? x : -9, i % 5 ? x : -9, i % 7 ? x : -9]),
    );
    const data = await load(table, {
      targetType: 'number',
      missing: 'mean',
      columns: { x: { missingValues: [-9] } },
    });
    assert.deepEqual(
      data.features.map(f => f.missing),
      [10, 0],
    );
    const everywhere = await load(table, { targetType: 'number', missing: 'mean', missingValues: [-9] });
    assert.deepEqual(
      everywhere.features.map(f => f.missing),
      [10, 12],
    );
    const { train, valid, test } = everywhere.splits;
    assert.equal(train.length + valid.length + test.length, 60);
  });

  it('are an error like other gaps unless it is said what stands in', async () => {
    await assert.rejects(
      load(
        csv(
          ['x', 'y'],
          ages.map((x, i) => [i % 6 ? x : -9, i % 2]),
        ),
        { missingValues: [-9] },
      ),
      (e: unknown) => e instanceof VitrineError && /column "x"/.test(e.message),
    );
  });

  it('are warned of where they are numbers like others', async () => {
    const data = await load(
      csv(
        ['x', 'y'],
        ages.map((x, i) => [i % 6 ? x : -9, i % 2 ? 'a' : 'b']),
      ),
    );
    const { warnings } = await overviewOf(data);
    const found = warnings.find(w => w.code === 'missing-codes');
    assert.match(
      found!.message,
      /"x" is -9 in 10 rows, .*\(21 to 79\).*data\.columns\.x\.missingValues to \[-9\]/,
    );
  });
});

describe('A first experiment', () => {
  it('names codes, what to measure beside accuracy, and the order of time', async () => {
    const file = path.join(folder, 'first.csv');
    const table = Array.from({ length: 100 }, (_, i) => [
      new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10),
      i % 9 ? 20 + (i % 60) : -9,
      i % 25 === 1 ? 'yes' : 'no',
    ]);
    writeFileSync(file, csv(['day', 'age', 'ill'], table));
    const { heads } = await lookAt(file, datasetKinds);
    const head = heads!.find(h => h.name === 'ill')!;
    const written = newExperimentText({
      model: { file: 'a.py', class: 'A' },
      data: { kind: 'csv', file: 'first.csv', target: 'ill' },
      options: tableOptions(heads!, 'ill'),
      loss: 'cross_entropy',
      head,
      ...timed(heads!, 'ill'),
    });
    assert.match(written, /"columns": \{\s*"age": \{\s*"missingValues": \[\s*-9/);
    assert.match(written, /Values are missing \(age\)/);
    assert.match(written, /Only 4 of 100 rows are "yes": .* accuracy of 96\.0 %\.\n {2}"metrics"/);
    assert.match(written, /"balanced_accuracy",\s*"roc_auc"/);
    assert.match(written, /newest test.*\n {4}"split": \{[^}]*"time": "day"/);
  });
});

describe('A row that cannot be predicted', () => {
  it('is told all columns that it lacks and what to do', async () => {
    const data = await load(text, { ...options, delimiter: ';' });
    const saved = restorePreparation(data.preparation());
    const told = (r: Record<string, string | number>) => {
      try {
        saved.prepare([r]);
      } catch (e) {
        return (e as Error).message;
      }
      return assert.fail();
    };
    assert.match(
      told({ smoker: 'no' }),
      /^Row 1 has no column "age", .* Nor has it "dose" or "seen"\. If it is not known, add it with empty cells/,
    );
    assert.match(
      told({ age: 30, dose: 1, smoker: 'sometimes', seen: '2024-01-09' }),
      /"sometimes" did not occur in training\. .*leave the cell empty \("no" then stands in\), or train with data\.columns\.smoker\.unknown set to "ignore"/,
    );
  });
});
