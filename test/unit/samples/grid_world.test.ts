import assert from 'node:assert/strict';
import path from 'node:path';
import { cliffStep } from '../../../src/rl/environments/cliff_walking';
import { launch } from '../../../src/train/launch';
import { RunControl } from '../../../src/train/loop/control';
import { openRun } from '../../../src/train/open/openRun';
import { predictRows } from '../../../src/train/predict/predictRows';
import expected from '../../reference/rl_cliff_walking.json';
import { distFolder, explainSample, sampleFolder, type TrainedSample } from './_sample';

describe('The sample of a grid world', function () {
  this.timeout(60_000);
  const sample = sampleFolder('grid-world');
  let trained: TrainedSample;

  it('finds the shortest way, as the optimum and tabular Q-learning do', async () => {
    trained = await sample.train('walk.vitrine.json');
    const optimum = expected.optimum.return;
    assert.deepEqual(expected.q_learning, new Array(5).fill(optimum));
    assert.deepEqual(trained.test, { mean_return: optimum, min_return: optimum });
    const { run, engine } = trained;
    const cells = run.preparation.features.map(f => f.name);
    const said = await predictRows({
      engine,
      model: run.explained,
      weights: await run.weights(),
      input: run.preparation.prepare(
        cells.map(name => Object.fromEntries(cells.map(c => [c, c === name ? 1 : 0]))),
      ),
      target: run.preparation.target,
      loss: 'dqn',
    });
    const way = [36];
    while (way.at(-1) !== 47 && way.length < 50)
      way.push(cliffStep(way.at(-1)!, run.preparation.target.classes!.indexOf(said[way.at(-1)!]!.label))[0]);
    assert.deepEqual(way, expected.optimum.path);
  });

  for (const method of ['integrated_gradients', 'saliency'])
    it(`says in which cell it acts so: ${method}`, async () => {
      const { names, values } = (await explainSample(trained, { method, row: 0 })).attribution;
      assert.equal(names!.length, 48);
      // The first row is the start.
      const here = names!.indexOf('row 4, column 1');
      values.forEach((v, i) => {
        if (i !== here) assert.ok(Math.abs(v) < Math.abs(values[here]!), `${names![i]}: ${v}`);
      });
    });

  it('goes on after a stop where it was, with its memory and its target network', async () => {
    const request = {
      experiment: path.join(trained.folder, 'walk.vitrine.json'),
      distFolder,
      engineFor: async () => trained.engine,
      set: { epochs: 6 },
    };
    const whole = await launch(request);
    await whole.done;
    const control = new RunControl();
    const part = await launch({
      ...request,
      control,
      onEvent: e => {
        if (e.event === 'epoch' && e.epoch === 3) control.stop();
      },
    });
    assert.equal((await part.done).state, 'stopped');
    const rest = await launch({ ...request, resume: part.run });
    assert.equal((await rest.done).state, 'finished');
    assert.deepEqual(
      await (await openRun(rest.folder)).weights(),
      await (await openRun(whole.folder)).weights(),
    );
  });

  it('says what the network must give', async () => {
    const wrong = sample.train('walk.vitrine.json', { loss: 'ppo', lossOptions: {} });
    await assert.rejects(wrong, /Walker gives \(N, 4\), but CliffWalking-v1 needs \(N, 5\)/);
    await assert.rejects(
      sample.train('walk.vitrine.json', { loss: 'mse', lossOptions: {} }),
      /Use "dqn" or "ppo" or "reinforce"/,
    );
  });
});
