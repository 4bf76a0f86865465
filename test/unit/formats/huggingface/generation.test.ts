import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { format } from '../../../../src/formats/huggingface';
import { readGenerator } from '../../../../src/formats/huggingface/generation';
import { openTokenizer } from '../../../../src/formats/huggingface/tokenizer';
import { VitrineError } from '../../../../src/model/errors';
import { Random } from '../../../../src/model/random';
import { beamSearch } from '../../../../src/train/generation/beam';
import { CachedDecoder } from '../../../../src/train/generation/decoder';
import { choose, distribution, likeliest } from '../../../../src/train/generation/decoding';
import { FolderGenerator } from '../../../../src/train/generation/folder';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const folder = resolve('test/reference/huggingface_generation');
interface Case {
  folder: string;
  class: string;
  prompt: number[];
  greedy: number[];
  ended: number[];
  beams: number[][];
  scores: number[];
}
const reference = JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as {
  cases: Case[];
  scores: number[];
  drawn: { temperature: number; topK: number | null; topP: number | null; probabilities: number[] }[];
  encoded: { text: string; ids: number[] }[];
};
const starts = { t5: 1 } as Record<string, number>;

describe('Text generated from Hugging Face folders, held to Transformers', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  const open = async (c: Case, rows: number, capacity: number) => {
    const generator = await readGenerator(join(folder, c.folder, 'config.json'), { distFolder });
    const start = c.folder in starts ? [starts[c.folder]!] : c.prompt;
    const source = generator.memory ? { source: c.prompt } : {};
    return {
      generator,
      start,
      decoder: await CachedDecoder.open(engine, generator, { rows, capacity, ...source }),
    };
  };

  for (const c of reference.cases) {
    it(`${c.class}: 50 tokens greedily`, async () => {
      const { generator, start, decoder } = await open(c, 1, 62);
      assert.deepEqual(generator.end, [0]);
      const ids: number[] = [];
      let feed = start;
      while (ids.length < 50) {
        const [scores] = await decoder.feed([feed]);
        // Transformers was told to let no text end before.
        const id = likeliest(scores!.map((s, i) => (i === 0 ? Number.NEGATIVE_INFINITY : s)));
        ids.push(id);
        feed = [id];
      }
      assert.deepEqual(ids, c.greedy);
      await decoder.dispose();
    });

    it(`${c.class}: the four best of a beam search`, async () => {
      const { generator, start, decoder } = await open(c, 4, 62);
      const found = await beamSearch(decoder, start, { tokens: 24, end: generator.end });
      const ended = (ids: number[]) => (ids.includes(0) ? ids.slice(0, ids.indexOf(0)) : ids);
      assert.deepEqual(
        found.map(f => f.tokens),
        c.beams.map(ended),
      );
      for (const [i, { score }] of found.entries())
        assert.ok(Math.abs(score - c.scores[i]!) < 1e-4, `score ${score}, expected ${c.scores[i]}`);
      await decoder.dispose();
    });
  }

  it('the cache gives what the whole text gives', async () => {
    const c = reference.cases.find(x => x.folder === 'llama')!;
    const file = join(folder, c.folder, 'config.json');
    const { [c.class]: read } = await format.read({ file }, { distFolder });
    const model = read!.model!;
    const text = [...c.prompt, ...c.greedy.slice(0, 20)];
    const evaluator = await engine.evaluator(model, {
      bindings: { N: 1, T: text.length },
      weights: { ...initializeWeights(model, 0), ...(await format.weights!(model)) },
    });
    const { values } = await evaluator.run({
      [model.inputs[0]!]: { shape: [1, text.length], data: Int32Array.from(text) },
    });
    const whole = values[model.outputs[0]!]!.data;
    const { decoder } = await open(c, 1, 40);
    let scores = await decoder.feed([text.slice(0, 9)]);
    for (let i = 9; i < text.length; i++) {
      const expected = whole.subarray((i - 1) * 96, i * 96);
      scores[0]!.forEach((s, k) => {
        assert.ok(Math.abs(s - expected[k]!) < 1e-5, `token ${i}`);
      });
      scores = await decoder.feed([[text[i]!]]);
    }
    await assert.rejects(decoder.feed([new Array(40).fill(1)]), /holds 40 tokens/);
    await decoder.dispose();
    await evaluator.dispose();
  });

  for (const { temperature, topK, topP, probabilities } of reference.drawn)
    it(`draws at temperature ${temperature}, top-k ${topK}, top-p ${topP}`, () => {
      const options = { temperature, ...(topK && { topK }), ...(topP && { topP }) };
      const found = distribution(reference.scores, options);
      const all = new Array<number>(reference.scores.length).fill(0);
      for (const [i, token] of found.tokens.entries()) all[token] = found.probabilities[i]!;
      for (const [i, p] of probabilities.entries()) assert.ok(Math.abs(all[i]! - p) < 1e-6, `token ${i}`);
      const random = new Random(3, 'test');
      const counts = new Map<number, number>();
      for (let i = 0; i < 2000; i++) {
        const token = choose(reference.scores, options, random);
        counts.set(token, (counts.get(token) ?? 0) + 1);
      }
      for (const [i, p] of probabilities.entries())
        assert.ok(
          Math.abs((counts.get(i) ?? 0) / 2000 - p) < 0.05,
          `token ${i} is drawn as often as it is likely`,
        );
    });

  it('tokens are those of the tokenizers library', async () => {
    const tokenizer = await openTokenizer(join(folder, 'gpt2'));
    for (const { text, ids } of reference.encoded) assert.deepEqual(tokenizer.encode(text).ids, ids, text);
    const known = reference.encoded[0]!;
    assert.equal(tokenizer.decode(known.ids), known.text);
  });

  it('a text is continued, the same with the same seed', async () => {
    const text = await FolderGenerator.open(engine, join(folder, 'gpt2'), distFolder);
    const options = { prompt: 'the quick ', tokens: 12, temperature: 1, topP: 0.9, seed: 4 };
    const first = await text.generate(options);
    assert.equal(first.tokens.length, 12);
    assert.deepEqual(await text.generate(options), first);
    assert.notDeepEqual((await text.generate({ ...options, seed: 5 })).tokens, first.tokens);
    const long = await text.generate({ ...options, tokens: 500, temperature: 0 });
    assert.ok(long.tokens.length <= 80, 'no text is longer than the positions of the model');
  });

  it('says why it cannot', async () => {
    const refused = (work: Promise<unknown>, expected: RegExp) =>
      assert.rejects(work, (e: unknown) => e instanceof VitrineError && expected.test(e.message));
    await refused(FolderGenerator.open(engine, join(folder, 'llama'), distFolder), /no tokenizer\.json/);
    const bert = resolve('test/reference/huggingface/bert/config.json');
    await refused(readGenerator(bert, { distFolder }), /BertForMaskedLM, which does not generate/);
    const text = await FolderGenerator.open(engine, join(folder, 'gpt2'), distFolder);
    const options = { tokens: 5, temperature: 0, seed: 0 };
    await refused(text.generate({ ...options, prompt: '' }), /prompt is empty/);
    await refused(text.generate({ ...options, prompt: 'xyz '.repeat(60) }), /positions for 80/);
    const stopped = AbortSignal.abort();
    await refused(text.generate({ ...options, prompt: 'the', signal: stopped }), /Cancelled/);
    const broken = mkdtempSync(join(tmpdir(), 'vitrine-tokenizer-'));
    cpSync(join(folder, 'gpt2'), broken, { recursive: true });
    for (const [content, expected] of [
      ['{', /is not JSON/],
      ['[]', /no JSON object/],
      ['{"model":{"type":"Strange"}}', /cannot be used/],
    ] as const) {
      writeFileSync(join(broken, 'tokenizer.json'), content);
      await refused(openTokenizer(broken), expected);
    }
  });
});
