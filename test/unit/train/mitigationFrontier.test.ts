/** What a penalty while training reaches beside Fairlearn's reductions, on the same rows and with the same kind of model. */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { GROUPS } from '../../../src/engine/penalty';
import { disparitiesOf } from '../../../src/explain/fairness/disparities';
import { countsOf } from '../../../src/explain/fairness/rates';
import { mitigationFor } from '../../../src/train/loop/mitigation';
import cases from '../../reference/fairness_reductions.json';
import { memoryData, network, tensor } from '../explain/_nets';

type Constraint = 'demographic_parity' | 'equalized_odds';
interface Point {
  gap: number;
  accuracy: number;
}

const strengths = [0, 3, 10, 20, 30, 50, 80, 120, 300];

describe('a penalty while training, beside Fairlearn’s reductions', function () {
  this.timeout(120_000);
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  /** A logistic regression with the penalty, trained on all rows at once; its decisions on them. */
  async function reached(data: Data, constraint: Constraint, strength: number): Promise<Point> {
    const { x, group, truth } = data;
    const count = x.length;
    const inputs = x.map((row, i) => [...row, group[i]!]);
    // The last column only says the group; the model sees what Fairlearn's model saw.
    const features = inputs[0]!.map((_, i) => ({
      name: i === x[0]!.length ? 'group' : `f${i}`,
      kind: 'number' as const,
      span: [i, i + 1] as [number, number],
      missing: 0,
      mean: 0,
    }));
    const dataset = memoryData({ inputs, targets: truth, classes: ['no', 'yes'], features, test: 0 });
    const recipe = { method: 'covariance', strength, constraint, by: ['group'] } as const;
    const { penalty, groups } = mitigationFor(dataset, recipe, { name: 'cross_entropy' }, 0);
    const width = x[0]!.length;
    const zeros = (shape: number[]) => tensor(shape, Array(shape.reduce((a, b) => a * b, 1)).fill(0));
    const { model, weights } = network(
      [width],
      [{ op: 'Linear', weight: zeros([2, width]), bias: zeros([2]) }],
    );
    const trainer = await engine.trainer(model, {
      bindings: { N: count },
      weights,
      loss: { name: 'cross_entropy', penalty: penalty! },
      optimizer: { name: 'Adam', options: {} },
      targets: { shape: [count], dtype: 'int64' },
    });
    const rows = dataset.splits.train;
    const feeds = { x: tensor([count, width], x.flat()), [GROUPS]: groups!(rows) };
    const targets = { shape: [count], data: Int32Array.from(truth) };
    for (let step = 0; step < 400; step++)
      await trainer.step(feeds, targets, { learningRate: 0.05 * 0.99 ** step + 0.002 });
    const fitted = await trainer.weights();
    await trainer.dispose();
    const [w, b] = [fitted['0.weight']!.data, fitted['0.bias']!.data];
    const decided = x.map(row => {
      const logit = (o: number) => row.reduce((s, v, i) => s + v * w[o * width + i]!, b[o]!);
      return Number(logit(1) > logit(0));
    });
    const names = [...new Set(group)].sort();
    const counts = names.map(g =>
      countsOf(
        truth,
        decided,
        rows.filter(i => group[i] === g),
      ),
    );
    const gap = disparitiesOf(counts)[`${constraint}_difference`]!;
    return { gap, accuracy: decided.filter((d, i) => d === truth[i]).length / count };
  }

  for (const c of cases)
    it(`${c.constraint} on ${c.data}`, async () => {
      const data = cases.find(d => d.data === c.data && d.x) as unknown as Data;
      const constraint = c.constraint as Constraint;
      const ours: Point[] = [];
      for (const s of strengths) ours.push(await reached(data, constraint, s));
      // Without a penalty it is the same regression.
      assert.ok(Math.abs(ours[0]!.accuracy - c.plain.accuracy) <= 0.005, JSON.stringify([ours[0], c.plain]));
      const least = Math.min(...ours.map(o => o.gap));
      assert.ok(least <= (constraint === 'equalized_odds' ? 0.06 : 0.04), `the smallest gap is ${least}`);
      let held = 0;
      for (const f of [...c.exponentiated, ...c.grid]) {
        const accuracy = at(ours, f.gap);
        // Single models reach no gap as small as those of Fairlearn's decisions by chance: not compared there.
        if (accuracy === undefined) continue;
        assert.ok(
          accuracy >= f.accuracy - 0.02,
          `at a gap of ${f.gap}: ${accuracy}, Fairlearn ${f.accuracy}`,
        );
        held++;
      }
      assert.ok(held >= 3, `${held} points were compared`);
    });
});

/**
 * The accuracy at a gap: that of the better of two penalties, or of a coin's throw between them, as Fairlearn's
 * decisions are by chance between models; undefined below the smallest gap.
 */
function at(points: readonly Point[], gap: number): number | undefined {
  const below = points.filter(p => p.gap <= gap);
  const above = points.filter(p => p.gap > gap);
  if (below.length === 0) return undefined;
  const mixed = below.flatMap(b =>
    above.map(a => b.accuracy + ((gap - b.gap) / (a.gap - b.gap)) * (a.accuracy - b.accuracy)),
  );
  return Math.max(...below.map(b => b.accuracy), ...mixed);
}

interface Data {
  x: number[][];
  group: number[];
  truth: number[];
}
