import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { encodeWav } from '../../../../src/data/audio/wav';
import { decodeImage } from '../../../../src/data/image/decode';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { architectures } from '../../../../src/formats/huggingface/architectures';
import { openPicturesAndTexts } from '../../../../src/formats/huggingface/imageModel';
import { preparationOf } from '../../../../src/formats/huggingface/picturePreparation';
import { openSpeechModel, type SpokenText } from '../../../../src/formats/huggingface/speechModel';
import { folderTask } from '../../../../src/formats/huggingface/tasks';
import { openTextEncoder } from '../../../../src/formats/huggingface/textModel';
import { openTokenizer } from '../../../../src/formats/huggingface/tokenizer';
import { askFolder } from '../../../../src/service/inquiries/askFolder';
import { type Answer, answerQuestions } from '../../../../src/train/predict/answers';
import { classifyImagesByLabels, prepared } from '../../../../src/train/predict/imageTasks';
import { logMel, transcribe } from '../../../../src/train/predict/speechTasks';
import { type Entity, tagTexts } from '../../../../src/train/predict/tagTexts';
import { classifyTexts } from '../../../../src/train/predict/textTasks';
import { classifyByLabels } from '../../../../src/train/predict/zeroShot';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const folder = resolve('test/reference/huggingface_uses');
const reference = JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as {
  texts: string[];
  entities: Entity[][];
  byteEntities: Entity[][];
  questions: { question: string; context: string }[];
  answers: Answer[];
  byteAnswers: Answer[];
  labels: string[];
  short: string[];
  zeroShot: Record<string, number>[];
  several: Record<string, number>[];
  pairs: number[][];
  pictureLabels: string[];
  clipIds: number[][];
  pictureScores: Record<string, number>;
  prepared: { config: object; shape: number[]; values: number[] }[];
  sound: { rate: number; count: number };
  features: { shape: number[]; values: number[] };
  written: Record<'found' | 'de' | 'translated', { ids: number[]; text: string }>;
  spelt: string;
};
const dir = mkdtempSync(join(tmpdir(), 'vitrine-uses-'));

