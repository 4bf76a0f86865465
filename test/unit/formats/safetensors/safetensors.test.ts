import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compareWithModel, describeComparison } from '../../../../src/formats/safetensors/compare';
import {
  openSafetensors,
  openSafetensorsBuffer,
  readSafetensors,
  readSafetensorsHeader,
} from '../../../../src/formats/safetensors/read';
import { safetensorsBytes, writeSafetensors } from '../../../../src/formats/safetensors/write';
import { VitrineError } from '../../../../src/model/errors';
import type { Parameter, Tensors } from '../../../../src/model/graph';
import reference from '../../../reference/data_safetensors.json';

const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-safetensors-'));
const bytesOf = (entry: { bytes: string }) => Buffer.from(entry.bytes, 'base64');

/** A file with any header. */
function craft(header: unknown, data = 0, claimed?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const out = Buffer.alloc(8 + json.length + data);
  out.writeBigUInt64LE(claimed ?? BigInt(json.length));
  json.copy(out, 8);
  return out;
}

const f32 = (shape: unknown, from: unknown, to: unknown) => ({
  dtype: 'F32',
  shape,
  data_offsets: [from, to],
});

describe('Reading safetensors that Python wrote', () => {
  it('reads every type to the values that PyTorch has', async () => {
    const { tensors } = await readSafetensors(bytesOf(reference.dtypes));
    const { values, shapes } = reference.dtypes as {
      values: Record<string, (number | string)[]>;
      shapes: Record<string, number[]>;
    };
    assert.deepEqual(Object.keys(tensors).sort(), Object.keys(values).sort());
    for (const [name, expected] of Object.entries(values)) {
      assert.deepEqual(tensors[name]!.shape, shapes[name], name);
      const numbers = expected.map(v => (v === 'inf' ? Infinity : v === '-inf' ? -Infinity : Number(v)));
      // Floats become float32, which F64's values are rounded to.
      const rounded = /^b?f/.test(name) ? numbers.map(Math.fround) : numbers;
      assert.deepEqual([...tensors[name]!.data], rounded, name);
      assert.equal(tensors[name]!.data instanceof Float32Array, /^(bf|f)/.test(name), name);
    }
  });

  it('keeps the sign of zero, and metadata', async () => {
    const { tensors } = await readSafetensors(bytesOf(reference.dtypes));
    for (const name of ['f32', 'f64', 'f16', 'bf16']) assert.ok(Object.is(tensors[name]!.data[1], -0), name);
    const { metadata } = await readSafetensors(bytesOf(reference.same));
    assert.deepEqual({ ...metadata }, { format: 'pt' });
  });

  it('reads one tensor of a file without the others', async () => {
    const file = path.join(folder, 'lazy.safetensors');
    writeFileSync(file, bytesOf(reference.same));
    const reader = await openSafetensors(file);
    assert.deepEqual((await reader.tensor('scalar')).data, Float32Array.of(2.5));
    await assert.rejects(reader.tensor('fc1.wieght'), /no tensor "fc1\.wieght".*Did you mean "fc1\.weight"/);
    await reader.close();
    assert.equal((await readSafetensorsHeader(file)).tensors.size, 7);
  });

  it('reads a file without tensors', async () => {
    assert.deepEqual(Object.keys((await readSafetensors(bytesOf(reference.nothing))).tensors), []);
  });
});

