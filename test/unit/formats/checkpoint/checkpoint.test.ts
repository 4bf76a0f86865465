import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openCheckpoint } from '../../../../src/formats/checkpoint/checkpoint';
import { Global, PickleError, PickleObject, unpickle } from '../../../../src/formats/checkpoint/pickle';
import { torchHost } from '../../../../src/formats/checkpoint/torchPickle';
import { checkWeights, loadWeights } from '../../../../src/formats/checkpoint/weights';
import { writeSafetensors } from '../../../../src/formats/safetensors/write';
import { VitrineError } from '../../../../src/model/errors';
import type { Model } from '../../../../src/model/graph';
import { Random } from '../../../../src/model/random';

const fixtures = resolve('test/reference/checkpoints');
interface Values {
  shape: number[];
  dtype?: string;
  values: number[];
}
const known = JSON.parse(readFileSync(join(fixtures, 'values.json'), 'utf8')) as {
  state: Record<string, Values>;
  views: Record<string, Values>;
};

const folder = () => mkdtempSync(join(tmpdir(), 'vitrine-checkpoint-'));

async function all(file: string): Promise<Record<string, Values>> {
  const reader = await openCheckpoint(file);
  try {
    const out: Record<string, Values> = {};
    for (const [name, { dtype }] of reader.tensors) {
      const { shape, data } = await reader.tensor(name);
      out[name] = { shape: [...shape], dtype, values: [...data] };
    }
    return out;
  } finally {
    await reader.close();
  }
}

/** The Iris sample's model, as far as weights go. */
function iris(hidden = 16, more: Model['parameters'] = []): Model {
  const at = (line: number) => ({ file: 'iris.py', line, column: 13, endLine: line, endColumn: 30 });
  const parameter = (name: string, shape: number[]): Model['parameters'][number] => ({
    name,
    dtype: 'float32',
    shape,
    kind: 'parameter',
    trainable: true,
    initializer: { kind: 'zeros' },
  });
  return {
    name: 'IrisNet',
    file: 'iris.py',
    format: 'pytorch',
    definition: { file: 'iris.py', line: 4, column: 1, endLine: 17, endColumn: 2 },
    inputs: [],
    outputs: [],
    values: {},
    nodes: [],
    parameters: [
      parameter('layers.0.weight', [hidden, 4]),
      parameter('layers.0.bias', [hidden]),
      parameter('layers.2.weight', [3, hidden]),
      parameter('layers.2.bias', [3]),
      ...more,
    ],
    modules: [0, 2].map(i => ({
      path: `layers.${i}`,
      type: 'Linear',
      arguments: '',
      definition: at(10 + i),
      parameters: [`layers.${i}.weight`, `layers.${i}.bias`],
      inputs: [],
      outputs: [],
    })),
  };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (e) {
    assert.ok(e instanceof VitrineError, `${e}`);
    assert.equal(e.code, 'bad-file');
    return e.message;
  }
  return assert.fail('nothing was refused');
}

