import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import { explain } from '../../../src/explain/explain';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../../../src/explain/method';
import { overlap, spearman } from '../../../src/explain/numerics/statistics';
import { measures, measuresFor, methodById, methods } from '../../../src/explain/registry';
import { trustOf } from '../../../src/explain/verdict';
import { narrate } from '../../../src/explain/words/narrative';
import { Random } from '../../../src/model/random';
import { lastPosition } from '../../../src/train/setup/lastPosition';
import { engine } from './_engine';
import { memoryData, network, tensor } from './_nets';

/** A rule that only three of twelve columns take part in, learned as well as can be: it is planted. */
function plantedRule() {
  const random = new Random(3, 'planted');
  const features = 12;
  const w = new Float32Array(features);
  w[2] = 3;
  w[5] = -2;
  w[9] = 1.2;
  const { model, weights } = network(
    [features],
    [{ op: 'Linear', weight: tensor([1, features], w), bias: tensor([1], [0.1]) }],
  );
  const inputs = Array.from({ length: 80 }, () => Array.from({ length: features }, () => random.normal()));
  const targets = inputs.map(x => x.reduce((s, v, i) => s + v * w[i]!, 0.1) + random.normal(0, 0.1));
  inputs[79] = inputs[79]!.map((_, i) => (i === 2 || i === 9 ? 1 : i === 5 ? 0.8 : random.normal()));
  return { model, weights, dataset: memoryData({ inputs, targets, test: 40 }), important: [2, 5, 9] };
}

/** A network that looks for a bright 3 × 3 patch, and pictures with one at the lower right. */
function plantedPatch() {
  const random = new Random(4, 'planted');
  const bright = Float32Array.from({ length: 18 }, (_, i) => (i < 9 ? 1 / 9 : -1 / 9));
  const head = Float32Array.from({ length: 2 * 16 * 2 }, (_, i) =>
    i < 32 ? (i < 16 ? 1 : -1) : i < 48 ? -1 : 1,
  );
  const { model, weights } = network(
    [1, 8, 8],
    [
      { op: 'Conv', weight: tensor([2, 1, 3, 3], bright), bias: tensor([2], [-0.2, 0]), pad: 1 },
      { op: 'Relu' },
      { op: 'MaxPool' },
      { op: 'Flatten' },
      { op: 'Linear', weight: tensor([2, 32], head), bias: tensor([2], [0, 0.5]) },
    ],
  );
  const picture = (top: number, left: number) =>
    Array.from({ length: 64 }, (_, i) => {
      const y = Math.floor(i / 8) - top;
      const x = (i % 8) - left;
      return y >= 0 && y < 3 && x >= 0 && x < 3 ? random.uniform(0.8, 1) : random.uniform(0, 0.05);
    });
  const inputs = Array.from({ length: 20 }, () => picture(random.integer(6), random.integer(6)));
  // Every other one has no patch.
  for (let i = 0; i < 19; i += 2) inputs[i] = picture(-9, -9);
  inputs[19] = picture(5, 5);
  const dataset = memoryData({
    inputs,
    targets: inputs.map((_, i) => (i % 2 === 0 ? 1 : 0)),
    classes: ['patch', 'none'],
    sampleShape: [1, 8, 8],
    modality: 'image',
    test: 10,
  });
  const patch = new Set([5, 6, 7].flatMap(y => [5, 6, 7].map(x => 8 * y + x)));
  return { model, weights, dataset, patch };
}

