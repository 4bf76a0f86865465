import { strict as assert } from 'node:assert';
import { cpSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { contentsOf, graphOf, sampleOf } from '../../../src/formats/_contents';
import { writeSafetensors } from '../../../src/formats/safetensors/write';
import { VitrineError } from '../../../src/model/errors';
import { tensorStatistics } from '../../../src/train/runs/tensorStatistics';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const context = { distFolder };
const reference = resolve('test/reference');
const temporary = () => mkdtempSync(join(tmpdir(), 'vitrine-contents-'));
const refused = (work: Promise<unknown>, expected: RegExp) =>
  assert.rejects(work, (e: unknown) => e instanceof VitrineError && expected.test(e.message));

describe('What lies in a model file', function () {
  this.timeout(60_000);

  it('a checkpoint: its tensors, its metadata, and the configuration beside it', async () => {
    const file = join(reference, 'huggingface/gpt2/model.safetensors');
    const found = await contentsOf(file);
    assert.equal(found.id, 'safetensors');
    assert.equal(found.described, join(reference, 'huggingface/gpt2/config.json'));
    assert.deepEqual(found.metadata, [['format', 'pt']]);
    const wte = found.tensors.find(t => t.name === 'transformer.wte.weight')!;
    assert.deepEqual([wte.dtype, wte.shape, wte.bytes], ['F32', [48, 16], 48 * 16 * 4]);
    const graph = await graphOf(file, context);
    assert.equal(graph.described, found.described);
    assert.deepEqual([graph.model!.name, graph.diagnostics], ['GPT2LMHeadModel', []]);
    assert.equal(graph.model!.file, found.described);
  });

  it('a checkpoint that nothing describes, or something that cannot be read', async () => {
    const folder = temporary();
    const file = join(folder, 'model.safetensors');
    cpSync(join(reference, 'huggingface/gpt2/model.safetensors'), file);
    assert.equal((await contentsOf(file)).described, undefined);
    assert.deepEqual(await graphOf(file, context), { diagnostics: [] });
    writeFileSync(join(folder, 'config.json'), '{"model_type": "none"}');
    const graph = await graphOf(file, context);
    assert.equal(graph.model, undefined);
    assert.match(graph.failure!, /model_type "none"/);
  });

  it('a folder, a checkpoint in several files, and one of torch.save', async () => {
    const bert = await contentsOf(join(reference, 'huggingface/bert'));
    assert.equal(bert.id, 'huggingface');
    assert.ok((await graphOf(join(reference, 'huggingface/bert'), context)).model!.nodes.length > 0);
    assert.ok(bert.metadata.some(([name, value]) => name === 'model_type' && value === 'bert'));
    assert.ok(new Set(bert.tensors.map(t => t.shard)).size > 1);
    const index = join(reference, 'huggingface/bert/model.safetensors.index.json');
    const sharded = await contentsOf(index);
    assert.deepEqual(sharded.tensors, bert.tensors);
    assert.equal(
      sharded.bytes,
      bert.tensors.reduce((n, t) => n + t.bytes, 0),
    );
    const name = bert.tensors[0]!.name;
    assert.equal(
      (await sampleOf(index, name, 4)).of,
      bert.tensors[0]!.shape.reduce((a, b) => a * b, 1),
    );
  });

  it('says what is no model file', async () => {
    const folder = temporary();
    await refused(contentsOf(join(folder, 'none.onnx')), /no file/);
    await refused(contentsOf(folder), /without a config\.json/);
    writeFileSync(join(folder, 'net.py'), 'import torch\nclass Net(torch.nn.Module): pass');
    await refused(contentsOf(join(folder, 'net.py')), /holds no tensors that can be listed/);
    writeFileSync(join(folder, 'cut.safetensors'), Uint8Array.of(1, 2, 3));
    await refused(contentsOf(join(folder, 'cut.safetensors')), /3 bytes/);
  });

  it('statistics of a tensor, of a sample where it is large', async () => {
    const file = join(temporary(), 'a.safetensors');
    const data = Float32Array.from({ length: 10_000 }, (_, i) => (i % 4 === 0 ? 0 : Math.sin(i)));
    data[7] = Number.NaN;
    await writeSafetensors(file, {
      w: { shape: [100, 100], data },
      empty: { shape: [0], data: new Float32Array(0) },
    });
    const whole = tensorStatistics(await sampleOf(file, 'w', 1 << 20));
    assert.deepEqual(
      [whole.count, whole.sampled, whole.zeros, whole.notFinite],
      [10_000, 10_000, 0.25, 0.0001],
    );
    const finite = data.filter(x => !Number.isNaN(x));
    const mean = finite.reduce((a, b) => a + b, 0) / finite.length;
    assert.ok(Math.abs(whole.mean! - mean) < 1e-9);
    assert.equal(
      whole.histogram.reduce((a, b) => a + b, 0),
      9999,
    );
    const part = tensorStatistics(await sampleOf(file, 'w', 1280));
    assert.deepEqual([part.count, part.sampled], [10_000, 1280]);
    assert.ok(part.max! > 0.99 && part.min! < -0.99);
    const empty = tensorStatistics(await sampleOf(file, 'empty', 100));
    assert.deepEqual([empty.count, empty.mean, empty.histogram.length], [0, null, 0]);
    await refused(sampleOf(file, 'v', 10), /no tensor "v"|has no tensor/);
  });

  it('a tensor of a gigabyte is looked at by its windows', async () => {
    const file = join(temporary(), 'large.safetensors');
    const bytes = 2 ** 30;
    const header = Buffer.from(
      JSON.stringify({ w: { dtype: 'F16', shape: [bytes / 2], data_offsets: [0, bytes] } }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(file, Buffer.concat([length, header]));
    // Sparse: it takes no space.
    truncateSync(file, 8 + header.length + bytes);
    const before = process.memoryUsage().arrayBuffers;
    const found = tensorStatistics(await sampleOf(file, 'w', 1 << 16));
    assert.deepEqual([found.count, found.sampled, found.max], [bytes / 2, 1 << 16, 0]);
    assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
  });

  it('a file that changes while it is looked at', async () => {
    const folder = temporary();
    cpSync(join(reference, 'huggingface/gpt2'), folder, { recursive: true });
    const file = join(folder, 'model.safetensors');
    const { tensors } = await contentsOf(file);
    truncateSync(file, 500);
    await refused(sampleOf(file, tensors[0]!.name, 10), /model\.safetensors/);
  });
});
