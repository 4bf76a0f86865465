import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { calibrationOf } from '../../../../src/explain/fairness/calibration';
import { disparitiesOf } from '../../../../src/explain/fairness/disparities';
import { bootstrap, chanceOf, wilson } from '../../../../src/explain/fairness/intervals';
import { countsOf, type RateId, rateOf } from '../../../../src/explain/fairness/rates';
import { reweigh } from '../../../../src/explain/fairness/reweighing';
import {
  decide,
  frontierOf,
  oddsFrontierOf,
  optimizeThresholds,
} from '../../../../src/explain/fairness/thresholds';
import { root } from '../../service/_workspace';

interface Case {
  group: number[];
  truth: number[];
  score: number[];
  decision: number[];
  groups: Record<string, Record<string, number>>;
  metrics: Record<string, number>;
  calibration: Record<string, { observed: number[]; predicted: number[]; brier_score: number }>;
  thresholds: Record<string, { rate: number; accuracy: number | null; chance: number[] }>;
}

const reference: { cases: Case[]; wilson: [number, number, number, number][] } = JSON.parse(
  readFileSync(join(root, 'test', 'reference', 'fairness.json'), 'utf8'),
);

function near(found: number | null | undefined, expected: number, what: string, tolerance = 1e-12): void {
  assert.ok(
    typeof found === 'number' && Math.abs(found - expected) <= tolerance,
    `${what}: ${found} instead of ${expected}`,
  );
}

const namesOf = (c: Case) => Object.keys(c.groups);
const rowsOf = (c: Case, g: number) => c.group.flatMap((x, i) => (x === g ? [i] : []));
const countsBy = (c: Case) => namesOf(c).map((_, g) => countsOf(c.truth, c.decision, rowsOf(c, g)));

describe('fairness against Fairlearn and scikit-learn', () => {
  reference.cases.forEach((c, n) => {
    it(`has the rates of each group (case ${n + 1})`, () => {
      countsBy(c).forEach((counts, g) => {
        for (const [id, expected] of Object.entries(c.groups[g]!))
          near(rateOf(id as RateId, counts), expected, `${id} of group ${g}`);
      });
    });

    it(`has the gaps between groups (case ${n + 1})`, () => {
      const found = disparitiesOf(countsBy(c));
      for (const [id, expected] of Object.entries(c.metrics)) near(found[id], expected, id);
    });

    it(`has the calibration of each group (case ${n + 1})`, () => {
      for (const [g, expected] of Object.entries(c.calibration)) {
        const found = calibrationOf(c.truth, c.score, rowsOf(c, Number(g)))!;
        near(found.brier_score, expected.brier_score, 'Brier score');
        assert.equal(found.bins.length, expected.observed.length);
        found.bins.forEach((bin, i) => {
          near(bin.observed, expected.observed[i]!, 'observed');
          near(bin.predicted, expected.predicted[i]!, 'predicted');
        });
      }
    });

    for (const constraint of Object.keys(c.thresholds))
      it(`has the thresholds for ${constraint} (case ${n + 1})`, () => {
        const expected = c.thresholds[constraint]!;
        const found = optimizeThresholds(constraint as never, c.group, namesOf(c), c.truth, c.score);
        near(found.rate, expected.rate, 'rate');
        if (expected.accuracy !== null) near(found.accuracy, expected.accuracy, 'accuracy');
        const chance = decide(found.rules, c.group, c.score);
        chance.forEach((p, i) => {
          near(p, expected.chance[i]!, `row ${i}`, 1e-9);
        });
      });
  });

  it('has Wilson’s intervals', () => {
    for (const [k, n, low, high] of reference.wilson) {
      const found = wilson(k, n)!;
      near(found[0], low, `low of ${k}/${n}`);
      near(found[1], high, `high of ${k}/${n}`);
    }
    assert.equal(wilson(0, 0), undefined);
  });
});

