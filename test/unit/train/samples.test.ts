import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { launch } from '../../../src/train/launch';
import { openRun } from '../../../src/train/open/openRun';
import { generateText } from '../../../src/train/predict/generateText';
import { predictRows } from '../../../src/train/predict/predictRows';
import expected from '../../reference/data_text_train.json';

const distFolder = path.resolve('dist');

describe('The samples of text and of acting, trained to their figures', function () {
  this.timeout(120_000);
  let folder: string;
  let engine: Engine;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-samples-'));
    cpSync('media/samples', folder, { recursive: true, filter: f => !f.includes('.vitrine/') });
    engine = await createEngine({ backend: 'webasm' });
  });

  after(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function train(name: string) {
    const experiment = path.join(folder, name);
    const {
      done,
      folder: run,
      notes,
    } = await launch({ experiment, distFolder, engineFor: async () => engine });
    assert.deepEqual(notes, []);
    const record = await done;
    assert.equal(record.state, 'finished');
    return { test: record.test!, run: await openRun(run) };
  }

  it('sentiment: within what PyTorch reaches', async () => {
    const { test, run } = await train('sentiment/sentiment.vitrine.json');
    assert.ok(test['accuracy']! >= expected.sentiment.accuracy.min - 0.01, JSON.stringify(test));
    const input = run.preparation.prepare([
      { review: 'The soup was awful and the bread was stale' },
      { review: 'The bread was lovely' },
    ]);
    const { target } = run.preparation;
    const weights = await run.weights();
    const said = await predictRows({
      engine,
      model: run.model,
      weights,
      input,
      target,
      loss: 'cross_entropy',
    });
    assert.deepEqual(
      said.map(p => p.label),
      ['negative', 'positive'],
    );
  });

  it('char-gpt: within what PyTorch reaches; writes the same words twice', async () => {
    const { test, run } = await train('char-gpt/gpt.vitrine.json');
    const { loss, accuracy } = expected['char-gpt'];
    assert.ok(test['loss']! <= loss.max * 1.02, JSON.stringify(test));
    assert.ok(test['accuracy']! >= accuracy.min - 0.01, JSON.stringify(test));
    const write = async (options: object) => {
      let text = '';
      const all = { prompt: 'the old cow', tokens: 60, temperature: 1, seed: 3, ...options };
      let added = '';
      const cached: boolean[] = [];
      for await (const token of generateText(run, engine, all)) {
        text += token.token;
        added = token.text;
        cached.push(token.cached);
      }
      assert.equal(added, text);
      // 11 characters of 32 are there; from the 23rd on the text is longer than the model sees.
      assert.equal(cached.lastIndexOf(true), 21);
      return text;
    };
    assert.equal(await write({}), await write({}));
    assert.notEqual(await write({}), await write({ seed: 4 }));
    // One candidate is the likeliest.
    assert.equal(await write({ topK: 1 }), await write({ temperature: 0, seed: 9 }));
    const words = (await write({ temperature: 0 })).trim().split(/\s+/).slice(0, -1);
    assert.match(words.join(' '), /\b(the|a|one|two|all)\b/);
  });

  it('cartpole: a mean return of 475 over 100 episodes', async () => {
    const { test, run } = await train('cartpole/cartpole.vitrine.json');
    assert.ok(test['mean_return']! >= 475, JSON.stringify(test));
    const input = run.preparation.prepare(
      [0.1, -0.1].map(angle => ({
        'cart position': 0,
        'cart velocity': 0,
        'pole angle': angle,
        'pole angular velocity': angle,
      })),
    );
    const weights = await run.weights();
    const { target } = run.preparation;
    const said = await predictRows({ engine, model: run.model, weights, input, target, loss: 'ppo' });
    assert.deepEqual(
      said.map(p => p.label),
      ['right', 'left'],
    );
  });
});
