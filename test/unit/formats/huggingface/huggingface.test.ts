import { strict as assert } from 'node:assert';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { openCheckpoint } from '../../../../src/formats/checkpoint/checkpoint';
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

  it('of 175 billion parameters open by their headers alone', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'vitrine-175b-'));
    mkdirSync(dir, { recursive: true });
    const width = 12288;
    const map: Record<string, string> = {};
    for (let layer = 0; layer < 96; layer++) {
      const name = `model-${layer}.safetensors`;
      const header: Record<string, unknown> = {};
      let at = 0;
      for (const [part, ...shape] of [
        ['ln_1.weight', width],
        ['ln_1.bias', width],
        ['attn.c_attn.weight', width, 3 * width],
        ['attn.c_attn.bias', 3 * width],
        ['attn.c_proj.weight', width, width],
        ['attn.c_proj.bias', width],
        ['ln_2.weight', width],
        ['ln_2.bias', width],
        ['mlp.c_fc.weight', width, 4 * width],
        ['mlp.c_fc.bias', 4 * width],
        ['mlp.c_proj.weight', 4 * width, width],
        ['mlp.c_proj.bias', width],
      ] as [string, ...number[]][]) {
        const bytes = 2 * shape.reduce((a, b) => a * b, 1);
        header[`h.${layer}.${part}`] = { dtype: 'F16', shape, data_offsets: [at, at + bytes] };
        map[`h.${layer}.${part}`] = name;
        at += bytes;
      }
      const text = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      const handle = openSync(join(dir, name), 'w');
      writeSync(handle, Buffer.concat([length, text]));
      closeSync(handle);
      // Sparse: it takes no space.
      truncateSync(join(dir, name), 8 + text.length + at);
    }
    const index = join(dir, 'model.safetensors.index.json');
    writeFileSync(index, JSON.stringify({ weight_map: map }));
    const before = process.memoryUsage().arrayBuffers;
    const reader = await openCheckpoint(index);
    const parameters = [...reader.tensors.values()].reduce(
      (n, { shape }) => n + shape.reduce((a, b) => a * b, 1),
      0,
    );
    assert.ok(parameters > 170e9, `${parameters}`);
    assert.ok(process.memoryUsage().arrayBuffers - before < 4e6);
    const { data } = await reader.tensor('h.95.ln_2.bias');
    assert.equal(data.length, width);
    await reader.close();
  });
});
