import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'jsonc-parser';
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

  /** Ratings as a film service has them: everyone of 1,500 rates 8 of 300 films, in the order of films. */
  function ratings(header: string, row: (user: number, film: number, stars: number) => string): string {
    const rows: [number, number, number][] = [];
    for (let user = 0; user < 1500; user++)
      for (let k = 0; k < 8; k++) {
        const film = (user * 7 + k * 37) % 300;
        rows.push([user, film, 1 + (((user % 5) + (film % 7)) % 5)]);
      }
    rows.sort((a, b) => a[1] - b[1]);
    return `${header}\n${rows.map(r => row(...r)).join('\n')}\n`;
  }

  it('has vectors for users and items of a table of ratings, which are more or less, no classes', async () => {
    const file = path.join(folder, 'ratings.csv');
    writeFileSync(
      file,
      ratings('userId,movieId,rating,timestamp', (u, f, s) => `${u + 7},${f * 3},${s},${88e7 + u * 13 + f}`),
    );
    const first = await writeFirstModel(file, undefined);
    assert.equal(first.target, 'rating');
    assert.equal(first.loss, 'mse');
    const source = readFileSync(first.source, 'utf8');
    assert.match(source, /self\.userId = nn\.Embedding\(1501, 16, padding_idx=0\)/);
    assert.match(source, /self\.movieId = nn\.Embedding\(301, 16, padding_idx=0\)/);
    const { data } = parse(readFileSync(first.experiment, 'utf8'));
    assert.equal(data.kind, 'columns');
    assert.deepEqual(
      data.inputs.map((i: { as: string; name: string }) => [i.as, i.name]),
      [
        ['category', 'userId'],
        ['category', 'movieId'],
        ['numbers', 'numbers'],
      ],
    );
  });

  it('takes texts of many values for ids, leaves out rows with gaps, and gives names that Python takes', async () => {
    const file = path.join(folder, 'clicks.csv');
    writeFileSync(
      file,
      ratings('the user,class,device,price,clicked', (u, f, s) =>
        [`u${u}`, f === 5 ? '' : `item ${f}`, s % 2 ? 'phone' : 'desk', u + f / 2, s > 2 ? 'yes' : 'no'].join(
          ',',
        ),
      ),
    );
    const first = await writeFirstModel(file, 'clicked');
    assert.equal(first.loss, 'cross_entropy');
    const source = readFileSync(first.source, 'utf8');
    assert.match(source, /def forward\(self, the_user, class_2, device, numbers\):/);
    assert.match(source, /self\.class_2 = nn\.Embedding\(300, 32, padding_idx=0\)/);
    assert.match(source, /self\.out = nn\.Linear\(32, 2\)/);
    assert.equal(parse(readFileSync(first.experiment, 'utf8')).data.missing, 'drop');
  });

  it('leaves counts and few categories as they are', async () => {
    const file = path.join(folder, 'houses.csv');
    const rows = Array.from({ length: 200 }, (_, i) => `${i % 60},${['a', 'b', 'c'][i % 3]},${i * 1.5}`);
    writeFileSync(file, `age,kind,price\n${rows.join('\n')}\n`);
    const first = await writeFirstModel(file, 'price');
    assert.doesNotMatch(readFileSync(first.source, 'utf8'), /Embedding/);
  });

  it('takes no amount for an id because its name ends so', async () => {
    const file = path.join(folder, 'bills.csv');
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 60},${i % 50},${i % 40},${i * 1.5}`);
    writeFileSync(file, `paid,Humid,valid,price\n${rows.join('\n')}\n`);
    const first = await writeFirstModel(file, 'price');
    assert.doesNotMatch(readFileSync(first.source, 'utf8'), /Embedding/);
  });

  it('gives vectors no name that nn.Module or the model itself has, and reads texts among few numbers', async () => {
    const file = path.join(folder, 'rides.csv');
    const row = (i: number) =>
      `${i % 60},${'abcd'[i % 4]},${'xyz'[i % 3]},${'pq'[i % 2]},${i % 5 ? i % 5 : 'rotary'},${i % 7}.5`;
    writeFileSync(
      file,
      `userid,type,v,userid_bias,engine,cost\n${Array.from({ length: 300 }, (_, i) => row(i)).join('\n')}\n`,
    );
    const first = await writeFirstModel(file, 'cost');
    assert.match(
      readFileSync(first.source, 'utf8'),
      /def forward\(self, userid, type_2, v_2, userid_bias_2, engine\):/,
    );
  });

  it('gives no argument a word that Python keeps for itself', async () => {
    const file = path.join(folder, 'fields.csv');
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 60},${'xyz'[i % 3]},${'pq'[i % 2]},${i % 7}.5`);
    writeFileSync(file, `userid,yield,None,cost\n${rows.join('\n')}\n`);
    const first = await writeFirstModel(file, 'cost');
    assert.match(readFileSync(first.source, 'utf8'), /def forward\(self, userid, yield_2, None_2\):/);
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
