import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { PNG } from 'pngjs';
import { readNpy } from '../../../src/data/arrays/npy';
import type { Dataset } from '../../../src/data/dataset';
import { decodeImage } from '../../../src/data/image/decode';
import { planes, resize } from '../../../src/data/image/resize';
import { datasetKind, loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { VitrineError } from '../../../src/model/errors';
import expected from '../../reference/data_kinds.json';
import { assertClose, folder } from './_load';

const none = { test: 0, valid: 0 };
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

function put(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return name;
}

function load(options: { kind: string; [o: string]: unknown }, seed = 0): Promise<Dataset> {
  return loadDataset(options, { folder, seed });
}

/** The message of the error that a task ends with: one made for the user. */
async function failure(task: () => unknown): Promise<string> {
  try {
    await task();
  } catch (e) {
    assert.ok(e instanceof VitrineError, String((e as Error).stack));
    assert.notEqual(e.code, 'internal');
    return e.message;
  }
  assert.fail('it succeeded');
}

describe('JSON Lines', () => {
  const lines = [
    { x: 1.5, who: { age: 30, name: 'a' }, y: 'no', flag: true },
    { x: -2e3, who: { age: 41, name: 'b' }, y: 'yes', flag: false },
    { who: { age: 52, name: 'a' }, x: 0.1, y: 'no', flag: true },
    { x: null, who: { age: 20, name: 'b' }, y: 'yes', flag: false },
  ];
  const text = `${lines.map(l => JSON.stringify(l)).join('\n')}\n`;

  it('reads fields, nested ones by their path, and what is missing', async () => {
    const file = put('a.jsonl', text);
    const data = await load({
      kind: 'jsonl',
      file,
      target: 'y',
      split: none,
      scale: 'none',
      missing: 'drop',
    });
    assert.deepEqual(
      data.features.map(f => [f.name, f.kind]),
      [
        ['x', 'number'],
        ['who.age', 'number'],
        ['who.name', 'category'],
        ['flag', 'category'],
      ],
    );
    assert.deepEqual(data.raw(1).values, { x: -2000, 'who.age': 41, 'who.name': 'b', flag: 'false' });
    assert.match(data.notes.join(), /1 row with a missing value left out \(line 4\)/);
  });

  for (const [what, content, message] of [
    ['no JSON', '{"x": 1, "y": 2}\nx = 3\n', /^Line 2: found x = 3, expected one JSON object/],
    ['no object', '{"x": 1, "y": 2}\n[1, 2]\n', /^Line 2: found \[1, 2\], expected an object/],
    ['a list as a value', '{"x": [1], "y": 2}\n', /^Line 1, field "x": found a list/],
    ['an empty file', '\n\n', /empty/],
    ['a half line', '{"x": 1, "y": 2}\n{"x": 1,', /^Line 2/],
    [
      'a list with a mistake',
      '[{"x": 1, "y": 2},\n {"x": 1 "y": 3}]',
      /^Line 2: comma expected, found "y": 3/,
    ],
    [
      'a list that ends too early',
      '[{"x": 1, "y": 2},\n {"x": 1, "y"',
      /^Line 2: .*found the end of the file/,
    ],
    ['a list of something else', '[{"x": 1, "y": 2},\n\n 3]', /^Line 3: found 3, expected an object/],
    ['a list within the list', '[{"x": 1, "y": 2}, [1]]', /^Line 1: found \[1\]\], expected an object/],
    ['a cave', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, /nests deeper/],
  ] as const)
    it(`names the line with ${what}`, async () => {
      const file = put('bad.jsonl', content);
      assert.match(await failure(() => load({ kind: 'jsonl', file, target: 'y' })), message);
    });

  it('reads a list of objects too, whatever its line breaks', async () => {
    for (const [i, list] of [
      JSON.stringify(lines),
      `\uFEFF\n${JSON.stringify(lines, null, 2)}\n`,
    ].entries()) {
      const file = put(`list-${i}.json`, list);
      const [a, b] = await Promise.all(
        [file, put('a.jsonl', text)].map(file =>
          load({ kind: 'jsonl', file, target: 'y', split: none, missing: 'mean' }),
        ),
      );
      assert.deepEqual(a!.batch([0, 1, 2, 3]), b!.batch([0, 1, 2, 3]));
    }
  });

  it('reads what gzip packed, as every table, and says what is wrong with it', async () => {
    const file = put('a.jsonl.gz', gzipSync(text));
    const data = await load({ kind: 'jsonl', file, target: 'y', split: none, missing: 'mean' });
    assert.equal(data.raw(1).values['who.age'], 41);
    const csv = gzipSync(`x,y\n${'1,a\n2,b\n'.repeat(300_000)}`);
    const table = { kind: 'csv', target: 'y', split: none };
    assert.equal((await load({ ...table, file: put('t.csv.gz', csv) })).splits.train.length, 600_000);
    const heads = await datasetKind('csv').columns!({ file: 't.csv.gz' }, { folder });
    assert.deepEqual(
      heads.map(h => h.name),
      ['x', 'y'],
    );
    const cut = put('cut.csv.gz', csv.subarray(0, 500));
    assert.match(
      await failure(() => load({ ...table, file: cut })),
      /cut\.csv\.gz is packed by gzip and cannot be/,
    );
  });

  it('takes names that mean something to JavaScript', async () => {
    const file = put(
      'proto.jsonl',
      '{"__proto__": 1, "constructor": 2, "y": "a"}\n{"__proto__": 3, "constructor": 4, "y": "b"}\n',
    );
    const data = await load({ kind: 'jsonl', file, target: 'y', split: none, scale: 'none' });
    assert.deepEqual([...data.batch([0, 1]).input.data], [1, 2, 3, 4]);
  });
});

