import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { loadDataset } from '../../../src/data/load';
import { readExperiment } from '../../../src/formats/experiment/read';
import expected from '../../reference/data_splits.json';

const samples = path.join(process.cwd(), 'media/samples');

describe('The samples that ship', () => {
  for (const [name, splits] of Object.entries(expected))
    it(`load and are divided as ever: ${name}`, async () => {
      const file = readdirSync(path.join(samples, name)).find(f => f.endsWith('.vitrine.json'))!;
      const { experiment } = await readExperiment(path.join(samples, name, file));
      const data = await loadDataset(experiment!.data, { folder: samples, seed: experiment!.seed });
      // PyTorch's figures in media/samples/README.md are for these very rows.
      for (const part of ['train', 'valid', 'test'] as const)
        assert.deepEqual([...data.splits[part]], splits[part]);
      assert.deepEqual(data.notes, []);
      const { input } = data.batch(data.splits.train);
      assert.ok(input.data.every(Number.isFinite));
      const rows = data.splits.train.slice(3, 9);
      const own = data.batch(rows);
      // Another batch stood there before.
      const place = new Float32Array(own.input.data.length).fill(7);
      const there = data.batch(rows, place);
      assert.deepEqual(there.targets, own.targets);
      assert.deepEqual(Float32Array.from(there.input.data), Float32Array.from(own.input.data));
      assert.equal(there.input.data === place, data.modality !== 'text');
      assert.equal(data.modality, name === 'digits' ? 'image' : name === 'sentiment' ? 'text' : 'table');
    });

  for (const name of ['detection', 'video-motion'])
    it(`are altered by chance where they are wanted: ${name}`, async () => {
      const file = readdirSync(path.join(samples, name)).find(f => f.endsWith('.vitrine.json'))!;
      const { experiment } = await readExperiment(path.join(samples, name, file));
      const augment = [{ name: 'RandomVerticalFlip', p: 0.9 }];
      const data = await loadDataset(
        { ...experiment!.data, augment },
        { folder: path.join(samples, name), seed: 0 },
      );
      const rows = data.splits.train.slice(0, 3);
      const chance = { seed: 1, epoch: 2 };
      const own = data.trainingBatch!(rows, chance);
      const place = new Float32Array(own.input.data.length).fill(7);
      const there = data.trainingBatch!(rows, chance, place);
      assert.deepEqual(there, { ...own, input: { ...own.input, data: place } });
      assert.notDeepEqual(place, data.batch(rows).input.data);
    });
});