describe('What folders of Hugging Face are asked for, held to its pipelines', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());
  const open = (name: string) => openTextEncoder(join(folder, name), { distFolder });
  const near = (got: number, expected: number, within = 1e-5) =>
    assert.ok(Math.abs(got - expected) < within, `${got}, expected ${expected}`);
  /** Python counts code points, JavaScript code units. */
  const units = (text: string, points: number) => [...text].slice(0, points).join('').length;
  const nearAll = (
    got: Readonly<Record<string, number>>,
    expected: Readonly<Record<string, number>>,
    within?: number,
  ) => {
    assert.deepEqual(Object.keys(got), Object.keys(expected));
    for (const [label, p] of Object.entries(expected)) near(got[label]!, p, within);
  };

  for (const [name, expected] of [
    ['tagger', reference.entities],
    ['byte-tagger', reference.byteEntities],
  ] as const)
    it(`find entities with their places: ${name}`, async () => {
      const { texts } = reference;
      const found = await tagTexts(engine, await open(name), texts);
      for (const [i, entities] of expected.entries()) {
        assert.deepEqual(
          found[i]!.map(({ entity, word, start, end }) => ({ entity, word, start, end })),
          entities.map(({ entity, word, start, end }) => ({
            entity,
            word: word.trim(),
            start: units(texts[i]!, start),
            end: units(texts[i]!, end),
          })),
        );
        for (const [k, e] of entities.entries()) near(found[i]![k]!.probability, e.probability);
      }
    });

  for (const [name, expected] of [
    ['answerer', reference.answers],
    ['byte-answerer', reference.byteAnswers],
  ] as const)
    it(`answer questions, of long texts part by part: ${name}`, async () => {
      const encoder = await open(name);
      const found = await answerQuestions(engine, encoder, reference.questions);
      for (const [i, { answer, probability, start, end }] of expected.entries()) {
        assert.deepEqual([found[i]!.answer, found[i]!.start, found[i]!.end], [answer, start, end]);
        near(found[i]!.probability, probability);
      }
      await assert.rejects(
        answerQuestions(engine, encoder, [{ question: 'a dog in the film. '.repeat(20), context: 'a' }]),
        /leaves no room/,
      );
      await assert.rejects(answerQuestions(engine, encoder, [{ question: '', context: 'a' }]), /is empty/);
      await assert.rejects(
        answerQuestions(engine, encoder, reference.questions, AbortSignal.abort()),
        /Cancelled/,
      );
    });

  it('tell labels of ones own by what a text entails', async () => {
    const encoder = await open('entailer');
    const { labels, short } = reference;
    const one = await classifyByLabels(engine, encoder, short, { labels });
    for (const [i, e] of reference.zeroShot.entries()) nearAll(one[i]!.probabilities, e);
    const several = await classifyByLabels(engine, encoder, short, {
      labels,
      hypothesis: 'the {} was good!',
      several: true,
    });
    for (const [i, e] of reference.several.entries()) nearAll(several[i]!.probabilities, e);
    await assert.rejects(classifyByLabels(engine, encoder, short, { labels: [] }), /Name at least one/);
    await assert.rejects(
      classifyByLabels(engine, encoder, short, { labels, hypothesis: 'no place' }),
      /has no \{\}/,
    );
    await assert.rejects(
      classifyByLabels(engine, await open('tagger'), short, { labels }),
      /tells entailment from contradiction; this one tells "O", "B-PER"/,
    );
  });

  it('tell of pairs of texts', async () => {
    const { short, pairs } = reference;
    const found = await classifyTexts(engine, await open('entailer'), short, undefined, short.toReversed());
    for (const [i, expected] of pairs.entries())
      for (const [k, p] of Object.values(found[i]!.probabilities).entries()) near(p, expected[k]!);
  });

  const picture = () => {
    const png = new PNG({ width: 31, height: 20 });
    for (let y = 0; y < 20; y++)
      for (let x = 0; x < 31; x++)
        for (let c = 0; c < 4; c++)
          png.data[4 * (y * 31 + x) + c] = c === 3 ? 255 : (x * 7 + y * 11 + c * 40 + ((x * y) % 17)) % 256;
    const file = join(dir, 'a.png');
    writeFileSync(file, PNG.sync.write(png));
    return file;
  };

  for (const { config, shape, values } of reference.prepared)
    it(`prepare pictures as a ${(config as { image_processor_type: string }).image_processor_type}, ${shape}`, async () => {
      const file = join(dir, 'preprocessor_config.json');
      writeFileSync(file, JSON.stringify(config));
      const preparation = await preparationOf(file, [12, 12], undefined);
      assert.deepEqual([3, preparation.height, preparation.width], shape);
      const got = prepared(preparation, decodeImage(readFileSync(picture())));
      assert.equal(got.length, values.length);
      for (const [i, e] of values.entries()) near(got[i]!, e, 1e-3);
    });

  it('hold pictures against texts', async () => {
    const model = await openPicturesAndTexts(join(folder, 'clip'), { distFolder });
    const labels = reference.pictureLabels;
    assert.deepEqual(
      labels.map(l => model.tokenizer.encode(`This is a photo of ${l}.`).ids),
      reference.clipIds,
    );
    const [found] = await classifyImagesByLabels(engine, model, [picture()], { labels });
    nearAll(found!.probabilities, reference.pictureScores, 1e-4);
    await assert.rejects(
      classifyImagesByLabels(engine, model, [picture()], { labels }, AbortSignal.abort()),
      /Cancelled/,
    );
  });

  const sound = () => {
    const { rate, count } = reference.sound;
    const samples = Float32Array.from({ length: count }, (_, i) => {
      const t = i / rate;
      const x = 0.5 * Math.sin(2 * Math.PI * (300 + 400 * t) * t) + 0.2 * Math.sin(2 * Math.PI * 1700 * t);
      return Math.round(Math.fround(x) * 32767) / 32768;
    });
    const file = join(dir, 'a.wav');
    writeFileSync(file, encodeWav(samples, rate));
    return { file, samples: samples.map(x => (x * 32768) / 32767) };
  };

  it('hear as Whisper does', async () => {
    const model = (await openSpeechModel(join(folder, 'whisper'), { distFolder })) as SpokenText;
    const { shape, data } = logMel(model, sound().samples.subarray(0, 16_000));
    assert.deepEqual(shape, reference.features.shape);
    for (const [i, e] of reference.features.values.entries()) near(data[i]!, e, 1e-3);
  });

  it('write down what is said, in the language that is told or found out', async () => {
    const model = await openSpeechModel(join(folder, 'whisper'), { distFolder });
    const { file, samples } = sound();
    // Transformers heard the first second alone.
    writeFileSync(file, encodeWav(samples.subarray(0, 16_000), 16_000));
    for (const [name, options, language] of [
      ['found', {}, 'en'],
      ['de', { language: 'de' }, 'de'],
      ['translated', { language: 'en', translate: true }, 'en'],
    ] as const) {
      const found = await transcribe(engine, model, file, options);
      assert.deepEqual(found, { text: reference.written[name].text, language });
    }
    await assert.rejects(transcribe(engine, model, file, { language: 'xx' }), /"xx"\. It knows "en" or "de"/);
    await assert.rejects(transcribe(engine, model, file, { signal: AbortSignal.abort() }), /Cancelled/);
    await assert.rejects(transcribe(engine, model, picture()), /a\.png cannot be read as a sound/);
  });

  it('spell what is said', async () => {
    const model = await openSpeechModel(join(folder, 'speller'), { distFolder });
    const { file } = sound();
    assert.equal((await transcribe(engine, model, file)).text, reference.spelt);
    writeFileSync(file, encodeWav(new Float32Array(100), 16_000));
    await assert.rejects(transcribe(engine, model, file), /100 samples, too few/);
  });

  it('say what is missing or damaged', async () => {
    const copy = join(dir, 'speller');
    cpSync(join(folder, 'speller'), copy, { recursive: true });
    writeFileSync(join(copy, 'vocab.json'), '{"A": -1}');
    await assert.rejects(openSpeechModel(copy, { distFolder }), /no list of letters: "A" has the number -1/);
    await assert.rejects(
      openSpeechModel(join(folder, 'tagger'), { distFolder }),
      /Speech is written down by/,
    );
    await assert.rejects(
      openPicturesAndTexts(join(folder, 'tagger'), { distFolder }),
      /held against texts by/,
    );
  });

  it('write by a class that Transformers saves', async () => {
    for (const [name, { generation, classes }] of Object.entries(architectures))
      assert.ok(!generation || classes.includes(generation.of), `${name}: ${generation?.of}`);
    const gpt2 = join(dir, 'gpt2');
    mkdirSync(gpt2, { recursive: true });
    writeFileSync(
      join(gpt2, 'config.json'),
      JSON.stringify({ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'] }),
    );
    assert.equal(await folderTask(gpt2), 'generate');
  });

  it('are asked by what they do', async () => {
    const tasks = await Promise.all(
      ['tagger', 'answerer', 'entailer', 'clip', 'whisper', 'speller'].map(n => folderTask(join(folder, n))),
    );
    assert.deepEqual(tasks, ['tag', 'answer', 'classify', 'picture-labels', 'speech', 'speech']);
    const reached = resolve('test/reference/huggingface_architectures');
    assert.deepEqual(
      await Promise.all(
        ['mistral', 'marian', 'swin', 'mpnet', 'dinov2-giant'].map(n => folderTask(join(reached, n))),
      ),
      ['generate', 'generate', 'picture', 'embed', undefined],
    );
    const ask = (name: string, question: object, signal?: AbortSignal) =>
      askFolder(
        engine,
        { folder: join(folder, name), ...question },
        { distFolder, ...(signal && { signal }) },
      );
    const [{ question, context }] = reference.questions as [{ question: string; context: string }];
    const answer = await ask('answerer', { text: context, question });
    assert.equal(answer.kind === 'answer' && answer.answer, reference.answers[0]!.answer);
    const tagged = await ask('tagger', { text: reference.texts[0] });
    assert.equal(tagged.kind === 'entities' && tagged.entities.length, reference.entities[0]!.length);
    const seen = await ask('clip', { file: picture(), labels: reference.pictureLabels });
    assert.deepEqual(
      seen.kind === 'classes' && Object.keys(seen.probabilities),
      Object.keys(reference.pictureScores),
    );
    assert.deepEqual(await ask('speller', { file: sound().file }), { kind: 'text', text: reference.spelt });
    await assert.rejects(ask('answerer', { text: context }), /needs a question/);
    await assert.rejects(ask('tagger', { text: 'a' }, AbortSignal.abort()), /Cancelled/);
  });

  it('place each token in its text', async () => {
    const texts = ['', ' ', 'a', '  a  cat\t', 'ЖЖ a', '好好', 'cat-s', '\u200da', 'é e\u0301', '😀😀 dog'];
    for (const name of ['tagger', 'byte-tagger']) {
      const tokenizer = await openTokenizer(join(folder, name));
      for (const text of texts) {
        const spans = tokenizer.spans(text);
        assert.equal(spans.length, tokenizer.encode(text, { special: false }).ids.length);
        for (const [i, { start, end }] of spans.entries())
          assert.ok(
            start <= end && end <= text.length && start >= (spans[i - 1]?.start ?? 0),
            `${text} ${i}`,
          );
      }
    }
  });
});