describe('Writing safetensors', () => {
  const same = async (): Promise<Tensors> => (await readSafetensors(bytesOf(reference.same))).tensors;

  it('gives the bytes that Python gives', async () => {
    assert.deepEqual(Buffer.from(safetensorsBytes(await same(), { format: 'pt' })), bytesOf(reference.same));
    assert.deepEqual(Buffer.from(safetensorsBytes({})), bytesOf(reference.nothing));
  });

  it('writes the file whole and leaves nothing beside it', async () => {
    const file = path.join(folder, 'written', 'weights.safetensors');
    await assert.rejects(writeSafetensors(file, {}), /ENOENT/);
    const inside = mkdtempSync(path.join(folder, 'w-'));
    const target = path.join(inside, 'weights.safetensors');
    writeFileSync(target, 'old');
    const tensors = await same();
    await writeSafetensors(target, tensors, { format: 'pt' });
    assert.deepEqual(readFileSync(target), bytesOf(reference.same));
    tensors['fc1.bias'] = { shape: [4], data: new Float32Array(5) };
    await assert.rejects(
      writeSafetensors(target, tensors),
      /"fc1\.bias" has 5 values, but the shape \(4\) takes 4/,
    );
    assert.deepEqual(readFileSync(target), bytesOf(reference.same));
    assert.deepEqual(readdirSync(inside), ['weights.safetensors']);
  });

  it('takes any name for a tensor', async () => {
    const tensors: Tensors = Object.create(null);
    // biome-ignore lint/suspicious/noProto: the name is what is tested; the object has no prototype.
    tensors['__proto__'] = { shape: [], data: Float32Array.of(1) };
    tensors['a"b\\'] = { shape: [1], data: Int32Array.of(-7) };
    const read = (await readSafetensors(safetensorsBytes(tensors))).tensors;
    assert.deepEqual(
      Object.entries(read).map(([n, t]) => [n, ...t.data]),
      [
        ['__proto__', 1],
        ['a"b\\', -7],
      ],
    );
    assert.throws(
      () => safetensorsBytes({ __metadata__: { shape: [], data: new Float32Array(1) } }),
      VitrineError,
    );
  });
});

