/** Sequences as targets: what is predicted, measured and asked about. */
import assert from 'node:assert/strict';
import type { Dataset, TargetInfo } from '../../../src/data/dataset';
import { createEngine } from '../../../src/engine/create';
import type { Model } from '../../../src/model/graph';
import { measure, metricsFor } from '../../../src/train/metricRegistry';
import { edits } from '../../../src/train/metrics/_sequences';
import { explainedModel } from '../../../src/train/open/explainedModel';
import { predictionsOf } from '../../../src/train/predict/predictions';
import { textOf } from '../../../src/train/predict/predictRows';
import { targetTypeFor } from '../../../src/train/setup/bindings';

const target: TargetInfo = {
  name: 'said',
  kind: 'classes',
  classes: ['', 'a', 'b'],
  sequence: { joint: '', longest: 3 },
};

/** Scores that are highest for these symbols, step by step. */
function scores(...rows: readonly (readonly number[])[]) {
  const data = Float32Array.from(rows.flat().flatMap(top => [0, 1, 2].map(c => (c === top ? 5 : 0))));
  return { shape: [rows.length, rows[0]!.length, 3], data };
}

describe('Sequences', () => {
  it('are the strongest symbol of each step, runs once, without the blank', () => {
    const p = predictionsOf(scores([0, 1, 1, 0, 1, 2], [0, 0, 0, 0, 0, 0]), target, 'ctc');
    assert.equal(p.kind, 'sequence');
    assert.deepEqual([...p.labels.subarray(0, 6)], [1, 1, 2, -1, -1, -1]);
    assert.ok(p.labels.subarray(6).every(x => x === -1));
    assert.equal(textOf([1, 1, 2], target), 'aab');
  });

  it('are measured by what must be edited', () => {
    assert.equal(
      edits(
        [...'kitten'].map(c => c.charCodeAt(0)),
        [...'sitting'].map(c => c.charCodeAt(0)),
      ),
      3,
    );
    assert.equal(edits([], [1, 2]), 2);
    const chosen = metricsFor(target);
    assert.deepEqual(
      chosen.map(m => m.id),
      ['sequence_accuracy', 'symbol_error_rate'],
    );
    const p = predictionsOf(scores([1, 0, 2, 2], [1, 1, 1, 0]), target, 'ctc');
    assert.deepEqual(measure(chosen, p, [1, 2, -1, 1, 2, 1]), {
      sequence_accuracy: 0.5,
      symbol_error_rate: 2 / 5,
    });
    assert.throws(() => metricsFor(target, ['accuracy']), /not for a target of sequences/);
  });

  it('want a loss over sequences, and steps of as many scores as there are symbols', () => {
    const dataset = { target, sampleShape: [4] } as unknown as Dataset;
    assert.deepEqual(targetTypeFor(dataset, { name: 'ctc' }, [2, 6, 3], 2), {
      shape: [2, 3],
      dtype: 'int64',
    });
    assert.throws(() => targetTypeFor(dataset, { name: 'ctc' }, [2, 6, 4], 2), /return \(N, steps, 3\)/);
    assert.throws(() => targetTypeFor(dataset, { name: 'cross_entropy' }, [2, 6, 3], 2), /Use "ctc"/);
    const single = { target: { name: 'y', kind: 'number' }, sampleShape: [4] } as unknown as Dataset;
    assert.throws(() => targetTypeFor(single, { name: 'ctc' }, [2, 6, 3], 2), /one value a row/);
    const picture = {
      target: { name: 'y', kind: 'number', shape: [6, 3] },
      sampleShape: [4],
    } as unknown as Dataset;
    assert.deepEqual(targetTypeFor(picture, { name: 'mse' }, [2, 6, 3], 2).shape, [2, 6, 3]);
    assert.throws(() => targetTypeFor(picture, { name: 'mse' }, [2, 5, 3], 2), /is \(N, 6, 3\)/);
  });

  it('are asked about by symbol: how sure the model is of it at its surest step', async () => {
    const shape = ['N', 4, 3] as const;
    const model: Model = {
      name: 'Same',
      file: 'same.py',
      format: 'pytorch',
      values: {
        x: { id: 'x', dtype: 'float32', shape: [...shape] },
        y: { id: 'y', dtype: 'float32', shape: [...shape] },
      },
      nodes: [{ id: 'n', op: 'Identity', module: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
      inputs: ['x'],
      outputs: ['y'],
      parameters: [],
      modules: [],
      diagnostics: [],
    } as unknown as Model;
    const engine = await createEngine({ backend: 'cpu' });
    try {
      const asked = explainedModel(model, target);
      const evaluator = await engine.evaluator(asked, { bindings: { N: 1 }, weights: {} });
      const input = scores([0, 1, 0, 0]);
      const { values } = await evaluator.run({ x: input });
      const [blank, a, b] = [...values[asked.outputs[0]!]!.data];
      const sum = Math.exp(5) + 2;
      assert.ok(Math.abs(a! - Math.log(Math.exp(5) / sum)) < 1e-5);
      assert.ok(Math.abs(b! - Math.log(1 / sum)) < 1e-5);
      assert.ok(blank! < a! && blank! < b!);
      await evaluator.dispose();
      assert.equal(explainedModel(model, { name: 'y', kind: 'number' }), model);
    } finally {
      await engine.dispose();
    }
  });
});
