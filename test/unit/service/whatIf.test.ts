import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { plainName } from '../../../src/explain/report/embedded';
import type { VitrineError } from '../../../src/model/errors';
import { explainRow } from '../../../src/service/inquiries/explainRow';
import { changedRow, whatIf } from '../../../src/service/inquiries/whatIf';
import { openRun } from '../../../src/train/open/openRun';
import { vitrine } from '../cli/_shell';
import { Workspace } from './_workspace';

describe('A row with changed cells', function () {
  this.timeout(60_000);
  const workspace = new Workspace();
  let engine: Engine;
  let run: string;

  before(async () => {
    run = workspace.sample('iris', { epochs: 20 });
    assert.equal((await vitrine('train', run)).code, 0);
    engine = await createEngine({ backend: 'webasm' });
  });

  after(async () => {
    await engine.dispose();
    workspace.dispose();
  });

  it('is answered as a row with these cells is', async () => {
    const dataset = await (await openRun(run)).dataset();
    const [a, b] = [dataset.splits.test[0]!, dataset.splits.test[5]!];
    const other = dataset.raw(b).values;
    const same = await whatIf({ run, row: b, values: {} }, async () => engine);
    const changed = await whatIf({ run, row: a, values: other }, async () => engine);
    assert.deepEqual(same.before, same.after);
    assert.deepEqual(changed.after, same.after);
  });

  it('takes examples of a concept from a file beside the experiment, and says where it looked for one that is not there', async () => {
    const asked = (concept: string) =>
      explainRow({ run, method: 'concept_activation', options: { concept, runs: 3 } }, async () => engine);
    const file = path.join(path.dirname(run), 'concept.csv');
    const { features } = await (await openRun(run)).dataset();
    const row = features.map(() => '5').join();
    writeFileSync(file, `${features.map(f => f.name).join()}\n${`${row}\n`.repeat(6)}`);
    assert.match((await asked('concept.csv')).text, /concept\.csv/);
    await assert.rejects(asked('nothere'), (e: VitrineError) => {
      assert.equal(e.code, 'file-not-found');
      assert.ok(e.message.includes(path.join(path.dirname(run), 'nothere')), e.message);
      return true;
    });
  });

  it('is explained as it is, and leaves no file behind', async () => {
    const dataset = await (await openRun(run)).dataset();
    const row = dataset.splits.test[0]!;
    const [name] = dataset.features.map(f => f.name);
    const e = await explainRow(
      { run, row, values: { [name!]: 7.5 }, method: 'integrated_gradients' },
      async () => engine,
    );
    assert.equal(e.row, null, 'it is no row of the data');
    assert.match(e.text, new RegExp(`${name} = 7.5|Trust`));
    const plain = await explainRow({ run, row, method: 'integrated_gradients' }, async () => engine);
    assert.notDeepEqual(e.attribution.values, plain.attribution.values);
  });

  it('says which columns there are', () => {
    assert.throws(() => changedRow({ age: 3, weight: 4 }, { wieght: 5 }), /Did you mean "weight"\?/);
    assert.deepEqual(changedRow({ age: 3, weight: 4 }, { age: null }), { age: null, weight: 4 });
  });

  it('is of a row that there is', async () => {
    await assert.rejects(
      whatIf({ run, row: 99_999, values: {} }, async () => engine),
      /has no row 99999/,
    );
  });
});

describe('The filmstrip of a sample', function () {
  this.timeout(60_000);
  const workspace = new Workspace();
  let run: string;

  before(async () => {
    run = workspace.sample('iris', { epochs: 10 });
    assert.equal((await vitrine('train', run)).code, 0);
  });

  after(() => workspace.dispose());

  it('asks the untrained net, the weights kept on the way, and the last ones, about the same class', async () => {
    const dataset = await (await openRun(run)).dataset();
    const row = String(dataset.splits.test[0]!);
    const { code, json } = await vitrine('filmstrip', run, '--row', row, '--json');
    assert.equal(code, 0);
    const [strip] = json();
    assert.deepEqual(
      strip!['frames'].map((f: { epoch: number }) => f.epoch),
      [0, 2, 4, 6, 8, 10],
    );
    const explained = await vitrine(
      'explain',
      run,
      '--method',
      'integrated_gradients',
      '--row',
      row,
      '--json',
    );
    const now = explained.json()[0]!;
    const last = strip!['frames'].at(-1);
    assert.deepEqual(last.attribution.values, now['attribution'].values, 'the last frame is the explanation');
    assert.deepEqual(strip!['target'], now['target']);
    assert.notDeepEqual(strip!['frames'][0].attribution.values, last.attribution.values);
    for (const f of strip!['frames']) assert.ok(f.trust.score >= 0 && f.trust.score <= 1);
  });

  it('is of one sample, by a method about predictions', async () => {
    const refused = await vitrine('filmstrip', run, '--row', '3', '--method', 'permutation_importance');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /explains the model as a whole/);
    assert.equal((await vitrine('filmstrip', run)).code, 2);
  });
});

describe('The names of a report’s files', () => {
  it('are plain names', () => {
    plainName('net.vitrine.json', '.vitrine.json', 'r.html');
    for (const name of [
      '../net.vitrine.json',
      'a/b.vitrine.json',
      '.vitrine.json',
      'net.py',
      'c:\\x.vitrine.json',
    ])
      assert.throws(() => plainName(name, '.vitrine.json', 'r.html'), /impossible name/, name);
  });
});
