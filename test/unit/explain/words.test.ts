import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { contextOf } from '../../../src/explain/context';
import { visible } from '../../../src/explain/words/visible';
import { languageOf, type Words, wordsFor } from '../../../src/explain/words/words';
import { english } from '../../../src/explain/words/words.en';
import { openRun } from '../../../src/train/open/openRun';
import { vitrine } from '../cli/_shell';
import { Workspace } from '../service/_workspace';

/** Paths of all sentences in a table, with how many values each takes. */
function shapeOf(table: object, at = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? shapeOf(value, `${at}.${key}`)
      : [`${at}.${key}:${typeof value === 'function' ? value.length : 0}`],
  );
}

import { chinese } from '../../../src/explain/words/words.zh';

describe('sentences in two languages', function () {
  this.timeout(60_000);
  const workspace = new Workspace();
  let engine: Engine;
  let run: string;

  before(async () => {
    run = workspace.sample('breast-cancer', { epochs: 10 });
    assert.equal((await vitrine('train', run)).code, 0);
    engine = await createEngine({ backend: 'webasm' });
  });

  after(async () => {
    await engine.dispose();
    workspace.dispose();
  });

  it('are the same sentences, and take the same values', () => {
    const used = (words: Words) => shapeOf(words).filter(s => !s.startsWith('.cautions'));
    assert.deepEqual(used(wordsFor('zh')).sort(), used(english).sort());
    assert.deepEqual(Object.keys(wordsFor('zh').cautions).sort(), Object.keys(english.cautions).sort());
    assert.equal(languageOf('zh-cn'), 'zh');
    assert.equal(languageOf('de'), 'en');
  });

  it('put what the data say in the marks of Chinese', () => {
    assert.equal(chinese.predicted.truth('"d"', false), '数据中是“d”。');
    assert.equal(chinese.predicted.truth('3.5', false), '数据中是 3.5。');
  });

  it('tell an explanation, a comparison of groups and a report in Chinese', async () => {
    const explained = await vitrine(
      ...['explain', run, '--method', 'integrated_gradients', '--row', '20', '--language', 'zh', '--json'],
    );
    assert.equal(explained.code, 0, explained.err);
    const text: string = explained.json()[0]!['text'];
    assert.match(text, /模型对“diagnosis”的回答是/);
    assert.match(text, /对此解释的可信度/);
    assert.doesNotMatch(text, /\b(the|model|rows|trust)\b/i, text);
    const found = await vitrine('fairness', run, '--by', 'mean_radius', '--language', 'zh', '--json');
    assert.match(found.json()[0]!['text'], /最大的差距在/);
    const refused = await vitrine('explain', run, '--method', 'saliency', '--row', '20', '--language', 'fr');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /expected en or zh/);
  });

  it('say what stands around a prediction, from counts that can be checked', async () => {
    const opened = await openRun(run);
    const [dataset, weights] = [await opened.dataset(), await opened.weights()];
    const row = dataset.splits.test[3]!;
    const { json } = await vitrine(
      'explain',
      run,
      '--method',
      'integrated_gradients',
      '--row',
      String(row),
      '--json',
    );
    const [e] = json();
    const { sureness, similar, flip } = e!['context'];
    assert.ok(sureness.rows >= 10 && sureness.right <= sureness.rows);
    assert.equal(similar.rows, 20);
    // The neighbours, found the slow way.
    const own = dataset.batch([row]).input.data;
    const all = Array.from(dataset.splits.train, r => {
      const { input, targets } = dataset.batch([r]);
      return {
        d: Array.from(input.data).reduce((s, x, i) => s + (x - own[i]!) ** 2, 0),
        y: targets.data[0]!,
      };
    }).sort((a, b) => a.d - b.d);
    const label = dataset.target.classes!.indexOf(e!['prediction'].label);
    assert.equal(similar.same, all.slice(0, 20).filter(r => r.y === label).length);
    if (flip) {
      const changed = { ...dataset.raw(row).values, [flip.column]: flip.to };
      const { predict } = await import('../../../src/explain/answers/predict');
      const [p] = await predict({
        engine,
        model: opened.model,
        weights,
        dataset,
        loss: { name: opened.experiment.loss },
        input: dataset.prepare([changed]),
      });
      assert.equal(p!.label, flip.label);
      assert.notEqual(p!.label, e!['prediction'].label);
    }
    assert.match(e!['text'], /training rows most like this one/);
  });

  it('have nothing to say around a number', async () => {
    const opened = await openRun(run);
    const dataset = await opened.dataset();
    const input = dataset.batch([dataset.splits.test[0]!]).input;
    const found = await contextOf(
      {
        engine,
        model: opened.model,
        weights: await opened.weights(),
        dataset: { ...dataset, target: { name: 'x', kind: 'number' } },
        input,
      },
      { output: [1], label: '1', index: 0 },
      { values: input },
      undefined,
    );
    assert.deepEqual(found, {});
  });
});

describe('tokens as one sees them', () => {
  it('shows spaces and line ends, however a tokenizer writes them', () => {
    for (const [token, shown] of [
      [' book', '␣book'],
      ['Ġbook', '␣book'],
      ['▁book', '␣book'],
      ['Ċ', '⏎'],
      ['book', 'book'],
    ] as const)
      assert.equal(visible(token), shown);
  });
});
