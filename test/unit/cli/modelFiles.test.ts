/** Model files asked as they are, without an experiment. Held to scikit-learn and SHAP (test/reference/onnx_ml.py). */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { after, before, describe, it } from 'mocha';
import { root } from '../service/_workspace';
import { vitrine } from './_shell';

interface Fixture {
  models: Record<
    string,
    {
      model: string;
      inputs: Record<string, (number | string | null)[][]>;
      label: string[];
      scores: number[][];
    }
  >;
  explained: {
    model: string;
    rows: number[][];
    species: string[];
    probabilities: number[][];
    background: number[];
    /** [rows, features, classes] */
    shap: number[][][];
  };
}

const fixture = JSON.parse(
  gunzipSync(readFileSync(join(root, 'test/reference/onnx_ml.json.gz'))).toString(),
) as Fixture;

describe('a model file without an experiment', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string) => join(folder, name);
  const features = ['sepal_l', 'sepal_w', 'petal_l', 'petal_w'];
  const { explained } = fixture;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-model-file-'));
    writeFileSync(at('iris.onnx'), Buffer.from(explained.model, 'base64'));
    const lines = explained.rows.map((r, i) => [...r, explained.species[i]].join(','));
    writeFileSync(at('iris.csv'), [[...features, 'species'].join(','), ...lines, ''].join('\n'));
    const credit = fixture.models['credit, forest']!;
    writeFileSync(at('credit.onnx'), Buffer.from(credit.model, 'base64'));
    const names = Object.keys(credit.inputs);
    const rows = credit.label.map((_, i) => names.map(n => credit.inputs[n]![i]![0] ?? '').join(','));
    // Columns are found by their names, wherever they stand.
    const turned = [names.join(','), ...rows].map(l => l.split(',').reverse().join(','));
    writeFileSync(at('credit.csv'), `${turned.join('\n')}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("predicts a table's rows with the probabilities of the library", async () => {
    const { code, err, json } = await vitrine(
      'predict',
      at('iris.onnx'),
      '--input',
      at('iris.csv'),
      '--json',
    );
    assert.equal(code, 0, err);
    assert.match(err, /"species" is taken for the true answers/);
    const names = ['setosa', 'versicolor', 'virginica'];
    json().forEach((row, i) => {
      const expected = explained.probabilities[i]!;
      assert.equal(row['prediction'], names[expected.indexOf(Math.max(...expected))]);
      for (const [c, n] of names.entries())
        assert.ok(Math.abs(row['probabilities'][n] - expected[c]!) < 1e-6);
    });
  });

  it('refuses what only folders of Hugging Face are asked', async () => {
    const { code, err } = await vitrine(
      'predict',
      at('iris.onnx'),
      '--input',
      at('iris.csv'),
      '--question',
      'Who?',
    );
    assert.notEqual(code, 0);
    assert.match(err, /--question means nothing for a model file \(.*iris\.onnx\): leave it out/);
  });

  it('takes columns of text and missing values as the model was trained to', async () => {
    const { code, err, json } = await vitrine(
      'predict',
      at('credit.onnx'),
      '--input',
      at('credit.csv'),
      '--json',
    );
    assert.equal(code, 0, err);
    const { label, scores } = fixture.models['credit, forest']!;
    json().forEach((row, i) => {
      assert.equal(row['prediction'], label[i]);
      assert.ok(Math.abs(row['probabilities']['approved'] - scores[i]![0]!) < 1e-6);
    });
  });

  it('explains a row as SHAP does against the same typical row', async () => {
    for (const row of [0, 2]) {
      const { code, err, json } = await vitrine(
        'explain',
        at('iris.onnx'),
        '--input',
        at('iris.csv'),
        '--row',
        String(row),
        '--method',
        'kernel_shap',
        '--target',
        'versicolor',
        '--json',
      );
      assert.equal(code, 0, err);
      const [{ attribution, trust, text }] = json() as [Record<string, never>];
      // Nobody knows which rows it learned from.
      assert.doesNotMatch(text, /did not learn from|training rows/);
      assert.match(text, /rows of this table, from which it may have learned|rows most like this one/);
      const { names, values } = attribution as { names: string[]; values: number[] };
      assert.deepEqual(names, features);
      for (const [i, v] of values.entries())
        assert.ok(Math.abs(v - explained.shap[row]![i]![1]!) < 1e-5, `${i}: ${v}`);
      assert.ok((trust as { score: number }).score > 0.5);
    }
  });

  it('ranks its columns by permutation, where the table has the true answers', async () => {
    const { code, err, json } = await vitrine(
      'explain',
      at('iris.onnx'),
      '--input',
      at('iris.csv'),
      '--method',
      'permutation_importance',
      '--json',
    );
    assert.equal(code, 0, err);
    const { names, values } = json()[0]!['attribution'] as { names: string[]; values: number[] };
    assert.match(names[values.indexOf(Math.max(...values))]!, /petal/);
  });

  it('says in words what does not fit', async () => {
    const refused = async (pattern: RegExp, ...argv: string[]) => {
      const { code, err } = await vitrine(...argv);
      assert.notEqual(code, 0);
      assert.match(err.replace(/\s+/g, ' '), pattern);
    };
    const iris = at('iris.onnx');
    await refused(/give it with --input/, 'predict', iris, '--values', '{}');
    writeFileSync(at('narrow.csv'), 'a,b\n1,2\n');
    await refused(
      /takes 4 numbers a row, but narrow\.csv has 2 columns/,
      'predict',
      iris,
      '-i',
      at('narrow.csv'),
    );
    await refused(
      /no column "petal"/,
      ...['predict', iris, '-i', at('iris.csv'), '--columns', 'sepal_l,sepal_w,petal,petal_w'],
    );
    await refused(/--task is "x"/, 'predict', iris, '-i', at('iris.csv'), '--task', 'x');
    writeFileSync(at('text.csv'), `${features.join(',')}\n1,2,3,much\n`);
    await refused(/Row 1, column "petal_w".*expected a number/, 'predict', iris, '-i', at('text.csv'));
    writeFileSync(at('wrong.csv'), `${features.join(',')},kind\n1,2,3,4,tulip\n`);
    await refused(
      /"tulip" is no class of the model/,
      ...['explain', iris, '-i', at('wrong.csv'), '--answer', 'kind', '-m', 'kernel_shap'],
    );
    await refused(
      /has no gradient.*feature_ablation/,
      ...['explain', iris, '-i', at('iris.csv'), '--row', '0', '-m', 'integrated_gradients'],
    );
    writeFileSync(at('cut.onnx'), Buffer.from(explained.model, 'base64').subarray(0, 300));
    await refused(/damaged/, 'predict', at('cut.onnx'), '-i', at('iris.csv'));
  });
});
