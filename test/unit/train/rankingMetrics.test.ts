import assert from 'node:assert/strict';
import { metrics } from '../../../src/train/metricRegistry';
import { corpusBleu } from '../../../src/train/metrics/_bleu';
import type { Predictions } from '../../../src/train/predict/predictions';
import expected from '../../reference/samples_metrics.json';

const compute = (id: string, p: Predictions, targets: number[], ignore?: number) =>
  metrics.find(m => m.id === id)!.compute(p, targets, ignore);
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

describe('Metrics of rankings and of sequences', () => {
  const { ranking } = expected;

  it("group_ndcg_10 is scikit-learn's ndcg_score within each group", () => {
    const rows = ranking.values.length;
    const p: Predictions = {
      kind: 'number',
      rows,
      columns: 1,
      labels: new Int32Array(0),
      values: ranking.values,
      groups: ranking.groups,
    };
    near(compute('group_ndcg_10', p, ranking.targets), ranking.group_ndcg_10);
    const { groups: _, ...without } = p;
    assert.ok(Number.isNaN(compute('group_ndcg_10', without, ranking.targets)), 'no groups, no value');
    assert.ok(Number.isNaN(compute('group_hit_rate_3', without, ranking.targets)));
  });

  it("hit_rate_10, ndcg_10 and mrr are scikit-learn's", () => {
    const rows = ranking.classes.length;
    const p: Predictions = {
      kind: 'classes',
      rows,
      columns: 30,
      labels: new Int32Array(rows),
      values: ranking.scores.flat(),
    };
    for (const id of ['hit_rate_10', 'ndcg_10', 'mrr'] as const)
      near(compute(id, p, ranking.classes), ranking[id]);
  });

  it("BLEU is sacrebleu's, and 0 where four words in a row never match", () => {
    for (const { written, reference, bleu } of expected.bleu) near(corpusBleu(written, reference), bleu);
    assert.equal(corpusBleu([[4, 5, 6, 7]], [[4, 9, 6, 8]]), 0);
    near(corpusBleu([[4, 5, 6, 7]], [[4, 5, 6, 7]]), 1);
  });

  it('exact_match counts sequences that are right wherever something is to be said', () => {
    const p: Predictions = {
      kind: 'classes',
      rows: 6,
      columns: 9,
      labels: Int32Array.of(4, 3, 7, 4, 5, 3),
      values: new Float32Array(54),
      positions: 3,
    };
    assert.equal(compute('exact_match', p, [4, 3, 0, 4, 6, 3], 0), 0.5);
  });
});
