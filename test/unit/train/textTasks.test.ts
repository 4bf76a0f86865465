/** How a classifier's scores are read. The numbers are those of Transformers' text-classification pipeline. */
import assert from 'node:assert/strict';
import { severalHold } from '../../../src/formats/huggingface/folder';
import { likeliest } from '../../../src/train/predict/textTasks';

describe("a classifier's scores", () => {
  const labels = ['calm', 'glad'];
  const near = (found: Record<string, number>, expected: Record<string, number>) => {
    for (const [name, p] of Object.entries(expected)) assert.ok(Math.abs(found[name]! - p) < 1e-6, name);
  };

  it('are shares of one where one class holds', () => {
    const { prediction, probabilities } = likeliest([2, 1], { labels, severalHold: severalHold({}) });
    assert.equal(prediction, 'calm');
    near(probabilities, { calm: 0.7310586, glad: 0.2689414 });
  });

  it('are each a probability of its own where several may hold', () => {
    const config = { problem_type: 'multi_label_classification' };
    const { prediction, probability, probabilities } = likeliest([2, 1], {
      labels,
      severalHold: severalHold(config),
    });
    assert.equal(prediction, 'calm');
    assert.ok(Math.abs(probability - 0.8807971) < 1e-6);
    near(probabilities, { calm: 0.8807971, glad: 0.7310586 });
  });
});
