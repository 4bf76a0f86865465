/** Files are hostile: whatever their bytes are, reading ends with a model or with a VitrineError. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openOnnx, openOnnxBytes } from '../../../../src/formats/onnx/read';
import { modelProto } from '../../../../src/formats/onnx/schema';
import { encode } from '../../../../src/formats/onnx/wire';
import { VitrineError } from '../../../../src/model/errors';
import { Random } from '../../../../src/model/random';
import { cases } from './cases';

/** Reads the model and its weights; what goes wrong must be a VitrineError of at most a few lines. */
function survives(bytes: Uint8Array, file = 'hostile.onnx'): VitrineError | undefined {
  try {
    openOnnxBytes(bytes, file).weights();
    return undefined;
  } catch (e) {
    assert.ok(e instanceof VitrineError, `${(e as Error).stack}`);
    assert.ok(e.message.length < 2000, 'the message is short');
    assert.equal(e.details.at?.file, file);
    return e;
  }
}

const tensor = (name: string, dims: readonly number[], more: object = {}) => ({
  name,
  dims,
  dataType: 1,
  ...more,
});
const info = (name: string, ...dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map(dimValue => ({ dimValue })) } } },
});

/** A model of the nodes, from x to y. */
function model(graph: Record<string, unknown>, more: object = {}): Uint8Array {
  return encode(modelProto, {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: { name: 'g', node: [], input: [info('x', 2)], output: [info('y', 2)], ...graph },
    ...more,
  });
}

const node = (opType: string, input: string[], output: string[], more: object = {}) => ({
  opType,
  input,
  output,
  name: output[0],
  ...more,
});

