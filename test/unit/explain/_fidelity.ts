/** How far our attributions are from the authorities', by method: what the tests assert and docs/methods.md tells. */
import type { Engine } from '../../../src/engine/engine';
import type { Attribution, ExplanationRequest } from '../../../src/explain/method';
import { featureAblation } from '../../../src/explain/methods/feature_ablation';
import { convolution, gradCam } from '../../../src/explain/methods/grad_cam';
import { gradientShap } from '../../../src/explain/methods/gradient_shap';
import { method as inputXGradient } from '../../../src/explain/methods/input_x_gradient';
import { integratedGradients } from '../../../src/explain/methods/integrated_gradients';
import { kernelShap } from '../../../src/explain/methods/kernel_shap';
import { localLinearModel } from '../../../src/explain/methods/lime';
import { occlusion } from '../../../src/explain/methods/occlusion';
import { numberGrid, partialDependence } from '../../../src/explain/methods/partial_dependence';
import { permutationImportance } from '../../../src/explain/methods/permutation_importance';
import { method as saliency } from '../../../src/explain/methods/saliency';
import { shapleyValueSampling } from '../../../src/explain/methods/shapley_value_sampling';
import { shapleyValues } from '../../../src/explain/methods/shapley_values';
import { method as smoothGrad } from '../../../src/explain/methods/smooth_grad';
import { resizeBilinear } from '../../../src/explain/numerics/bilinear';
import { type QuadratureRule, quadratureRules } from '../../../src/explain/numerics/quadrature';
import { type Unit, unitsOf } from '../../../src/explain/perturbation/units';
import { withProbe } from '../../../src/explain/probe';
import { maxSensitivity } from '../../../src/explain/trust/max_sensitivity';
import reference from '../../reference/explain.json';
import { measureComposites } from './_fidelityComposites';
import { measureConcepts } from './_fidelityConcepts';
import { measureLayers } from './_fidelityLayers';
import { measureLime } from './_fidelityLime';
import { measureModels } from './_fidelityModel';
import { measurePropagation, type SampledCase } from './_fidelityPropagation';
import { measureSequences } from './_fidelitySequences';
import { measureSpoken } from './_fidelitySpoken';
import { measureTransformers } from './_fidelityTransformers';
import { measureVariants } from './_fidelityVariants';
import { measureWeights } from './_fidelityWeights';
import { layersOf } from './_layers';
import { memoryData, network, tensor } from './_nets';

export interface Fidelity {
  id: string;
  authority: string;
  /**
   * Largest absolute difference. For methods that sample, the root mean square of the differences in standard errors:
   * about 1 when only chance is at work.
   */
  error: number;
  unit: 'absolute' | 'standard errors';
  /** Values within three standard errors (chance leaves 0.3 % outside); all, where nothing is sampled. */
  within: number;
  /** Values compared. */
  values: number;
}

