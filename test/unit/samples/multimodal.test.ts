import assert from 'node:assert/strict';
import { pearson } from '../../../src/explain/numerics/statistics';
import { predictFile, predictRaw } from '../../../src/service/inquiries/predictFile';
import { dataFolder } from '../../../src/train/open/openRun';
import expected from '../../reference/samples_columns_train.json';
import truth from '../../reference/samples_multimodal_truth.json';
import { sampleFolder, sharesOf, type TrainedSample } from './_sample';

describe('The sample of image, text and table at once', function () {
  this.timeout(60_000);
  const sample = sampleFolder('multimodal');
  let trained: TrainedSample;

  it('reaches what PyTorch does', async () => {
    trained = await sample.train('multimodal.vitrine.json');
    assert.ok(
      trained.test['accuracy']! >= expected['multimodal/multimodal'].accuracy.min,
      JSON.stringify(trained.test),
    );
  });

  it('predicts the rows of a table, reading its photos', async () => {
    const { run, engine, folder } = trained;
    const said = await predictFile(run, `${folder}/crates.csv`, engine);
    assert.equal(said.length, 700);
    assert.ok(said.every(p => p.prediction === 'sell' || p.prediction === 'discard'));
  });

  it('predicts a row that was typed, reading the photo that it names', async () => {
    const { run, engine } = trained;
    const typed = { photo: 'photos.zip/008.png', note: 'smells sour', days: 9, warmth: 20 };
    const [said] = await predictRaw(run, [typed], engine, { folder: dataFolder(run) });
    assert.equal(said!.prediction, 'discard');
    const out = await predictRaw(run, [{ ...typed, photo: 'photos.zip/none.png' }, typed], engine, {
      folder: dataFolder(run),
      keepGoing: true,
    });
    assert.match(out[0]!.error!, /Row 1, column "photo": there is no "none\.png" in photos\.zip/);
    assert.equal(out[1]!.prediction, 'discard');
  });

  it('gives each modality the share that it has in truth', async () => {
    const rows = Array.from((await trained.run.dataset()).splits.test).slice(0, 24);
    const found: number[][] = [[], [], []];
    for (const row of rows) {
      const { photo, note, days, warmth } = await sharesOf(trained, {
        method: 'shapley_values',
        row,
        target: 1,
        options: { baseline: 'mean' },
      });
      [photo!, note!, days! + warmth!].forEach((v, i) => {
        found[i]!.push(v);
      });
    }
    for (const [i, name] of ['photo', 'note', 'numbers'].entries()) {
      const planted = rows.map(row => truth[row]![i]!);
      const r = pearson(found[i]!, planted);
      assert.ok(r > 0.7, `${name}: correlation ${r}`);
    }
  });
});