describe('hostile ONNX files', () => {
  const random = new Random(7, 'onnx fuzz');
  const picked = random.permutation(cases.length).slice(0, 60);
  const some = [...picked].map(i => Buffer.from(cases[i]!.model, 'base64'));

  it('survives being cut off anywhere', () => {
    for (const bytes of some.slice(0, 20))
      for (let end = 0; end < bytes.length; end += Math.max(1, Math.floor(bytes.length / 100)))
        survives(bytes.subarray(0, end));
  }).timeout(60_000);

  it('survives flipped bits', () => {
    for (const bytes of some) {
      for (let round = 0; round < 60; round++) {
        const broken = Buffer.from(bytes);
        for (let k = 0; k <= round % 4; k++) broken[random.integer(broken.length)]! ^= 1 << random.integer(8);
        survives(broken);
      }
    }
  }).timeout(60_000);

  it('survives noise', () => {
    for (let round = 0; round < 300; round++)
      survives(Uint8Array.from({ length: random.integer(400) }, () => random.integer(256)));
  });

  it('believes no length', () => {
    const bad = survives(
      Uint8Array.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]),
    );
    assert.match(bad!.message, /does not fit/);
    assert.equal(survives(Uint8Array.from([0x3a, 0x90, 0x4e, 0x0a]))!.code, 'bad-file');
    assert.match(survives(Uint8Array.from(new Array(20).fill(0xff)))!.message, /more than 10 bytes/);
  });

  it('believes no size of a tensor', () => {
    const raw = (dims: number[]) => tensor('w', dims, { rawData: new Uint8Array(8) });
    const add = [node('Add', ['x', 'w'], ['y'])];
    assert.match(survives(model({ node: add, initializer: [raw([1 << 30, 1 << 30])] }))!.message, /elements/);
    assert.match(survives(model({ node: add, initializer: [raw([1 << 20])] }))!.message, /takes 4194304/);
    assert.match(survives(model({ node: add, initializer: [raw([-2])] }))!.message, /size -2/);
    assert.match(
      survives(model({ node: add, initializer: [raw(new Array(100).fill(1))] }))!.message,
      /more than 64/,
    );
    assert.equal(survives(model({ node: add, initializer: [raw([2])] })), undefined);
    assert.match(
      survives(model({ node: add, initializer: [tensor('w', [1 << 20], { floatData: [1] })] }))!.message,
      /has 1 values/,
    );
  });

  it('computes no constant of a size that a file makes up', () => {
    const shape = tensor('s', [2], {
      dataType: 7,
      rawData: new Uint8Array(new BigInt64Array([1n << 40n, 1n << 40n]).buffer),
    });
    const { model: read } = openOnnxBytes(
      model({ node: [node('ConstantOfShape', ['s'], ['y'])], initializer: [shape] }),
      'x.onnx',
    );
    assert.deepEqual(read.values[read.outputs[0]!]!.shape, [2 ** 40, 2 ** 40]);
    const range = ['a', 'b', 'c'].map((name, i) =>
      tensor(name, [], {
        dataType: 7,
        rawData: new Uint8Array(new BigInt64Array([[0n, 1n << 60n, 1n][i]!]).buffer),
      }),
    );
    survives(model({ node: [node('Range', ['a', 'b', 'c'], ['y'])], initializer: range }));
  });

  it('makes no table of a size that a file makes up, nor many', () => {
    const whole = (name: string, ...list: number[]) =>
      tensor(name, [list.length], {
        dataType: 7,
        rawData: new Uint8Array(new BigInt64Array(list.map(BigInt)).buffer),
      });
    const real = (name: string, value: number) => tensor(name, [1], { floatData: [value] });
    const integer = (name: string, i: number) => ({ name, i });
    const reads = (op: string, initializer: object[], shape: number[], attribute: object[] = [], times = 1) =>
      openOnnxBytes(
        model({
          input: [info('x', ...shape)],
          output: [info('y0')],
          node: Array.from({ length: times }, (_, i) =>
            node(op, ['x', ...initializer.map(t => (t as { name: string }).name)], [`y${i}`], { attribute }),
          ),
          initializer,
        }),
        'hostile.onnx',
      );
    const refused = (...given: Parameters<typeof reads>) => {
      const { unsupported, diagnostics } = reads(...given);
      assert.equal(unsupported.length, 1, given[0]);
      assert.ok(
        diagnostics.every(d => d.code === 'unsupported-op'),
        given[0],
      );
    };
    for (const sizes of [
      [1, 1, 1e9, 1e9],
      [1, 1, -1, 4],
      [1, 1, 2 ** 40, 0],
    ])
      refused('AffineGrid', [whole('s', ...sizes)], [1, 2, 3]);
    refused('AffineGrid', [whole('s', 1, 1, 2000, 2000)], [1, 2, 3], [], 4);
    for (const block of [
      [30000, 1],
      [0, 2],
      [-1, -2],
      [3, 3],
    ])
      refused('Col2Im', [whole('i', 30000, 4), whole('b', ...block)], [1, 4, 3]);
    for (const length of [2 ** 31, 0, -3]) refused('DFT', [whole('n', length)], [1, 4, 1]);
    refused('DFT', [], [1, 0, 1]);
    refused('DFT', [], [1, 4, 3]);
    refused('DFT', [], [1, 4, 1], [integer('axis', 2)]);
    refused('STFT', [whole('step', 0), real('window', 1)], [1, 8]);
    for (const wanted of [[-1], [1, 2, 3]])
      refused(
        'CenterCropPad',
        [whole('s', ...wanted)],
        [4, 4],
        [{ name: 'axes', ints: new Uint8Array([0]) }],
      );
    const mels = (count: number, length: number, rate: number) =>
      openOnnxBytes(
        model({
          node: [node('MelWeightMatrix', ['c', 'n', 'r', 'low', 'high'], ['y'])],
          initializer: [
            whole('c', count),
            whole('n', length),
            whole('r', rate),
            real('low', 0),
            real('high', 3e38),
          ],
        }),
        'hostile.onnx',
      );
    assert.equal(mels(1e9, 1e9, 1).diagnostics[0]?.code, 'unsupported-op');
    mels(4, 16, 1);
  }).timeout(20_000);

  it('finds cycles, values from nowhere and names that stand twice', () => {
    const cycle = [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['b'], ['y'])];
    assert.match(survives(model({ node: cycle }))!.message, /cycle through .*"a"/);
    assert.match(survives(model({ node: [node('Relu', ['y'], ['y'])] }))!.message, /cycle/);
    assert.match(
      survives(model({ node: [node('Relu', ['z'], ['y'])] }))!.message,
      /reads "z", which nothing/,
    );
    assert.match(
      survives(model({ node: [node('Relu', ['x'], ['y']), node('Abs', ['x'], ['y'])] }))!.message,
      /computed twice/,
    );
    assert.match(survives(model({}))!.message, /Nothing computes the output "y"/);
  });

  it('reads nodes in any order', () => {
    const read = openOnnxBytes(
      model({ node: [node('Relu', ['a'], ['y']), node('Abs', ['x'], ['a'])] }),
      'x.onnx',
    );
    assert.deepEqual(
      read.model.nodes.map(n => n.op),
      ['Abs', 'Relu'],
    );
  });

  it('stops at functions that call themselves, or each other without end', () => {
    const call = (name: string) => ({ ...node(name, ['x'], ['y']), domain: 'own' });
    const body = (name: string, ...calls: string[]) => ({
      name,
      domain: 'own',
      input: ['x'],
      output: ['y'],
      node: [
        ...calls.map((c, i) => ({ ...node(c, ['x'], [`t${i}`]), domain: 'own' })),
        node('Relu', ['x'], ['y']),
      ],
      opsetImport: [{ domain: '', version: 17 }],
    });
    assert.match(
      survives(model({ node: [call('f')] }, { functions: [body('f', 'f')] }))!.message,
      /nest deeper/,
    );
    // Each function calls the next one ten times: 10^20 nodes.
    const bomb = Array.from({ length: 20 }, (_, i) =>
      body(`f${i}`, ...new Array(i < 19 ? 10 : 0).fill(`f${i + 1}`)),
    );
    assert.match(survives(model({ node: [call('f0')] }, { functions: bomb }))!.message, /more than 200000/);
  }).timeout(60_000);

  it('stops at messages that nest without end', () => {
    let inner: Record<string, unknown> = { node: [] };
    for (let i = 0; i < 200; i++)
      inner = { node: [{ ...node('If', ['x'], ['y']), attribute: [{ name: 'then_branch', g: inner }] }] };
    assert.match(survives(model(inner))!.message, /nest deeper/);
  });

  describe('external data', () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'vitrine-onnx-'));
      writeFileSync(path.join(folder, 'w.bin'), new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const opened = (location: string, more: Record<string, string> = {}) => {
      const file = path.join(folder, 'm.onnx');
      const externalData = Object.entries({ location, ...more }).map(([key, value]) => ({ key, value }));
      const w = tensor('w', [2], { dataLocation: 1, externalData });
      writeFileSync(file, model({ node: [node('Add', ['x', 'w'], ['y'])], initializer: [w] }));
      const read = openOnnx(file);
      try {
        return read.weights();
      } finally {
        read.close();
      }
    };

    it('is read beside the model', () => {
      assert.deepEqual([...opened('w.bin', { offset: '8', length: '8' })['w']!.data], [3, 4]);
      assert.deepEqual([...opened('./w.bin')['w']!.data], [1, 2]);
    });

    it('is refused outside of the folder', () => {
      symlinkSync('/etc/passwd', path.join(folder, 'link.bin'));
      for (const location of [
        '../w.bin',
        '/etc/passwd',
        'a/../../w.bin',
        'C:\\w.bin',
        '..\\w.bin',
        'link.bin',
        '.',
      ])
        assert.throws(
          () => opened(location),
          (e: VitrineError) => e.code === 'bad-file' && /"w"/.test(e.message),
          location,
        );
    });

    it('is refused where it is not there, too short or of another length', () => {
      assert.throws(() => opened('gone.bin'), /not there/);
      assert.throws(() => opened('w.bin', { offset: '12' }), /which has 16/);
      assert.throws(() => opened('w.bin', { offset: '-4' }), /begins at/);
      assert.throws(() => opened('w.bin', { offset: '1e300' }), /begins at/);
      assert.throws(() => opened('w.bin', { length: '400000000000' }), /take 8/);
    });

    it('does not load a file of four gigabytes to show a graph', () => {
      const big = path.join(folder, 'big.bin');
      writeFileSync(big, '');
      truncateSync(big, 2 ** 32);
      const w = tensor('w', [2 ** 15, 2 ** 15], {
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'big.bin' }],
      });
      const file = path.join(folder, 'big.onnx');
      writeFileSync(
        file,
        model({
          input: [info('x', 1, 2 ** 15)],
          node: [node('MatMul', ['x', 'w'], ['y'])],
          initializer: [w],
        }),
      );
      const before = process.memoryUsage().arrayBuffers;
      const read = openOnnx(file);
      read.close();
      assert.deepEqual(read.model.values['y']!.shape, [1, 2 ** 15]);
      assert.ok(process.memoryUsage().arrayBuffers - before < 1e7);
    });
  });
});
