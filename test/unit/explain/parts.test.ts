import assert from 'node:assert/strict';
import type { TargetInfo } from '../../../src/data/dataset';
import { ranks } from '../../../src/data/overview/statistics';
import {
  formatNumber,
  linkOf,
  predictionOf,
  probabilitiesOf,
  questionFor,
} from '../../../src/explain/answers/predict';
import { leastSquares } from '../../../src/explain/numerics/linear';
import { quadrature, quadratureRules } from '../../../src/explain/numerics/quadrature';
import { area, descending, spearman } from '../../../src/explain/numerics/statistics';
import { affordable } from '../../../src/explain/perturbation/thrift';
import { spreadOverUnits, stretches, sumByUnit, unitsOf } from '../../../src/explain/perturbation/units';
import { english } from '../../../src/explain/words/words.en';
import { Random } from '../../../src/model/random';
import reference from '../../reference/explain.json';
import { type Layer, memoryData, network, tensor } from './_nets';

const classes: TargetInfo = { name: 'species', kind: 'classes', classes: ['a', 'b', 'c'] };
const two: TargetInfo = { name: 'sick', kind: 'classes', classes: ['no', 'yes'] };
const number: TargetInfo = { name: 'price', kind: 'number' };
const { model } = network([2], [{ op: 'Linear', weight: tensor([1, 2], [1, 2]), bias: tensor([1], [0]) }]);

describe('predictions', () => {
  it('take the activation that the loss implies', () => {
    const of = (loss: string, target = classes, width = 3) => linkOf(model, { name: loss }, target, width);
    assert.equal(of('cross_entropy'), 'softmax');
    assert.equal(of('nll_loss'), 'exp');
    assert.equal(of('bce_with_logits', two, 1), 'sigmoid');
    assert.equal(of('bce', two, 1), 'probability');
    assert.equal(of('mse', number, 1), 'value');
    assert.equal(of('mse', classes), 'value');
    assert.equal(linkOf(model, undefined, classes, 3), 'softmax');
    assert.equal(linkOf(model, undefined, two, 1), 'sigmoid');
    assert.equal(linkOf(model, undefined, undefined, 3), 'value');
  });

  it('are probabilities that sum to one, also for huge logits', () => {
    assert.deepEqual(probabilitiesOf([1000, 0, -1000], 'softmax'), [1, 0, 0]);
    const p = probabilitiesOf([1, 2, 3], 'softmax')!;
    assert.ok(Math.abs(p[2]! - 0.6652409557748219) < 1e-12);
    assert.deepEqual(probabilitiesOf([0], 'sigmoid'), [0.5, 0.5]);
    assert.deepEqual(probabilitiesOf([-1000], 'sigmoid'), [1, 0]);
    assert.equal(probabilitiesOf([3], 'value'), undefined);
  });

  it('have the label of the most probable class, or the number', () => {
    assert.equal(predictionOf([0, 3, 1], 'softmax', classes).label, 'b');
    assert.equal(predictionOf([2], 'sigmoid', two).label, 'yes');
    assert.equal(predictionOf([-2], 'sigmoid', two).index, 0);
    assert.deepEqual(predictionOf([1234.5678], 'value', number), {
      output: [1234.5678],
      label: '1235',
      index: 0,
    });
  });

  it('refuse a model whose outputs are not the classes', () => {
    assert.throws(
      () => predictionOf([1, 2], 'softmax', classes),
      /2 numbers a row, but the target "species" has 3/,
    );
  });

  it('turn a class of a single logit into a sign', () => {
    assert.deepEqual(questionFor(0, 1, { target: two }), { target: 0, sign: -1 });
    assert.deepEqual(questionFor(1, 1, { target: two }), { target: 0, sign: 1 });
    assert.deepEqual(questionFor(2, 3, { target: classes }), { target: 2, sign: 1 });
    assert.deepEqual(questionFor(0, 1, { target: number }), { target: 0, sign: 1 });
  });
});

