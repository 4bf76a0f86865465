/** Optimisers and what surrounds them, step by step, against PyTorch's (test/reference/engine_updates.py). */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import { optimizers } from '../../../src/engine/definitions';
import type { Engine, Trainer, TrainerRequest } from '../../../src/engine/engine';
import { ScheduleRunner } from '../../../src/engine/scheduleRunner';
import { VitrineError } from '../../../src/model/errors';
import type { Model, Tensor, Tensors } from '../../../src/model/graph';
import { casesOn, engineOn } from './_backends';
import { parameter, type ReferenceTensor, reference, relativeError, tensor } from './_reference';

type Options = Record<string, number | boolean | number[]>;

interface Case {
  label: string;
  optimizer: string;
  options: Options;
  lr: number;
  groups?: { parameters: string[]; lr?: number; options?: Options }[];
  freeze?: string[];
  clip?: { value?: number; norm?: number };
  accumulate?: number;
  average?: number;
  cycle?: Record<string, number | boolean>;
  losses: number[];
  weights: Record<string, ReferenceTensor>;
  averaged?: Record<string, ReferenceTensor>;
}

const { x, targets, start, cases } = reference<{
  x: ReferenceTensor;
  targets: ReferenceTensor;
  start: Record<string, ReferenceTensor>;
  cases: Case[];
}>('engine_updates.json');

const tensors = (of: Record<string, ReferenceTensor>): Tensors =>
  Object.fromEntries(Object.entries(of).map(([k, t]) => [k, tensor(t)]));

function rows(t: ReferenceTensor, from: number, to: number): Tensor {
  const width = t.data.length / t.shape[0]!;
  return tensor({
    ...t,
    shape: [to - from, ...t.shape.slice(1)],
    data: t.data.slice(from * width, to * width),
  });
}

/** Linear(4, 6), tanh, Linear(6, 3). */
const model: Model = {
  name: 'Net',
  file: 'net.py',
  format: 'pytorch',
  inputs: ['x'],
  outputs: ['y'],
  values: Object.fromEntries(
    [
      ['x', 4],
      ['h', 6],
      ['t', 6],
      ['y', 3],
    ].map(([id, width]) => [id, { id: String(id), dtype: 'float32', shape: ['N', width!] }]),
  ),
  nodes: (
    [
      ['Gemm', ['x', '0.weight', '0.bias'], 'h'],
      ['Tanh', ['h'], 't'],
      ['Gemm', ['t', '2.weight', '2.bias'], 'y'],
    ] as const
  ).map(([op, inputs, output], i) => ({
    id: `n${i}`,
    op,
    module: '',
    inputs: [...inputs],
    outputs: [output],
    attributes: { ...(op === 'Gemm' && { transB: 1 }) },
  })),
  parameters: Object.entries(start).map(([name, t]) => parameter(name, t.shape)),
  modules: [],
};

const requestOf = (c: Case, more: Partial<TrainerRequest> = {}): TrainerRequest => ({
  bindings: { N: 8 },
  weights: tensors(start),
  loss: { name: 'cross_entropy' },
  optimizer: { name: c.optimizer, options: c.options, ...(c.groups && { groups: c.groups }) },
  targets: { shape: [8], dtype: 'int64' },
  update: {
    ...(c.freeze && { freeze: c.freeze }),
    ...(c.clip && { clip: c.clip }),
    ...(c.accumulate && { accumulate: true }),
    ...(c.average && { average: { decay: c.average } }),
  },
  ...more,
});

