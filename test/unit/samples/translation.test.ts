import assert from 'node:assert/strict';
import { explainRow } from '../../../src/service/inquiries/explainRow';
import { predictRows } from '../../../src/train/predict/predictRows';
import { writeSequences } from '../../../src/train/predict/writeSequences';
import expected from '../../reference/samples_translation_train.json';
import { sampleFolder, type TrainedSample } from './_sample';

describe('The sample of machine translation', function () {
  this.timeout(120_000);
  const sample = sampleFolder('translation');
  let trained: TrainedSample;

  it('translates what it has not seen as well as in PyTorch', async () => {
    trained = await sample.train('translation.vitrine.json');
    for (const figure of ['accuracy', 'exact_match', 'bleu'] as const)
      assert.ok(
        trained.test[figure]! >= expected[figure].min - 0.01,
        `${figure}: ${JSON.stringify(trained.test)}`,
      );
  });

  it('writes by itself, greedily or with several beginnings; exact match says how often it is right', async () => {
    const { run, engine, test } = trained;
    const dataset = await run.dataset();
    const rows = dataset.splits.test;
    const said = await predictRows({
      engine,
      model: run.model,
      weights: await run.weights(),
      input: dataset.batch(rows).input,
      target: dataset.target,
      parts: dataset.parts,
      loss: 'cross_entropy',
    });
    const right = said.filter((p, i) => p.label === dataset.raw(rows[i]!).target).length;
    assert.ok(Math.abs(right / rows.length - test['exact_match']!) < 0.005);
    const input = run.preparation.prepare([
      { english: 'two small dogs did not find the old house yesterday' },
    ]);
    const write = async (beams: number) =>
      (
        await writeSequences({
          engine,
          model: run.model,
          weights: await run.weights(),
          input,
          target: run.preparation.target,
          parts: run.preparation.parts!,
          beams,
        })
      )[0]!;
    const [greedy, four] = [await write(1), await write(4)];
    assert.equal(greedy.text, 'hena du kevan tinan li nema veta ne troveti');
    assert.ok(greedy.ended);
    assert.ok(four.logProbability >= greedy.logProbability - 1e-6);
    await assert.rejects(
      writeSequences({
        engine,
        model: run.model,
        weights: await run.weights(),
        input,
        target: run.preparation.target,
        parts: run.preparation.parts!,
        signal: AbortSignal.abort(),
      }),
      /cancelled/i,
    );
  });

  it('shows which word stands behind which, across the other order: the verb at the end, the adjective behind', async () => {
    const sentence = { english: 'the quiet horse drew two big lamps yesterday' };
    const wanted: Record<string, string> = {
      hena: 'yesterday',
      rako: 'horse',
      molo: 'quiet',
      lusan: 'lamps',
      granan: 'big',
    };
    for (const method of ['cross_attention', 'source_removal']) {
      const e = await explainRow(
        { run: trained.run.folder, method, values: sentence },
        async () => trained.engine,
      );
      assert.equal(e.prediction.label, 'hena li rako molo du lusan granan penteti');
      const [figure] = e.figures!;
      assert.ok(figure?.kind === 'matrix');
      const { columns, rows, values } = figure;
      const width = columns.labels.length;
      const strongest = (word: string) => {
        const row = values.slice(rows.labels.indexOf(word) * width).slice(0, width);
        return columns.labels[row.indexOf(Math.max(...row))];
      };
      for (const [written, read] of Object.entries(wanted))
        assert.equal(strongest(written), read, `${method}: ${written}`);
      // The verb says who does what, and when.
      const verb = values.slice(rows.labels.indexOf('penteti') * width).slice(0, width);
      const two = columns.labels.filter((_, c) => [...verb].sort((a, b) => b - a).indexOf(verb[c]!) < 2);
      assert.deepEqual(two.sort(), ['drew', 'yesterday']);
      assert.ok(e.trust.score > 0.5, JSON.stringify(e.trust));
      assert.match(e.text, /"rako" and "horse"/);
    }
  });

  it('is not explained by methods for one answer', async () => {
    await assert.rejects(
      explainRow({ run: trained.run.folder, method: 'feature_ablation', row: 3 }, async () => trained.engine),
      /writes many words. Use cross_attention or source_removal/,
    );
  });
});