describe('A file that lies', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['no bytes', new Uint8Array(0), /has 0 bytes; a safetensors file begins with 8/],
    ['seven bytes', new Uint8Array(7), /has 7 bytes/],
    ['a header beyond the limit', craft('{}', 0, 100_000_001n), /claims 100000001 bytes; at most 100000000/],
    ['a header of 2^64 - 1 bytes', craft('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
    ['a header longer than the file', craft('{}', 0, 3n), /has only 2 after its first 8\. It is truncated/],
    ['no JSON', craft('{"a"'), /not JSON/],
    ['no UTF-8', craft(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1')), /not JSON/],
    ['a list', craft('[]'), /not a JSON object/],
    ['nesting to overflow the stack', craft('['.repeat(1e6)), /not JSON/],
    ['an entry that is none', craft({ a: 3 }), /"a" of x\.safetensors: expected an object/],
    ['no type', craft({ a: { shape: [], data_offsets: [0, 4] } }, 4), /found the type nothing/],
    [
      'an unknown type',
      craft({ a: { ...f32([], 0, 4), dtype: 'toString' } }, 4),
      /found the type "toString"/,
    ],
    ['a negative size', craft({ a: f32([-1], 0, 4) }, 4), /found the shape \[-1\]/],
    ['a broken size', craft({ a: f32([0.5], 0, 4) }, 4), /found the shape \[0\.5\]/],
    ['too many dimensions', craft({ a: f32(new Array(65).fill(1), 0, 4) }, 4), /at most 64/],
    [
      'sizes that overflow',
      craft({ a: f32([2 ** 31, 2 ** 31, 2 ** 31], 0, 0) }),
      /more elements than can be counted/,
    ],
    ['sizes that overflow but for a zero', craft({ a: f32([2 ** 52, 2 ** 52, 0], 0, 0) }), /more elements/],
    ['offsets that run backwards', craft({ a: f32([1], 8, 4) }, 8), /data_offsets \[8,4\]/],
    ['one offset', craft({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /data_offsets \[0\]/],
    [
      'fewer bytes than the shape takes',
      craft({ a: f32([2], 0, 4) }, 4),
      /takes 8 bytes, but data_offsets give it 4/,
    ],
    ['data beyond the end', craft({ a: f32([2], 0, 8) }, 4), /the file has only .* truncated/],
    ['overlap', craft({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /"b" of x\.safetensors overlaps/],
    ['a hole', craft({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /"b" of x\.safetensors leaves a hole/],
    ['bytes behind the last', craft({ a: f32([1], 0, 4) }, 5), /tensors end at byte/],
    [
      'a name twice',
      craft(`{"a":${JSON.stringify(f32([1], 0, 4))},"\\u0061":${JSON.stringify(f32([1], 4, 8))}}`, 8),
      /names the tensor "a" twice/,
    ],
    [
      'metadata of numbers',
      craft({ __metadata__: { a: 1 } }),
      /"__metadata__" in the header of x\.safetensors has a value for "a" that is no text/,
    ],
  ];
  for (const [name, bytes, expected] of cases)
    it(`is refused in one sentence: ${name}`, () => {
      assert.throws(
        () => openSafetensorsBuffer(bytes, 'x.safetensors'),
        (e: unknown) => {
          assert.ok(e instanceof VitrineError && e.code === 'bad-file', String(e));
          assert.match(e.message, expected);
          assert.ok(e.message.length < 400);
          return true;
        },
      );
    });

  it('is refused wherever it is cut off', () => {
    const whole = bytesOf(reference.same);
    for (let n = 0; n < whole.length; n++)
      assert.throws(() => openSafetensorsBuffer(whole.subarray(0, n), 'x'), VitrineError, `${n} bytes`);
  });

  it('is refused from the disk too, and says which file', async () => {
    const file = path.join(folder, 'cut.safetensors');
    writeFileSync(file, bytesOf(reference.same));
    truncateSync(file, 300);
    await assert.rejects(readSafetensors(file), (e: unknown) => {
      assert.ok(e instanceof VitrineError);
      assert.equal(e.details.at?.file, file);
      return /truncated/.test(e.message);
    });
    await assert.rejects(readSafetensors(folder), /is no file: expected a safetensors file/);
    await assert.rejects(readSafetensors(path.join(folder, 'none.safetensors')), /does not exist/);
    symlinkSync(folder, path.join(folder, 'link'));
    await assert.rejects(readSafetensors(path.join(folder, 'link')), VitrineError);
  });

  it('claims integers that cannot be computed with', async () => {
    const bytes = craft({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8);
    new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(bytes.length - 8, 2n ** 40n, true);
    await assert.rejects(
      readSafetensors(bytes),
      /"a" of buffer holds 1099511627776, beyond the 32-bit integers/,
    );
    const complex = craft({ a: { dtype: 'C64', shape: [1], data_offsets: [0, 8] } }, 8);
    await assert.rejects(readSafetensors(complex), /of type C64, which cannot be computed with/);
  });
});

describe('Weights beside a model', () => {
  const parameter = (name: string, shape: number[], kind: Parameter['kind'] = 'parameter'): Parameter => ({
    name,
    shape,
    kind,
    dtype: 'float32',
    trainable: kind === 'parameter',
    initializer: { kind: 'zeros' },
  });

  it('tells what is missing, extra and of another shape', () => {
    const { header } = openSafetensorsBuffer(bytesOf(reference.same), 'x');
    const c = compareWithModel(header, {
      parameters: [
        parameter('fc1.weight', [5, 2]),
        parameter('fc1.bias', [6]),
        parameter('fc2.weight', [1, 5]),
        parameter('fc2.bais', [1]),
        parameter('bn.running_mean', [5], 'buffer'),
        parameter('one', [], 'constant'),
      ],
    });
    assert.deepEqual(c.missing, [
      { name: 'fc2.bais', shape: [1], near: 'fc2.bias' },
      { name: 'bn.running_mean', shape: [5] },
    ]);
    assert.deepEqual(c.extra.map(e => e.name).sort(), ['empty', 'fc2.bias', 'scalar', 'steps']);
    assert.deepEqual(c.wrongShape, [{ name: 'fc1.bias', found: [5], expected: [6] }]);
    assert.equal(c.fits, false);
    assert.deepEqual(describeComparison(c, 1), [
      '"fc1.bias" has the shape (5); the model expects (6).',
      '"fc2.bais" (1) is missing. The file has "fc2.bias".',
      `"${c.extra[0]!.name}" (${c.extra[0]!.shape.join(', ')}) is not in the model.`,
      '4 more differences.',
    ]);
  });

  it('finds nothing to say of weights that fit', () => {
    const bytes = safetensorsBytes({ w: { shape: [1], data: new Float32Array(1) } });
    const c = compareWithModel(openSafetensorsBuffer(bytes, 'x').header, {
      parameters: [parameter('w', [1])],
    });
    assert.equal(c.fits, true);
    assert.deepEqual(describeComparison(c), []);
  });
});
