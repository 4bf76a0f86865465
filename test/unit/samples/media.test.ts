/** The samples that hear and see: as good as PyTorch, and explained where it was planted. */
import assert from 'node:assert/strict';
import { explain } from '../../../src/explain/explain';
import { predictFile } from '../../../src/service/inquiries/predictFile';
import { samplePage } from '../../../src/service/inquiries/samples';
import expected from '../../reference/samples_media_train.json';
import { byName, explainSample, sampleFolder, type TrainedSample } from './_sample';

async function attributionOf({ run, engine }: TrainedSample, row: number, target?: string) {
  return explain({
    engine,
    model: run.explained,
    weights: await run.weights(),
    dataset: await run.dataset(),
    loss: { name: run.experiment.loss },
    method: 'input_x_gradient',
    row,
    ...(target !== undefined && { target }),
  });
}

describe('The sample of video', function () {
  this.timeout(300_000);
  const sample = sampleFolder('video-motion');

  it('tells directions apart as PyTorch does, and says in which frames and where it saw them', async () => {
    const trained = await sample.train('motion.vitrine.json');
    assert.ok(
      trained.test['accuracy']! >= expected['video-motion/motion'].accuracy.min - 0.01,
      JSON.stringify(trained.test),
    );
    const dataset = await trained.run.dataset();
    const [row] = dataset.splits.test;
    const { attribution, trust } = await attributionOf(trained, row!);
    assert.equal(attribution.values.length, 10 * 20 * 20);
    assert.ok(trust.score >= 0);
    assert.ok(attribution.values.some(v => v !== 0));
  });
});

describe('The sample of speech recognition', function () {
  this.timeout(300_000);
  const sample = sampleFolder('speech-recognition');

  it('hears letters as well as PyTorch does, at the time when they are spoken', async () => {
    const trained = await sample.train('speech.vitrine.json');
    assert.ok(
      trained.test['symbol_error_rate']! <=
        expected['speech-recognition/speech'].symbol_error_rate.max + 0.01,
      JSON.stringify(trained.test),
    );
    const { run, engine, folder } = trained;
    const dataset = await run.dataset();
    const rows = [...dataset.splits.train].filter(r => /^seven [^v]+$/.test(String(dataset.raw(r).target)));
    const [row] = rows;
    const [heard] = await predictFile(run, `${folder}/${dataset.raw(row!).values['file']}`, engine);
    assert.equal(typeof heard!.prediction, 'string');
    // "seven" comes first, and no other word has a v: it is heard in the first half of the sound.
    const { attribution } = await attributionOf(trained, row!, 'v');
    const [, bins, frames] = attribution.shape as [number, number, number];
    const seconds = Number(dataset.raw(row!).values['seconds']);
    const half = Math.floor((seconds * 100) / 2);
    let early = 0;
    let all = 0;
    for (let m = 0; m < bins; m++)
      for (let f = 0; f < frames; f++) {
        const weight = Math.abs(attribution.values[m * frames + f]!);
        all += weight;
        if (f < half) early += weight;
      }
    assert.ok(early / all > 0.7, `${early / all} before the middle`);
  });
});

describe('The sample of speech synthesis', function () {
  this.timeout(300_000);
  const sample = sampleFolder('speech-synthesis');

  it('speaks as PyTorch does, can be heard, and says which letter is spoken when', async () => {
    const trained = await sample.train('voice.vitrine.json');
    assert.ok(
      trained.test['loss']! <= expected['speech-synthesis/voice'].loss.max + 0.01,
      JSON.stringify(trained.test),
    );
    const { run, folder } = trained;
    const dataset = await run.dataset();
    const row = dataset.splits.test.find(r => /lambs$/.test(String(dataset.raw(r).values['text'])))!;
    const e = await explainSample(trained, { method: 'alignment', row });
    assert.ok(e.trust.score > 0.9, JSON.stringify(e.trust.measures));
    const text = String(dataset.raw(row).values['text']);
    assert.equal(e.attribution.names!.length, text.length);
    const [matrix, bars] = e.figures!;
    assert.ok(matrix?.kind === 'matrix' && bars?.kind === 'bars');
    // Letters follow each other in time: the frame that looks most at each comes after that of the one before.
    const frames = matrix.columns.labels.length;
    const peaks = matrix.rows.labels.map((_, letter) => {
      const of = matrix.values.slice(letter * frames, (letter + 1) * frames);
      return of.indexOf(Math.max(...of));
    });
    assert.deepEqual(
      peaks,
      [...peaks].sort((a, b) => a - b),
    );
    const by = byName(e);
    // The "m" of "lambs" is long, the space before it short.
    assert.ok(by[`${text.length - 2} m`]! > by[`${text.length - 5} ␣`]!, JSON.stringify(by));
    const removal = await explainSample(trained, { method: 'removal_over_time', row });
    assert.equal(removal.attribution.values.length, text.length * frames);

    const page = await samplePage(
      {
        experiment: `${folder}/voice.vitrine.json`,
        run: run.record.id,
        split: 'test',
        offset: 0,
        count: 1,
        rows: [row],
      },
      async () => trained.engine,
      new AbortController().signal,
    );
    const [shown] = page.samples;
    const { sound, spectrogram } = shown!.prediction!;
    assert.deepEqual(spectrogram!.shape, [1, 40, frames]);
    // As long as the recording, and as loud, within a fifth.
    const heard = shown!.sound!.samples;
    assert.ok(Math.abs(sound!.samples.length / heard.length - 1) < 0.2);
    const rms = (x: Float32Array) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
    assert.ok(Math.abs(rms(sound!.samples) / rms(heard) - 1) < 0.5, `${rms(sound!.samples)} ${rms(heard)}`);
  });
});