describe('Parquet', () => {
  const { columns, files, nested } = expected.parquet;
  const options = { kind: 'parquet', target: 'small', targetType: 'classes', split: none, missing: 'mean' };

  for (const [compression, file] of Object.entries(files))
    it(`reads what Arrow wrote: ${compression}`, async () => {
      put(`${compression}.parquet`, bytes(file));
      const data = await load({ ...options, file: `${compression}.parquet`, categories: ['text', 'day'] });
      for (const [name, values] of Object.entries(columns)) {
        if (name === 'small') continue;
        (values as unknown[]).forEach((value, row) => {
          const found = data.raw(row).values[name];
          if (typeof value === 'boolean') assert.equal(found, String(value));
          else if (name === 'float') assert.equal(Math.fround(found as number), value);
          else assert.equal(found, value, `${name} of row ${row}`);
        });
      }
      assert.deepEqual(
        columns.small.map((v, row) => [data.raw(row).target, v]).filter(([a, b]) => a !== String(b)),
        [],
      );
    });

  it('reads the fields of groups by their path, and leaves lists out with a word', async () => {
    const file = put('nested.parquet', bytes(nested));
    const data = await load({ ...options, target: 'y', file });
    assert.deepEqual(
      [0, 1, 2].map(row => data.raw(row).values),
      [
        { 'home.city': 'Ulm', 'home.at.floor': 2 },
        { 'home.city': null, 'home.at.floor': null },
        { 'home.city': null, 'home.at.floor': 5 },
      ],
    );
    assert.match(data.notes.join(), /The column "list" holds lists and was left out/);
    assert.match(await failure(() => load({ ...options, target: 'list', file })), /no column "list"/);
  });

  it('refuses files that were cut off, or lie about their sizes, without reading on', async () => {
    const whole = bytes(files.snappy);
    const view = new DataView(whole.buffer);
    for (let cut = 0; cut < whole.length; cut += 97) {
      const file = put('cut.parquet', whole.slice(0, cut));
      assert.match(await failure(() => load({ ...options, file })), /PAR1|cannot be read|empty/);
    }
    const footer = view.getUint32(whole.length - 8, true);
    for (const lie of [footer * 1000, 0xffffffff, 3]) {
      const bent = whole.slice();
      new DataView(bent.buffer).setUint32(bent.length - 8, lie, true);
      const file = put('lie.parquet', bent);
      assert.match(await failure(() => load({ ...options, file })), /footer|cannot be read|columns/);
    }
  });

  it('survives any byte that changes', async () => {
    const whole = bytes(files.snappy);
    for (let at = 4; at < whole.length; at += 61) {
      const bent = whole.slice();
      bent[at]! ^= 0xff;
      const file = put('bent.parquet', bent);
      // Some changes only alter a value; none may end in anything but data or a message.
      await load({ ...options, file }).catch(e => assert.ok(e instanceof VitrineError, String(e.stack)));
    }
  });
});

