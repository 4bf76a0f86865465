/** Blocks that are made instead of read: alike in all but the names that nobody sees. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from '../../../../src/formats/huggingface';
import { withRepeated } from '../../../../src/formats/huggingface/repeated';
import type { Model } from '../../../../src/model/graph';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');

describe('models of many equal blocks', function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'vitrine-blocks-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function read(kind: string, set: Record<string, unknown>): Promise<Model> {
    const config = JSON.parse(
      readFileSync(resolve('test/reference/huggingface', kind, 'config.json'), 'utf8'),
    );
    const file = join(dir, 'config.json');
    writeFileSync(file, JSON.stringify({ ...config, ...set }));
    const [found] = Object.values(await format.read({ file }, { distFolder }));
    assert.deepEqual(found!.diagnostics, []);
    return found!.model!;
  }

  /** A model with its ids by the order in which they occur, and its constants by what they are. */
  function plain(model: Model): unknown {
    const names = new Map<string, string>();
    const constants = new Map(model.parameters.filter(p => p.kind === 'constant').map(p => [p.name, p]));
    const own = new Set(model.parameters.map(p => p.name));
    const at = (id: string) => {
      const constant = constants.get(id);
      if (constant) return JSON.stringify([constant.shape, constant.initializer]);
      if (own.has(id)) return id;
      if (!names.has(id)) names.set(id, `${names.size}`);
      return names.get(id)!;
    };
    return {
      nodes: model.nodes.map(({ op, module, inputs, outputs, attributes, call }) => [
        op,
        module,
        inputs.map(at),
        outputs.map(id => [at(id), model.values[id]!.dtype, model.values[id]!.shape]),
        attributes,
        call,
      ]),
      outputs: model.outputs.map(at),
      parameters: model.parameters.filter(p => p.kind !== 'constant'),
      modules: model.modules.map(m => ({
        ...m,
        parameters: m.parameters.filter(p => !constants.has(p)),
        inputs: m.inputs.map(at),
        outputs: m.outputs.map(at),
      })),
    };
  }

  for (const [kind, key, list] of [
    ['gpt2', 'n_layer', 'transformer.h'],
    ['bert', 'num_hidden_layers', 'bert.encoder.layer'],
    ['distilbert', 'n_layers', 'distilbert.transformer.layer'],
    ['roberta', 'num_hidden_layers', 'roberta.encoder.layer'],
    ['llama', 'num_hidden_layers', 'model.layers'],
    ['vit', 'num_hidden_layers', 'vit.encoder.layer'],
  ] as const)
    it(`${kind}: seven that are made are seven that are read`, async () => {
      const three = await read(kind, { [key]: 3 });
      const path = three.modules.some(m => m.path === `${list}.2`) ? list : list.slice(list.indexOf('.') + 1);
      const made = withRepeated(three, path, 7);
      assert.deepEqual(plain(made!), plain(await read(kind, { [key]: 7 })));
    });

  it('t5: both stacks', async () => {
    const three = await read('t5', { num_layers: 3, num_decoder_layers: 3 });
    const made = withRepeated(withRepeated(three, 'encoder.block', 5)!, 'decoder.block', 7);
    assert.deepEqual(plain(made!), plain(await read('t5', { num_layers: 5, num_decoder_layers: 7 })));
  });

  it('reads each block where they differ', async () => {
    const set = { n_layer: 9, scale_attn_by_inverse_layer_idx: true };
    assert.equal(withRepeated(await read('gpt2', { ...set, n_layer: 3 }), 'transformer.h', 9), undefined);
    const model = await read('gpt2', set);
    assert.ok(model.modules.some(m => m.path === 'transformer.h.8.mlp'));
    const scales = model.parameters.filter(p => p.kind === 'constant');
    assert.ok(new Set(scales.map(p => JSON.stringify(p.initializer))).size > 8);
  });

  it('holds many blocks to their weights', async () => {
    cpSync(resolve('test/reference/huggingface/gpt2/model.safetensors'), join(dir, 'model.safetensors'));
    const config = JSON.parse(readFileSync(resolve('test/reference/huggingface/gpt2/config.json'), 'utf8'));
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, n_layer: 96 }));
    const [found] = Object.values(await format.read({ file: join(dir, 'config.json') }, { distFolder }));
    assert.equal(new Set(found!.model!.modules.map(m => m.path)).size, found!.model!.modules.length);
    assert.ok(found!.diagnostics.some(d => /h\.95\.attn\.c_attn\.weight/.test(d.message)));
  });
});