describe('quadrature', () => {
  it('has the nodes and weights of NumPy', () => {
    const { nodes, weights } = quadrature('gausslegendre', 17);
    reference.gausslegendre.nodes.forEach((v, i) => {
      assert.ok(Math.abs(nodes[i]! - v) < 1e-8);
    });
    reference.gausslegendre.weights.forEach((v, i) => {
      assert.ok(Math.abs(weights[i]! - v) < 1e-8);
    });
  });

  it('integrates constants exactly by every rule, and polynomials by Gauss and Legendre', () => {
    for (const rule of quadratureRules) {
      for (const n of [2, 3, 10, 51, 300]) {
        const { nodes, weights } = quadrature(rule, n);
        assert.equal(nodes.length, n);
        assert.ok(Math.abs(weights.reduce((a, b) => a + b, 0) - 1) < 1e-12, `${rule} ${n}`);
        assert.ok(nodes.every(x => x >= 0 && x <= 1));
      }
    }
    const { nodes, weights } = quadrature('gausslegendre', 5);
    const integral = nodes.reduce((s, x, i) => s + weights[i]! * x ** 9, 0);
    assert.ok(Math.abs(integral - 0.1) < 1e-14);
  });
});

describe('statistics', () => {
  it("are SciPy's rank correlation, ties included", () => {
    const { a, b, value } = reference.spearman;
    assert.ok(Math.abs(spearman(a, b) - value) < 1e-12);
    assert.deepEqual(Array.from(ranks([3, 1, 3, 2])), [3.5, 1, 3.5, 2]);
    assert.equal(spearman([1, 1, 1], [1, 2, 3]), 0);
  });

  it('rank and integrate', () => {
    assert.deepEqual(Array.from(descending([1, 3, 2, 3])), [1, 3, 2, 0]);
    assert.equal(area([0, 0.5, 1], [0, 1, 0]), 0.5);
  });

  it('solve least squares, and say when the rows do not determine them', () => {
    const random = new Random(0, 'least squares');
    const truth = [1.5, -2, 0.25];
    const rows = Array.from({ length: 20 }, () => truth.map(() => random.normal()));
    const y = rows.map(r => r.reduce((s, v, i) => s + v * truth[i]!, 0));
    const found = leastSquares(rows, y, new Float64Array(20).fill(1))!;
    truth.forEach((v, i) => {
      assert.ok(Math.abs(found[i]! - v) < 1e-10);
    });
    assert.equal(
      leastSquares(
        [
          [1, 1],
          [2, 2],
        ],
        [1, 2],
        [1, 1],
      ),
      undefined,
    );
  });
});

describe('units', () => {
  it('are columns of tables, pixels or patches of images, runs of anything else', () => {
    const table = memoryData({
      inputs: [[1, 0, 1, 5]],
      targets: [0],
      features: [
        { name: 'a', kind: 'number', span: [0, 1], missing: 0 },
        { name: 'b', kind: 'category', span: [1, 3], missing: 0 },
        { name: 'c', kind: 'number', span: [3, 4], missing: 0 },
      ],
    });
    assert.deepEqual(
      unitsOf([4], table).map(u => [u.name, ...u.indices]),
      [
        ['a', 0],
        ['b', 1, 2],
        ['c', 3],
      ],
    );
    assert.deepEqual(
      unitsOf([2, 2, 2], undefined).map(u => [...u.indices]),
      [
        [0, 4],
        [1, 5],
        [2, 6],
        [3, 7],
      ],
    );
    assert.equal(unitsOf([3, 224, 224], undefined, 196).length, 196);
    assert.deepEqual(
      unitsOf([5], undefined, 2).map(u => [...u.indices]),
      [
        [0, 1, 2],
        [3, 4],
      ],
    );
  });

  it('cover every entry once', () => {
    for (const shape of [[7], [3, 5, 9], [6, 11], [2, 3, 4, 5]]) {
      for (const limit of [1, 4, 30, 1000]) {
        const size = shape.reduce((a, b) => a * b, 1);
        const units = unitsOf(shape, undefined, limit);
        const seen = units.flatMap(u => [...u.indices]).sort((a, b) => a - b);
        assert.deepEqual(
          seen,
          Array.from({ length: size }, (_, i) => i),
        );
        assert.ok(units.length <= Math.max(limit, 1), `${shape} ${limit}: ${units.length}`);
      }
    }
  });

  it('spread a value and gather it again', () => {
    const units = unitsOf([2, 3, 3], undefined, 3);
    const values = Float64Array.from(units, (_, i) => i + 1);
    const back = sumByUnit(spreadOverUnits(values, units, 18, true), units);
    values.forEach((v, i) => {
      assert.ok(Math.abs(v - back[i]!) < 1e-5);
    });
  });
});

