/**
 * Data files are hostile: whatever their bytes are, reading them ends with data or with an error in words. The seed is
 * fixed and the rounds are few; VITRINE_FUZZ=100 makes a hundred times as many, from other seeds.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { encodeWav } from '../../../src/data/audio/wav';
import { datasetKind, loadDataset } from '../../../src/data/load';
import { readTokenizerFile } from '../../../src/data/text/tokenizerFile';
import { readExperiment } from '../../../src/formats/experiment/read';
import { VitrineError } from '../../../src/model/errors';
import { Random } from '../../../src/model/random';

const many = Number(process.env['VITRINE_FUZZ'] ?? 1);
const kinds = JSON.parse(readFileSync('test/reference/data_kinds.json', 'utf8'));
const tokenizers = JSON.parse(readFileSync('test/reference/data_tokenizers.json', 'utf8'));
const decoded = (base64: string) => Buffer.from(base64, 'base64');
const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-fuzz-data-'));

/** Reads a file that stands in the folder, and what a first batch needs of it. */
type Reads = (file: string) => Promise<unknown>;

const table =
  (kind: string, options: Record<string, unknown> = {}): Reads =>
  async file => {
    const given = { kind, file, target: 'y', ...options };
    const data = await loadDataset(given, { folder, seed: 0 });
    data.batch([0]);
  };

/** One file of a class of a folder of files; the other class has a sound one. */
const inFolder =
  (kind: string, options: Record<string, unknown> = {}): Reads =>
  async file => {
    const data = await loadDataset(
      { kind, file: file.split('/')[0], split: { test: 0, valid: 0 }, ...options },
      { folder, seed: 0 },
    );
    data.batch([0, 1]);
  };

const experiment = `{
  // A comment, and what an experiment says.
  "model": { "file": "a.py", "class": "Net", "arguments": { "width": [8, 8] } },
  "data": { "kind": "csv", "file": "a.csv", "target": "y", "split": { "test": 0.2 } },
  "loss": "cross-entropy",
  "optimizer": { "kind": "adam", "lr": 1e-3 },
  "epochs": 3,
}
`;

