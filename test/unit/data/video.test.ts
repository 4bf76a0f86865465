import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { decodeImage } from '../../../src/data/image/decode';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { decodeGif } from '../../../src/data/video/gif';
import { VitrineError } from '../../../src/model/errors';
import { folder } from './_load';

interface Reference {
  gif: Record<string, { file: string; frames: number[][] }>;
  webp: Record<string, { file: string; width: number; height: number; pixels: number[] }>;
}

const reference = JSON.parse(
  gunzipSync(readFileSync(path.join(process.cwd(), 'test/reference/data_video.json.gz'))).toString(),
) as Reference;
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

function put(name: string, content: Uint8Array | string): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** What is seen: where nothing is, the colour does not matter. */
function seen(pixels: ArrayLike<number>): number[] {
  return Array.from(pixels, (v, i) => (pixels[i - (i % 4) + 3] === 0 ? 0 : v));
}

describe('Animated GIFs', () => {
  for (const [name, { file, frames }] of Object.entries(reference.gif))
    it(`have the frames that Pillow sees: ${name}`, () => {
      const read = decodeGif(bytes(file));
      assert.equal(read.frames.length, frames.length);
      frames.forEach((f, i) => {
        assert.deepEqual(seen(read.frames[i]!.data), seen(f), `frame ${i}`);
      });
      assert.deepEqual(read.delays, [0.05, 0.1, 0.05, 0.2, 0.05]);
    });

  it('are refused when they are damaged, in a few words', () => {
    const good = bytes(reference.gif['kept']!.file);
    for (const [wrong, message] of [
      [new Uint8Array(0), /it is empty/],
      [Buffer.from('PNG'), /it is no GIF/],
      [good.subarray(0, 40), /cut off or is damaged|no frame/],
      [good.subarray(0, good.length - 60), /cut off or is damaged/],
    ] as const)
      assert.throws(() => decodeGif(new Uint8Array(wrong)), message);
    const huge = good.slice();
    huge.set([0xff, 0xff, 0xff, 0xff], 6);
    assert.throws(() => decodeGif(huge), /65535 x 65535|cut off or is damaged/);
  });
});

describe('WebP pictures', () => {
  for (const [name, { file, width, height, pixels }] of Object.entries(reference.webp))
    it(`have the pixels that Pillow reads: ${name}`, () => {
      const read = decodeImage(bytes(file));
      assert.deepEqual([read.width, read.height], [width, height]);
      // Both are libwebp; a step of 1 in colour conversion is what its versions differ by.
      const tolerance = name === 'lossy' ? 1 : 0;
      assert.ok(
        seen(read.data).every((v, i) => Math.abs(v - seen(pixels)[i]!) <= tolerance),
        name,
      );
    });

  it('are refused when they are damaged, or too large by their header', () => {
    const good = bytes(reference.webp['lossless']!.file);
    assert.throws(() => decodeImage(good.subarray(0, 20)), /cut off/);
    assert.throws(() => decodeImage(good.subarray(0, 60)), /cut off or is damaged/);
    const huge = good.slice();
    huge.set([0xff, 0xff, 0xff, 0x0f], 21);
    assert.throws(() => decodeImage(huge), /more than 100 million/);
  });
});

describe('Folders of videos', () => {
  const frame = (at: number) => {
    const png = new PNG({ width: 8, height: 6 });
    for (let i = 0; i < 48; i++) png.data.set(i % 8 === at ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * i);
    return PNG.sync.write(png);
  };
  // Frames with numbers that the alphabet puts into another order.
  for (const clip of ['a', 'b'])
    for (let t = 0; t < 12; t++) {
      put(`clips/left/${clip}/frame${t}.png`, frame((20 - t) % 8));
      put(`clips/right/${clip}/frame${t}.png`, frame(t % 8));
    }
  put('clips/left/c.gif', bytes(reference.gif['kept']!.file));
  put('clips/left/broken.gif', 'GIF89a');
  put('clips/right/notes.txt', 'words');
  const load = (options: Record<string, unknown> = {}) =>
    loadDataset(
      {
        kind: 'video',
        file: 'clips',
        channels: 1,
        height: 6,
        width: 8,
        frames: 12,
        split: { test: 0, valid: 0 },
        ...options,
      },
      { folder, seed: 0 },
    );

  it('are GIFs and folders of numbered frames, [channels, frames, height, width]', async () => {
    const data = await load();
    assert.equal(data.modality, 'video');
    assert.deepEqual(data.sampleShape, [1, 12, 6, 8]);
    assert.deepEqual(data.target.classes, ['left', 'right']);
    const rows = [...data.splits.train];
    assert.equal(rows.length, 5);
    const row = rows.find(r => data.raw(r).values['file'] === 'right/a')!;
    const { data: x } = data.batch([row]).input;
    for (let t = 0; t < 12; t++) assert.equal(x[t * 48 + (t % 8)], 1, `frame ${t}`);
    assert.ok(
      data.notes.some(n => /^1 clip left out: left\/broken\.gif/.test(n)),
      data.notes.join(),
    );
    assert.ok(data.notes.some(n => /passed over: right\/notes\.txt/.test(n)));
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    const files = await saved.readRows(path.join(folder, 'clips/right'));
    assert.equal(files.length, 2);
    assert.deepEqual(saved.prepare(files.slice(0, 1)).data, x);
  });

  it('are thinned out at even distances, and stand still at their end', async () => {
    const few = await load({ frames: 4 });
    const row = [...few.splits.train].find(r => few.raw(r).values['file'] === 'right/a')!;
    const bright = (data: ArrayLike<number>, t: number) =>
      Array.from({ length: 8 }, (_, i) => data[t * 48 + i]!).indexOf(1);
    const { data: x } = few.batch([row]).input;
    assert.deepEqual(
      [0, 1, 2, 3].map(t => bright(x, t)),
      [1, 4, 7, 2],
    );
    const long = await load({ frames: 14, scale: 'standard' });
    const { data: y } = long.batch([row]).input;
    assert.deepEqual(y.slice(11 * 48, 12 * 48), y.slice(13 * 48));
  });

  it('say what is wrong', async () => {
    put('one/only/a.gif', bytes(reference.gif['kept']!.file));
    for (const [options, message] of [
      [{ file: 'one' }, /clips of one class only/],
      [{ file: 'none' }, /"none" cannot be read/],
      [{ frames: 4096, height: 4096, width: 4096, channels: 3 }, /take more than 4 GB/],
    ] as const)
      await assert.rejects(
        () => load(options),
        (e: unknown) => e instanceof VitrineError && message.test(e.message),
      );
    const data = await load();
    assert.throws(() => data.prepare([{ file: 'nothing.gif' }]), /There is no video/);
    assert.throws(() => data.prepare([{ file: 'clips/left/broken.gif' }]), VitrineError);
  });
});
