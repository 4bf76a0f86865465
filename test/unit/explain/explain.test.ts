import assert from 'node:assert/strict';
import type { FeatureInfo } from '../../../src/data/dataset';
import type { Engine } from '../../../src/engine/engine';
import { EvaluatorPool } from '../../../src/explain/answers/evaluatorPool';
import { type ExplainCall, explain } from '../../../src/explain/explain';
import type { Explanation, ExplanationMethod } from '../../../src/explain/method';
import { methods } from '../../../src/explain/registry';
import { VitrineError } from '../../../src/model/errors';
import type { Tensors } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { engine } from './_engine';
import { memoryData, network, tensor } from './_nets';

/** Two classes by three columns, of which the last is a category of three values. */
function flowers() {
  const features: FeatureInfo[] = [
    { name: 'length', kind: 'number', span: [0, 1], mean: 0.2, missing: 0 },
    { name: 'width', kind: 'number', span: [1, 2], mean: -0.1, missing: 0 },
    { name: 'colour', kind: 'category', span: [2, 5], categories: ['red', 'blue', 'white'], missing: 0 },
  ];
  const random = new Random(5, 'flowers');
  const inputs = Array.from({ length: 40 }, () => {
    const colour = random.integer(3);
    return [random.normal(), random.normal(), ...[0, 1, 2].map(c => (c === colour ? 1 : 0))];
  });
  inputs[0] = [2, 0.1, 0, 1, 0];
  const w = [2, -0.2, 0, 1.5, -1];
  const { model, weights } = network(
    [5],
    [{ op: 'Linear', weight: tensor([2, 5], [...w.map(v => -v), ...w]), bias: tensor([2], [0, 0]) }],
  );
  const targets = inputs.map(x => (x.reduce((s, v, i) => s + v * w[i]!, 0) > 0 ? 1 : 0));
  const dataset = memoryData({ inputs, targets, features, classes: ['rose', 'tulip'], test: 20 });
  // The raw value of a category is its name.
  const raw = dataset.raw.bind(dataset);
  dataset.raw = row => {
    const sample = raw(row);
    const code = inputs[row]!.slice(2).indexOf(1);
    return { ...sample, values: { ...sample.values, colour: features[2]!.categories![code]! } };
  };
  return { engine, model, weights, dataset, loss: { name: 'cross_entropy' } } as const;
}

/** The flowers' model is one linear layer: no convolution, no ReLU, no inner layer. */
const suiting = (m: ExplanationMethod) => !m.suits?.(flowers().model, flowers().dataset);

function call(more: Partial<ExplainCall>): ExplainCall {
  return { ...flowers(), method: 'integrated_gradients', row: 0, ...more };
}

