/** Files are hostile: whatever their bytes are, looking into them ends with contents or with a VitrineError, soon. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { formatOf } from '../../../src/formats/_registry';
import { openTokenizer } from '../../../src/formats/huggingface/tokenizer';
import { VitrineError } from '../../../src/model/errors';
import { Random } from '../../../src/model/random';

const reference = resolve('test/reference');
/** `rounds` of a hundred: fewer where each file is read in a thread of its own. */
const seeds: [name: string, bytes: Buffer, rounds?: number][] = [
  ['a.safetensors', readFileSync(join(reference, 'huggingface/gpt2-base/model.safetensors'))],
  ['a.gguf', readFileSync(join(reference, 'gguf/small.gguf'))],
  ['a.keras', readFileSync(join(reference, 'keras/attentive.keras')), 10],
  ['a.h5', readFileSync(join(reference, 'keras/words.h5')), 10],
  ...readdirSync(join(reference, 'checkpoints'))
    .filter(n => /^(iris\.pt|before\.pth|whole\.pt)$/.test(n))
    .map((n): [string, Buffer] => [n, readFileSync(join(reference, 'checkpoints', n))]),
];

describe('hostile model files', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-fuzz-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Everything that a page about the file asks for. */
  const survives = async (name: string, bytes: Uint8Array): Promise<VitrineError | undefined> => {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    try {
      const format = await formatOf(file);
      const { tensors } = await format.contents!(file);
      for (const t of tensors.filter(x => !x.dtype.startsWith('Q')).slice(0, 3))
        await format.sample!(file, t.name, 1000);
      return undefined;
    } catch (e) {
      assert.ok(e instanceof VitrineError, `${(e as Error).stack}`);
      assert.ok(e.message.length < 2000, 'the message is short');
      return e;
    }
  };

  for (const [name, bytes, rounds = 100] of seeds) {
    it(`${name}: cut off anywhere`, async () => {
      assert.equal(await survives(name, bytes), undefined);
      const random = new Random(1, name);
      for (let i = 0; i < rounds / 4; i++)
        await survives(name, bytes.subarray(0, Math.floor(random.uniform() * bytes.length)));
    });

    it(`${name}: with bits turned, and lengths that overflow`, async () => {
      const random = new Random(2, name);
      // Headers are at the beginning, directories at the end.
      const place = () => {
        const near = Math.floor(random.uniform() * Math.min(bytes.length, 600));
        return random.uniform() < 0.7 ? near : bytes.length - 1 - near;
      };
      for (let i = 0; i < rounds * 0.6; i++) {
        const other = Buffer.from(bytes);
        for (let k = 0; k < 3; k++) other[place()]! ^= 1 << Math.floor(random.uniform() * 8);
        await survives(name, other);
      }
      for (let i = 0; i < rounds * 0.4; i++) {
        const other = Buffer.from(bytes);
        other.fill(0xff, place()).subarray(0, bytes.length);
        const cut = Buffer.from(bytes);
        cut.fill(0xff, Math.max(0, place() - 8), place());
        await survives(name, cut);
      }
    });
  }

  it('a header of four gigabytes is refused by its length alone', async () => {
    const safetensors = Buffer.alloc(16);
    safetensors.writeBigUInt64LE(2n ** 32n);
    const gguf = Buffer.from(seeds.find(([n]) => n.endsWith('.gguf'))![1]);
    gguf.writeBigUInt64LE(2n ** 32n, 24);
    const before = process.memoryUsage().arrayBuffers;
    for (const [name, bytes] of [
      ['long.safetensors', safetensors],
      ['long.gguf', gguf],
    ] as const) {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      // Sparse, so that the length is not refused for being beyond the file.
      truncateSync(file, 2 ** 32 + 1000);
      const format = await formatOf(file);
      await assert.rejects(
        format.contents!(file),
        (e: unknown) => e instanceof VitrineError && e.code === 'bad-file',
      );
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 100e6);
  });

  it('an index that names files outside of its folder is refused', async () => {
    for (const shard of ['../a.safetensors', '/etc/passwd', 'C:\\a.safetensors', 'b/../../a.safetensors']) {
      const e = await survives(
        'x.safetensors.index.json',
        Buffer.from(JSON.stringify({ weight_map: { w: shard } })),
      );
      assert.match(e!.message, /Expected a \.safetensors .*file of the same folder/);
    }
  });

  it('compressed HDF5 unpacks to what it says that it holds, and no further', async () => {
    const file = join(folder, 'bomb.h5');
    writeFileSync(file, gunzipSync(readFileSync(join(reference, 'keras/bomb.h5.gz'))));
    const format = await formatOf(file);
    const { tensors } = await format.contents!(file);
    assert.equal(tensors.length, 3);
    const refused = async (name: string, why: RegExp) =>
      assert.rejects(Promise.resolve(format.sample!(file, name, 10)), (e: unknown) => {
        assert.ok(e instanceof VitrineError, String(e));
        assert.match(e.message, why);
        return true;
      });
    const before = process.memoryUsage().arrayBuffers;
    await refused('layers.dense.vars.0', /a chunk unpacks to more than the \d+ bytes that fit/);
    await refused('layers.many.vars.0', /says that it holds 536870912 bytes, more than a file of \d+ can/);
    const { data } = (await format.sample!(file, 'layers.dense.vars.1', 10)) as { data: Float32Array };
    assert.deepEqual([...data.subarray(0, 3), data[599]], [0, 1, 2, 599]);
    assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 26);
  });

  it('a tokenizer of strange parts is refused', async () => {
    for (const part of ['model', 'pre_tokenizer', 'normalizer', 'decoder', 'post_processor'])
      for (const value of [{ type: 'None' }, 5, { type: 'Sequence', pretokenizers: 'x' }]) {
        const whole = JSON.parse(
          readFileSync(join(reference, 'huggingface_generation/gpt2/tokenizer.json'), 'utf8'),
        );
        writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ ...whole, [part]: value }));
        await openTokenizer(folder).catch(e => assert.ok(e instanceof VitrineError, `${(e as Error).stack}`));
      }
  });
});