/** A network that looks for more red than green and blue, and noisy pictures with a patch that is red, or green. */
function plantedColour() {
  const random = new Random(5, 'planted');
  const side = 24;
  const kernel = (colour: number) =>
    Array.from({ length: 27 }, (_, i) => (Math.floor(i / 9) === colour ? 1 / 9 : -1 / 18));
  const { model, weights } = network(
    [3, side, side],
    [
      {
        op: 'Conv',
        weight: tensor([2, 3, 3, 3], Float32Array.from([...kernel(0), ...kernel(1)])),
        bias: tensor([2], [-0.3, -0.3]),
        pad: 1,
      },
      { op: 'Relu' },
      { op: 'MaxPool' },
      { op: 'Flatten' },
      {
        op: 'Linear',
        weight: tensor(
          [2, 288],
          Float32Array.from({ length: 576 }, (_, i) => (i < 144 || i >= 432 ? 6 : -6)),
        ),
        bias: tensor([2], [0, 0]),
      },
    ],
  );
  const picture = (colour: number, top: number, left: number) =>
    Array.from({ length: 3 * side * side }, (_, i) => {
      const [c, y, x] = [Math.floor(i / side / side), Math.floor(i / side) % side, i % side];
      const inside = y >= top && y < top + 4 && x >= left && x < left + 4;
      return inside ? (c === colour ? 0.95 : 0.1) : random.uniform(0.2, 0.7);
    });
  const targets = Array.from({ length: 20 }, (_, i) => i % 2);
  const inputs = targets.map(t => picture(t, random.integer(side - 4), random.integer(side - 4)));
  const dataset = memoryData({
    inputs,
    targets,
    classes: ['red', 'green'],
    sampleShape: [3, side, side],
    modality: 'image',
    test: 10,
    features: [],
  });
  return { model, weights, dataset };
}

/** Values that belong to the input, of methods that are not known to miss what is planted (docs/methods.md says why). */
const recommended = methods.filter(m => m.scope === 'prediction' && !m.of && !m.caution);

describe('what is planted is found', () => {
  const rule = plantedRule();
  for (const method of recommended.filter(m => !m.suits?.(rule.model, rule.dataset))) {
    it(`${method.id} names the columns of a rule`, async () => {
      const options = method.id === 'lime' ? { samples: 400 } : undefined;
      const { attribution, text } = await explain({
        engine,
        model: rule.model,
        weights: rule.weights,
        dataset: rule.dataset,
        method: method.id,
        row: 79,
        ...(options && { options }),
      });
      const order = attribution.values
        .map((v, i) => ({ i, v: Math.abs(v) }))
        .sort((a, b) => b.v - a.v)
        .slice(0, 3)
        .map(x => x.i)
        .sort((a, b) => a - b);
      assert.deepEqual(order, rule.important, method.id);
      assert.match(text, /f2 = 1/);
    }).timeout(60_000);
  }

  it('permutation_importance names the columns of a rule', async () => {
    const { attribution, trust } = await explain({
      engine,
      model: rule.model,
      weights: rule.weights,
      dataset: rule.dataset,
      method: 'permutation_importance',
    });
    const top = attribution.values.map((v, i) => [v, i] as const).sort((a, b) => b[0] - a[0]);
    assert.deepEqual(
      top.slice(0, 3).map(t => t[1]),
      [2, 5, 9],
    );
    assert.equal(trust.verdict, 'good');
  });

  it('partial_dependence finds the column that matters most and its slope', async () => {
    const { attribution, text, trust } = await explain({
      engine,
      model: rule.model,
      weights: rule.weights,
      dataset: rule.dataset,
      method: 'partial_dependence',
    });
    assert.match(text, /As f2 is varied/);
    const x = attribution.names!.map(Number);
    const slope = (attribution.values.at(-1)! - attribution.values[0]!) / (x.at(-1)! - x[0]!);
    assert.ok(Math.abs(slope - 3) < 0.02, String(slope));
    assert.equal(trust.verdict, 'good');
  });

  const seen = plantedPatch();
  for (const method of recommended.filter(m => !m.suits?.(seen.model, seen.dataset))) {
    it(`${method.id} marks the patch of an image`, async () => {
      const { attribution, prediction, text } = await explain({
        engine,
        model: seen.model,
        weights: seen.weights,
        dataset: seen.dataset,
        method: method.id,
        row: 19,
      });
      assert.equal(prediction.label, 'patch');
      assert.deepEqual(attribution.shape, [1, 8, 8]);
      const inside = mass(attribution.values, i => seen.patch.has(i));
      const outside = mass(attribution.values, i => !seen.patch.has(i));
      // Per pixel. Gradients alone also tell where another patch would be seen, so the rest is not at zero.
      assert.ok(inside / 9 > 2 * (outside / 55), `${inside} inside, ${outside} outside`);
      assert.match(text, /lower right/);
    }).timeout(60_000);
  }
});

