import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { VitrineError } from '../../../src/model/errors';
import type { Model } from '../../../src/model/graph';
import { packedInput, packInputs } from '../../../src/train/setup/packInputs';

function square(grey: number): Buffer {
  const png = new PNG({ width: 2, height: 2 });
  png.data.fill(grey);
  return PNG.sync.write(png);
}

describe('Data for several inputs', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-columns-'));
    writeFileSync(
      path.join(folder, 'p.zip'),
      zipSync({ 'a.png': square(255), 'b.png': square(0), 'notes.txt': strToU8('no picture') }),
    );
    writeFileSync(
      path.join(folder, 't.csv'),
      [
        'picture,words,price,shop,kind',
        ...Array.from(
          { length: 10 },
          (_, i) =>
            `p.zip/${i % 2 ? 'a' : 'b'}.png,${i % 2 ? 'bright and new' : 'dark'},${i},s${i % 3},${i % 2 ? 'day' : 'night'}`,
        ),
      ].join('\n'),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const inputs = [
    { as: 'image', name: 'image', column: 'picture', channels: 1, height: 2, width: 2 },
    { as: 'text', name: 'words', column: 'words', length: 3 },
    { as: 'numbers', name: 'numbers', columns: ['price'] },
    { as: 'category', name: 'shop', column: 'shop' },
  ];
  const load = (more: object = {}) =>
    loadDataset({ kind: 'columns', file: 't.csv', target: 'kind', inputs, ...more }, { folder, seed: 0 });
  const refused = async (more: object, ...patterns: RegExp[]) => {
    const error = await load(more).then(
      () => assert.fail('it was loaded'),
      e => e,
    );
    assert.ok(error instanceof VitrineError, error);
    for (const p of patterns) assert.match(error.message, p);
  };

  it('lays image, tokens, numbers and a category side by side, and does so again from what was saved', async () => {
    const data = await load();
    assert.deepEqual(data.sampleShape, [4 + 3 + 1 + 1]);
    assert.equal(data.modality, 'mixed');
    assert.deepEqual(
      data.parts!.map(p => [p.name, p.shape, p.dtype]),
      [
        ['image', [1, 2, 2], 'float32'],
        ['words', [3], 'int64'],
        ['numbers', [1], 'float32'],
        ['shop', [], 'int64'],
      ],
    );
    const { input, targets } = data.batch([1, 2]);
    assert.deepEqual([...input.data.slice(0, 4)], [1, 1, 1, 1]);
    assert.ok(input.data.slice(4, 7).every(id => id >= 2));
    assert.deepEqual([...input.data.slice(9, 13)], [0, 0, 0, 0]);
    assert.deepEqual([...targets.data], [0, 1]);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const rows = await saved.readRows(path.join(folder, 't.csv'));
    assert.deepEqual(saved.prepare([rows[1]!, rows[2]!]), input);
    // A shop that training did not have is 0, which stands for none.
    assert.equal(saved.prepare([{ ...rows[1]!, shop: 's9' }]).data.at(-1), 0);
  });

  it('says what is wrong with inputs, cells and files', async () => {
    const [image, words, numbers] = inputs as [object, object, object];
    await refused({ inputs: [{ ...image, column: 'pictures' }] }, /no column "pictures"/i, /picture/);
    await refused({ inputs: [{ ...numbers, columns: ['words'] }] }, /words/, /number/);
    await refused({ inputs: [words, { ...words }] }, /two inputs named "words"/);
    await refused({ inputs: [{ ...words, column: 'kind' }] }, /target and an input/);
    const table = (cell: string) =>
      writeFileSync(
        path.join(folder, 'bad.csv'),
        `picture,kind\np.zip/a.png,x\n${cell},y\np.zip/b.png,x\np.zip/b.png,y\n`,
      );
    const only = { file: 'bad.csv', inputs: [image] };
    table('p.zip/c.png');
    await refused(only, /Row 2, column "picture": there is no "c.png" in p.zip/);
    table('p.zip/notes.txt');
    await refused(
      only,
      /Row 2, column "picture": p.zip\/notes.txt cannot be read: it is neither PNG, JPEG nor WebP/,
    );
    table('gone.png');
    await refused(only, /Row 2, column "picture": there is no file/);
    writeFileSync(path.join(folder, 'q.zip'), 'PK no zip');
    table('q.zip/a.png');
    await refused(only, /q.zip is no zip archive/);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await assert.rejects(
      loadDataset({ kind: 'columns', file: 't.csv', target: 'kind', inputs }, { folder, seed: 0, signal }),
      (e: unknown) => e instanceof VitrineError && e.code === 'cancelled',
    );
  });

  it('goes into a model with as many inputs, and says so if the model has others', () => {
    const value = (id: string, shape: (string | number)[], dtype: 'float32' | 'int64') => ({
      id,
      name: id,
      shape,
      dtype,
    });
    const model = {
      name: 'Net',
      file: 'net.py',
      format: 'pytorch',
      inputs: ['a', 'b'],
      outputs: ['a'],
      values: { a: value('a', ['N', 2, 2], 'float32'), b: value('b', ['N'], 'int64') },
      nodes: [],
      parameters: [],
      modules: [],
    } satisfies Model;
    const parts = [
      { name: 'a', shape: [2, 2], dtype: 'float32', modality: 'image' },
      { name: 'b', shape: [], dtype: 'int64', modality: 'table' },
    ] as const;
    const packed = packInputs(model, parts);
    assert.deepEqual(packed.inputs, [packedInput]);
    assert.deepEqual(packed.values[packedInput]!.shape, ['N', 5]);
    assert.equal(packInputs(packed, parts), packed);
    assert.throws(
      () => packInputs(model, parts.slice(0, 1)),
      /takes 2 inputs, but the data gives 1: "a" \(N, 2, 2\)/,
    );
    assert.throws(
      () => packInputs(model, [parts[0], { ...parts[1], shape: [3] }]),
      /input "b" has the shape \(N\), but the data gives/,
    );
  });
});