describe('GGUF', () => {
  it('is read as its own reader reads it', async () => {
    const file = join(reference, 'gguf/small.gguf');
    const known = JSON.parse(readFileSync(join(reference, 'gguf/small.json'), 'utf8')) as {
      tensors: { name: string; type: string; shape: number[]; bytes: number; mean: number | null }[];
    };
    const format = await formatOf(file);
    assert.equal(format.id, 'gguf');
    const { tensors, metadata } = await format.contents!(file);
    assert.deepEqual(
      tensors.map(t => [t.name, t.dtype, t.shape, t.bytes]),
      known.tensors.map(t => [t.name, t.type, t.shape, t.bytes]),
    );
    const said = new Map(metadata);
    assert.equal(said.get('general.architecture'), 'llama');
    assert.equal(said.get('llama.rope.freq_base'), '10000');
    assert.equal(said.get('general.small'), 'true');
    assert.equal(said.get('general.negative'), '-3');
    assert.match(said.get('tokenizer.ggml.tokens')!, /^20: token0, token1/);
    assert.equal(said.get('llama.sizes'), '3: 1, 2, 3');
    for (const { name, mean } of known.tensors) {
      if (mean === null) {
        await assert.rejects(format.sample!(file, name, 1000), /quantised \(Q8_0\)/);
        continue;
      }
      const { data, of } = await format.sample!(file, name, 1000);
      assert.equal(data.length, of);
      const found = Array.from(data).reduce((a, b) => a + b, 0) / of;
      assert.ok(Math.abs(found - mean) < 1e-6, `${name}: ${found}, expected ${mean}`);
    }
  });
});