describe('NumPy arrays', () => {
  for (const [type, { file, shape, values }] of Object.entries(expected.npy))
    it(`reads ${type}`, () => {
      const array = readNpy(bytes(file), 'a.npy', 'a.npy');
      assert.deepEqual(array.shape, shape);
      assertClose(array.data, values, 0);
    });

  it('loads an archive, samples in their own shape', async () => {
    const file = put('a.npz', bytes(expected.npz.file));
    const data = await load({ kind: 'npy', file, targetType: 'classes', split: none, scale: 'none' });
    assert.deepEqual(data.sampleShape, [2, 3]);
    assert.equal(data.modality, 'series');
    assert.equal(data.features[4]!.name, 'x1_1');
    const { input, targets } = data.batch([0, 11]);
    assert.deepEqual(input.shape, [2, 2, 3]);
    assertClose(input.data, [...expected.npz.X.slice(0, 6), ...expected.npz.X.slice(66)], 0);
    assert.deepEqual([...targets.data], [expected.npz.y[0], expected.npz.y[11]]);
    const rows = await restoreSaved(data.preparation()).readRows(path.join(folder, file));
    assertClose(restoreSaved(data.preparation()).prepare(rows).data, expected.npz.X, 1e-6);
  });

  it('loads two .npy files', async () => {
    const file = put('x.npy', bytes(expected.npy['<f4'].file));
    const targetFile = put('y.npy', npy('<f4', '(3,)', Float32Array.of(1, 2, 4)));
    const data = await load({ kind: 'npy', file, targetFile, split: none, scale: 'none' });
    assertClose(data.batch([0, 1, 2]).targets.data, [1, 2, 4], 0);
    assert.match(await failure(() => load({ kind: 'npy', file })), /data\.targetFile is missing/);
  });

  function npy(descr: string, shape: string, data: ArrayBufferView): Uint8Array {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
    return Buffer.concat([
      Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]),
      Buffer.from(header),
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]);
  }

  for (const [what, content, message] of [
    ['too few bytes', npy('<f4', '(1000000, 1000000)', new Float32Array(4)), /more than|takes/],
    ['too many bytes', npy('<f4', '(2,)', new Float32Array(4)), /takes 8 bytes, but the file has 16/],
    [
      'objects',
      npy('|O', '(2,)', new Uint8Array(16)),
      /array of Python objects, which only Python can unpack/,
    ],
    ['text', npy('<U4', '(2,)', new Uint8Array(32)), /type "<U4"/],
    ['a negative size', npy('<f4', '(-2,)', new Uint8Array(8)), /lacks/],
    ['code in its header', npy('<f4', '(__import__("os").getpid(),)', new Uint8Array(8)), /lacks/],
    ['no rows', npy('<f4', '(0, 3)', new Uint8Array(0)), /no samples/],
    ['a header that lies', Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 255, 255]), /header says/],
    ['nothing', Buffer.alloc(0), /no NumPy array/],
  ] as const)
    it(`refuses an array with ${what}`, async () => {
      const file = put('bad.npy', content);
      assert.match(await failure(() => load({ kind: 'npy', file, targetFile: file })), message);
    });

  it('refuses archives that are bombs, liars or cut off', async () => {
    const good = npy('<f4', '(4, 2)', new Float32Array(8));
    const zip = zipSync({
      'X.npy': good,
      'y.npy': npy('<f4', '(4,)', new Float32Array(4)),
      '../../evil.npy': good,
    });
    put('good.npz', zip);
    await load({ kind: 'npy', file: 'good.npz', target: 'y', targetType: 'number', split: none });
    assert.match(
      await failure(() => load({ kind: 'npy', file: 'good.npz', array: 'x' })),
      /no array "x" in the archive\. Did you mean "X"/,
    );
    for (const cut of [0, 10, 60, zip.length - 30]) {
      const file = put('cut.npz', zip.slice(0, cut));
      assert.match(
        await failure(() => load({ kind: 'npy', file })),
        /cannot be read|no array|takes|no NumPy/,
      );
    }
    // The directory at the end says how large an entry is unpacked: let it say 4 GB.
    const liar = zip.slice();
    const view = new DataView(liar.buffer);
    for (let at = 0; at + 28 < liar.length; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0xfffffff0, true);
    assert.match(
      await failure(() => load({ kind: 'npy', file: put('liar.npz', liar) })),
      /not believable|too much/,
    );
    // A million zeros in a thousand bytes, said to be eight.
    const bomb = zipSync({ 'X.npy': new Uint8Array(1_000_000), 'y.npy': good });
    const small = new DataView(bomb.buffer);
    for (let at = 0; at + 28 < bomb.length; at++)
      if (small.getUint32(at, true) === 0x02014b50) small.setUint32(at + 24, 8, true);
    assert.match(
      await failure(() => load({ kind: 'npy', file: put('bomb.npz', bomb) })),
      /no NumPy|cannot be read/,
    );
  });
});

