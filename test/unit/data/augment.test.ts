/** Pictures altered for training: held to torchvision, only in training, the same for the same seed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  augment,
  erase,
  flip,
  type PlaneSize,
  rotate,
  shift,
} from '../../../src/data/image/augment';
import { loadDataset } from '../../../src/data/load';
import { Random } from '../../../src/model/random';
import cases from '../../reference/data_augment.json';

type Op = (p: Float32Array, s: PlaneSize, ...a: number[]) => Float32Array;

const ops: Record<string, Op> = {
  horizontal: (p, s) => flip(p, s, 'horizontal'),
  vertical: (p, s) => flip(p, s, 'vertical'),
  shift: shift as Op,
  rotate: rotate as Op,
  brightness: adjustBrightness as Op,
  contrast: adjustContrast as Op,
  saturation: adjustSaturation as Op,
  erase: erase as Op,
};

describe('Transforms of pictures, held to torchvision', () => {
  for (const name of Object.keys(ops))
    it(name, () => {
      const own = cases.filter(c => c.op === name);
      assert.ok(own.length > 0);
      for (const { size, arguments: given, out } of own) {
        const [channels, height, width] = size as [number, number, number];
        const p = Float32Array.from(
          { length: channels * height * width },
          (_, i) => 0.5 + 0.5 * Math.sin(1.7 * i + 0.3 * channels),
        );
        const got = ops[name]!(p, { channels, height, width }, ...given);
        out.forEach((v, i) => {
          assert.ok(Math.abs(v - got[i]!) < 2e-6, `${size} ${given} at ${i}: ${got[i]}, expected ${v}`);
        });
      }
    });
});

describe('Augmentation', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-augment-'));
    for (const name of ['a', 'b']) {
      mkdirSync(path.join(folder, 'pictures', name), { recursive: true });
      for (let k = 0; k < 5; k++) {
        const png = new PNG({ width: 8, height: 8 });
        png.data.forEach((_, i) => {
          png.data[i] = i % 4 === 3 ? 255 : (i * 37 + k * 11 + name.charCodeAt(0)) % 256;
        });
        writeFileSync(path.join(folder, 'pictures', name, `${k}.png`), PNG.sync.write(png));
      }
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const load = (more: object) =>
    loadDataset(
      { kind: 'images', file: 'pictures', height: 8, width: 8, scale: 'standard', ...more },
      { folder, seed: 0 },
    );
  const all = [
    { name: 'RandomHorizontalFlip' },
    { name: 'RandomVerticalFlip', p: 0.3 },
    { name: 'RandomCrop', padding: 2 },
    { name: 'RandomRotation', degrees: 15 },
    { name: 'ColorJitter', brightness: 0.3, contrast: 0.3, saturation: 0.3 },
    { name: 'RandomErasing', p: 1 },
  ];

  it('alters what training sees, anew in each epoch, and nothing else', async () => {
    const plain = await load({});
    assert.equal(plain.trainingBatch, undefined);
    const data = await load({ augment: all });
    const rows = data.splits.train;
    assert.deepEqual(data.batch(rows), plain.batch(rows));
    assert.deepEqual(data.preparation(), plain.preparation(), 'prediction knows nothing of it');
    const first = data.trainingBatch!(rows, { seed: 0, epoch: 0 });
    assert.deepEqual(first.targets, data.batch(rows).targets);
    assert.notDeepEqual(first.input.data, data.batch(rows).input.data);
    assert.deepEqual(data.trainingBatch!(rows, { seed: 0, epoch: 0 }), first);
    assert.notDeepEqual(data.trainingBatch!(rows, { seed: 0, epoch: 1 }).input.data, first.input.data);
    assert.notDeepEqual(data.trainingBatch!(rows, { seed: 1, epoch: 0 }).input.data, first.input.data);
    // A row's chance does not depend on the batch that it is in: a resumed run sees the same.
    const last = data.trainingBatch!(rows.subarray(rows.length - 1), { seed: 0, epoch: 0 }).input.data;
    assert.deepEqual(Float32Array.from(last), Float32Array.from(first.input.data.subarray(-last.length)));
  });

  it('happens as often as asked', () => {
    const size = { channels: 1, height: 2, width: 2 };
    const p = Float32Array.of(1, 0, 0, 0);
    let flipped = 0;
    for (let k = 0; k < 2000; k++)
      if (augment(p, size, [{ name: 'RandomHorizontalFlip', p: 0.2 }], new Random(0, `${k}`))[1] === 1)
        flipped++;
    assert.ok(Math.abs(flipped / 2000 - 0.2) < 0.04, `${flipped}`);
    assert.deepEqual(Array.from(p), [1, 0, 0, 0], 'the picture itself stays');
  });
});