function mass(values: readonly number[], where: (i: number) => boolean): number {
  return values.reduce((s, v, i) => s + (where(i) ? Math.abs(v) : 0), 0);
}

async function trustIn(
  method: ExplanationMethod,
  request: ExplanationRequest,
  attribution: Attribution,
): Promise<ReturnType<typeof trustOf>> {
  const results = [];
  for (const measure of measuresFor(method).filter(m => m.applies?.(request) !== false))
    results.push(await measure.judge(request, attribution, method));
  return trustOf(results);
}

describe('trust is judged honestly', () => {
  // The slopes of red and of green cancel where they are added up.
  for (const method of ['saliency', 'smooth_grad', 'guided_grad_cam'])
    it(`${method} that finds a colour on noise does not fail`, async () => {
      const { trust } = await explain({ engine, ...plantedColour(), method, row: 19 });
      const deletion = trust.measures.find(m => m.id === 'deletion')!;
      assert.ok(deletion.score > 0.9, deletion.text);
      assert.notEqual(trust.verdict, 'poor');
    }).timeout(60_000);

  it('weight that moves within a patch of a picture is steady, weight that moves away is not', async () => {
    const { model, weights, dataset } = plantedColour();
    const input = { shape: [1, 3, 24, 24], data: dataset.batch([19]).input.data as Float32Array };
    const request: ExplanationRequest = { engine, model, weights, dataset, input, target: 1 };
    const stability = measures.find(m => m.id === 'max_sensitivity')!;
    for (const [moved, verdict] of [
      [1, 'good'],
      [12, 'poor'],
    ] as const) {
      let asked = 0;
      const method: ExplanationMethod = {
        ...methodById('saliency'),
        explain: async () => {
          const data = new Float32Array(3 * 24 * 24);
          data[asked++ % 2 === 0 ? 0 : moved] = 1;
          return { values: { shape: [3, 24, 24], data } };
        },
      };
      const result = await stability.judge(request, await method.explain(request, {}), method);
      assert.equal(result.verdict, verdict, result.text);
    }
  });

  const rule = plantedRule();
  const seen = plantedPatch();
  const requests: [string, ExplanationRequest][] = [
    ['a table', requestFor(rule, 79)],
    ['an image', requestFor(seen, 19)],
  ];

  for (const [what, request] of requests) {
    it(`integrated gradients of ${what} are good`, async () => {
      const method = methodById('integrated_gradients');
      const trust = await trustIn(method, request, await method.explain(request, {}));
      assert.equal(trust.verdict, 'good', JSON.stringify(trust.measures.map(m => [m.id, m.value, m.score])));
    }).timeout(60_000);

    it(`a random map of ${what} is poor, whether it is fixed or drawn anew`, async () => {
      for (const fixed of [true, false]) {
        for (let seed = 0; seed < 6; seed++) {
          const random = new Random(seed, 'map');
          let kept: Attribution | undefined;
          const method: ExplanationMethod = {
            ...methodById('integrated_gradients'),
            explain: async () => {
              if (fixed && kept) return kept;
              const { shape } = request.input!;
              kept = {
                values: tensor(
                  shape.slice(1),
                  Array.from(request.input!.data, () => random.normal()),
                ),
              };
              return kept;
            },
          };
          const trust = await trustIn(method, request, await method.explain(request, {}));
          assert.equal(trust.verdict, 'poor');
          const order = trust.measures.filter(m => m.id === 'deletion');
          // Even by order alone: in one of many random orders luck may help, not in the mean.
          scores.push(...order.map(m => m.score));
        }
      }
      assert.ok(scores.reduce((a, b) => a + b, 0) / scores.length < 0.3, String(scores));
      scores.length = 0;
    }).timeout(60_000);

    it(`the opposite of integrated gradients of ${what} is poor`, async () => {
      const method = methodById('integrated_gradients');
      const good = await method.explain(request, {});
      const bad = {
        ...good,
        values: { ...good.values, data: good.values.data.map(v => -v) as Float32Array },
      };
      for (const id of ['completeness', 'deletion']) {
        const result = await measures.find(m => m.id === id)!.judge(request, bad, method);
        assert.equal(result.verdict, 'poor', id);
        assert.ok(result.score < 0.1);
      }
    });

    it(`a map of ${what} that shows the input and not the model fails the sanity check`, async () => {
      const method: ExplanationMethod = {
        ...methodById('saliency'),
        explain: async r => ({ values: { shape: r.input!.shape.slice(1), data: r.input!.data } }),
      };
      const measure = measures.find(m => m.id === 'model_randomisation')!;
      const result = await measure.judge(request, await method.explain(request, {}), method);
      assert.equal(result.verdict, 'poor');
      assert.equal(result.score, 0);
    });
  }

  it('importances that are noise have repeats that do not agree', async () => {
    const measure = measures.find(m => m.id === 'repeat_stability')!;
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed, 'noise');
      const drops = Float32Array.from({ length: 10 * 6 }, () => random.normal(0, 0.01));
      const attribution: Attribution = {
        values: tensor([6], new Float32Array(6)),
        repeats: { shape: [10, 6], data: drops },
      };
      const result = await measure.judge(requests[0]![1], attribution, methodById('permutation_importance'));
      assert.equal(result.verdict, 'poor', `seed ${seed}: ${result.score}`);
    }
  });

  it('columns without which a model does better are told as such, and may be as sure', async () => {
    const measure = measures.find(m => m.id === 'repeat_stability')!;
    const method = methodById('permutation_importance');
    const random = new Random(0, 'harm');
    const means = [-0.05, -0.02, 0];
    const drops = Float32Array.from({ length: 10 * 3 }, (_, i) => means[i % 3]! + random.normal(0, 0.0005));
    const attribution: Attribution = {
      values: tensor([3], means),
      spread: tensor([3], [0.0005, 0.0005, 0.0005]),
      repeats: { shape: [10, 3], data: drops },
      names: ['clock', 'noise', 'nothing'],
      facts: { score: 0.8, metric: 1, rows: 100 },
    };
    const result = await measure.judge(requests[0]![1], attribution, method);
    assert.equal(result.verdict, 'good', result.text);
    const trust = { score: 1, verdict: 'good', measures: [result] } as const;
    const text = narrate({ method, attribution, trust });
    assert.match(text, /It does better without clock \(0\.05 ± 0\.0005\) and noise \(0\.02 ± 0\.0005\)/);
    assert.match(narrate({ method, attribution, trust, language: 'zh' }), /去掉以下各列反而更好：clock/);
  });

  it('a model that uses nothing gets no trusted order', async () => {
    const { model, weights } = network(
      [3],
      [{ op: 'Linear', weight: tensor([1, 3], [0, 0, 0]), bias: tensor([1], [1]) }],
    );
    const random = new Random(0, 'nothing');
    const inputs = Array.from({ length: 20 }, () => [random.normal(), random.normal(), random.normal()]);
    const { trust, text } = await explain({
      engine,
      model,
      weights,
      dataset: memoryData({ inputs, targets: inputs.map(() => random.normal()) }),
      method: 'permutation_importance',
    });
    assert.equal(trust.verdict, 'poor');
    assert.match(text, /nothing measurable/);
    assert.match(text, /poor/);
  });

  it('a model that continues texts has learned what comes after the last token that is there', async () => {
    const random = new Random(0, 'next');
    const after = (t: number) => 1 + (t % 3);
    const inputs = Array.from({ length: 60 }, (_, r) =>
      Array.from({ length: 4 }, (_, i) => (i > r % 4 ? 0 : 1 + random.integer(3))),
    );
    const next = Array.from({ length: 16 }, (_, i) => (i % 4 === after(Math.floor(i / 4)) ? 8 : 0));
    const parameter = {
      name: 'next',
      dtype: 'float32',
      shape: [4, 4],
      kind: 'parameter',
      trainable: true,
    } as const;
    const model = lastPosition({
      name: 'Next',
      file: 'net.py',
      format: 'pytorch',
      inputs: ['x'],
      outputs: ['y'],
      values: {
        x: { id: 'x', dtype: 'int64', shape: ['N', 4] },
        next: { id: 'next', dtype: 'float32', shape: [4, 4] },
        y: { id: 'y', dtype: 'float32', shape: ['N', 4, 4] },
      },
      nodes: [
        { id: 'n', op: 'Gather', module: '', inputs: ['next', 'x'], outputs: ['y'], attributes: { axis: 0 } },
      ],
      parameters: [{ ...parameter, initializer: { kind: 'uniform', low: -1, high: 1 } }],
      modules: [],
    });
    const data = memoryData({ inputs, targets: inputs.map(() => 0), classes: ['', 'a', 'b', 'c'] });
    const tokens = (rows: ArrayLike<number>, of: (t: number) => number) => ({
      shape: [rows.length, 4],
      data: Int32Array.from(Array.from(rows).flatMap(r => inputs[r]!.map(of))),
    });
    const dataset: Dataset = {
      ...data,
      modality: 'text',
      target: { ...data.target, perPosition: true },
      batch: rows => ({ input: tokens(rows, t => t), targets: tokens(rows, after) }),
    };
    const measure = measures.find(m => m.id === 'model_learned')!;
    const weights = { next: tensor([4, 4], next) };
    const request: ExplanationRequest = { engine, model, weights, dataset, input: tokens([0], t => t) };
    const result = await measure.judge(
      request,
      { values: tensor([4], [0, 0, 0, 0]) },
      methodById('feature_ablation'),
    );
    assert.ok(result.value > 0.9, String(result.value));
  });

  it('the score is the lowest of the measures', () => {
    const result = (score: number) => ({
      id: '',
      title: '',
      value: 0,
      score,
      verdict: 'good' as const,
      text: '',
    });
    assert.equal(trustOf([result(0.9), result(0.3), result(1)]).score, 0.3);
    assert.equal(trustOf([result(0.9), result(0.3)]).verdict, 'poor');
    assert.equal(trustOf([]).score, 0);
  });

  it('every method is judged by measures that exist', () => {
    for (const method of methods) {
      assert.ok(method.judgedBy.length > 0, method.id);
      const always = measures.filter(m => m.always).length;
      assert.equal(measuresFor(method).length, method.judgedBy.length + always);
    }
  });
});

const scores: number[] = [];

function requestFor(
  {
    model,
    weights,
    dataset,
  }: { model: ExplanationRequest['model']; weights: ExplanationRequest['weights']; dataset: Dataset },
  row: number,
): ExplanationRequest {
  return { engine, model, weights, dataset, target: 0, input: dataset.batch([row]).input };
}

describe('overlap of two fields', () => {
  it('is whole for the same numbers, nothing for opposite ones, and shared for parts', () => {
    assert.equal(overlap([1, -2, 0], [1, -2, 0]), 1);
    assert.equal(overlap([1, -2], [-1, 2]), 0);
    assert.equal(overlap([0, 0], [0, 0]), 0);
    assert.equal(overlap([2, 0], [1, 0]), 0.5);
  });

  it('is near 1 where a circuit carries all of the answer in each of its cells, whatever their order', () => {
    const there = [0, 0, 1, 0.992, 0.991, 0.99];
    const back = [0, 0, 0.99, 0.991, 0.992, 1];
    assert.ok(spearman(there.slice(2), back.slice(2)) < -0.9);
    assert.ok(overlap(there, back) > 0.98);
  });
});
