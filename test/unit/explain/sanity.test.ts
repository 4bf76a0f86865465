/** Over all methods: what is planted is found by what was trained, and what has learned nothing is never trusted. */
import assert from 'node:assert/strict';
import { explain } from '../../../src/explain/explain';
import { randomisedWeights } from '../../../src/explain/randomWeights';
import { methods } from '../../../src/explain/registry';
import { engine } from './_engine';
import { pictureWorld, tableWorld, textWorld, type World } from './_worlds';

const loss = { name: 'cross_entropy' } as const;

/** Fewer samples than by default where a method draws many: the sweep is about what is found, not how exactly. */
const lean: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  kernel_shap: { samples: 200 },
  shapley_value_sampling: { permutations: 20 },
  lime: { samples: 200 },
  local_additive: { samples: 300 },
  local_linear: { samples: 300 },
  local_rules: { samples: 300 },
  local_tree: { samples: 300 },
  noise_tunnel: { samples: 20 },
  smooth_grad: { samples: 20 },
  expected_gradients: { samples: 60 },
  gradient_shap: { samples: 60 },
  feature_permutation: { background: 10 },
  shap_summary: { rows: 10, samples: 64 },
  activation_maximisation: { steps: 10 },
  embedding_map: { rows: 40 },
  concept_activation: { runs: 4 },
};

for (const make of [tableWorld, pictureWorld, textWorld]) {
  describe(`every method, of a ${make.name.replace('World', '')}`, () => {
    let world: World;
    before(async function () {
      this.timeout(120_000);
      world = await make();
    });

    it('finds what is planted', async () => {
      const { model, weights, dataset, row, planted } = world;
      const { input } = dataset.batch([row]);
      const size = dataset.sampleShape.reduce((a, b) => a * b, 1);
      let tried = 0;
      for (const method of methods) {
        // Cautions say in the documentation what a method is known to miss.
        if (method.scope !== 'prediction' || method.of || method.caution) continue;
        if (method.suits?.(model, dataset)) continue;
        const request = { engine, model, weights, dataset, loss, target: 1, input };
        const { values, figures } = await method.explain(request, lean[method.id] ?? {});
        if (values.data.length !== size || (figures && figures[0]?.kind !== 'input')) continue;
        const mean = (inside: boolean) => {
          const chosen = Array.from(values.data, Math.abs).filter((_, i) => planted.has(i) === inside);
          return chosen.reduce((a, b) => a + b, 0) / chosen.length;
        };
        assert.ok(mean(true) > 2 * mean(false), `${method.id}: ${mean(true)} inside, ${mean(false)} outside`);
        tried++;
      }
      assert.ok(tried >= 10, `only ${tried} methods`);
    }).timeout(120_000);

    it('is not trusted when the weights are random', async () => {
      const { model, dataset, row } = world;
      const weights = randomisedWeights(model, world.weights, 3);
      for (const method of methods) {
        if (method.suits?.(model, dataset)) continue;
        const e = await explain({
          engine,
          model,
          weights,
          dataset,
          loss,
          method: method.id,
          options: lean[method.id] ?? {},
          ...(method.scope === 'prediction' && { row }),
        });
        assert.equal(e.trust.verdict, 'poor', `${method.id}: ${e.trust.score}`);
        assert.match(e.text, /poor/, method.id);
      }
    }).timeout(240_000);
  });
}