describe('words', () => {
  it('write numbers as people do', () => {
    assert.equal(formatNumber(0), '0');
    assert.equal(formatNumber(1234.5678), '1235');
    assert.equal(formatNumber(0.123456), '0.1235');
    assert.equal(formatNumber(123456), '123456');
    assert.equal(formatNumber(1e-7), '1.00e-7');
    assert.equal(formatNumber(-5.1), '-5.1');
    assert.equal(english.percent(0.99995), 'over 99.9 %');
    assert.equal(english.percent(1), '100 %');
    assert.equal(english.percent(0), '0 %');
    assert.equal(english.percent(0.00001), 'under 0.1 %');
    assert.equal(english.percent(0.456), '46 %');
    assert.equal(english.percent(0.0456), '4.6 %');
  });

  it('name the nine regions of an image', () => {
    assert.equal(english.region(0, 0), 'upper left');
    assert.equal(english.region(1, 1), 'centre');
    assert.equal(english.region(2, 2), 'lower right');
  });
});

describe('parts of films and series', () => {
  it('are blocks over time, height and width with all channels, each entry in one', () => {
    const shape = [2, 5, 6, 6];
    const units = unitsOf(shape, undefined, 20);
    const all = units.flatMap(u => Array.from(u.indices));
    assert.equal(all.length, 2 * 5 * 6 * 6);
    assert.equal(new Set(all).size, all.length);
    assert.equal(units.length, 8);
    // The first block: frames, rows and columns 0 to 2 of both channels.
    const places = Array.from(units[0]!.indices, i => [
      Math.floor(i / 180),
      Math.floor(i / 36) % 5,
      Math.floor(i / 6) % 6,
      i % 6,
    ]);
    assert.deepEqual(
      [0, 1, 2, 3].map(k => Math.max(...places.map(x => x[k]!))),
      [1, 2, 2, 2],
    );
  });

  it('are single moments where as many as there are may be told apart', () => {
    const entries = ['a', 'b'].flatMap((from, f) =>
      [0, 1, 2].map(t => ({
        name: `${from}[${t}]`,
        from,
        kind: 'number' as const,
        span: [3 * f + t, 3 * f + t + 1] as [number, number],
        missing: 0,
      })),
    );
    assert.equal(stretches(entries, Number.POSITIVE_INFINITY).length, 6);
  });
});

describe('how often a model is asked', () => {
  it('is as usual for a small one, less for a large one, and never below the least', () => {
    const dense = (from: number, to: number): Layer => ({
      op: 'Linear',
      weight: tensor([to, from], new Float32Array(from * to)),
    });
    const small = network([8], [dense(8, 2)]).model;
    assert.equal(affordable(small, [8], 196, 49), 196);
    const large = network([5000], [dense(5000, 4000)]).model;
    assert.equal(affordable(large, [5000], 200, 10), 100);
    assert.equal(affordable(large, [5000], 16, 12), 12);
    assert.equal(affordable(large, [5000], 4, 12), 4);
  });
});
