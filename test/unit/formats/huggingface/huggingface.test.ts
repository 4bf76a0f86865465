import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { format } from '../../../../src/formats/huggingface';
import { bindDim, symbolsOf } from '../../../../src/model/dim';
import { VitrineError } from '../../../../src/model/errors';
import type { Tensors } from '../../../../src/model/graph';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const folder = resolve('test/reference');
interface Case {
  folder: string;
  class: string;
  parameters: number;
  feeds: { shape: number[]; values: number[] }[];
  shape: number[];
  logits: number[];
}
const { cases } = JSON.parse(readFileSync(`${folder}/huggingface.json`, 'utf8')) as { cases: Case[] };

describe('Hugging Face folders, held to Transformers', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  for (const c of cases)
    it(`${c.class} of ${c.folder}`, async () => {
      const file = join(folder, 'huggingface', c.folder, 'config.json');
      const { [c.class]: read } = await format.read({ file }, { distFolder });
      assert.deepEqual(read?.diagnostics, []);
      const model = read.model!;
      const own = model.parameters.filter(p => p.kind === 'parameter');
      const size = (s: readonly number[]) => s.reduce((a, b) => a * b, 1);
      assert.equal(
        own.reduce((n, p) => n + size(p.shape), 0),
        c.parameters,
      );
      const weights = await format.weights!(model);
      const bindings: Record<string, number> = {};
      const feeds: Tensors = {};
      c.feeds.forEach(({ shape, values }, k) => {
        const id = model.inputs[k]!;
        model.values[id]!.shape.forEach((d, i) => {
          for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
        });
        assert.deepEqual(
          model.values[id]!.shape.map(d => Number(bindDim(d, bindings))),
          shape,
        );
        const data =
          model.values[id]!.dtype === 'int64' ? Int32Array.from(values) : Float32Array.from(values);
        feeds[id] = { shape, data };
      });
      const evaluator = await engine.evaluator(model, {
        bindings,
        weights: { ...initializeWeights(model, 0), ...weights },
      });
      const { values } = await evaluator.run(feeds);
      const got = values[model.outputs[0]!]!;
      assert.deepEqual(got.shape, c.shape);
      const worst = Math.max(...c.logits.map((e, i) => Math.abs(got.data[i]! - e)));
      assert.ok(worst <= 1e-4, `logits differ by ${worst}`);
      await evaluator.dispose();
    });
});

describe('Hugging Face folders that are large, strange or hostile', function () {
  this.timeout(60_000);
  const write = (config: unknown) => {
    const dir = mkdtempSync(join(tmpdir(), 'vitrine-hf-'));
    const file = join(dir, 'config.json');
    writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
    return file;
  };
  const refused = (config: unknown, expected: RegExp) =>
    assert.rejects(
      async () => format.read({ file: write(config) }, { distFolder }),
      (e: unknown) => e instanceof VitrineError && expected.test(e.message),
    );

  it('are refused in a sentence', async () => {
    await refused('{', /config\.json is not JSON/);
    await refused([], /is no JSON object/);
    await refused({ model_type: 'constructor' }, /"constructor"\. Known are/);
    await refused({}, /model_type/);
  });

  it('of weights that are quantised are refused by the method; of other classes what is near is shown', async () => {
    await refused(
      { model_type: 'llama', quantization_config: { quant_method: 'gptq', bits: 4 } },
      /quantised \(gptq\)/,
    );
    const small = { vocab_size: 8, hidden_size: 4, num_attention_heads: 1, num_hidden_layers: 1 };
    const sizes = { ...small, intermediate_size: 4, max_position_embeddings: 8 };
    for (const [said, shown] of [
      ['BertForPreTraining', 'BertForMaskedLM'],
      ['BertForMultipleChoice', 'BertModel'],
    ]) {
      const file = write({ model_type: 'bert', architectures: [said], ...sizes });
      const read = await format.read({ file }, { distFolder });
      assert.match(read[shown!]!.diagnostics[0]!.message, new RegExp(`${said}, which is not read: ${shown}`));
    }
  });

  it('are told what their configuration lacks', async () => {
    const read = await format.read({ file: write({ model_type: 'gpt2', n_embd: 8 }) }, { distFolder });
    assert.match(Object.values(read)[0]!.diagnostics[0]!.message, /config\.json .*vocab_size/);
  });
});
