import { strict as assert } from 'node:assert';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { contentsOf, graphOf } from '../../../../src/formats/_contents';
import { openCheckpoint } from '../../../../src/formats/checkpoint/checkpoint';
import { readSafetensorsHeader } from '../../../../src/formats/safetensors/read';
import { writeSafetensors } from '../../../../src/formats/safetensors/write';
import { VitrineError } from '../../../../src/model/errors';
import { pack, unpack } from '../../../../src/service/packed';
import { writeSparse } from '../../../harness/sparse.mjs';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

describe('Checkpoints of 175 billion parameters', function () {
  this.timeout(60_000);
  let folder: string;
  let index: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-175b-'));
    index = writeSparse(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('open by their headers alone, in memory that is proportional to them', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    let headers = 0;
    for (const name of readdirSync(folder).filter(f => f.endsWith('.safetensors'))) {
      const first = Buffer.alloc(8);
      const file = openSync(join(folder, name), 'r');
      readSync(file, first);
      closeSync(file);
      headers += Number(first.readBigUInt64LE());
    }
    gc();
    const before = process.memoryUsage();
    const reader = await openCheckpoint(index);
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const parameters = [...reader.tensors.values()].reduce((n, { shape }) => n + size(shape), 0);
    assert.ok(parameters > 174e9 && parameters < 176e9, `${parameters}`);
    const taken = heapUsed - before.heapUsed + arrayBuffers - before.arrayBuffers;
    assert.ok(taken < 20 * headers, `${taken} bytes for headers of ${headers}`);
    const { data } = await reader.tensor('h.95.ln_2.bias');
    assert.equal(data.length, 12288);
    await reader.close();
  });

  it('are described by the configuration beside them, and a graph is packed once', async () => {
    const [contents, graph] = await Promise.all([contentsOf(index), graphOf(index, { distFolder })]);
    assert.equal(contents.tensors.length, 12 * 96 + 4);
    assert.equal(new Set(contents.tensors.map(t => t.shard)).size, 97);
    assert.deepEqual([graph.described, graph.diagnostics], [join(folder, 'config.json'), []]);
    const { model } = graph;
    assert.equal(model!.name, 'GPT2LMHeadModel');
    assert.ok(model!.modules.some(m => m.path === 'transformer.h.95.mlp'));
    const again = await graphOf(index, { distFolder });
    assert.equal(pack(again.model!), pack(model!));
    assert.deepEqual(unpack(pack(model!)), JSON.parse(JSON.stringify(model)));
  });

  it('are read again where the configuration, or a shard, is another', async () => {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    try {
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, n_layer: 97 }));
      const more = await graphOf(index, { distFolder });
      assert.ok(more.model!.modules.some(m => m.path === 'transformer.h.96.mlp'));
      assert.ok(more.diagnostics.some(d => d.code === 'weights-missing' && /h\.96\./.test(d.message)));
    } finally {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    }
    const shard = join(folder, 'model-7.safetensors');
    rmSync(shard);
    await assert.rejects(
      openCheckpoint(index),
      (e: unknown) => e instanceof VitrineError && e.code === 'file-not-found' && /model-7\./.test(e.message),
    );
  });
});

describe('Headers that were read', function () {
  this.timeout(20_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-headers-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (file: string, name: string) =>
    writeSafetensors(file, { [name]: { shape: [2], data: Float32Array.of(1, 2) } });
  const names = async (file: string) => [...(await readSafetensorsHeader(file)).tensors.keys()];

  it('are kept while the file stays as it is, and not when it is another of the same size and time', async () => {
    const [file, other] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')];
    await write(file, 'w');
    await write(other, 'v');
    // A file may change again within the tick of its clock: nothing is kept of one that was just written.
    assert.notEqual(await readSafetensorsHeader(file), await readSafetensorsHeader(file));
    await pause(2100);
    const header = await readSafetensorsHeader(file);
    assert.equal(await readSafetensorsHeader(file), header);

    const { size, atime, mtime } = statSync(file);
    writeFileSync(file, readFileSync(other));
    utimesSync(file, atime, mtime);
    assert.equal(statSync(file).size, size);
    assert.deepEqual(await names(file), ['v'], 'written over');

    await write(other, 'u');
    utimesSync(other, atime, mtime);
    await pause(2100);
    assert.deepEqual(await names(file), ['v']);
    renameSync(other, file);
    assert.deepEqual(await names(file), ['u'], 'another one moved to its place');
    rmSync(file);
    await assert.rejects(
      readSafetensorsHeader(file),
      (e: unknown) => e instanceof VitrineError && e.code === 'file-not-found',
    );
  });
});
