import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openImageClassifier } from '../../../../src/formats/huggingface/imageModel';
import { openTextEncoder } from '../../../../src/formats/huggingface/textModel';
import { VitrineError } from '../../../../src/model/errors';
import { classifyImages } from '../../../../src/train/predict/imageTasks';
import { classifyTexts, embedTexts, fillMasks } from '../../../../src/train/predict/textTasks';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const folder = resolve('test/reference/huggingface_texts');
const reference = JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as {
  texts: string[];
  ids: number[][];
  classes: number[][];
  mask: { text: string; tokens: string[]; probabilities: number[] };
  mean: number[][];
  cls: number[][];
  max: number[][];
};

describe('Encoders over text, held to Transformers', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());
  const open = (name: string) => openTextEncoder(join(folder, name), { distFolder });
  const near = (got: ArrayLike<number>, expected: readonly number[]) => {
    assert.equal(got.length, expected.length);
    for (const [i, e] of expected.entries())
      assert.ok(Math.abs(got[i]! - e) < 1e-5, `${got[i]}, expected ${e}`);
  };

  it('classify, whatever the lengths in a batch', async () => {
    const encoder = await open('classifier');
    assert.deepEqual(
      reference.texts.map(t => encoder.tokenizer.encode(t).ids),
      reference.ids,
    );
    const found = await classifyTexts(engine, encoder, reference.texts);
    for (const [i, expected] of reference.classes.entries()) {
      near(Object.values(found[i]!.probabilities), expected);
      const best = expected.indexOf(Math.max(...expected));
      assert.equal(found[i]!.prediction, ['dull', 'fine', 'great'][best]);
    }
    await assert.rejects(classifyTexts(engine, encoder, ['cat'], AbortSignal.abort()), /Cancelled/);
  });

  it('fill masks', async () => {
    const encoder = await open('masked');
    const [found] = await fillMasks(engine, encoder, [reference.mask.text], 4);
    assert.deepEqual(
      found!.map(f => f.token),
      reference.mask.tokens,
    );
    near(
      found!.map(f => f.probability),
      reference.mask.probabilities,
    );
    await assert.rejects(fillMasks(engine, encoder, ['the cat'], 4), /has one \[MASK\], but this one has 0/);
  });

  it('embed by the mean, the first token or the greatest', async () => {
    const vectors = await embedTexts(engine, await open('encoder'), reference.texts);
    for (const [i, v] of vectors.entries()) near(v, reference.mean[i]!);
    const copy = mkdtempSync(join(tmpdir(), 'vitrine-sentence-'));
    cpSync(join(folder, 'encoder'), copy, { recursive: true });
    mkdirSync(join(copy, '1_Pooling'));
    const modules = [
      { type: 'sentence_transformers.models.Transformer', path: '' },
      { type: 'sentence_transformers.models.Pooling', path: '../../1_Pooling' },
    ];
    writeFileSync(join(copy, 'modules.json'), JSON.stringify(modules));
    for (const [how, name] of [
      ['cls', 'pooling_mode_cls_token'],
      ['max', 'pooling_mode_max_tokens'],
    ] as const) {
      writeFileSync(join(copy, '1_Pooling', 'config.json'), JSON.stringify({ [name]: true }));
      const pooled = await embedTexts(engine, await openTextEncoder(copy, { distFolder }), reference.texts);
      for (const [i, v] of pooled.entries()) near(v, reference[how][i]!);
    }
  });

  it('refuse what is no encoder over text', async () => {
    for (const [name, expected] of [
      ['huggingface/vit', /ViTForImageClassification\. Texts are classified by/],
      ['huggingface/bert', /no tokenizer\.json/],
    ] as const)
      await assert.rejects(
        openTextEncoder(resolve('test/reference', name), { distFolder }),
        (e: unknown) => e instanceof VitrineError && expected.test(e.message),
      );
  });
});

describe('Classifiers of pictures, held to Transformers', function () {
  this.timeout(60_000);
  const vit = resolve('test/reference/huggingface/vit');
  const { picture } = JSON.parse(readFileSync(resolve('test/reference/huggingface.json'), 'utf8')) as {
    picture: { height: number; width: number; probabilities: number[] };
  };
  const dir = mkdtempSync(join(tmpdir(), 'vitrine-picture-'));

  it('say what a picture shows, resized and normalised as the folder says', async () => {
    const { height, width } = picture;
    const png = new PNG({ width, height });
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < 4; c++)
          png.data[4 * (y * width + x) + c] = c === 3 ? 255 : (x * 7 + y * 11 + c * 40) % 256;
    const file = join(dir, 'a.png');
    writeFileSync(file, PNG.sync.write(png));
    const engine = await createEngine({ backend: 'webasm' });
    try {
      const classifier = await openImageClassifier(vit, { distFolder });
      const [found] = await classifyImages(engine, classifier, [file]);
      const got = Object.values(found!.probabilities);
      for (const [i, e] of picture.probabilities.entries())
        assert.ok(Math.abs(got[i]! - e) < 1e-5, `${got[i]}, expected ${e}`);
      const text = join(dir, 'text.png');
      writeFileSync(text, 'no picture');
      await assert.rejects(
        classifyImages(engine, classifier, [text]),
        /text\.png cannot be read as a picture: it is neither/,
      );
      await assert.rejects(classifyImages(engine, classifier, [file], AbortSignal.abort()), /Cancelled/);
    } finally {
      await engine.dispose();
    }
  });

  it('refuse what prepares pictures in another way', async () => {
    const own = join(dir, 'vit');
    cpSync(vit, own, { recursive: true });
    const given = join(own, 'preprocessor_config.json');
    for (const [more, expected] of [
      [{ resample: 4 }, /vit\/preprocessor_config\.json resizes by Pillow's method 4\. Known are/],
      [{ size: { height: 9, width: 8 } }, /but the model takes 8 x 8/],
      [{ image_std: [1, 0, 1] }, /image_std of 0/],
      [{ image_mean: 'a' }, /image_mean "a"\. Expected 3 numbers/],
    ] as const) {
      writeFileSync(given, JSON.stringify(more));
      await assert.rejects(openImageClassifier(own, { distFolder }), expected);
    }
    await assert.rejects(
      openImageClassifier(join(folder, 'masked'), { distFolder }),
      /Pictures are classified by/,
    );
  });
});
