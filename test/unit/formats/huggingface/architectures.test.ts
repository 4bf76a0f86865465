import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { format } from '../../../../src/formats/huggingface';
import { readGenerator } from '../../../../src/formats/huggingface/generation';
import { bindDim, symbolsOf } from '../../../../src/model/dim';
import { parameterCount } from '../../../../src/model/elements';
import type { Tensors } from '../../../../src/model/graph';
import { CachedDecoder } from '../../../../src/train/generation/decoder';
import { likeliest } from '../../../../src/train/generation/decoding';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const folders = (
  process.env['VITRINE_FOLDERS'] ??
  'test/reference/huggingface_architectures,test/reference/huggingface_newer'
)
  .split(',')
  .map(f => resolve(f));
interface Case {
  folder: string;
  class: string;
  parameters: number;
  feeds: { shape: number[]; values: number[] }[];
  shape: number[];
  logits: number[];
  /** Of one that generates: the tokens behind the prompt, the scores behind the last but one, a decoder's first token. */
  greedy?: number[];
  last?: number[];
  start?: number;
}
const read = (folder: string) =>
  JSON.parse(readFileSync(`${folder}.json`, 'utf8')) as { cases: Case[]; prompt: number[] };
const cases = folders.flatMap(where => read(where).cases.map(c => ({ ...c, where })));
const { prompt } = read(folders[0]!);

describe('Architectures of Hugging Face, held to Transformers', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());
  const apart = (got: ArrayLike<number>, expected: readonly number[]) =>
    expected.reduce((most, e, i) => Math.max(most, Math.abs(got[i]! - e)), 0);

  for (const c of cases) {
    const file = join(c.where, c.folder, 'config.json');
    it(`${c.class} of ${c.folder}`, async () => {
      const all = await format.read({ file }, { distFolder });
      const read = all[c.class];
      assert.deepEqual(read?.diagnostics, []);
      const model = read.model!;
      assert.equal(parameterCount(model), c.parameters);
      const bindings: Record<string, number> = {};
      const feeds: Tensors = {};
      for (const [k, { shape, values }] of c.feeds.entries()) {
        const id = model.inputs[k]!;
        for (const [i, d] of model.values[id]!.shape.entries()) {
          for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
          assert.equal(Number(bindDim(d, bindings)), shape[i]);
        }
        const data =
          model.values[id]!.dtype === 'int64' ? Int32Array.from(values) : Float32Array.from(values);
        feeds[id] = { shape, data };
      }
      const evaluator = await engine.evaluator(model, {
        bindings,
        weights: { ...initializeWeights(model, 0), ...(await format.weights!(model)) },
      });
      const { values } = await evaluator.run(feeds);
      const got = values[model.outputs[0]!]!;
      assert.deepEqual(got.shape, c.shape);
      const worst = apart(got.data, c.logits);
      assert.ok(worst <= 1e-4, `logits differ by ${worst}`);
      await evaluator.dispose();
    });
    const { greedy, last, start } = c;
    if (!greedy || !last) continue;
    it(`${c.class} of ${c.folder}: 50 tokens greedily`, async () => {
      const generator = await readGenerator(file, { distFolder });
      const decoder = await CachedDecoder.open(engine, generator, {
        capacity: prompt.length + greedy.length,
        ...(generator.memory && { source: prompt }),
      });
      const ids: number[] = [];
      let feed: readonly number[] = generator.memory ? [start!] : prompt;
      let scores: Float32Array | undefined;
      while (ids.length < greedy.length) {
        [scores] = await decoder.feed([feed]);
        // Transformers was told to let no text end before.
        ids.push(likeliest(scores!.map((s, i) => (i === 0 ? Number.NEGATIVE_INFINITY : s))));
        feed = ids.slice(-1);
      }
      assert.deepEqual(ids, greedy);
      const worst = apart(scores!, last);
      assert.ok(worst <= 1e-4, `the last scores differ by ${worst}`);
      await decoder.dispose();
    });
  }
});
