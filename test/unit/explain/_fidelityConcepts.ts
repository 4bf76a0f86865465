/** Against Captum, scikit-learn and SciPy: concepts, influence, errors and maps. */
import type { Engine } from '../../../src/engine/engine';
import { predict } from '../../../src/explain/answers/predict';
import { calibrationOf } from '../../../src/explain/fairness/calibration';
import { layerValues } from '../../../src/explain/layers/layerValues';
import type { ExplanationRequest } from '../../../src/explain/method';
import { ascend } from '../../../src/explain/methods/activation_maximisation';
import { conceptVector, sensitivities, tcavScore } from '../../../src/explain/methods/concept_activation';
import { classRates, confusionMatrix } from '../../../src/explain/methods/confusion';
import { umap } from '../../../src/explain/methods/embedding_map';
import { compare } from '../../../src/explain/methods/error_slices';
import { influences } from '../../../src/explain/methods/training_influence';
import { principalComponents } from '../../../src/explain/numerics/principalComponents';
import { falseDiscovery, momentsOf, welch } from '../../../src/explain/numerics/significance';
import { rowsOf } from '../../../src/explain/surrogate';
import { trustworthiness } from '../../../src/explain/trust/neighbourhood';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_concepts.json';
import models from '../../reference/explain_model.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { memoryData, network, tensor } from './_nets';

const captum = 'Captum 0.9.0';
const sklearn = 'scikit-learn 1.9.1';

export async function measureConcepts(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const p = base.permutation_importance;
  const rows = rowsOf(Float32Array.from(p.inputs), 6);
  const dataset = memoryData({
    inputs: rows.map(r => Array.from(r)),
    targets: p.labels,
    classes: ['a', 'b', 'c'],
  });
  const request: ExplanationRequest = {
    engine,
    ...network([6], layersOf(base.mlp.layers)),
    dataset,
    loss: { name: 'cross_entropy' },
  };
  const input = (which: readonly number[]) =>
    tensor(
      [which.length, 6],
      which.flatMap(r => Array.from(rows[r]!)),
    );
  const all = input([...rows.keys()]);

  const predictions = await predict({ ...request, input: all });
  const found = predictions.map(q => q.index);
  const c = reference.confusion;
  exact('confusion', sklearn, found, c.predicted);
  const matrix = confusionMatrix(p.labels, found, 3);
  exact('confusion', sklearn, matrix, c.matrix);
  const rates = classRates(matrix, 3);
  for (const key of ['precision', 'recall', 'f1', 'support'] as const)
    exact(
      'confusion',
      sklearn,
      rates.map(r => r[key]),
      c[key],
    );

  const k = reference.calibration;
  const sure = predictions.map(q => q.probabilities![q.index]!);
  const right = predictions.map((q, r) => Number(q.index === p.labels[r]));
  const curve = calibrationOf(right, sure, undefined, k.bins)!;
  exact(
    'calibration',
    sklearn,
    curve.bins.map(b => b.observed),
    k.observed,
  );
  exact(
    'calibration',
    sklearn,
    curve.bins.map(b => b.predicted),
    k.predicted,
  );
  exact('calibration', sklearn, [curve.expected_calibration_error], [k.error]);

  const s = reference.slices;
  const losses = Float64Array.from(s.losses);
  for (const { rows: inside, p: theirs, two_sided, effect } of s.cases) {
    const own = compare(losses, Int32Array.from(inside));
    exact('error_slices', 'SciPy 1.17', [own.p, own.effect], [theirs, effect]);
    const rest = losses.filter((_, r) => !inside.includes(r));
    const { p: both } = welch(momentsOf(inside.map(r => losses[r]!)), momentsOf(rest), 'two-sided');
    exact('error_slices', 'SciPy 1.17', [both], [two_sided]);
  }
  exact('error_slices', 'SciPy 1.17', falseDiscovery(s.discovery.p), s.discovery.q);

  for (const t of reference.tcav) {
    const layer = `v${t.layer}`;
    const [own, other] = [
      await layerValues(request, layer, input(t.own)),
      await layerValues(request, layer, input(t.other)),
    ];
    const { vector } = conceptVector(own, other, 'classifier');
    exact('concept_activation', captum, vector, t.vector);
    const gradients = await sensitivities({ ...request, target: t.target }, layer, input(t.examples));
    exact('concept_activation', captum, [tcavScore(gradients, vector)], [t.score]);
  }

  const i = reference.tracin;
  const states = i.states.map(({ rate, weights }) => ({
    rate,
    weights: Object.fromEntries(
      Object.entries(weights).map(([name, values]) => [
        name,
        { shape: request.weights[name]!.shape, data: Float32Array.from(values) },
      ]),
    ),
  }));
  for (const [t, truth] of i.truth.entries()) {
    const sample = { data: Float32Array.from(i.test.slice(6 * t, 6 * t + 6)), truth };
    const subject = { ...request, input: { shape: [1, 6], data: sample.data } };
    const { total } = await influences(subject, states, sample, {
      input: all,
      truth: Float64Array.from(p.labels),
    });
    exact('training_influence', captum, total, i.influence[t]!);
  }

  const a = models.ascent;
  const regressor = { engine, ...network([6], layersOf(p.regressor)) };
  const { steps, length, pull } = a;
  const made = await ascend(regressor, Float32Array.from(a.start), [6], { steps, length, pull });
  exact('activation_maximisation', 'PyTorch 2.5.1', made.values.data, a.values);
  exact('activation_maximisation', 'PyTorch 2.5.1', [made.facts!['output']!], [a.output]);

  const e = models.embedding;
  const hidden = await layerValues(regressor, 'v1', all);
  exact(
    'embedding_map',
    sklearn,
    hidden.flatMap(r => Array.from(r)),
    e.hidden,
  );
  const pca = principalComponents(hidden, 2);
  exact(
    'embedding_map',
    sklearn,
    pca.scores.flatMap(x => Array.from(x)),
    e.points,
  );
  exact('embedding_map', sklearn, [trustworthiness(hidden, pca.scores, 5)], [e.trustworthiness]);
  const u = reference.umap;
  const wide = rowsOf(u.rows, u.width);
  const map = await umap(wide, { neighbours: 15, distance: 0.1, seed: 0 });
  // Another UMAP draws another map: it is held to keeping neighbours as well as umap-learn's, within 0.02.
  const kept = trustworthiness(wide, map, 5);
  if (kept < u.trustworthiness - 0.02)
    throw new Error(`UMAP keeps ${kept} of the neighbours, umap-learn ${u.trustworthiness}`);
}
