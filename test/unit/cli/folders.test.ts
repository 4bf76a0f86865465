/** Folders that Transformers saved, asked at the command line. Held to its pipelines (test/reference/huggingface_uses.py). */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { PNG } from 'pngjs';
import { encodeWav } from '../../../src/data/audio/wav';
import { root } from '../service/_workspace';
import { type Json, vitrine } from './_shell';

const uses = join(root, 'test/reference/huggingface_uses');
const reference = JSON.parse(readFileSync(`${uses}.json`, 'utf8')) as {
  texts: string[];
  entities: Json[][];
  questions: { question: string; context: string }[];
  answers: Json[];
  labels: string[];
  short: string[];
  zeroShot: Record<string, number>[];
  several: Record<string, number>[];
  pairs: number[][];
  pictureLabels: string[];
  pictureScores: Record<string, number>;
  sound: { rate: number };
  written: Record<'found' | 'de' | 'translated', { text: string }>;
};

describe('a folder of Hugging Face at the command line', function () {
  this.timeout(60_000);
  let dir: string;
  const at = (name: string) => join(dir, name);
  const predict = (name: string, ...more: string[]) =>
    vitrine('predict', join(uses, name), '--backend', 'webasm', ...more);
  const asked = async (name: string, ...more: string[]) => {
    const { code, err, json } = await predict(name, ...more, '--json');
    assert.equal(code, 0, err);
    return json();
  };
  const each = (option: string, values: readonly string[]) => values.flatMap(v => [option, v]);
  const near = (got: number, expected: number, within = 1e-5) =>
    assert.ok(Math.abs(got - expected) < within, `${got}, expected ${expected}`);
  const nearAll = (got: Json, expected: Record<string, number>, within?: number) => {
    assert.deepEqual(Object.keys(got), Object.keys(expected));
    for (const [label, p] of Object.entries(expected)) near(got[label], p, within);
  };
  const refused = async (expected: RegExp, name: string, ...more: string[]) => {
    const { code, err, out } = await predict(name, ...more);
    assert.notEqual(code, 0, out);
    assert.equal(out, '', 'nothing is printed beside the error');
    assert.match(err, expected);
  };

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'vitrine-folders-'));
    const png = new PNG({ width: 31, height: 20 });
    for (let y = 0; y < 20; y++)
      for (let x = 0; x < 31; x++)
        for (let c = 0; c < 4; c++)
          png.data[4 * (y * 31 + x) + c] = c === 3 ? 255 : (x * 7 + y * 11 + c * 40 + ((x * y) % 17)) % 256;
    writeFileSync(at('a.png'), PNG.sync.write(png));
    const { rate } = reference.sound;
    // What the reference heard: its sound in 16 bits, read with a divisor of 32,768.
    const samples = Float32Array.from({ length: rate }, (_, i) => {
      const t = i / rate;
      const x = 0.5 * Math.sin(2 * Math.PI * (300 + 400 * t) * t) + 0.2 * Math.sin(2 * Math.PI * 1700 * t);
      return Math.round(Math.fround(x) * 32767) / 32767;
    });
    writeFileSync(at('a.wav'), encodeWav(samples, rate));
    writeFileSync(at('not.wav'), 'this is no sound');
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('refuses what only rows of a table are asked', async () => {
    const { code, err } = await predict('answerer', '--text', 'a', '--question', 'b', '--values', '{}');
    assert.notEqual(code, 0);
    assert.match(err, /--values means nothing for a Hugging Face folder \(.*answerer\): leave it out/);
  });

  it('finds entities', async () => {
    const rows = await asked('tagger', ...each('--text', reference.texts));
    for (const [i, expected] of reference.entities.entries()) {
      assert.equal(rows[i]!['text'], reference.texts[i]);
      assert.deepEqual(
        rows[i]!['entities'].map((e: Json) => [e['entity'], e['word']]),
        expected.map(e => [e['entity'], e['word'].trim()]),
      );
      for (const [k, e] of expected.entries()) near(rows[i]!['entities'][k].probability, e['probability']);
    }
  });

  it('answers a question for each text, or one for all', async () => {
    const { questions, answers } = reference;
    const texts = each(
      '--text',
      questions.map(q => q.context),
    );
    const rows = await asked(
      'answerer',
      ...texts,
      ...each(
        '--question',
        questions.map(q => q.question),
      ),
    );
    for (const [i, { answer, probability, start, end }] of answers.entries()) {
      assert.deepEqual([rows[i]!['answer'], rows[i]!['start'], rows[i]!['end']], [answer, start, end]);
      near(rows[i]!['probability'], probability);
    }
    const one = await asked('answerer', ...texts, '--question', questions[0]!.question);
    assert.equal(one.length, questions.length);
    assert.equal(one[0]!['answer'], answers[0]!['answer']);
    const { out } = await predict('answerer', ...texts.slice(0, 2), '--question', questions[0]!.question);
    assert.match(out, /Question +Answer +Probability/);
  });

  it('tells labels of ones own, by ones own hypothesis, and several at once', async () => {
    const texts = each('--text', reference.short);
    const labels = ['--labels', reference.labels.join(', ')];
    const one = await asked('entailer', ...texts, ...labels);
    for (const [i, e] of reference.zeroShot.entries()) {
      nearAll(one[i]!['probabilities'], e);
      assert.equal(one[i]!['prediction'], Object.keys(e)[0]);
    }
    const several = await asked(
      'entailer',
      ...texts,
      ...labels,
      '--several',
      '--hypothesis',
      'the {} was good!',
    );
    for (const [i, e] of reference.several.entries()) nearAll(several[i]!['probabilities'], e);
  });

  it('tells of pairs of texts', async () => {
    const { short, pairs } = reference;
    const rows = await asked('entailer', ...each('--text', short), ...each('--pair', short.toReversed()));
    for (const [i, expected] of pairs.entries())
      for (const [k, p] of Object.values(rows[i]!['probabilities'] as Json).entries()) near(p, expected[k]!);
  });

  it('holds a picture, or those of a folder, against labels', async () => {
    const labels = ['--labels', reference.pictureLabels.join(',')];
    for (const input of [at('a.png'), dir]) {
      const [row, ...more] = await asked('clip', '--input', input, ...labels);
      assert.equal(more.length, 0, 'what is no picture is left out');
      assert.equal(row!['file'], at('a.png'));
      nearAll(row!['probabilities'], reference.pictureScores, 1e-4);
    }
  });

  it('writes down speech, in a language that is told or found out, or in English', async () => {
    for (const [name, options, language] of [
      ['found', [], 'en'],
      ['de', ['--language', 'de'], 'de'],
      ['translated', ['--language', 'en', '--translate'], 'en'],
    ] as const)
      assert.deepEqual(await asked('whisper', '--input', at('a.wav'), ...options), [
        { row: 0, file: at('a.wav'), text: reference.written[name].text, language },
      ]);
    const { out } = await predict('whisper', '--input', at('a.wav'), '--language', 'de');
    assert.equal(out, `${reference.written.de.text.trim()}\n`);
  });

  it('says what is missing, of the wrong kind or for another model', async () => {
    const text = ['--text', 'the film was good'];
    await refused(/Which one\? .*--question/, 'answerer', ...text);
    await refused(/1 texts?, but 2 of --question/, 'answerer', ...text, ...each('--question', ['a', 'b']));
    await refused(/is empty/, 'answerer', ...text, '--question', '');
    await refused(/--question is for other models.*finds entities/s, 'tagger', ...text, '--question', 'who?');
    await refused(/--pair is for other models/, 'tagger', ...text, '--pair', 'b');
    await refused(/--labels is for other models/, 'tagger', ...text, '--labels', 'a,b');
    await refused(/Name at least one/, 'entailer', ...text, '--labels', ' , ');
    await refused(/names "a" twice/, 'entailer', ...text, '--labels', 'a,b,a');
    await refused(/has no \{\}/, 'entailer', ...text, '--labels', 'a,b', '--hypothesis', 'no place');
    await refused(/go with --labels/, 'entailer', ...text, '--several');
    await refused(/Which picture\?/, 'clip', '--labels', 'a,b');
    await refused(/Which ones\? --labels/, 'clip', '--input', at('a.png'));
    await refused(/a\.wav/, 'clip', '--input', at('a.wav'), '--labels', 'a,b');
    await refused(/Which sound\?/, 'whisper');
    await refused(/a\.png cannot be read as a sound/, 'whisper', '--input', at('a.png'));
    await refused(/not\.wav cannot be read as a sound/, 'whisper', '--input', at('not.wav'));
    await refused(/"xx"\. It knows "en" or "de"/, 'whisper', '--input', at('a.wav'), '--language', 'xx');
    await refused(/missing\.wav/, 'whisper', '--input', at('missing.wav'));
  });
});
