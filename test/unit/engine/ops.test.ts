/** Each op's values and gradients against PyTorch's (test/reference/engine_ops.py), on both CPU backends. */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { ops } from '../../../src/engine/opRegistry';
import type { Attributes, Tensors } from '../../../src/model/graph';
import { casesOn, engineOn } from './_backends';
import { modelOf, type ReferenceTensor, reference, relativeError, tensor } from './_reference';

interface Case {
  name: string;
  op: string;
  attributes: Attributes;
  inputs: (ReferenceTensor | null)[];
  outputs: ReferenceTensor[];
  /** dL/dy of the output `seeded` (the first if absent). */
  seed?: ReferenceTensor;
  seeded?: number;
  gradients?: (ReferenceTensor | null)[];
}

const cases = reference<Case[]>('engine_ops.json');

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`ops on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
      assert.equal(engine.backend.name, backend);
    });
    after(() => engine?.dispose());

    for (const c of casesOn(backend, cases, c => c.op)) {
      it(`${c.op}: ${c.name}`, async () => {
        const made = modelOf(c.op, c.attributes, c.inputs, c.outputs);
        const first = `y${c.seeded ?? 0}`;
        const model = { ...made, outputs: [first, ...made.outputs.filter(o => o !== first)] };
        const feeds: Tensors = {};
        c.inputs.forEach((t, i) => {
          if (t) feeds[`x${i}`] = tensor(t);
        });
        const wanted = c.inputs.flatMap((t, i) => (t && c.gradients?.[i] ? [`x${i}`] : []));
        const evaluator = await engine.evaluator(model, { bindings: {}, weights: {}, gradients: wanted });
        assert.equal(evaluator.backend.name, backend);
        const { values, gradients } = await evaluator.run(feeds, c.seed && { seed: tensor(c.seed) });
        c.outputs.forEach((expected, i) => {
          const got = values[`y${i}`]!;
          assert.deepEqual(got.shape, expected.shape);
          const error = relativeError(got.data, expected.data);
          assert.ok(error <= 1e-5, `output ${i} is off by ${error}: ${got.data} instead of ${expected.data}`);
        });
        for (const id of wanted) {
          const expected = c.gradients![Number(id.slice(1))]!;
          const got = gradients[id]!;
          assert.deepEqual(got.shape, expected.shape);
          const error = relativeError(got.data, expected.data);
          assert.ok(error <= 1e-4, `d${id} is off by ${error}: ${got.data} instead of ${expected.data}`);
        }
        await evaluator.dispose();
      });
    }
  });
}

describe('the registry of ops', () => {
  it('has each op once, with a summary and a shape rule', () => {
    for (const [name, op] of ops) {
      assert.equal(op.name, name);
      assert.ok(op.summary.length > 0, name);
      assert.equal(typeof op.infer, 'function', name);
    }
  });

  it('refuses by name what it knows only the shape of', async () => {
    const engine = await createEngine();
    for (const [name, op] of ops) {
      if (op.lower || op.expand || op.internal) continue;
      const x: ReferenceTensor = { shape: [2, 4, 8], data: [], dtype: 'float32' };
      const model = modelOf(name, {}, [x, x, x], [x]);
      await assert.rejects(engine.evaluator(model, { bindings: {}, weights: {} }), name);
    }
    await engine.dispose();
  });
});
