/** Over all methods: what cannot be explained is said, and no number that is none reaches the user. */
import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import { type ExplainCall, explain } from '../../../src/explain/explain';
import { methods } from '../../../src/explain/registry';
import { VitrineError } from '../../../src/model/errors';
import type { Model } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { engine } from './_engine';
import { type Layer, memoryData, network, tensor } from './_nets';
import { lean, pictureWorld, tableWorld, textWorld, type World } from './_worlds';

/** 60 rows like those of the trained table, the last of which is explained. */
function rows(change: (inputs: number[][]) => void = () => {}, targets?: number[]): Dataset {
  const random = new Random(1, 'bad input');
  const inputs = Array.from({ length: 60 }, () => Array.from({ length: 8 }, () => random.normal()));
  change(inputs);
  return memoryData({
    inputs,
    targets: targets ?? inputs.map(x => Number(2 * x[1]! - 2 * x[4]! > 0)),
    classes: ['no', 'yes'],
    test: 20,
  });
}

/** What becomes of each method that suits: an explanation, or a refusal. */
async function sweep(
  world: Pick<World, 'model' | 'weights'> & { dataset: Dataset },
  more: Partial<ExplainCall>,
  expect: (id: string, outcome: { text?: string; code?: string; message?: string }) => void,
): Promise<void> {
  for (const method of methods) {
    if (method.suits?.(world.model, world.dataset)) continue;
    const one = method.scope === 'prediction' && !more.values && !more.input ? { row: 59 } : {};
    const call = { engine, ...world, loss: { name: 'cross_entropy' as const }, method: method.id, ...one };
    try {
      const e = await explain({ ...call, options: lean[method.id] ?? {}, ...more });
      const told = [e.text, ...e.trust.measures.map(m => m.text), JSON.stringify(e)].join(' ');
      const at = /NaN|Infinity|undefined|\[null|,null[,\]]/.exec(told)?.index ?? -1;
      assert.equal(at, -1, `${method.id}: …${told.slice(Math.max(0, at - 80), at + 40)}`);
      expect(method.id, { text: e.text });
    } catch (error) {
      if (!(error instanceof VitrineError)) throw error;
      assert.match(error.message, /^\S.{20,}\.$/s, `${method.id}: ${error.message}`);
      assert.doesNotMatch(error.message, /NaN|undefined/, method.id);
      expect(method.id, { code: error.code, message: error.message });
    }
  }
}

