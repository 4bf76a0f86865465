import assert from 'node:assert/strict';
import { byName, explainSample, sampleFolder, type TrainedSample } from './_sample';

describe('The sample of a cart pole, by REINFORCE with a baseline', function () {
  this.timeout(60_000);
  const sample = sampleFolder('cartpole');
  let trained: TrainedSample;

  it('keeps the pole up for a mean return of 195', async () => {
    trained = await sample.train('cartpole.vitrine.json', { loss: 'reinforce', epochs: 30 });
    assert.ok(trained.test['mean_return']! >= 195, JSON.stringify(trained.test));
  });

  for (const method of ['integrated_gradients', 'saliency'])
    it(`names the state's parts: ${method}`, async () => {
      const shares = byName(await explainSample(trained, { method, row: 5, target: 'left' }));
      assert.deepEqual(Object.keys(shares), [
        'cart position',
        'cart velocity',
        'pole angle',
        'pole angular velocity',
      ]);
      assert.ok(Object.values(shares).every(Number.isFinite));
      assert.ok(Object.values(shares).some(x => x !== 0));
    });
});
