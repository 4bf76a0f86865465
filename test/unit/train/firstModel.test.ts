import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VitrineError } from '../../../src/model/errors';
import { writeFirstModel } from '../../../src/train/setup/firstModel';

describe('A first model written for data', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-first-model-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('reads texts by their words where a table has nothing else, and never writes over what is there', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) => `"so it was ${i} times ${i % 2 ? 'good' : 'bad'}",${i % 2}`,
    );
    const file = path.join(folder, 'films.csv');
    writeFileSync(file, `review,liked\n${rows.join('\n')}\n`);
    const first = await writeFirstModel(file, 'liked');
    const source = readFileSync(first.source, 'utf8');
    const words = Number(/nn\.Embedding\((\d+), 32\)/.exec(source)?.[1]);
    assert.ok(words > 10 && words < 70, source);
    assert.match(source, /nn\.Linear\(64, 2\)/);
    assert.match(readFileSync(first.experiment, 'utf8'), /"kind": "text"[\s\S]*"column": "review"/);
    const second = await writeFirstModel(file, 'liked');
    assert.deepEqual(
      [first.source, second.source].map(f => path.basename(f)),
      ['films_net.py', 'films_net-2.py'],
    );
  });

  it('writes nothing for data that cannot be learned from', async () => {
    const file = path.join(folder, 'one.csv');
    writeFileSync(file, `a,b,y\n${'1,2,yes\n'.repeat(40)}`);
    const before = readdirSync(folder).length;
    await assert.rejects(
      () => writeFirstModel(file, 'y'),
      (e: VitrineError) => e instanceof VitrineError && /only one class/.test(e.message),
    );
    assert.equal(readdirSync(folder).length, before);
  });
});
