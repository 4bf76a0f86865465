import assert from 'node:assert/strict';
import expected from '../../reference/samples_columns_train.json';
import truth from '../../reference/samples_recommendation_truth.json';
import { sampleFolder, sharesOf, type TrainedSample } from './_sample';

describe('The sample of recommendation', function () {
  this.timeout(60_000);
  const sample = sampleFolder('recommendation');
  let trained: TrainedSample;

  it('a factorisation machine reaches what PyTorch does', async () => {
    trained = await sample.train('recommendation.vitrine.json');
    const { rmse, group_ndcg_10: ndcg, group_hit_rate_3: hits } = expected['recommendation/recommendation'];
    assert.ok(trained.test['rmse']! <= rmse.max + 0.01, JSON.stringify(trained.test));
    assert.ok(trained.test['group_ndcg_10']! >= ndcg.min - 0.01, JSON.stringify(trained.test));
    assert.ok(trained.test['group_hit_rate_3']! >= hits.min - 0.01, JSON.stringify(trained.test));
  });

  it('matrix factorisation too, knowing less', async () => {
    const { test } = await sample.train('matrix.vitrine.json');
    assert.ok(test['rmse']! <= expected['recommendation/matrix'].rmse.max + 0.01, JSON.stringify(test));
    assert.ok(test['rmse']! > trained.test['rmse']! + 0.05);
  });

  it('says why: the genre counts for who loves it and against who dislikes it, as it was planted', async () => {
    const dataset = await trained.run.dataset();
    const shares = { loved: [] as number[], disliked: [] as number[] };
    for (const row of dataset.splits.test) {
      const { values } = dataset.raw(row);
      const [loved, disliked] = (truth as Record<string, string[]>)[String(values['user'])]!;
      const kind =
        values['genre'] === loved ? 'loved' : values['genre'] === disliked ? 'disliked' : undefined;
      if (!kind || shares[kind].length >= 8) continue;
      const { genre, user, film } = await sharesOf(trained, { method: 'shapley_values', row, target: 0 });
      shares[kind].push(genre! + user! + film!);
    }
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    assert.equal(shares.loved.length, 8);
    // 1.2 stars more and 1.2 less were planted.
    assert.ok(mean(shares.loved) > 0.6, JSON.stringify(shares));
    assert.ok(mean(shares.disliked) < -0.6, JSON.stringify(shares));
  });
});