describe('every method, of bad input', () => {
  let world: World;
  before(async function () {
    this.timeout(60_000);
    world = await tableWorld();
  });

  it('names the classes that there are for one that does not exist', async () => {
    for (const target of ['maybe', 7])
      await sweep(world, { target, row: 150 }, (id, { message }) => {
        assert.equal(message, `There is no class "${target}". There are "no" or "yes".`, id);
      });
  });

  it('says that weights are no numbers', async () => {
    const weights = { ...world.weights, 'out.bias': tensor([2], [Number.NaN, 0]) };
    await sweep({ ...world, weights }, { row: 150 }, (id, { code }) => assert.equal(code, 'diverged', id));
  });

  it('says that a value of the row is no number', async () => {
    const dataset = rows(inputs => {
      inputs[59]![2] = Number.NaN;
    });
    await sweep({ ...world, dataset }, {}, (id, { code }) => {
      // Methods about the model look at other rows, or at this one among them.
      const whole = methods.find(m => m.id === id)!.scope === 'model';
      if (!whole) assert.ok(code === 'diverged' || code === 'bad-request', `${id}: ${code}`);
    });
  }).timeout(60_000);

  it('explains with a constant column, and gives it nothing of what others did', async () => {
    const dataset = rows(inputs => {
      for (const row of inputs) row[3] = 0;
    });
    await sweep({ ...world, dataset }, {}, () => {});
  }).timeout(60_000);

  it('trusts nothing where all rows have one class', async () => {
    const dataset = rows(undefined, Array(60).fill(1));
    await sweep({ ...world, dataset }, {}, (id, { text }) => {
      if (text) assert.match(text, /poor/, id);
    });
  }).timeout(60_000);

  it('needs rows where it needs rows: two are too few for a simple model', async () => {
    const few = rows();
    const splits = { train: Int32Array.of(0, 1), valid: new Int32Array(0), test: Int32Array.of(59) };
    const refused: string[] = [];
    await sweep({ ...world, dataset: { ...few, splits } }, {}, (id, { message }) => {
      if (message) refused.push(id);
    });
    for (const id of ['decision_tree', 'local_linear', 'calibration', 'shap_summary'])
      assert.ok(refused.includes(id), id);
  }).timeout(60_000);

  it('learns no concept from two examples', async () => {
    for (const [concept, count] of [
      ['0, 1', '2 examples'],
      ['59', '1 example'],
    ] as const)
      await assert.rejects(
        explain({ engine, ...world, method: 'concept_activation', options: { concept } }),
        new RegExp(`${count}; at least 4 are needed`),
      );
  });

  it('has words for the input that stands for nothing', async () => {
    const values = Object.fromEntries(world.dataset.features.map(f => [f.name, 0]));
    let silent = 0;
    await sweep(world, { values }, (_, { text }) => {
      if (text && /All of this explanation is zero/.test(text)) silent++;
    });
    assert.ok(silent > 5, String(silent));
  }).timeout(60_000);

  it('refuses gradients of a model that ends in a class', async () => {
    const { model, weights } = world;
    const value = (id: string, dtype: 'int64' | 'float32') => ({ id, dtype, shape: ['N', 1] });
    const node = (
      op: string,
      from: string,
      to: string,
      attributes: Model['nodes'][number]['attributes'],
    ) => ({
      id: to,
      op,
      module: op === 'ArgMax' ? 'top' : '',
      inputs: [from],
      outputs: [to],
      attributes,
    });
    const ends: Model = {
      ...model,
      values: { ...model.values, best: value('best', 'int64'), answer: value('answer', 'float32') },
      outputs: ['answer'],
      nodes: [
        ...model.nodes,
        node('ArgMax', model.outputs[0]!, 'best', { axis: 1, keepdims: 1 }),
        node('Cast', 'best', 'answer', { to: 'float32' }),
      ],
    };
    const needGradients = methods.filter(m => m.needs.includes('gradients') && m.scope === 'prediction');
    let told = 0;
    for (const method of needGradients) {
      const reason = method.suits?.(ends, world.dataset);
      assert.ok(reason, `${method.id} takes a model without gradients`);
      if (/ArgMax/.test(reason)) told++;
    }
    assert.ok(told > 15, String(told));
    const e = await explain({
      engine,
      model: ends,
      weights,
      dataset: { ...rows(), target: { name: 'y', kind: 'number' } },
      method: 'feature_ablation',
      row: 59,
    });
    assert.ok(e.attribution.values.every(Number.isFinite));
  });
});

type Kind = 'image' | 'sound' | 'series';

/** A small network of the kind with random weights, and rows that it may be asked about. */
function small(kind: Kind): Pick<World, 'model' | 'weights'> & { dataset: Dataset } {
  const random = new Random(7, kind);
  const normal = (n: number) => Float32Array.from({ length: n }, () => random.normal(0, 0.5));
  const shape = { image: [2, 6, 6], sound: [1, 40], series: [12] }[kind];
  const size = shape.reduce((a, b) => a * b, 1);
  const dense = (from: number, to: number): Layer => ({
    op: 'Linear',
    weight: tensor([to, from], normal(from * to)),
    bias: tensor([to], normal(to)),
  });
  const picture: Layer[] = [
    { op: 'Conv', weight: tensor([3, 2, 3, 3], normal(54)), bias: tensor([3], normal(3)), pad: 1 },
    { op: 'Relu' },
    { op: 'Flatten' },
    dense(3 * 36, 2),
  ];
  const flat: Layer[] = [dense(size, 6), { op: 'Relu' }, dense(6, 2)];
  const layers = kind === 'image' ? picture : kind === 'sound' ? [{ op: 'Flatten' } as Layer, ...flat] : flat;
  const inputs = Array.from({ length: 60 }, () => Array.from({ length: size }, () => random.normal()));
  const features = ['load', 'wind'].flatMap((from, f) =>
    Array.from({ length: 6 }, (_, t) => ({
      name: t === 5 ? `${from}[t]` : `${from}[t-${5 - t}]`,
      from,
      kind: 'number' as const,
      span: [6 * f + t, 6 * f + t + 1] as [number, number],
      missing: 0,
      mean: 0,
    })),
  );
  const dataset = memoryData({
    inputs,
    targets: inputs.map(x => Number(x[0]! > 0)),
    classes: ['no', 'yes'],
    sampleShape: shape,
    modality: kind,
    test: 20,
    features: kind === 'series' ? features : [],
  });
  return { ...network(shape, layers), dataset };
}

