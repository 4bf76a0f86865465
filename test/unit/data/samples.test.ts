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
      assert.equal(data.modality, name === 'digits' ? 'image' : name === 'sentiment' ? 'text' : 'table');
    });
});
