/** Models of scikit-learn and of gradient boosting libraries. Held to onnxruntime, and through it to the libraries. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createEngine } from '../../../../src/engine/create';
import type { Engine } from '../../../../src/engine/engine';
import { openOnnxBytes } from '../../../../src/formats/onnx/read';
import type { Tensors } from '../../../../src/model/graph';
import { bytes, node, tensor } from './files';

interface Case {
  model: string;
  inputs: Record<string, (number | string | null)[][]>;
  label?: (number | string)[];
  classes?: string[];
  scores?: number[][];
  value?: number[][];
}

const fixture = path.join(process.cwd(), 'test/reference/onnx_ml.json.gz');
const { models } = JSON.parse(gunzipSync(readFileSync(fixture)).toString()) as {
  models: Record<string, Case>;
};

describe('models of scikit-learn, LightGBM and XGBoost', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());

  for (const [name, c] of Object.entries(models))
    it(`${name}: computes what onnxruntime computes`, async () => {
      const { model, diagnostics, weights } = openOnnxBytes(Buffer.from(c.model, 'base64'), 'model.onnx');
      assert.deepEqual(diagnostics, []);
      const isText = new Set(model.texts?.values);
      const feeds: Tensors = {};
      const bindings: Record<string, number> = {};
      for (const [id, rows] of Object.entries(c.inputs)) {
        const cells = rows.flat();
        const data = isText.has(id)
          ? Int32Array.from(cells, t => model.texts!.words.indexOf(String(t)))
          : Float32Array.from(cells, x => (x === null ? Number.NaN : Number(x)));
        feeds[id] = { shape: [rows.length, rows[0]!.length], data };
        for (const d of model.values[id]!.shape) if (typeof d === 'string') bindings[d] = rows.length;
      }
      const evaluator = await engine.evaluator(model, { bindings, weights: weights() });
      const { values } = await evaluator.run(feeds);
      await evaluator.dispose();
      const close = (id: string, expected: number[][]) => {
        const { data, shape } = values[id]!;
        assert.deepEqual([...shape], [expected.length, expected[0]!.length]);
        expected.flat().forEach((y, i) => {
          assert.ok(Math.abs(data[i]! - y) <= 2e-5 * Math.max(1, Math.abs(y)), `${i}: ${data[i]}, ${y}`);
        });
      };
      if (c.value) close(model.outputs[0]!, c.value);
      if (!c.label) return;
      const label = values[model.outputs[0]!]!.data;
      const texts = isText.has(model.outputs[0]!);
      assert.deepEqual(
        Array.from(label, x => (texts ? model.texts!.words[x]! : x)),
        c.label,
      );
      close(model.outputs[1]!, c.scores!);
      assert.equal(model.classes?.scores, model.outputs[1]);
      if (c.classes) assert.deepEqual(model.classes!.labels, c.classes);
    });

  const classifier = (attributes: Record<string, unknown>[], op = 'TreeEnsembleRegressor') =>
    openOnnxBytes(
      bytes({
        node: [node(op, ['x'], ['y'], { domain: 'ai.onnx.ml', attribute: attributes })],
        input: [tensor('x', 1, ['N', 2])],
        output: [tensor('y', 1, ['N', 1])],
      }),
      'a.onnx',
    );
  const ints = (name: string, list: number[]) => ({ name, ints: list, type: 7 });
  const floats = (name: string, list: number[]) => ({ name, floats: list, type: 6 });
  const texts = (name: string, list: string[]) => ({ name, strings: list.map(t => Buffer.from(t)), type: 8 });
  const tree = (yes: number[], no: number[], features = [0, 0, 0]) => [
    ints('nodes_treeids', [0, 0, 0]),
    ints('nodes_nodeids', [0, 1, 2]),
    ints('nodes_truenodeids', yes),
    ints('nodes_falsenodeids', no),
    ints('nodes_featureids', features),
    floats('nodes_values', [0.5, 0.2, 0]),
    texts('nodes_modes', ['BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF']),
    ints('target_treeids', [0]),
    ints('target_nodeids', [2]),
    ints('target_ids', [0]),
    floats('target_weights', [1]),
  ];

  it('damaged trees are refused in words: circles, nodes and features that are not there', () => {
    const why = (attributes: Record<string, unknown>[]) => classifier(attributes).unsupported[0]?.op;
    assert.match(why(tree([1, 0, 0], [2, 2, 0]))!, /no trees|circles/);
    assert.match(why(tree([1, 1, 0], [2, 2, 0]))!, /circles/);
    assert.match(why(tree([7, 2, 0], [2, 2, 0]))!, /no node 7 in tree 0/);
    assert.match(why(tree([1, 2, 0], [2, 2, 0], [5, 0, 0]))!, /feature 5 of an input of 2/);
    assert.match(why(tree([1, 2, 0], [2, 2, 0]).slice(1))!, /not of one length/);
  });

  it('has no gradient for trees, and says so', async () => {
    const { model, weights } = openOnnxBytes(
      Buffer.from(models['random forest']!.model, 'base64'),
      'forest.onnx',
    );
    const scores = { ...model, outputs: [model.classes!.scores] };
    await assert.rejects(
      engine.evaluator(scores, {
        bindings: { N: 1 },
        weights: weights(),
        gradients: [model.inputs[0]!],
      }),
      /TreeEnsemble.* has no gradient/,
    );
  });
});