const csv = Buffer.from(
  `a,b,"c, d",when,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i / 7},"x ""${i % 3}""",2026-01-${10 + (i % 9)},${i % 2}`).join('\n')}\n`,
);
const jsonl = Buffer.from(
  Array.from({ length: 30 }, (_, i) => JSON.stringify({ a: i, b: { c: i / 3 }, t: 'ä', y: i % 2 })).join(
    '\n',
  ),
);
const clips = 'media/samples/video-motion/clips/down';

const seeds: [name: string, bytes: Buffer, reads: Reads, rounds: number][] = [
  ['table.csv', csv, table('csv'), 60],
  ['rows.jsonl', jsonl, table('jsonl'), 60],
  ...Object.entries(kinds.parquet.files as Record<string, string>)
    .slice(0, 3)
    .map(([how, file]): [string, Buffer, Reads, number] => [
      `${how}.parquet`,
      decoded(file),
      table('parquet', { target: 'small', targetType: 'classes', missing: 'mean' }),
      40,
    ]),
  ['a.npz', decoded(kinds.npz.file), table('npy', { targetType: 'classes' }), 60],
  ['a.npy', decoded(kinds.npy['<f4'].file), table('npy', { targetFile: 'target.npy' }), 40],
  ...Object.entries(kinds.images.files as Record<string, string>)
    .slice(0, 6)
    .map(([name, file]): [string, Buffer, Reads, number] => [
      `pictures/a/${/\./.test(name) ? name : `0.${name}`}`,
      decoded(file),
      inFolder('images'),
      24,
    ]),
  [
    'sounds/a/0.wav',
    Buffer.from(
      encodeWav(
        Float32Array.from({ length: 900 }, (_, i) => Math.sin(i / 5)),
        8000,
      ),
    ),
    inFolder('sound', { seconds: 0.1 }),
    40,
  ],
  [
    'films/a/0.gif',
    readFileSync(path.join(clips, readdirSync(clips)[0]!)),
    inFolder('video', { height: 16, width: 16, frames: 4 }),
    40,
  ],
  [
    'tokenizer.json',
    Buffer.from(JSON.stringify(tokenizers.files.bert.json)),
    file => readTokenizerFile(path.join(folder, file)),
    24,
  ],
  [
    'a.vitrine.json',
    Buffer.from(experiment),
    async file => {
      const { diagnostics, experiment: read } = (await readExperiment(path.join(folder, file))) as {
        diagnostics?: unknown[];
        experiment?: unknown;
      };
      assert.ok(read || diagnostics?.length);
    },
    60,
  ],
];

async function survives(name: string, bytes: Uint8Array, reads: Reads): Promise<VitrineError | undefined> {
  writeFileSync(path.join(folder, name), bytes);
  try {
    await reads(name);
    return undefined;
  } catch (e) {
    const kept = () => {
      const at = path.join(tmpdir(), `vitrine-fuzz-${path.basename(name)}`);
      if (many > 1) writeFileSync(at, bytes);
      return `${(e as Error).stack} (${at})`;
    };
    assert.ok(e instanceof VitrineError, kept());
    assert.ok(e.message.length < 2000, `the message is short: ${e.message.slice(0, 3000)}`);
    assert.ok(!/\[object|is not a function|Cannot read prop/.test(e.message), kept());
    return e;
  }
}

describe('hostile data files', function () {
  this.timeout(60_000 * many);
  before(() => {
    // (3,): what the array of three rows is to be trained for.
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }`.padEnd(117);
    const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
    writeFileSync(
      path.join(folder, 'target.npy'),
      Buffer.concat([start, Buffer.from(`${header}\n`), Buffer.alloc(12)]),
    );
    for (const [name, bytes] of seeds) {
      const at = path.dirname(path.join(folder, name));
      mkdirSync(at, { recursive: true });
      if (at === folder) continue;
      mkdirSync(`${at}/../b`, { recursive: true });
      if (!/\d\.(?:webp|jpe?g)/.test(name)) writeFileSync(`${at}/../b/${path.basename(name)}`, bytes);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, bytes, reads, rounds] of seeds) {
    it(`${name}: whole, cut off anywhere, with bits turned and lengths that overflow`, async () => {
      const error = await survives(name, bytes, reads);
      assert.equal(error?.message, undefined);
      const random = new Random(many, name);
      const place = () => {
        const near = Math.floor(random.uniform() * Math.min(bytes.length, 400));
        const where = random.uniform();
        return where < 0.4
          ? near
          : where < 0.7
            ? bytes.length - 1 - near
            : Math.floor(random.uniform() * bytes.length);
      };
      for (let i = 0; i < rounds * many; i++) {
        const other = Buffer.from(bytes);
        const what = i % 4;
        if (what === 0)
          await survives(name, other.subarray(0, Math.floor(random.uniform() * bytes.length)), reads);
        else {
          if (what === 1)
            for (let k = 0; k < 3; k++) other[place()]! ^= 1 << Math.floor(random.uniform() * 8);
          else if (what === 2) {
            const at = place();
            other.fill(0xff, at, Math.min(bytes.length, at + 1 + Math.floor(random.uniform() * 8)));
          } else {
            // What one part says stands where another one is.
            const [from, to] = [place(), place()];
            other.copyWithin(to, from, from + 1 + Math.floor(random.uniform() * 40));
          }
          await survives(name, other, reads);
        }
      }
      writeFileSync(path.join(folder, name), bytes);
    });
  }

  it('a picture whose few kilobytes hold gigabytes is refused by its header', async () => {
    const chunk = (kind: string, data: Buffer) => {
      const body = Buffer.concat([Buffer.from(kind), data]);
      const out = Buffer.alloc(8 + body.length);
      out.writeUInt32BE(data.length, 0);
      body.copy(out, 4);
      out.writeUInt32BE(crc32(body) >>> 0, 4 + body.length);
      return out;
    };
    const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 6, 0, 0, 0]);
    const png = (size: number) => {
      header.writeUInt32BE(size, 0);
      header.writeUInt32BE(size, 4);
      const head = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      const bomb = deflateSync(Buffer.alloc(1 << 24), { level: 9 });
      return Buffer.concat([
        head,
        chunk('IHDR', header),
        chunk('IDAT', bomb),
        chunk('IEND', Buffer.alloc(0)),
      ]);
    };
    for (const size of [8, 60_000]) {
      const error = await survives('pictures/a/bomb.png', png(size), inFolder('images'));
      assert.ok(error, `${size}`);
    }
    rmSync(path.join(folder, 'pictures/a/bomb.png'));
  });

  it('paths that lead out of the folder, and endless nesting, are refused in words', async () => {
    const deep = Buffer.from(`{"y": ${'['.repeat(200_000)}`);
    assert.ok(await survives('rows.jsonl', deep, table('jsonl')));
    assert.ok(
      (await survives('a.vitrine.json', Buffer.from('{"model": '.repeat(50_000)), seeds.at(-1)![2])) ===
        undefined,
    );
    assert.ok(datasetKind('csv'));
  });
});