describe('explain', () => {
  it('gives the answer before it is judged, once, with its trust pending', async () => {
    const early: Explanation[] = [];
    const progress: number[] = [];
    const final = await explain(
      call({
        onAnswer: answer => {
          early.push(answer);
          assert.ok(Math.max(0, ...progress) < 1, 'the judges are still to come');
        },
        onProgress: done => progress.push(done),
      }),
    );
    assert.equal(early.length, 1);
    const [answer] = early;
    assert.equal(answer!.trust.pending, true);
    assert.deepEqual(answer!.trust.measures, []);
    assert.match(answer!.text, /still being checked\.$/);
    assert.doesNotMatch(answer!.text, /poor|good|fair/);
    assert.deepEqual(answer!.attribution, final.attribution);
    assert.equal(final.trust.pending, undefined);
    assert.ok(final.trust.measures.length > 0);
    const chinese = await new Promise<Explanation>((resolve, reject) => {
      explain(call({ language: 'zh', onAnswer: resolve })).catch(reject);
    });
    assert.match(chinese.text, /仍在检验中。$/);
  });

  it('judges nothing once it was cancelled after its answer', async () => {
    const abort = new AbortController();
    await assert.rejects(
      explain(call({ signal: abort.signal, onAnswer: () => abort.abort() })),
      (e: VitrineError) => e.code === 'cancelled',
    );
  });

  it('gives prediction, attribution by column, trust and words', async () => {
    const e = await explain(call({}));
    assert.equal(e.method, 'integrated_gradients');
    assert.equal(e.row, 0);
    assert.deepEqual(e.target, { index: 1, name: 'tulip' });
    assert.equal(e.prediction.label, 'tulip');
    assert.ok(Math.abs(e.prediction.probabilities!.reduce((a, b) => a + b, 0) - 1) < 1e-6);
    assert.deepEqual(e.attribution.names, ['length', 'width', 'colour']);
    assert.deepEqual(e.attribution.shape, [3]);
    e.attribution.values.forEach((v, i) => {
      assert.ok(Math.abs(v - [4, -0.02, 1.5][i]!) < 1e-4, String(v));
    });
    assert.deepEqual(
      e.trust.measures.map(m => m.id),
      [
        'completeness',
        'deletion',
        'max_sensitivity',
        'model_randomisation',
        'infidelity',
        'second_method',
        'sparseness',
        'model_learned',
      ],
    );
    assert.equal(e.trust.score, Math.min(...e.trust.measures.map(m => m.score)));
    assert.match(e.text, /The model says "tulip" for y, and is very sure \(over 99\.9 %\)\. That is right\./);
    assert.match(
      e.text,
      /Most in favour of "tulip": length = 2 \(typical: 0\.2\), with 72 % of the weight; colour = blue \(typical: red\)/,
    );
    assert.doesNotMatch(JSON.stringify(e), /null,|NaN/);
    assert.deepEqual(JSON.parse(JSON.stringify(e)), e);
  });

  it('takes the only member of a list as the list', async () => {
    const { figures } = await explain(
      call({ method: 'feature_interaction', row: undefined, options: { columns: ['length', 'width'] } }),
    );
    assert.ok(figures);
    await assert.rejects(
      explain(call({ method: 'feature_interaction', row: undefined, options: { columns: 'length' } })),
      /Interactions are between two columns, and memory gives 1\./,
    );
  });

  it('explains another class when asked, by name or index', async () => {
    for (const target of ['rose', 0, '0']) {
      const e = await explain(call({ target }));
      assert.deepEqual(e.target, { index: 0, name: 'rose' });
      assert.ok(e.attribution.values[0]! < 0);
      assert.match(e.text, /Most against "rose": length/);
    }
  });

  it('explains either class of a single logit, with opposite signs', async () => {
    const { dataset } = flowers();
    const { model, weights } = network(
      [5],
      [{ op: 'Linear', weight: tensor([1, 5], [1, 0.5, 0, 1, -1]), bias: tensor([1], [0.2]) }],
    );
    const of = (target: string) =>
      explain(call({ model, weights, dataset, loss: { name: 'bce_with_logits' }, target }));
    const [tulip, rose] = [await of('tulip'), await of('rose')];
    assert.equal(tulip.prediction.probabilities!.length, 2);
    tulip.attribution.values.forEach((v, i) => {
      assert.ok(Math.abs(v + rose.attribution.values[i]!) < 1e-6);
    });
    assert.equal(rose.trust.measures.find(m => m.id === 'completeness')!.verdict, 'good');
    assert.equal(rose.trust.measures.find(m => m.id === 'deletion')!.verdict, 'good');
  });

  it('explains a number of a model with one output', async () => {
    const random = new Random(1, 'numbers');
    const inputs = Array.from({ length: 30 }, () => [random.normal(), random.normal(), random.normal()]);
    const dataset = memoryData({ inputs, targets: inputs.map(x => x[0]! * 3) });
    const net = network([3], [{ op: 'Linear', weight: tensor([1, 3], [3, 0, -1]), bias: tensor([1], [0]) }]);
    const e = await explain({
      engine,
      ...net,
      dataset,
      loss: { name: 'mse' },
      method: 'integrated_gradients',
      row: 29,
    });
    assert.equal(e.target.name, 'y');
    assert.equal(e.prediction.probabilities, undefined);
    assert.match(e.text, /The model predicts -?[\d.]+ for y\. The data say -?[\d.]+\./);
    assert.match(e.text, /a higher y/);
  });

  it('explains values that are not in the data set', async () => {
    const random = new Random(1, 'numbers');
    const inputs = Array.from({ length: 30 }, () => [random.normal(), random.normal()]);
    const dataset = memoryData({ inputs, targets: inputs.map(x => x[0]!) });
    const net = network([2], [{ op: 'Linear', weight: tensor([1, 2], [3, 1]), bias: tensor([1], [0]) }]);
    const e = await explain({
      engine,
      ...net,
      dataset,
      method: 'integrated_gradients',
      values: { f0: 1, f1: 2 },
    });
    assert.equal(e.row, null);
    assert.ok(Math.abs(e.attribution.values[0]! - 3) < 1e-5);
    assert.match(e.text, /f0 = 1/);
  });

  it('offers exact Shapley values where their coalitions can be counted: of few columns, or of parts of a picture', () => {
    const { suits } = methods.find(m => m.id === 'shapley_values')!;
    const table = (columns: number) => {
      const inputs = Array.from({ length: 8 }, (_, i) => Array.from({ length: columns }, (_, j) => i * j));
      const net = network(
        [columns],
        [{ op: 'Linear', weight: tensor([1, columns], new Array(columns).fill(1)), bias: tensor([1], [0]) }],
      );
      return suits!(net.model, memoryData({ inputs, targets: inputs.map(x => x[0]!) }));
    };
    assert.equal(table(14), undefined);
    assert.match(table(15) ?? '', /15 inputs have 2\^15, and at most 14 .* Use kernel_shap/);
    assert.equal(suits!(call({}).model, call({}).dataset), undefined);
  });

  it('says why a method does not suit a model, and what to use', async () => {
    const unsuited = methods.filter(m => !suiting(m));
    assert.ok(unsuited.length >= 8);
    for (const { id } of unsuited) {
      await assert.rejects(
        explain(call({ method: id })),
        error =>
          error instanceof VitrineError && error.code === 'bad-request' && /\. Use /.test(error.message),
        id,
      );
    }
  });

  it('gives the same numbers twice', async () => {
    for (const { id } of methods.filter(suiting)) {
      const once = await explain(call({ method: id }));
      assert.deepEqual(await explain(call({ method: id })), once, id);
    }
  }).timeout(60_000);

  it('permutes the entries of a category together', async () => {
    const e = await explain(call({ method: 'permutation_importance' }));
    assert.deepEqual(e.attribution.names, ['length', 'width', 'colour']);
    assert.ok(e.attribution.values[0]! > e.attribution.values[1]!);
    assert.equal(e.row, null);
    assert.match(e.text, /Over 20 rows the model has an accuracy of 100 %\. It loses most without length/);
  });

  it('varies a category over its values', async () => {
    const e = await explain(call({ method: 'partial_dependence', options: { column: 'colour' } }));
    assert.deepEqual(e.attribution.names, ['red', 'blue', 'white']);
    assert.match(e.text, /mean prediction for "tulip" goes from .* \(at white\) to .* \(at blue\)/);
  });

  it('reports progress from nothing to all, never backwards', async () => {
    const seen: number[] = [];
    await explain(call({ method: 'smooth_grad', onProgress: d => seen.push(d) }));
    assert.ok(seen.length > 3);
    assert.equal(seen.at(-1), 1);
    seen.reduce((a, b) => {
      assert.ok(b >= a && b <= 1, `${a} then ${b}`);
      return b;
    });
  });

  it('compiles a plan once, whatever the number of judges that ask for it', async () => {
    const before = engine.compiled;
    await explain(call({}));
    // Prediction, path, completeness, deletion, insertion, infidelity and ablation: the others use what is there.
    assert.ok(engine.compiled - before <= 7, String(engine.compiled - before));
  });

  it('frees what it compiled, also after an error', async () => {
    let open = 0;
    const counting: Engine = {
      ...engine,
      async evaluator(model, request) {
        const made = await engine.evaluator(model, request);
        open++;
        return {
          backend: made.backend,
          run: (f, o) => made.run(f, o),
          bindInput: (id, rows) => made.bindInput(id, rows),
          load: w => made.load(w),
          dispose: async () => {
            open--;
            await made.dispose();
          },
        };
      },
    };
    await explain(call({ engine: counting }));
    assert.equal(open, 0);
    await assert.rejects(
      explain(call({ engine: counting, method: 'shapley_values', options: { units: 2 }, target: 7 })),
    );
    assert.equal(open, 0);
  });

  describe('says what is wrong', () => {
    const wrong: [string, Partial<ExplainCall>, RegExp][] = [
      [
        'an unknown method',
        { method: 'integrated_gradient' },
        /no explanation method .*Did you mean "integrated_gradients"\?/,
      ],
      ['an unknown class', { target: 'tulipp' }, /no class "tulipp"\. Did you mean "tulip"\?/],
      ['a class index too high', { target: 2 }, /no class "2".*"rose" or "tulip"/],
      ['a row out of range', { row: 4000 }, /no row 4000\. Rows count from 0; the last one is 39/],
      ['a row that is no whole number', { row: 1.5 }, /no row 1\.5/],
      ['no row', { row: undefined }, /say which row/],
      ['an unknown option', { options: { step: 3 } }, /has no option "step"\. Did you mean "steps"\?/],
      [
        'a wrong option',
        { options: { steps: 1 } },
        /Option "steps" of integrated_gradients: found 1, expected/,
      ],
      [
        'a rule that does not exist',
        { options: { rule: 'simpson' } },
        /"gausslegendre", .* or "riemann_trapezoid"/,
      ],
      ['a text where a number belongs', { options: { steps: 'many' } }, /found "many", expected/],
      ['Grad-CAM without a convolution', { method: 'grad_cam' }, /draws a map over an image/],
      [
        'a stride that leaves holes',
        { method: 'occlusion', options: { window: 1, stride: 2 } },
        /stride 2 is larger/,
      ],
      ['too few samples', { method: 'kernel_shap', options: { samples: 2 } }, /expected/],
      [
        'a metric for numbers',
        { method: 'permutation_importance', options: { metric: 'r2' } },
        /"r2" is not for a target of classes/,
      ],
      [
        'an empty split',
        { method: 'permutation_importance', options: { split: 'valid' } },
        /valid split of memory has 0/,
      ],
      [
        'an unknown column',
        { method: 'partial_dependence', options: { column: 'lenght' } },
        /Did you mean "length"\?/,
      ],
      ['no data', { dataset: undefined }, /give it an input or a data set/],
      ['no data to permute', { dataset: undefined, method: 'permutation_importance' }, /needs a data set/],
    ];
    for (const [what, more, message] of wrong) {
      it(what, async () => {
        await assert.rejects(explain(call(more)), error => {
          assert.ok(error instanceof VitrineError, String(error));
          assert.equal(error.code, 'bad-request');
          assert.match(error.message, message);
          return true;
        });
      });
    }

    it('a column that never changes', async () => {
      const inputs = Array.from({ length: 20 }, (_, i) => [i / 10, 0.5]);
      const dataset = memoryData({ inputs, targets: inputs.map(x => x[0]!) });
      const net = network([2], [{ op: 'Linear', weight: tensor([1, 2], [1, 1]), bias: tensor([1], [-0.5]) }]);
      const constant = { engine, ...net, dataset };
      await assert.rejects(
        explain({ ...constant, method: 'partial_dependence', options: { column: 'f1' } }),
        /column "f1" has the same value in all training rows/,
      );
      const e = await explain({ ...constant, method: 'permutation_importance' });
      assert.equal(e.attribution.values[1], 0);
      assert.equal(e.attribution.spread![1], 0);
      const lime = await explain({ ...constant, method: 'lime', row: 3 });
      assert.ok(lime.attribution.values.every(Number.isFinite));
    });

    it('a model that has diverged', async () => {
      const { weights } = flowers();
      const broken: Tensors = Object.fromEntries(
        Object.entries(weights).map(([name, t]) => [
          name,
          tensor(
            t.shape,
            t.data.map(() => Number.NaN),
          ),
        ]),
      );
      for (const { id } of methods.filter(suiting)) {
        await assert.rejects(
          explain(call({ weights: broken, method: id })),
          error => error instanceof VitrineError && error.code === 'diverged',
          id,
        );
      }
    });

    it('an input that does not fit the model', async () => {
      await assert.rejects(
        explain(call({ input: tensor([1, 7], new Float32Array(7)), dataset: undefined })),
        error => error instanceof VitrineError && error.code === 'shape-mismatch',
      );
    });
  });

  it('stops between batches when cancelled', async () => {
    for (const { id } of methods.filter(suiting)) {
      const stop = new AbortController();
      let asked = 0;
      const pool: Engine = {
        ...engine,
        async evaluator(model, request) {
          const made = await engine.evaluator(model, request);
          return {
            ...made,
            backend: made.backend,
            load: w => made.load(w),
            dispose: () => made.dispose(),
            run: async (f, o) => {
              // The second batch is the last one that may run.
              if (++asked === 2) stop.abort();
              return made.run(f, o);
            },
          };
        },
      };
      const error = await explain(call({ method: id, engine: pool, signal: stop.signal })).then(
        () => undefined,
        e => e,
      );
      // Some are done after one batch of so few rows.
      if (asked >= 2) assert.ok(error instanceof VitrineError && error.code === 'cancelled', id);
      else assert.equal(error, undefined, id);
      assert.ok(asked <= 2, id);
    }
  });
});

describe('EvaluatorPool', () => {
  it('runs each asker with its own weights', async () => {
    const { model, weights } = network(
      [2],
      [{ op: 'Linear', weight: tensor([1, 2], [1, 2]), bias: tensor([1], [0]) }],
    );
    const other = { ...weights, '0.weight': tensor([1, 2], [10, 20]) };
    const pool = new EvaluatorPool(engine);
    const a = await pool.evaluator(model, { bindings: { N: 1 }, weights });
    const b = await pool.evaluator(model, { bindings: { N: 1 }, weights: other });
    const of = async (e: typeof a) =>
      (await e.run({ x: tensor([1, 2], [1, 1]) })).values[model.outputs[0]!]!.data[0];
    assert.deepEqual([await of(a), await of(b), await of(a)], [3, 30, 3]);
    await pool.dispose();
  });
});
