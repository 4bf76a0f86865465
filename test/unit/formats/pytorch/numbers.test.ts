import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { ops } from '../../../../src/engine/opRegistry';
import { bindDim, symbolsOf } from '../../../../src/model/dim';
import type { Model, Tensors } from '../../../../src/model/graph';
import { reader } from './_reader';

interface Case {
  file: string;
  class: string;
  arguments: Record<string, unknown>;
  inputs: { shape: number[]; dtype: string }[];
  outputs: number[][];
  computed: number[][];
}

const folder = resolve('test/reference');
const reference = JSON.parse(readFileSync(`${folder}/pytorch.json`, 'utf8')) as { cases: Case[] };

/** Too much arithmetic for a unit test. */
const large = new Set(['ResNet', 'ResNet18', 'MobileNetV2', 'Generator', 'Discriminator']);

/** The reference script's `fill`, to the letter. */
function filled(model: Model): Tensors {
  const out: Tensors = {};
  let number = 0;
  for (const p of model.parameters) {
    if (p.kind === 'constant' || !(p.kind === 'parameter' || p.name.includes('running_'))) continue;
    const size = p.shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(size);
    const name = p.name;
    for (let i = 0; i < size; i++) {
      const wave = Math.sin(0.7 * i + number);
      if (name.includes('running_var')) data[i] = 1 + 0.5 * wave;
      else if (p.shape.length > 1) data[i] = wave / Math.sqrt(Math.max(1, size / p.shape[0]!));
      else data[i] = name.endsWith('weight') ? 1 + 0.1 * wave : 0.1 * wave;
    }
    out[name] = { shape: p.shape, data };
    number++;
  }
  return out;
}

describe('graphs of PyTorch source, computed, held to PyTorch', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  for (const c of reference.cases) {
    if (large.has(c.class)) continue;
    const title = Object.keys(c.arguments).length ? ` ${JSON.stringify(c.arguments)}` : '';
    it(`${c.class} of ${c.file}.py${title}`, async function () {
      const read = await reader().read({
        file: `${folder}/pytorch/${c.file}.py`,
        class: c.class,
        arguments: c.arguments,
        ...(c.inputs.length === 1 ? { input: c.inputs[0]!.shape.slice(1) } : {}),
        ...(c.class === 'Factorization' ? { input: [] } : {}),
      });
      const model = read[c.class]!.model!;
      const random = model.nodes.some(n => n.op.startsWith('Random'));
      const missing = model.nodes.filter(n => !ops.get(n.op)?.lower && !ops.get(n.op)?.expand).map(n => n.op);
      // What the engine has no kernels for yet, or what chance decides, has no numbers to compare.
      if (random || missing.length) return this.skip();
      const bindings: Record<string, number> = {};
      const feeds: Tensors = {};
      c.inputs.forEach(({ shape, dtype }, k) => {
        const id = model.inputs[k]!;
        model.values[id]!.shape.forEach((d, i) => {
          for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
        });
        const own = model.values[id]!.shape.map(d => Number(bindDim(d, bindings)));
        if (own.join() !== shape.join()) this.skip();
        const size = shape.reduce((a, b) => a * b, 1);
        const at = (i: number) => (dtype === 'int64' ? (i * 7) % 50 : Math.sin(0.3 * i));
        const data = dtype === 'int64' ? new Int32Array(size) : new Float32Array(size);
        feeds[id] = { shape, data: data.map((_: number, i: number) => at(i)) };
      });
      const evaluator = await engine.evaluator(model, {
        bindings,
        weights: { ...initializeWeights(model, 0), ...filled(model) },
      });
      const { values } = await evaluator.run(feeds);
      model.outputs.forEach((o, k) => {
        const got = values[o]!;
        assert.deepEqual(got.shape, c.outputs[k]);
        const expected = c.computed[k]!;
        const size = Math.max(...expected.map(Math.abs));
        expected.forEach((e, i) => {
          // float32 sums in another order, through up to a hundred layers.
          assert.ok(
            Math.abs(got.data[i]! - e) <= 2e-5 * size,
            `output ${k}[${i}] is ${got.data[i]}, not ${e}`,
          );
        });
      });
      await evaluator.dispose();
    });
  }
});
