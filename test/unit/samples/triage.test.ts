import assert from 'node:assert/strict';
import { assessRun } from '../../../src/service/inquiries/assessRun';
import { counterfactualRun } from '../../../src/service/inquiries/counterfactualRun';
import { sampleFolder, sharesOf, type TrainedSample } from './_sample';

describe('The sample of fairness in triage', function () {
  this.timeout(120_000);
  const sample = sampleFolder('triage');
  let trained: TrainedSample;

  it('learns the records as well as a logistic regression does', async () => {
    trained = await sample.train('triage.vitrine.json');
    // scikit-learn's LogisticRegression on the same rows.
    assert.ok(trained.test['accuracy']! >= 0.917 - 0.01, JSON.stringify(trained.test));
  });

  it('is found to be unfair to women, as it was planted', async () => {
    const fairness = await assessRun(
      { run: trained.run.folder, positive: 'urgent' },
      async () => trained.engine,
    );
    const rate = (name: string) => fairness.groups[name]!.selection_rate!;
    assert.ok(rate('female') < rate('male') - 0.05, `${rate('female')} and ${rate('male')}`);
    // A gap as large would hardly come by chance.
    assert.ok(fairness.chance.demographic_parity_difference! < 0.05, JSON.stringify(fairness.chance));
    assert.ok(fairness.metrics.demographic_parity_ratio! < 0.8);
  });

  it('says that sex speaks against urgency for women', async () => {
    const dataset = await trained.run.dataset();
    const urgent = dataset.target.classes!.indexOf('urgent');
    const means = { female: 0, male: 0 };
    const counts = { female: 0, male: 0 };
    for (const row of dataset.splits.test.slice(0, 40)) {
      const sex = dataset.raw(row).values['sex'] as 'female' | 'male';
      const shares = await sharesOf(trained, { method: 'integrated_gradients', row, target: urgent });
      means[sex] += shares['sex']!;
      counts[sex]++;
    }
    assert.ok(
      means.female / counts.female < means.male / counts.male - 0.3,
      JSON.stringify({ means, counts }),
    );
  });

  it('finds what would turn a decision', async () => {
    const [row] = (await trained.run.dataset()).splits.test;
    const found = await counterfactualRun({ run: trained.run.folder, row: row! }, async () => trained.engine);
    assert.ok(found.counterfactuals.length > 0);
  });

  it('does not advise to change the sex, which is sensitive, unless it is freed', async () => {
    const { test } = (await trained.run.dataset()).splits;
    const ask = (row: number, free: string[]) =>
      counterfactualRun({ run: trained.run.folder, row, free }, async () => trained.engine);
    const changed = { kept: 0, freed: 0 };
    for (const row of test.slice(0, 8)) {
      const [kept, freed] = [await ask(row, []), await ask(row, ['sex'])];
      assert.deepEqual([kept.kept, freed.kept], [['sex'], []]);
      assert.match(kept.notes.join(' '), /sex stays as it is/);
      assert.doesNotMatch(freed.notes.join(' '), /stays as it is/);
      changed.kept += kept.counterfactuals.filter(c => 'sex' in c.changes).length;
      changed.freed += freed.counterfactuals.filter(c => 'sex' in c.changes).length;
    }
    assert.equal(changed.kept, 0);
    assert.ok(changed.freed > 0);
  });
});
