import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadDataset } from '../../../src/data/load';
import { VitrineError } from '../../../src/model/errors';
import { predictFile } from '../../../src/service/inquiries/predictFile';
import expected from '../../reference/samples_sessions_train.json';
import { sampleFolder, sharesOf, type TrainedSample } from './_sample';

describe('The sample of user behaviour', function () {
  this.timeout(60_000);
  const sample = sampleFolder('next-item');
  let trained: TrainedSample;

  it('foresees the next item as well as in PyTorch', async () => {
    trained = await sample.train('behaviour.vitrine.json');
    for (const figure of ['accuracy', 'hit_rate_10', 'mrr'] as const)
      assert.ok(
        trained.test[figure]! >= expected[figure].min - 0.01,
        `${figure}: ${JSON.stringify(trained.test)}`,
      );
  });

  it('predicts the visits of a log, in whatever order its events stand', async () => {
    const file = path.join(trained.folder, 'more.csv');
    writeFileSync(
      file,
      'minute,item,visit\n3,budget-sleeping-bag,a\n1,budget-tent,a\n2,premium-towel,b\n4,premium-parasol,b\n',
    );
    const said = await predictFile(trained.run, file, trained.engine);
    assert.deepEqual(
      said.map(p => p.prediction),
      ['budget-stove', 'premium-snorkel'],
    );
  });

  it('says what leads there: the plan and the price, hardly a popular thing in between', async () => {
    const dataset = await trained.run.dataset();
    const sums = { plan: 0, popular: 0, rows: 0 };
    for (const row of dataset.splits.test) {
      const items = String(dataset.raw(row).values['item']).split(' › ');
      const popular = items.findIndex(i => !/^(budget|premium)-/.test(i));
      if (popular < 0 || popular > items.length - 2 || items.length < 4) continue;
      if (!/^(budget|premium)-/.test(items.at(-1)!) || sums.rows >= 8) continue;
      const target = dataset.target.classes!.indexOf(String(dataset.raw(row).target));
      const shares = await sharesOf(trained, { method: 'feature_ablation', row, target });
      sums.plan += Math.abs(shares[`event ${items.length}`]!);
      sums.popular += Math.abs(shares[`event ${popular + 1}`]!);
      sums.rows++;
    }
    assert.equal(sums.rows, 8);
    assert.ok(sums.plan > 3 * sums.popular, JSON.stringify(sums));
  });

  it('says what is wrong with a log', async () => {
    const refused = async (text: string, pattern: RegExp) => {
      writeFileSync(path.join(trained.folder, 'bad.csv'), text);
      const error = await loadDataset(
        { kind: 'sessions', file: 'bad.csv', session: 'visit', target: 'item', time: 'minute' },
        { folder: trained.folder, seed: 0 },
      ).then(
        () => assert.fail('it was read'),
        e => e,
      );
      assert.ok(error instanceof VitrineError);
      assert.match(error.message, pattern);
    };
    await refused('visit,item,when\na,b,1\n', /no column "minute"/i);
    await refused('visit,item,minute\na,,1\na,c,2\n', /Line 2, column "item": the value is missing/);
    await refused(
      'visit,item,minute\na,b,soon\na,c,later\n',
      /Line 2, column "minute": found "soon", expected a number or a date/,
    );
    await refused('visit,item,minute\na,b,1\nb,c,2\n', /Only 0 sessions have two events or more/);
  });
});
