import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { PNG } from 'pngjs';
import { encodeWav } from '../../../src/data/audio/wav';
import { datasetKinds, loadDataset } from '../../../src/data/load';
import { VitrineError } from '../../../src/model/errors';
import {
  dataOptions,
  folderOptions,
  lookAt,
  newExperimentText,
  pictureShape,
  tableOptions,
  textColumn,
} from '../../../src/train/setup/firstExperiment';

describe('The first experiment', () => {
  let folder = '';
  const put = (name: string, content: Uint8Array | string) => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-first-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('cuts a text as long as the model has places for', async () => {
    const looked = await lookAt(put('story.txt', 'once upon a time '.repeat(40)), datasetKinds);
    const asked: number[] = [];
    const places = (most: number) => async (input: readonly number[]) => {
      asked.push(input[0]!);
      const fits = input[0]! <= most;
      const model = { outputs: ['y'], values: { y: { shape: ['N', input[0], scores] } } };
      return { diagnostics: [], ...(fits && { model }) } as never;
    };
    let scores = 12;
    assert.deepEqual(await dataOptions(looked, 'next token', places(1000)), []);
    assert.deepEqual(asked, [64]);
    const [length] = await dataOptions(looked, 'next token', places(40));
    assert.deepEqual([length!.name, length!.value], ['length', 32]);
    assert.deepEqual(await dataOptions(looked, 'next token', places(1)), []);
    // A score for each of " aceimnoptu": nothing is left for [PAD] and [UNK].
    scores = 11;
    const options = await dataOptions(looked, 'next token', places(40));
    assert.deepEqual(
      options.map(o => [o.name, o.value]),
      [
        ['tokenizer', 'alphabet'],
        ['length', 32],
      ],
    );
  });

  /** What the text of the file gives when its data are loaded. */
  const loaded = async (
    kind: string,
    file: string,
    target: string | undefined,
    options: ReturnType<typeof tableOptions>,
  ) => {
    const text = newExperimentText({
      model: { file: 'm.py', class: 'M' },
      data: { kind, file, ...(target !== undefined && { target }) },
      loss: 'cross_entropy',
      options,
    });
    const { data } = parse(text) as { data: { kind: string } };
    return { text, dataset: await loadDataset(data, { folder, seed: 0 }) };
  };

  it('names what is predicted of a text that is to be continued', async () => {
    const { kind, heads } = await lookAt(put('story.txt', 'Once upon a time.\n'), datasetKinds);
    assert.equal(kind.id, 'text');
    assert.deepEqual(
      heads?.map(h => h.name),
      ['next token'],
    );
  });

  it('leaves out of a table what names the row, and fills gaps, and says why', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i) =>
        `${i + 1},Doe ${i},${i % 5 === 0 ? '' : (i * 7) % 50},2026-01-${(i % 28) + 1},${i},${i % 2 ? 'yes' : 'no'}`,
    );
    put('people.csv', `PassengerId,Name,Age,Seen,Fare,Survived\n${rows.join('\n')}\n`);
    const { kind, heads } = await lookAt(path.join(folder, 'people.csv'), datasetKinds);
    assert.equal(kind.id, 'csv');
    const options = tableOptions(heads!, 'Survived');
    const { text, dataset } = await loaded('csv', 'people.csv', 'Survived', options);
    assert.match(text, /\/\/ Another value in[^\n]*\n\s+"exclude": \[\s+"PassengerId",\s+"Name"\s+\]/);
    assert.match(text, /\/\/ Values are missing \(Age\)[^\n]*\n\s+"missing": "median"/);
    // A date differs in many rows too, and a whole number that only happens to differ may tell something.
    const used = new Set(dataset.features.map(f => f.from ?? f.name));
    assert.ok(used.has('Seen') && used.has('Fare') && used.has('Age') && !used.has('Name'));
  });

  it('takes a JSON list for a table, values that are mixed for categories, and sentences for a text', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      doors: i === 59 ? 'rotary' : (i % 4) + 1,
      y: i % 2 ? 'yes' : 'no',
    }));
    put('cars.json', JSON.stringify(rows));
    const { kind, heads } = await lookAt(path.join(folder, 'cars.json'), datasetKinds);
    assert.equal(kind.id, 'jsonl');
    put('cars.csv', `doors,y\n${rows.map(r => `${r.doors},${r.y}`).join('\n')}\n`);
    const cars = await lookAt(path.join(folder, 'cars.csv'), datasetKinds);
    const options = tableOptions(cars.heads!, 'y');
    assert.deepEqual(options.find(o => o.name === 'categories')?.value, ['doors']);
    assert.equal((await loaded('csv', 'cars.csv', 'y', options)).dataset.features[0]!.kind, 'category');
    const said = Array.from({ length: 60 }, (_, i) => `${i},"a film that was ${i} times as good",${i % 2}`);
    put('films.csv', `id,review,liked\n${said.join('\n')}\n`);
    const films = await lookAt(path.join(folder, 'films.csv'), datasetKinds);
    assert.equal(textColumn(films.heads!, 'liked')?.name, 'review');
    assert.equal(textColumn(heads!, 'y'), undefined);
  });

  it('asks nothing of a table that needs nothing', async () => {
    put('plain.csv', `a,b,y\n${'1,2,x\n3,4,z\n'.repeat(30)}`);
    const { heads } = await lookAt(path.join(folder, 'plain.csv'), datasetKinds);
    assert.deepEqual(tableOptions(heads!, 'y'), []);
  });

  it('takes pictures in the size that the model takes, else in their own', async () => {
    for (const [i, shade] of [10, 200, 30, 220].entries()) {
      const png = new PNG({ width: 20, height: 12 });
      png.data.fill(shade);
      put(`pictures/${i % 2 ? 'light' : 'dark'}/${i}.png`, PNG.sync.write(png));
    }
    const { kind, folder: look } = await lookAt(path.join(folder, 'pictures'), datasetKinds);
    assert.deepEqual([kind.id, look!.classes, look!.files], ['images', ['dark', 'light'], 4]);
    const tried: string[] = [];
    const options = await folderOptions(kind.id, look!, async shape => {
      tried.push(shape.join());
      return shape.join() === '3,64,64';
    });
    assert.equal(tried[0], '1,12,20');
    assert.deepEqual(pictureShape(kind.id, options), [3, 64, 64]);
    const own = await folderOptions(kind.id, look!, async () => false);
    const { dataset } = await loaded('images', 'pictures', undefined, own);
    assert.deepEqual(dataset.sampleShape, [1, 12, 20]);
  });

  it('takes sounds as most were recorded', async () => {
    for (const i of [0, 1, 2, 3])
      put(
        `sounds/${i % 2 ? 'a' : 'b'}/${i}.wav`,
        encodeWav(new Float32Array(2000).fill(0.1), i === 0 ? 44_100 : 8000),
      );
    const { kind, folder: look } = await lookAt(path.join(folder, 'sounds'), datasetKinds);
    assert.equal(kind.id, 'sound');
    const options = await folderOptions(kind.id, look!);
    assert.deepEqual(options, [{ name: 'sampleRate', value: 8000 }]);
    assert.equal((await loaded('sound', 'sounds', undefined, options)).dataset.sampleShape[0], 1);
  });

  it('takes folders of numbered frames for clips', async () => {
    const frame = PNG.sync.write(Object.assign(new PNG({ width: 8, height: 8 })));
    for (const name of ['up/1', 'up/2', 'down/1', 'down/2'])
      for (const i of [1, 2, 3]) put(`clips/${name}/${i}.png`, frame);
    const { kind, folder: look } = await lookAt(path.join(folder, 'clips'), datasetKinds);
    assert.equal(kind.id, 'video');
    assert.deepEqual(pictureShape(kind.id, await folderOptions(kind.id, look!)), [1, 3, 8, 8]);
  });

  it('says what a folder or a file lacks', async () => {
    put('nothing/readme.md', 'no data');
    for (const [name, message] of [
      ['nothing', /no sub-folders, one for each class.*\.png/],
      ['nothing/readme.md', /readme\.md is no data that is read.*\.csv/],
    ] as const)
      await assert.rejects(
        () => lookAt(path.join(folder, name), datasetKinds),
        (e: VitrineError) => e instanceof VitrineError && message.test(e.message),
      );
  });
});