/** Steps [from, to) of the script's, by batches of 8 rows of the table in turn. */
async function walk(trainer: Trainer, c: Case, from = 0, to = c.losses.length): Promise<number[]> {
  const all = x.shape[0]!;
  const cycle =
    c.cycle && new ScheduleRunner({ name: 'OneCycleLR', ...c.cycle }, { epochs: 1, stepsPerEpoch: 20 });
  const per = c.accumulate ?? 1;
  const losses: number[] = [];
  let [at, step, part] = [0, 0, 0];
  for (let i = 0; i < to; i++) {
    const end = Math.min(at + 8, all);
    const first = at - part * 8;
    const total = Math.min(8 * per, all - first);
    const last = ++part === per || end === all;
    if (i >= from) {
      const rate = (base: number) => cycle?.rate(base, 0, step) ?? base;
      const momentum = cycle?.momentum(0, step);
      const { loss } = await trainer.step({ x: rows(x, at, end) }, rows(targets, at, end), {
        learningRate: rate(c.lr),
        ...(c.groups && { groupRates: c.groups.map(g => rate(g.lr ?? c.lr)) }),
        ...(momentum !== undefined && { momentum }),
        ...(c.accumulate && { accumulate: { share: (end - at) / total, last } }),
      });
      losses.push(loss);
    }
    at = end === all ? 0 : end;
    if (last) {
      part = 0;
      step++;
    }
  }
  return losses;
}

function near(got: Tensors, expected: Record<string, ReferenceTensor>): void {
  for (const [name, t] of Object.entries(expected)) {
    const error = relativeError(got[name]!.data, t.data);
    assert.ok(error <= 1e-4, `${name} is off by ${error}`);
  }
}

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`updates on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
    });
    after(() => engine?.dispose());

    for (const c of casesOn(backend, cases, c => c.optimizer)) {
      it(`${c.optimizer}: ${c.label}`, async () => {
        const trainer = await engine.trainer(model, requestOf(c));
        const losses = await walk(trainer, c);
        const error = relativeError(losses, c.losses);
        assert.ok(error <= 1e-4, `the losses are off by ${error}`);
        near(await trainer.weights(), c.weights);
        near(await trainer.averagedWeights(), c.averaged ?? c.weights);
        await trainer.dispose();
      });
    }
  });
}

describe('updates', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine?.dispose());

  it('are held to PyTorch for each optimiser', () => {
    const tested = new Set(cases.map(c => c.optimizer));
    assert.deepEqual(
      [...optimizers.keys()].filter(name => !tested.has(name)),
      [],
    );
  });

  for (const c of cases.filter(c => c.label !== 'climbs')) {
    it(`go on bit for bit, between batches of one step too: ${c.optimizer}, ${c.label}`, async () => {
      const cut = 7;
      const whole = await engine.trainer(model, requestOf(c));
      const losses = await walk(whole, c, 0, 13);
      const first = await engine.trainer(model, requestOf(c));
      const before = await walk(first, c, 0, cut);
      const [weights, state] = [await first.weights(), await first.state()];
      const second = await engine.trainer(model, requestOf(c, { weights, state }));
      assert.deepEqual([...before, ...(await walk(second, c, cut, 13))], losses);
      assert.deepEqual(await second.weights(), await whole.weights());
      assert.deepEqual(await second.state(), await whole.state());
      for (const t of [whole, first, second]) await t.dispose();
    });
  }

  const sgd = { ...cases[0]!, optimizer: 'SGD', options: {} };
  for (const [what, more, message] of [
    [
      'a pattern that matches nothing',
      { freeze: ['1.weight'] },
      /^freeze: no parameter is called "1\.weight"/,
    ],
    ['a group that matches nothing', { groups: [{ parameters: ['fc*'] }] }, /optimizer\.groups\[0\].*"fc\*"/],
    [
      'an option of a group',
      { groups: [{ parameters: ['0'], options: { momenta: 1 } }] },
      /group 1.*momenta/,
    ],
    ['everything frozen', { freeze: ['*'] }, /does not depend on any trainable parameter/],
  ] as [string, Partial<Case>, RegExp][]) {
    it(`refuse ${what}`, () =>
      assert.rejects(
        engine.trainer(model, requestOf({ ...sgd, ...more })),
        e => e instanceof VitrineError && message.test(e.message),
      ));
  }
});