describe('Pictures', () => {
  const { files, pixels, resized, cropped, luma, height, width } = expected.images;

  for (const [name, file] of Object.entries(files))
    it(`decodes what Pillow wrote: ${name}`, () => {
      const picture = decodeImage(bytes(file));
      assert.deepEqual([picture.height, picture.width], [height, width]);
      const found = planes(picture, { channels: 3, height, width, fit: 'stretch' });
      // Decoders of JPEG may differ by rounding in the transform and in the colours; PNG is exact.
      const most = name.endsWith('.png') ? 0 : 3;
      pixels[name as keyof typeof pixels].forEach((p, i) => {
        assert.ok(Math.abs(found[i]! - p) <= most, `${name}, entry ${i}: ${found[i]} instead of ${p}`);
      });
    });

  for (const [size, values] of Object.entries(resized))
    it(`resizes as PyTorch does, to ${size}`, () => {
      const [h, w] = size.split('x').map(Number) as [number, number];
      const found = planes(decodeImage(bytes(files['rgb.png'])), {
        channels: 3,
        height: h,
        width: w,
        fit: 'stretch',
      });
      assertClose(found, values, 1e-5);
    });

  for (const [size, values] of Object.entries(cropped))
    it(`cuts the middle out as torchvision does, ${size}`, () => {
      const [short, height, width] = size.split(' ').map(Number) as [number, number, number];
      const found = planes(decodeImage(bytes(files['rgb.png'])), {
        channels: 3,
        height,
        width,
        fit: 'crop',
        short,
      });
      values.forEach((v, i) => {
        assert.ok(Math.abs(found[i]! - v) <= 1, `entry ${i}: ${found[i]} instead of ${v}`);
      });
    });

  it('makes grey as Pillow does', () => {
    const found = planes(decodeImage(bytes(files['rgb.png'])), {
      channels: 1,
      height,
      width,
      fit: 'stretch',
    });
    luma.forEach((p, i) => {
      assert.ok(Math.abs(found[i]! - p) <= 1);
    });
  });

  it('keeps a plane that has the right size', () => {
    const plane = Float32Array.from({ length: 12 }, (_, i) => i * i);
    assert.deepEqual([...resize(plane, 3, 4, 3, 4)], [...plane]);
  });

  /** A header of any size over pixels of none. */
  function liar(w: number, h: number, interlaced: number, packed: Uint8Array): Uint8Array {
    const png = new PNG({ width: 1, height: 1 });
    const base = new Uint8Array(PNG.sync.write(png));
    const chunk = (type: string, data: Uint8Array) => {
      const out = Buffer.alloc(12 + data.length);
      out.writeUInt32BE(data.length, 0);
      out.write(type, 4, 'latin1');
      out.set(data, 8);
      out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
      return out;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(w, 0);
    header.writeUInt32BE(h, 4);
    header.set([8, 6, 0, 0, interlaced], 8);
    return Buffer.concat([
      base.subarray(0, 8),
      chunk('IHDR', header),
      chunk('IDAT', packed),
      chunk('IEND', new Uint8Array(0)),
    ]);
  }
  function crc(data: Uint8Array): number {
    let c = 0xffffffff;
    for (const b of data) {
      c ^= b;
      for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return (c ^ 0xffffffff) >>> 0;
  }

  it('refuses headers that lie, bombs, and what was cut off', () => {
    const bomb = deflateSync(new Uint8Array(50_000_000));
    for (const [content, message] of [
      [liar(100_000, 100_000, 0, bomb), /100000 x 100000 pixels/],
      [liar(0, 5, 0, bomb), /0 x 5/],
      [liar(4, 4, 1, bomb), /cannot be unpacked/],
      [liar(1000, 1000, 0, deflateSync(new Uint8Array(100))), /./],
      [new Uint8Array(0), /empty/],
      [gzipSync('no picture'), /neither PNG, JPEG nor WebP/],
    ] as const)
      assert.throws(() => decodeImage(content), { message });
    for (const name of ['rgb.png', 'rgb.jpg'] as const) {
      const whole = bytes(files[name]);
      for (const cut of [5, 30, 200, whole.length >> 1])
        assert.throws(() => decodeImage(whole.slice(0, cut)), Error, `${name} cut at ${cut}`);
    }
  });

  function pictureFolder(name: string): string {
    for (const c of ['cat', 'dog'])
      for (let i = 0; i < 6; i++) {
        const png = new PNG({ width: 9, height: 6 });
        png.data.fill(c === 'cat' ? 30 + i : 200 + i);
        put(`${name}/${c}/${i}.png`, PNG.sync.write(png));
      }
    return name;
  }

  it('loads a folder by class, and leaves out by name what is damaged', async () => {
    const file = pictureFolder('pets');
    put('pets/cat/broken.png', bytes(files['rgb.png']).slice(0, 60));
    put('pets/dog/text.jpg', 'not a picture');
    put('pets/dog/notes.txt', 'passed over');
    put('pets/.hidden/x.png', 'x');
    symlinkSync('/etc', path.join(folder, 'pets/outside'));
    const data = await load({ kind: 'images', file, height: 4, width: 4, channels: 1, split: none });
    assert.deepEqual(data.target, { name: 'class', kind: 'classes', classes: ['cat', 'dog'] });
    assert.deepEqual(data.sampleShape, [1, 4, 4]);
    assert.equal(data.splits.train.length, 12);
    assert.match(
      data.notes[0]!,
      /2 pictures left out: cat\/broken\.png \(.*\), dog\/text\.jpg \(it is neither/,
    );
    assert.match(data.notes[1]!, /notes\.txt/);
    const { input, targets } = data.batch(data.splits.train.subarray(0, 1));
    assertClose(input.data, new Array(16).fill(30 / 255), 1e-6);
    assert.deepEqual([...targets.data], [0]);
    assert.deepEqual(data.raw(0), { row: 0, split: 'train', values: { file: 'cat/0.png' }, target: 'cat' });
    assert.match(await failure(() => data.batch([6])), /Row 6 was left out: cat\/broken\.png/);
  });

  it('scales by the training pictures only, and prepares others the same way later', async () => {
    const file = pictureFolder('scaled');
    const data = await load({
      kind: 'images',
      file,
      height: 3,
      width: 3,
      scale: 'standard',
      split: { test: 0.5, valid: 0 },
    });
    const all = Array.from(data.batch(data.splits.train).input.data);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    assertClose([mean, all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length], [0, 1], 1e-5);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const rows = await saved.readRows(path.join(folder, file));
    assert.deepEqual(saved.prepare(rows).data, data.batch(Array.from(rows.keys())).input.data);
    assert.match(
      await failure(() => saved.prepare([{ file: path.join(folder, 'nowhere.png') }])),
      /no picture .*nowhere\.png/,
    );
  });

  it('says what a folder lacks', async () => {
    mkdirSync(path.join(folder, 'bare'), { recursive: true });
    assert.match(await failure(() => load({ kind: 'images', file: 'bare' })), /no sub-folders with pictures/);
    put('one/cat/a.png', bytes(files['rgb.png']));
    assert.match(await failure(() => load({ kind: 'images', file: 'one' })), /one class only, "cat"/);
    assert.match(await failure(() => load({ kind: 'images', file: 'nowhere' })), /cannot be read \(ENOENT\)/);
  });

  it('takes the parts that folders are named after, and draws the one that lacks', async () => {
    const file = 'parted';
    for (const [part, count] of [
      ['train', 10],
      ['val', 2],
    ] as const)
      for (const name of ['cat', 'dog'])
        for (let i = 0; i < count; i++) put(`${file}/${part}/${name}/${i}.png`, bytes(files['rgb.png']));
    const data = await load({ kind: 'images', file, split: { test: 0.2, valid: 0.5 } });
    assert.deepEqual(data.target.classes, ['cat', 'dog']);
    const names = (part: 'train' | 'valid' | 'test') =>
      [...data.splits[part]].map(r => String(data.raw(r).values['file']));
    assert.deepEqual(names('valid'), ['val/cat/0.png', 'val/cat/1.png', 'val/dog/0.png', 'val/dog/1.png']);
    assert.equal(data.splits.test.length, 4);
    assert.equal(data.splits.train.length, 16);
    assert.ok([...names('train'), ...names('test')].every(n => n.startsWith('train/')));
    assert.match(data.notes.join(), /folders say which pictures train.*the test are drawn from the training/);
    put(`${file}/val/cow/0.png`, bytes(files['rgb.png']));
    assert.match(
      await failure(() => load({ kind: 'images', file })),
      /"val" has the class "cow", which "train" lacks: it has cat, dog/,
    );
  });

  it('leaves pictures of trains and of tests their names', async () => {
    for (const name of ['train', 'test']) put(`rails/${name}/0.png`, bytes(files['rgb.png']));
    put('rails/train/1.png', bytes(files['rgb.png']));
    const data = await load({ kind: 'images', file: 'rails', split: none });
    assert.deepEqual(data.target.classes, ['test', 'train']);
  });

  it('scales by numbers that are given, one for each channel', async () => {
    const file = pictureFolder('given');
    const scale = { mean: [0.4, 0.5, 0.6], std: [0.1, 0.2, 0.3] };
    const plain = await load({ kind: 'images', file, height: 2, width: 2, split: none });
    const data = await load({ kind: 'images', file, height: 2, width: 2, scale, split: none });
    const [a, b] = [plain.batch([0]).input.data, data.batch([0]).input.data];
    assertClose(
      b,
      Array.from(a, (x, i) => (x - scale.mean[i >> 2]!) / scale.std[i >> 2]!),
      1e-5,
    );
    assert.match(
      await failure(() => load({ kind: 'images', file, channels: 1, scale })),
      /data\.scale\.mean has 3 numbers, but data\.channels is 1/,
    );
    assert.match(
      await failure(() => load({ kind: 'images', file, short: 8, fit: 'crop' })),
      /data\.short is 8.*at least as large as data\.height \(32\)/,
    );
  });

  it('refuses a saved preparation that is none', () => {
    assert.throws(() => restoreSaved({ kind: 'images', channels: 7 }), { code: 'bad-file' });
    assert.throws(() => restoreSaved({ kind: '__proto__' }), { code: 'bad-file' });
  });
});
