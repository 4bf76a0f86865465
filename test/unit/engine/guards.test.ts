/** Places outside what they point into, refused as PyTorch does (test/reference/engine_refusals.py), on every backend. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import { PytorchReader } from '../../../src/formats/pytorch/reader';
import { symbolsOf } from '../../../src/model/dim';
import { VitrineError } from '../../../src/model/errors';
import type { Model, Tensor } from '../../../src/model/graph';
import { casesOn, engineOn } from './_backends';
import { reference } from './_reference';

interface Refusal {
  file: string;
  class: string;
  right: number[][];
  wrong: number[][];
  message: string;
}

const refusals = reference<Refusal[]>('engine_refusals.json');
/** Where the reader has written a call with other ops, whose dimension or op the sentence then names. */
const otherwise: Readonly<Record<string, RegExp>> = {
  Bags: /index out of range in self: found 3, expected 0 to 2/,
};

/** Places that are fed, and places that the model computes: those a GPU's host does not see. */
const kindOf = (r: Refusal) => String(r.class === 'IndexPairs');

const tensor = (rows: number[][]): Tensor => ({
  shape: [rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
});

function bindingsOf(model: Model, shape: readonly number[]): Record<string, number> {
  const bindings: Record<string, number> = {};
  model.values[model.inputs[0]!]!.shape.forEach((d, i) => {
    for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
  });
  return bindings;
}

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`places that lie outside, on ${backend}`, function () {
    this.timeout(60_000);
    let engine: Engine;
    let reader: PytorchReader;
    before(async function () {
      engine = await engineOn(backend, this);
      reader = new PytorchReader({ distFolder: resolve(process.env['VITRINE_DIST'] ?? 'dist') });
    });
    after(async () => {
      // Neither is there where the backend is not.
      await engine?.dispose();
      await reader?.dispose();
    });

    const read = async (r: Refusal, rows: number[][]) => {
      const file = resolve(`test/reference/engine_refusals/${r.file}.py`);
      const found = await reader.read({ file, class: r.class, input: [rows[0]!.length] });
      const { model, diagnostics } = found[r.class]!;
      assert.ok(model, diagnostics[0]?.message);
      return { model, file };
    };

    for (const r of casesOn(backend, refusals, kindOf)) {
      it(`${r.class}: ${r.message}`, async () => {
        const { model } = await read(r, r.right);
        const [input] = model.inputs as [string];
        const weights = initializeWeights(model, 0);
        const evaluator = await engine.evaluator(model, {
          bindings: bindingsOf(model, tensor(r.right).shape),
          weights,
        });
        await evaluator.run({ [input]: tensor(r.right) });
        await evaluator.dispose();
        const { model: other, file } = await read(r, r.wrong);
        const second = await engine.evaluator(other, {
          bindings: bindingsOf(other, tensor(r.wrong).shape),
          weights: initializeWeights(other, 0),
        });
        await assert.rejects(
          async () => second.run({ [other.inputs[0]!]: tensor(r.wrong) }),
          (e: unknown) => {
            assert.ok(e instanceof VitrineError && e.code === 'bad-data', `${e}`);
            const pattern = otherwise[r.class];
            if (pattern) assert.match(e.message, pattern);
            else assert.ok(e.message.includes(r.message.replace(/\.$/, '')), e.message);
            assert.match(e.message, /found -?\d+, expected -?\d+ to \d+/);
            const text = readFileSync(file, 'utf8').split('\n')[e.details.at!.line! - 1]!;
            assert.match(text, /return|self\.f|self\.position/);
            return true;
          },
        );
        // What was refused has left nothing behind.
        if (tensor(r.wrong).shape.join() === tensor(r.right).shape.join())
          await second.run({ [other.inputs[0]!]: tensor(r.right) });
        await second.dispose();
      });
    }

    it('change no weight in training', async () => {
      const r = refusals.find(x => x.class === 'TokensBelow')!;
      const { model } = await read(r, r.right);
      const [input] = model.inputs as [string];
      const weights = initializeWeights(model, 0);
      const trainer = await engine.trainer(model, {
        bindings: bindingsOf(model, tensor(r.right).shape),
        weights,
        loss: { name: 'mse' },
        optimizer: { name: 'SGD', options: {} },
        targets: { shape: [1, 3], dtype: 'float32' },
      });
      const targets = { shape: [1, 3], data: new Float32Array(3) };
      const step = async (rows: number[][]) =>
        trainer.step({ [input]: tensor(rows) }, targets, { learningRate: 0.1 });
      await assert.rejects(step(r.wrong), /index out of range in self: found -1, expected 0 to 6/);
      assert.deepEqual(await trainer.weights(), weights);
      await step(r.right);
      assert.notDeepEqual(await trainer.weights(), weights);
      await trainer.dispose();
    });
  });
}
