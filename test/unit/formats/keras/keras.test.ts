/** Keras files, held to what Keras computes of them (test/reference/keras_models.py). */
import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { initializeWeights } from '../../../../src/engine/initialize';
import { format } from '../../../../src/formats/keras';
import { knownLayers } from '../../../../src/formats/keras/layers';
import { bindDim, symbolsOf } from '../../../../src/model/dim';
import { VitrineError } from '../../../../src/model/errors';
import type { Tensors } from '../../../../src/model/graph';

const distFolder = resolve(process.env['VITRINE_DIST'] ?? 'dist');
const reference = resolve('test/reference');
interface Values {
  shape: number[];
  values: number[];
}
type Known = Record<string, { files: string[]; parameters: number; inputs: Values[]; outputs: Values[] }>;
const known = JSON.parse(readFileSync(join(reference, 'keras_models.json'), 'utf8')) as Known;

describe('Keras files, held to Keras', function () {
  this.timeout(60_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  for (const [name, { files, parameters, inputs, outputs }] of Object.entries(known))
    for (const f of files)
      it(f, async () => {
        const file = join(reference, 'keras', f);
        const [read] = Object.values(await format.read({ file }, { distFolder }));
        // Our own source is no place that leads a user anywhere.
        assert.doesNotMatch(JSON.stringify(read!.model), /keras_model\.py/);
        assert.deepEqual(read!.diagnostics, []);
        const model = read!.model!;
        assert.equal(model.name, name);
        const size = (s: readonly number[]) => s.reduce((a, b) => a * b, 1);
        const { tensors, lacking } = await format.contents!(file);
        assert.deepEqual(lacking, []);
        assert.equal(
          tensors.reduce((n, t) => n + size(t.shape), 0),
          parameters,
        );
        const weights = await format.weights!(model);
        assert.equal(
          Object.values(weights).reduce((n, w) => n + w.data.length, 0),
          parameters,
        );
        const bindings: Record<string, number> = {};
        const feeds: Tensors = {};
        inputs.forEach(({ shape, values }, k) => {
          const value = model.values[model.inputs[k]!]!;
          value.shape.forEach((d, i) => {
            for (const s of symbolsOf(d)) bindings[s] ??= shape[i]!;
          });
          assert.deepEqual(
            value.shape.map(d => Number(bindDim(d, bindings))),
            shape,
          );
          feeds[value.id] = {
            shape,
            data: value.dtype === 'int64' ? Int32Array.from(values) : Float32Array.from(values),
          };
        });
        const evaluator = await engine.evaluator(model, {
          bindings,
          weights: { ...initializeWeights(model, 0), ...weights },
        });
        const ran = await evaluator.run(feeds);
        outputs.forEach(({ shape, values }, k) => {
          const got = ran.values[model.outputs[k]!]!;
          assert.deepEqual(got.shape, shape);
          const worst = Math.max(...values.map((e, i) => Math.abs(got.data[i]! - e)));
          assert.ok(worst <= 2e-5, `outputs differ by ${worst}`);
        });
        await evaluator.dispose();
      });

  it('of whose layers some are unknown show their table, and what is unknown with counts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-keras-'));
    try {
      const file = join(folder, 'strange.keras');
      const parts = unzipSync(readFileSync(join(reference, 'keras/attentive.keras')));
      const config = new TextDecoder().decode(parts['config.json']).replaceAll('"Dense"', '"my.Denser"');
      writeFileSync(file, zipSync({ ...parts, 'config.json': strToU8(config) }));
      const { tensors, lacking } = await format.contents!(file);
      assert.deepEqual(lacking, [{ op: 'my.Denser', count: 1 }]);
      assert.ok(tensors.length >= 10);
      const [read] = Object.values(await format.read({ file }, { distFolder }));
      assert.equal(read!.model!.nodes.length, 0);
      assert.equal(read!.model!.parameters.length, tensors.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('have a class for each layer that is claimed, and no other', () => {
    const source = readFileSync('src/formats/keras/python/keras_layers.py', 'utf8');
    const defined = [...source.matchAll(/^class ([A-Z]\w*)\(/gm)].map(m => m[1]!);
    const parts = ['Layer', 'EinsumDense'];
    assert.deepEqual([...knownLayers].sort(), defined.filter(n => !parts.includes(n)).sort());
  });

  it('are refused in a sentence', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitrine-keras-'));
    const refused = async (bytes: Uint8Array, expected: RegExp) => {
      const file = join(folder, 'x.keras');
      writeFileSync(file, bytes);
      await assert.rejects(
        async () => format.contents!(file),
        (e: unknown) => e instanceof VitrineError && expected.test(e.message),
      );
    };
    try {
      await refused(strToU8('PK nothing'), /neither HDF5 nor a zip archive/);
      await refused(zipSync({ 'config.json': strToU8('{}') }), /no model\.weights\.h5/);
      const parts = unzipSync(readFileSync(join(reference, 'keras/attentive.keras')));
      await refused(zipSync({ ...parts, 'config.json': strToU8('[') }), /no class_name/);
      await refused(
        zipSync({ ...parts, 'model.weights.h5': strToU8('no HDF5') }),
        /HDF5 that cannot be read/,
      );
      // A bomb: a hundred megabytes of zeros in a hundred kilobytes.
      await refused(
        zipSync({ ...parts, 'config.json': new Uint8Array(100e6) }),
        /takes 100000000 bytes unpacked/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