describe('what would close the gaps', () => {
  const [c] = reference.cases as [Case];

  it('reweighs so that group and class are independent', () => {
    const { weights, cells } = reweigh(c.group, c.truth);
    const sum = (keep: (i: number) => boolean) => weights.reduce((s, w, i) => (keep(i) ? s + w : s), 0);
    const n = c.group.length;
    near(
      sum(() => true),
      n,
      'the weights’ sum',
      1e-9,
    );
    for (const cell of cells) {
      const both = sum(i => c.group[i] === cell.group && c.truth[i] === cell.class) / n;
      const apart = (sum(i => c.group[i] === cell.group) / n) * (sum(i => c.truth[i] === cell.class) / n);
      near(both, apart, `P(${cell.group}, ${cell.class})`, 1e-9);
    }
  });

  it('shows a frontier from no gap to the most accurate, that never falls', () => {
    const frontier = frontierOf('demographic_parity', c.group, namesOf(c), c.truth, c.score);
    const strict = optimizeThresholds('demographic_parity', c.group, namesOf(c), c.truth, c.score);
    near(frontier[0]!.accuracy, strict.accuracy, 'the strict end', 1e-9);
    frontier.forEach((f, i) => {
      assert.ok(f.gap <= f.allowed + 1e-9);
      if (i > 0) assert.ok(f.accuracy >= frontier[i - 1]!.accuracy - 1e-9);
    });
  });

  reference.cases.forEach((each, number) => {
    it(`shows a frontier of equalised odds whose rules do what it tells (case ${number + 1})`, () => {
      const names = namesOf(each);
      const frontier = oddsFrontierOf(each.group, names, each.truth, each.score);
      const strict = optimizeThresholds('equalized_odds', each.group, names, each.truth, each.score);
      near(frontier[0]!.accuracy, strict.accuracy, 'the strict end', 1e-9);
      assert.ok(frontier.length > 2);
      assert.ok(frontier.at(-1)!.accuracy > strict.accuracy);
      const free = frontierOf('demographic_parity', each.group, names, each.truth, each.score).at(-1)!;
      near(frontier.at(-1)!.accuracy, free.accuracy, 'each group at its best', 0.01);
      frontier.forEach((f, i) => {
        assert.ok(f.gap <= f.allowed + 1e-9, `${f.gap} of ${f.allowed}`);
        if (i > 0) assert.ok(f.accuracy >= frontier[i - 1]!.accuracy - 1e-9);
        const chance = decide(f.rules, each.group, each.score);
        const rate = (g: number, of: number) => {
          const rows = rowsOf(each, g).filter(r => each.truth[r] === of);
          return rows.reduce((s, r) => s + chance[r]!, 0) / rows.length;
        };
        const gaps = [0, 1].map(of => {
          const rates = names.map((_, g) => rate(g, of));
          return Math.max(...rates) - Math.min(...rates);
        });
        near(Math.max(...gaps), f.gap, 'the gap of the rules', 1e-9);
        const right = each.truth.reduce((s, t, r) => s + (t ? chance[r]! : 1 - chance[r]!), 0);
        near(right / each.truth.length, f.accuracy, 'the accuracy of the rules', 1e-9);
      });
    });
  });

  it('refuses a group of one class, by name', () => {
    assert.throws(
      () =>
        optimizeThresholds('equalized_odds', [0, 0, 1, 1], ['a', 'b'], [0, 1, 1, 1], [0.1, 0.9, 0.8, 0.7]),
      /group "b".*one class/,
    );
  });
});

describe('intervals of gaps', () => {
  const gap = (groups: Parameters<typeof disparitiesOf>[0]) =>
    disparitiesOf(groups, ['demographic_parity_difference']);

  it('are the same for the same seed and hold the value', () => {
    const groups = [
      { tp: 30, fp: 10, fn: 20, tn: 40 },
      { tp: 10, fp: 5, fn: 30, tn: 55 },
    ];
    const first = bootstrap(groups, gap, 500, 3);
    assert.deepEqual(bootstrap(groups, gap, 500, 3), first);
    const [low, high] = first['demographic_parity_difference']!;
    assert.ok(low < 0.25 && 0.25 < high);
    assert.ok(chanceOf(groups, gap, 500, 3)['demographic_parity_difference']! < 0.01);
  });

  it('tell a gap that chance makes from one that it does not', () => {
    const equal = [
      { tp: 20, fp: 5, fn: 5, tn: 20 },
      { tp: 19, fp: 6, fn: 5, tn: 20 },
    ];
    assert.ok(chanceOf(equal, gap, 500, 0)['demographic_parity_difference']! > 0.5);
  });
});
