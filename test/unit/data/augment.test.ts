/** Pictures altered for training: held to torchvision, only in training, the same for the same seed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { fromGrid } from '../../../src/data/boxes/grid';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  augment,
  augmentBoxes,
  enlarge,
  erase,
  flip,
  movedBox,
  moves,
  type PlaneSize,
  rotate,
  shift,
} from '../../../src/data/image/augment';
import { loadDataset } from '../../../src/data/load';
import { readExperiment } from '../../../src/formats/experiment/read';
import { Random } from '../../../src/model/random';
import cases from '../../reference/data_augment.json';
import boxCases from '../../reference/data_augment_boxes.json';

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
  enlarge: (p, s, top, left, height, width) =>
    enlarge(p, s, { top: top!, left: left!, height: height!, width: width! }),
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

describe('Boxes and videos are altered with their pictures', () => {
  const { height, width } = boxCases;
  const size = { channels: 1, height, width };
  const boxes = boxCases.boxes.map((b, i) => ({
    box: [b[0]! / width, b[1]! / height, b[2]! / width, b[3]! / height] as [number, number, number, number],
    class: i,
  }));
  const agree = (move: ReturnType<typeof moves.shift>, wanted: unknown) => {
    for (const [i, box] of boxes.entries()) {
      const want = (wanted as number[][])[i]!;
      const found = movedBox(box, size, move);
      const area = (box.box[2] - box.box[0]) * width * (box.box[3] - box.box[1]) * height;
      // torchvision cuts at the edges too, and keeps what is gone as an empty box.
      if (!found) assert.ok((want[2]! - want[0]!) * (want[3]! - want[1]!) < 0.5 * area, `${i} was left out`);
      else
        for (const [k, x] of found.box.entries())
          assert.ok(Math.abs(x - want[k]! / (k % 2 ? height : width)) < 1e-5, `${found.box} is not ${want}`);
    }
  };

  it("as torchvision's transforms move them", () => {
    agree(moves.horizontal(size), boxCases.horizontal);
    agree(moves.vertical(size), boxCases.vertical);
    for (const [degrees, wanted] of boxCases.rotated) agree(moves.rotate(size, Number(degrees)), wanted);
    for (const [top, left, wanted] of boxCases.shifted) agree(moves.shift(Number(top), Number(left)), wanted);
  });

  it('so that a box still surrounds what it surrounded', () => {
    const transforms = [
      { name: 'RandomHorizontalFlip' as const, p: 0.5 },
      { name: 'RandomVerticalFlip' as const, p: 0.5 },
      { name: 'RandomCrop' as const, padding: 2 },
    ];
    const square = { channels: 1, height: 16, width: 16 };
    const picture = new Float32Array(256);
    for (let y = 3; y < 7; y++) picture.fill(1, y * 16 + 4, y * 16 + 10);
    const box = { box: [4 / 16, 3 / 16, 10 / 16, 7 / 16] as const, class: 0 };
    let differs = 0;
    for (let k = 0; k < 40; k++) {
      const altered = augmentBoxes(picture, [box], square, transforms, new Random(k));
      const [l, t, r, b] = altered.boxes[0]!.box.map(x => Math.round(x * 16)) as [
        number,
        number,
        number,
        number,
      ];
      for (const [i, v] of altered.picture.entries()) {
        const inside = i % 16 >= l && i % 16 < r && Math.floor(i / 16) >= t && Math.floor(i / 16) < b;
        assert.equal(v, inside ? 1 : 0, `${k}: pixel ${i}`);
      }
      if (l !== 4 || t !== 3) differs++;
    }
    assert.ok(differs > 20);
  });

  it('and a video is altered alike in all of its frames', () => {
    const film = { channels: 3, frames: 4, height: 5, width: 6 };
    const transforms = [
      { name: 'RandomHorizontalFlip' as const, p: 1 },
      { name: 'RandomRotation' as const, degrees: 20 },
      { name: 'ColorJitter' as const, brightness: 0.4, contrast: 0.4, saturation: 0.4 },
    ];
    const random = new Random(1);
    const video = Float32Array.from({ length: 3 * 4 * 30 }, () => random.uniform());
    const frame = (v: Float32Array, f: number) =>
      Float32Array.from({ length: 90 }, (_, i) => v[(Math.floor(i / 30) * 4 + f) * 30 + (i % 30)]!);
    const altered = augment(video, film, transforms, new Random(7));
    for (let f = 0; f < 4; f++)
      assert.deepEqual(
        frame(altered, f),
        augment(frame(video, f), { channels: 3, height: 5, width: 6 }, transforms, new Random(7)),
      );
  });

  it('in the samples: targets follow the pictures, and only training sees it', async () => {
    for (const name of ['detection', 'video-motion']) {
      const folder = path.resolve('media/samples', name);
      const [file] = readdirSync(folder).filter(f => f.endsWith('.vitrine.json'));
      const { experiment } = await readExperiment(path.join(folder, file!));
      const augment = [{ name: 'RandomHorizontalFlip', p: 1 }];
      const data = await loadDataset({ ...experiment!.data, augment }, { folder, seed: 0 });
      const rows = data.splits.train.subarray(0, 3);
      const plain = data.batch(rows);
      const once = data.trainingBatch!(rows, { seed: 0, epoch: 0 });
      const width = data.sampleShape.at(-1)!;
      for (const [i, v] of once.input.data.entries())
        assert.ok(Math.abs(v - plain.input.data[i - (i % width) + width - 1 - (i % width)]!) < 1e-6);
      if (!data.target.boxes) {
        assert.deepEqual(once.targets, plain.targets);
        continue;
      }
      const { grid, classes } = data.target.boxes;
      const of = (t: typeof plain.targets) =>
        fromGrid(t.data, 0, grid, classes.length, false).map(b => b.box);
      const found = of(once.targets);
      for (const [l, t, r, b] of of(plain.targets))
        assert.ok(
          found.some(f => [1 - r, t, 1 - l, b].every((x, k) => Math.abs(x - f[k]!) < 1e-5)),
          `${[l, t, r, b]} has no mirror image among ${found}`,
        );
    }
  });
});