export async function measureFidelity(engine: Engine): Promise<Fidelity[]> {
  const found = new Map<string, Fidelity>();
  const note = (id: string, authority: string, unit: Fidelity['unit'], differences: readonly number[]) => {
    // A method may be held to exact values and to sampled ones.
    const key = `${id} ${unit}`;
    const old = found.get(key) ?? { id, authority, unit, error: 0, within: 0, values: 0 };
    if (differences.some(d => !Number.isFinite(d))) throw new Error(`${id}: a difference is not finite`);
    const values = old.values + differences.length;
    const squares = differences.reduce((sum, d) => sum + d * d, old.error ** 2 * old.values);
    found.set(key, {
      ...old,
      error: unit === 'absolute' ? Math.max(old.error, ...differences) : Math.sqrt(squares / values),
      within: old.within + differences.filter(d => unit === 'absolute' || d <= 3).length,
      values,
    });
  };
  const exact = (id: string, authority: string, ours: ArrayLike<number>, theirs: readonly number[]) => {
    if (ours.length !== theirs.length)
      throw new Error(`${id}: ${ours.length} values against ${theirs.length}`);
    note(
      id,
      authority,
      'absolute',
      theirs.map((v, i) => Math.abs(ours[i]! - v)),
    );
  };
  /** Both sides are means over samples: their difference is held against the error of both. */
  const sampled = (id: string, authority: string, ours: Attribution, theirs: SampledCase) =>
    note(
      id,
      authority,
      'standard errors',
      theirs.values.map((v, i) => {
        const error = Math.hypot(ours.spread!.data[i]!, theirs.deviation[i]! / Math.sqrt(theirs.samples));
        const difference = Math.abs(ours.values.data[i]! - v);
        // Where nothing varies there is no error to divide by, and no difference but rounding.
        return error < 1e-9 ? difference / 1e-6 : difference / error;
      }),
    );

  for (const which of ['mlp', 'cnn'] as const) {
    const sampleShape = which === 'mlp' ? [6] : [2, 8, 8];
    const { model, weights } = network(sampleShape, layersOf(reference[which].layers));
    for (const c of reference[which].cases) {
      const request: ExplanationRequest = {
        engine,
        model,
        weights,
        target: c.target,
        input: tensor([1, ...sampleShape], c.input),
      };
      const baseline = Float32Array.from(c.baseline);
      const steps = 25;
      for (const rule of quadratureRules) {
        const ours = await integratedGradients(request, baseline, { steps, rule: rule as QuadratureRule });
        const theirs = c.integrated_gradients[rule];
        // Captum's trapezoid weights sum to (n - 1)/n.
        const scale = rule === 'riemann_trapezoid' ? steps / (steps - 1) : 1;
        exact(
          'integrated_gradients',
          'Captum 0.9.0',
          ours.values.data,
          theirs.values.map(v => v * scale),
        );
        if (scale === 1)
          exact('integrated_gradients', 'Captum 0.9.0', [ours.facts!['convergenceDelta']!], [theirs.delta]);
      }
      exact('saliency', 'Captum 0.9.0', (await saliency.explain(request, {})).values.data, c.saliency);
      exact(
        'input_x_gradient',
        'Captum 0.9.0',
        (await inputXGradient.explain(request, {})).values.data,
        c.input_x_gradient,
      );
      const each = Array.from({ length: c.input.length }, (_, i): Unit => ({ indices: Int32Array.of(i) }));
      exact(
        'feature_ablation',
        'Captum 0.9.0',
        (await featureAblation(request, baseline, each)).values.data,
        c.feature_ablation,
      );
      const { window, stride, values } = c.occlusion;
      exact(
        'occlusion',
        'Captum 0.9.0',
        (await occlusion(request, baseline, window, stride)).values.data,
        values,
      );
      sampled(
        'smooth_grad',
        'Captum 0.9.0',
        await smoothGrad.explain(request, { samples: 4000, deviation: c.smooth_grad.stdev }),
        c.smooth_grad,
      );
      const { background, stdev } = c.gradient_shap;
      sampled(
        'gradient_shap',
        'Captum 0.9.0',
        await gradientShap(request, Float32Array.from(background), {
          samples: 4000,
          deviation: stdev,
          seed: 0,
          shape: sampleShape,
        }),
        c.gradient_shap,
      );
      if ('feature_ablation_patches' in c) {
        const patches = unitsOf(sampleShape, undefined, 16);
        exact(
          'feature_ablation',
          'Captum 0.9.0',
          (await featureAblation(request, baseline, patches)).values.data,
          c.feature_ablation_patches,
        );
      }
      if ('grad_cam' in c) {
        const { map, height, width } = await gradCam(request, convolution(model, ''));
        exact('grad_cam', 'Captum 0.9.0', map, c.grad_cam);
        exact('grad_cam', 'Captum 0.9.0', resizeBilinear(map, height, width, 8, 8), c.grad_cam_upsampled);
      }
      if ('shapley' in c) {
        exact(
          'shapley_values',
          'Captum 0.9.0',
          (await shapleyValues(request, baseline, each)).values.data,
          c.shapley,
        );
        const groups = [[0, 1], [2], [3, 4, 5]].map((g): Unit => ({ indices: Int32Array.from(g) }));
        const grouped = await shapleyValues(request, baseline, groups);
        // Captum gives every entry of a group the group's value; ours sum to it.
        exact(
          'shapley_values',
          'Captum 0.9.0',
          groups.flatMap(g => Array.from(g.indices, i => grouped.values.data[i]! * g.indices.length)),
          c.grouped_shapley.values,
        );
        const all = await kernelShap(request, baseline, each, { samples: 100, seed: 0 });
        exact('kernel_shap', 'SHAP 0.51.0', all.values.data, c.kernel_shap);
        const some = await shapleyValueSampling(request, baseline, each, { permutations: 2000, seed: 0 });
        sampled('shapley_value_sampling', 'Captum 0.9.0 (exact values)', some, {
          values: c.shapley,
          deviation: c.shapley.map(() => 0),
          samples: 1,
        });
      }
    }
  }

  const p = reference.permutation_importance;
  const inputs = Array.from({ length: p.rows }, (_, r) => p.inputs.slice(6 * r, 6 * r + 6));
  for (const [scorer, theirs] of Object.entries(p.results)) {
    const classes = scorer === 'accuracy' || scorer === 'neg_log_loss';
    const { model, weights } = network([6], layersOf(classes ? reference.mlp.layers : p.regressor));
    const dataset = memoryData({
      inputs,
      targets: classes ? p.labels : p.numbers,
      ...(classes && { classes: ['a', 'b', 'c'] }),
    });
    const { attribution } = await permutationImportance(
      { engine, model, weights, dataset },
      { input: Float32Array.from(p.inputs), targets: classes ? p.labels : p.numbers, sampleShape: [6] },
      unitsOf([6], dataset),
      scorer as 'accuracy',
      p.permutations.map(o => Int32Array.from(o)),
    );
    const id = 'permutation_importance';
    exact(id, 'scikit-learn 1.9.1', attribution.values.data, theirs.mean);
    exact(id, 'scikit-learn 1.9.1', attribution.spread!.data, theirs.std);
    exact(id, 'scikit-learn 1.9.1', attribution.repeats!.data, theirs.drops);
  }

  const pd = reference.partial_dependence;
  const regressor = network([6], layersOf(p.regressor));
  const table = memoryData({ inputs, targets: p.numbers });
  const column = inputs.map(row => row[pd.column]!);
  const grid = numberGrid(column, pd.grid.length);
  exact('partial_dependence', 'scikit-learn 1.9.1', grid, pd.grid);
  const curve = await partialDependence(
    { engine, ...regressor, dataset: table },
    Float32Array.from(p.inputs),
    [pd.column, pd.column + 1],
    grid.map(v => Float32Array.of(v)),
  );
  exact('partial_dependence', 'scikit-learn 1.9.1', curve.values.data, pd.average);
  exact('partial_dependence', 'scikit-learn 1.9.1', curve.repeats!.data, pd.individual);

  const l = reference.lime;
  const neighbours = l.samples.length / 6;
  const answers = await withProbe({ engine, ...regressor }, [6], { rows: 64 }, probe =>
    probe.scores(neighbours, (row, into) => into.set(l.samples.slice(6 * row, 6 * row + 6))),
  );
  const standardised = Array.from({ length: neighbours }, (_, r) =>
    Float64Array.from({ length: 6 }, (_, i) => (l.samples[6 * r + i]! - l.mean[i]!) / l.std[i]!),
  );
  const distances = standardised.map(x => Math.hypot(...x.map((v, i) => v - standardised[0]![i]!)));
  const fit = localLinearModel(standardised, answers, distances, 0.75 * Math.sqrt(6));
  exact('lime', 'lime 0.2.0.1', fit.coefficients, l.coefficients);
  exact('lime', 'lime 0.2.0.1', [fit.intercept, fit.r2], [l.intercept, l.score]);

  const s = reference.sensitivity;
  const { model, weights } = network([6], layersOf(reference.mlp.layers));
  const explain = async (sample: ArrayLike<number>) =>
    (
      await integratedGradients(
        { engine, model, weights, target: s.target, input: tensor([1, 6], sample) },
        new Float32Array(6),
        { steps: s.steps, rule: 'gausslegendre' },
      )
    ).values.data;
  const value = await maxSensitivity(
    await explain(s.input),
    s.perturbed.map(v => Float32Array.from(v)),
    explain,
  );
  exact('max_sensitivity', 'Captum 0.9.0', [value], [s.value]);
  await measureComposites(engine, { exact });
  await measurePropagation(engine, { exact, sampled });
  await measureModels(engine, { exact, sampled });
  await measureTransformers(engine, { exact });
  await measureSequences(engine, { exact });
  await measureSpoken(engine, { exact });
  await measureConcepts(engine, { exact });
  await measureLayers(engine, { exact, sampled });
  await measureLime(engine, { sampled });
  await measureVariants(engine, { exact });
  await measureWeights(engine, { exact });
  return [...found.values()];
}