describe('Checkpoints that PyTorch wrote', () => {
  it('are read without Python, whatever way tensors lie in their storages', async () => {
    const read = await all(join(fixtures, 'views.pt'));
    assert.deepEqual(Object.keys(read), Object.keys(known.views));
    for (const [name, { shape, dtype, values }] of Object.entries(known.views)) {
      assert.deepEqual(read[name]!.shape, shape, name);
      assert.equal(read[name]!.dtype, dtype, name);
      // Everything but integers is computed with in float32.
      assert.deepEqual(read[name]!.values, dtype === 'int64' ? values : values.map(Math.fround), name);
    }
  });

  it('give the model of a training checkpoint, without the wrapper’s prefix', async () => {
    const read = await all(join(fixtures, 'training.pth'));
    assert.deepEqual(Object.keys(read), Object.keys(known.state));
    for (const [name, { values }] of Object.entries(known.state))
      assert.deepEqual(read[name]!.values, values);
  });

  it('hold the same in .safetensors', async () => {
    const read = await all(join(fixtures, 'iris.safetensors'));
    for (const [name, { values }] of Object.entries(known.state))
      assert.deepEqual(read[name]!.values, values);
  });

  it('are read from before PyTorch 1.6, and of a module or script that was saved itself', async () => {
    for (const file of ['before.pth', 'whole.pt', 'scripted.pt']) {
      const read = await all(join(fixtures, file));
      assert.deepEqual(Object.keys(read).sort(), Object.keys(known.state).sort(), file);
      for (const [name, { shape, values }] of Object.entries(known.state)) {
        assert.deepEqual(read[name]!.shape, shape, `${file} ${name}`);
        assert.deepEqual(read[name]!.values, values, `${file} ${name}`);
      }
    }
  });

  it('have what is no tensor that is computed with told by its name', async () => {
    const reader = await openCheckpoint(join(fixtures, 'strange.pt'));
    assert.deepEqual([...reader.tensors.keys()].sort(), Object.keys(known.state).sort());
    assert.deepEqual(
      [...reader.refused!],
      [
        ['sparse', 'torch._utils._rebuild_sparse_tensor'],
        ['complex', 'torch.ComplexFloatStorage'],
      ],
    );
    assert.deepEqual(reader.leftOut, ['argparse.Namespace']);
    await reader.close();
    const needed = iris(16, [{ ...iris().parameters[0]!, name: 'sparse', shape: [3, 3] }]);
    const [said] = await checkWeights(needed, join(fixtures, 'strange.pt'));
    assert.match(
      said!.message,
      /^sparse \[3, 3\] is in strange\.pt, but of a kind that is not read \(torch\._utils\._re/,
    );
  });
});

describe('Checkpoints against a model', () => {
  it('fit', async () => {
    for (const file of ['iris.pt', 'training.pth', 'iris.safetensors', 'below.ckpt'])
      assert.deepEqual(await checkWeights(iris(), join(fixtures, file)), []);
    const weights = await loadWeights(iris(), join(fixtures, 'training.pth'));
    assert.deepEqual([...weights['layers.2.bias']!.data], known.state['layers.2.bias']!.values);
  });

  it('have wrong shapes and missing parameters told at the layer, extra tensors at the class', async () => {
    const model = iris(8, [{ ...iris().parameters[0]!, name: 'head.weight', shape: [2, 2] }]);
    const file = join(fixtures, 'iris.pt');
    const said = (
      await checkWeights(
        { ...model, parameters: model.parameters.filter(p => p.name !== 'layers.2.bias') },
        file,
      )
    ).map(d => `${d.severity} ${d.line}:${d.column} ${d.message}`);
    assert.deepEqual(said, [
      'error 10:13 size mismatch for layers.0.weight: iris.pt has a tensor of the shape [16, 4], the shape in the model is [8, 4].',
      'error 10:13 size mismatch for layers.0.bias: iris.pt has a tensor of the shape [16], the shape in the model is [8].',
      'error 12:13 size mismatch for layers.2.weight: iris.pt has a tensor of the shape [3, 16], the shape in the model is [3, 8].',
      'error 4:1 head.weight [2, 2] is missing in iris.pt.',
      'warning 4:1 iris.pt has "layers.2.bias" [3], which IrisNet has no use for.',
    ]);
    await assert.rejects(loadWeights(model, file), (e: VitrineError) => e.code === 'shape-mismatch');
  });

  it('may hold them below an attribute, or lack the one that the model has', async () => {
    const weights = await loadWeights(iris(), join(fixtures, 'below.ckpt'));
    assert.deepEqual([...weights['layers.2.bias']!.data], known.state['layers.2.bias']!.values);
    const held = {
      ...iris(),
      parameters: iris().parameters.map(p => ({ ...p, name: `net.${p.name}` })),
      modules: [],
    };
    assert.deepEqual(await checkWeights(held, join(fixtures, 'iris.pt')), []);
    const own = await loadWeights(held, join(fixtures, 'before.pth'));
    assert.deepEqual([...own['net.layers.2.bias']!.data], known.state['layers.2.bias']!.values);
  });

  it('may hold tied weights under any of their names', async () => {
    const model = iris();
    const [first, ...rest] = model.parameters;
    const tied = { ...first!, name: 'embed.weight', aliases: ['layers.0.weight'] };
    assert.deepEqual(
      await checkWeights({ ...model, parameters: [tied, ...rest] }, join(fixtures, 'iris.pt')),
      [],
    );
  });
});

describe('A checkpoint in several files', () => {
  it('is read by its index', async () => {
    const dir = folder();
    const tensor = (x: number) => ({ shape: [2], data: Float32Array.of(x, x) });
    await writeSafetensors(join(dir, 'm-1.safetensors'), { a: tensor(1) });
    await writeSafetensors(join(dir, 'm-2.safetensors'), { b: tensor(2) });
    const file = join(dir, 'm.safetensors.index.json');
    writeFileSync(file, JSON.stringify({ weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' } }));
    const read = await all(file);
    assert.deepEqual(
      [read['a']!.values, read['b']!.values],
      [
        [1, 1],
        [2, 2],
      ],
    );
    writeFileSync(file, JSON.stringify({ weight_map: { a: '../m-1.safetensors' } }));
    assert.match(await refusal(openCheckpoint(file)), /file of the same folder/);
    writeFileSync(file, JSON.stringify({ weight_map: { c: 'm-1.safetensors' } }));
    assert.match(await refusal(openCheckpoint(file)), /that file has none/);
  });
});

describe('A checkpoint that lies', function () {
  this.timeout(30_000);
  const host = {
    global: (name: string) => {
      if (name !== 'a.b') throw new PickleError(name);
    },
    call: () => null,
    persistent: () => null,
  };
  const bytes = (text: string) => Uint8Array.from(text, c => c.charCodeAt(0));

  it('calls nothing', () => {
    assert.throws(() => unpickle(bytes('cos\nsystem\n(tR.'), host), /os\.system/);
    assert.throws(() => unpickle(bytes('\x80\x04\x8c\x02os\x8c\x06system\x93.'), host), /os\.system/);
    assert.ok(unpickle(bytes('ca\nb\n.'), host) instanceof Global);
    for (const text of [
      '',
      '(',
      '.',
      'N',
      ')R.',
      '0.',
      't.',
      'h\x05.',
      'X\xff\xff\xff\x7f',
      '}(NK\x01NuN.',
      'i',
      '\x8b\xff\xff\xff\xff.',
    ])
      assert.throws(() => unpickle(bytes(text), host), PickleError, JSON.stringify(text));
  });

  it('does nothing, whatever its names are', () => {
    for (const text of [
      'cos\nsystem\n(tR.',
      'cposix\nsystem\n.',
      'csubprocess\nPopen\n(tR.',
      'c__builtin__\neval\n(tR.',
      'cbuiltins\ngetattr\n.',
      'cfunctools\npartial\n.',
      'cmine\ndo_it\n(tR.',
      'crunpy\n_run_code\n.',
      'ctorch.hub\nload\n(tR.',
    ])
      assert.throws(() => unpickle(bytes(text), torchHost()), /it wants Python's .*neither a tensor/, text);
    const made = unpickle(bytes('\x80\x02cmine\nThing\n)\x81}b.'), torchHost());
    assert.ok(made instanceof PickleObject && made.type === 'mine.Thing');
  });

  it('is refused when it is cut off anywhere, in either form', async () => {
    const dir = folder();
    const old = readFileSync(join(fixtures, 'before.pth'));
    for (let n = 0; n < old.length; n += 41) {
      const file = join(dir, 'cut.pth');
      writeFileSync(file, old.subarray(0, n));
      await refusal(openCheckpoint(file));
    }
  });

  it('is refused when it is cut off anywhere', async () => {
    const dir = folder();
    const whole = readFileSync(join(fixtures, 'iris.pt'));
    for (let n = 0; n < whole.length; n += 97) {
      const file = join(dir, 'cut.pt');
      writeFileSync(file, whole);
      truncateSync(file, n);
      assert.match(await refusal(openCheckpoint(file)), /^cut\.pt /);
    }
  });

  it('is read or refused with any bytes changed', async () => {
    const file = join(folder(), 'changed.pt');
    const whole = readFileSync(join(fixtures, 'training.pth'));
    const random = new Random(1, 'flips');
    for (let i = 0; i < 300; i++) {
      const changed = Uint8Array.from(whole);
      for (let k = 0; k < 4; k++)
        changed[Math.floor(random.uniform(0, whole.length))] = Math.floor(random.uniform(0, 256));
      writeFileSync(file, changed);
      try {
        await all(file);
      } catch (e) {
        assert.ok(e instanceof VitrineError, `${(e as Error).stack}`);
      }
    }
  });
});