for (const kind of ['image', 'sound', 'series'] as const)
  describe(`every method, of bad input to a net of kind ${kind}`, () => {
    const world = small(kind);
    const size = world.dataset.sampleShape.reduce((a, b) => a * b, 1);

    it('names the classes that there are', async () => {
      await sweep(world, { target: 'maybe', row: 59 }, (id, { message }) => {
        assert.equal(message, 'There is no class "maybe". There are "no" or "yes".', id);
      });
    });

    it('says that an input or a weight is no number', async () => {
      const input = tensor([1, ...world.dataset.sampleShape], Array(size).fill(Number.NaN));
      await sweep(world, { input }, (id, { code }) => {
        const whole = methods.find(m => m.id === id)!.scope === 'model';
        if (!whole) assert.ok(code === 'diverged' || code === 'bad-request', `${id}: ${code}`);
      });
      const [first] = Object.keys(world.weights);
      const broken = tensor(
        world.weights[first!]!.shape,
        Array.from(world.weights[first!]!.data).fill(Number.NaN),
      );
      const weights = { ...world.weights, [first!]: broken };
      await sweep({ ...world, weights }, {}, (id, { code }) => assert.equal(code, 'diverged', id));
    }).timeout(60_000);

    it('explains or refuses in words with two training rows and one of a constant value', async () => {
      const splits = { train: Int32Array.of(0, 1), valid: new Int32Array(0), test: Int32Array.of(59) };
      const plain = world.dataset;
      const dataset: Dataset = {
        ...plain,
        splits,
        batch: rows => {
          const { input, targets } = plain.batch(rows);
          // One entry that is always the same.
          const data = Float32Array.from(input.data, (v, i) => (i % size === 3 ? 1 : v));
          return { input: { ...input, data }, targets };
        },
      };
      let told = 0;
      await sweep({ ...world, dataset }, {}, () => told++);
      assert.ok(told > 20, String(told));
    }).timeout(120_000);
  });

for (const make of [pictureWorld, textWorld])
  describe(`every method, of bad input to the trained ${make.name.replace('World', '')}`, () => {
    let world: World;
    before(async function () {
      this.timeout(120_000);
      world = await make();
    });

    it('names the classes that there are for one that does not exist', async () => {
      const [a, b] = world.dataset.target.classes!;
      await sweep(world, { target: 9, row: world.row }, (id, { message }) => {
        assert.equal(message, `There is no class "9". There are "${a}" or "${b}".`, id);
      });
    });

    it('explains or refuses in words with two training rows', async () => {
      const { train, test } = world.dataset.splits;
      const few = { train: train.slice(0, 2), valid: new Int32Array(0), test };
      let told = 0;
      await sweep(
        { ...world, dataset: { ...world.dataset, splits: few } },
        { row: test[0]! },
        (_, { text }) => {
          if (text) told++;
        },
      );
      assert.ok(told > 10, String(told));
    }).timeout(120_000);

    it('says that a number among the weights of the first layer is none', async () => {
      const [first] = Object.keys(world.weights);
      const { shape, data } = world.weights[first!]!;
      const broken = { ...world.weights, [first!]: tensor(shape, Array.from(data).fill(Number.NaN)) };
      await sweep({ ...world, weights: broken }, { row: world.row }, (id, { code }) =>
        assert.ok(code === 'diverged' || code === 'bad-request', `${id}: ${code}`),
      );
    }).timeout(60_000);

    it('says that weights are no numbers', async () => {
      const broken = { ...world.weights, 'out.bias': tensor([2], [Number.NaN, 0]) };
      await sweep({ ...world, weights: broken }, { row: world.row }, (id, { code }) =>
        assert.equal(code, 'diverged', id),
      );
    });
  });
