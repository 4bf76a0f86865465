/** Losses and their gradients against PyTorch's (test/reference/engine_losses.py), on both CPU backends. */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { VitrineError } from '../../../src/model/errors';
import type { Tensor } from '../../../src/model/graph';
import { casesOn, engineOn } from './_backends';
import { modelOf, type ReferenceTensor, reference, relativeError, tensor } from './_reference';

interface Case {
  label: string;
  name: string;
  options: Record<string, number | string | boolean | number[]>;
  output: ReferenceTensor;
  targets: ReferenceTensor;
  value: number;
  gradient: ReferenceTensor;
  /** For a batch of no rows. */
  empty?: string;
}

const cases = reference<Case[]>('engine_losses.json');

async function evaluate(
  engine: Engine,
  { name, options, output }: Pick<Case, 'name' | 'options' | 'output'>,
  targets: Tensor,
) {
  const evaluator = await engine.evaluator(modelOf('Identity', {}, [output], [output]), {
    bindings: {},
    weights: {},
    gradients: ['x0'],
    loss: { name, options },
    targets: { shape: targets.shape, dtype: targets.data instanceof Int32Array ? 'int64' : 'float32' },
  });
  assert.equal(evaluator.backend.name, engine.backend.name);
  try {
    return await evaluator.run({ x0: tensor(output) }, { targets });
  } finally {
    await evaluator.dispose();
  }
}

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`losses on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
    });
    after(() => engine?.dispose());

    for (const c of casesOn(backend, cases, c => c.name)) {
      it(`${c.name}: ${c.label}`, async () => {
        const { loss, gradients } = await evaluate(engine, c, tensor(c.targets));
        const value = relativeError([loss!], [c.value]);
        assert.ok(value <= 1e-5, `the loss is ${loss}, not ${c.value}`);
        const gradient = relativeError(gradients['x0']!.data, c.gradient.data);
        assert.ok(gradient <= 1e-4, `the gradient is off by ${gradient}`);
      });

      if (c.empty === undefined) continue;
      it(`${c.name}: ${c.label}, of an empty batch`, async () => {
        const none = (t: ReferenceTensor) => ({ ...t, shape: [0, ...t.shape.slice(1)], data: [] });
        const { loss, gradients } = await evaluate(
          engine,
          { ...c, output: none(c.output) },
          tensor(none(c.targets)),
        );
        // Zero has no sign here.
        assert.equal(loss! + 0, Number(c.empty) + 0);
        assert.deepEqual(gradients['x0']!.shape, [0, ...c.output.shape.slice(1)]);
      });
    }

    it('ctc: of an empty batch', async () => {
      // As F.ctc_loss of no rows with reduction="mean".
      const output: ReferenceTensor = { shape: [0, 5, 3], data: [], dtype: 'float32' };
      const targets = { shape: [0, 2], data: new Int32Array(0) };
      const { loss } = await evaluate(engine, { name: 'ctc', options: {}, output }, targets);
      assert.equal(loss, Number.NaN);
    });
  });
}

describe('what CTC refuses', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine?.dispose());

  const output: ReferenceTensor = { shape: [2, 3, 4], data: new Array<number>(24).fill(0), dtype: 'float32' };
  const refused = (rows: number[][], message: RegExp, options: Case['options'] = {}) =>
    assert.rejects(
      evaluate(
        engine,
        { name: 'ctc', options, output },
        {
          shape: [2, rows[0]!.length],
          data: Int32Array.from(rows.flat()),
        },
      ),
      e => e instanceof VitrineError && message.test(e.message),
    );

  it('names the row of a target that is too long', () =>
    refused(
      [
        [1, 2, -1],
        [2, 2, 1],
      ],
      /Row 2 .*3 symbols needs at least 4 steps.*has 3.*zero_infinity/,
    ));
  it('names a symbol that there is not', () =>
    refused(
      [
        [1, 4],
        [1, -1],
      ],
      /Row 1 .*symbol 4 .*0 to 3/,
    ));
  it('names a blank within a target', () =>
    refused(
      [
        [1, 0],
        [1, -1],
      ],
      /Row 1 .*symbol 0 is the blank/,
    ));
  it('names what comes after the end', () =>
    refused(
      [
        [1, -1],
        [-1, 2],
      ],
      /Row 2 .*after -1/,
    ));
  it('names an input that is longer than the output', () =>
    refused(
      [
        [3, 1],
        [4, 1],
      ],
      /Row 2 .*4 steps, but the model gives 3/,
      { input_lengths: 'first' },
    ));
  it('names an output of another rank', () =>
    assert.rejects(
      evaluate(
        engine,
        { name: 'ctc', options: {}, output: { ...output, shape: [6, 4] } },
        {
          shape: [6, 1],
          data: new Int32Array(6),
        },
      ),
      /needs a score for each symbol at each step: \(N, T, C\)/,
    ));
  it('names a blank that is no symbol', () =>
    refused([[1], [2]], /blank must be in label range/, { blank: 4 }));
});

describe('what weights of labels refuse', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine?.dispose());

  const output: ReferenceTensor = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6], dtype: 'float32' };
  const refused = (name: string, options: Case['options'], message: RegExp) =>
    assert.rejects(
      evaluate(engine, { name, options, output }, { shape: [2, 3], data: new Float32Array(6) }),
      e => e instanceof VitrineError && message.test(e.message),
    );

  it('names the option and how many numbers it needs', async () => {
    await refused(
      'bce_with_logits',
      { pos_weight: [1, 2] },
      /"pos_weight" has 2 numbers.*\(2, 3\).*needs 1 number or 3/,
    );
    await refused('bce', { weight: [1, 2, 3, 4] }, /"weight" has 4 numbers.*needs 1 number or 3/);
  });
  it('names a weight of no use', async () => {
    await refused('bce_with_logits', { pos_weight: [] }, /"pos_weight"/);
    await refused('bce_with_logits', { pos_weight: [1, -2, 1] }, /"pos_weight"/);
    await refused('bce_with_logits', { weight: [1, -2, 1] }, /"weight\.1"/);
  });
});
