/** Against Captum: layers and single units. */
import type { Engine } from '../../../src/engine/engine';
import { lookOnce } from '../../../src/explain/layers/inside';
import { neuronOf, neuronSubject } from '../../../src/explain/layers/neuron';
import type { ExplanationRequest } from '../../../src/explain/method';
import { deepLift } from '../../../src/explain/methods/deep_lift';
import { featurePermutation } from '../../../src/explain/methods/feature_permutation';
import { gradientShap } from '../../../src/explain/methods/gradient_shap';
import { internalInfluence } from '../../../src/explain/methods/internal_influence';
import { layerDeepLift } from '../../../src/explain/methods/layer_deep_lift';
import { layerGradientShap } from '../../../src/explain/methods/layer_gradient_shap';
import { compositeOf, layerwiseRelevance } from '../../../src/explain/methods/lrp';
import { neuronConductance } from '../../../src/explain/methods/neuron_conductance';
import { neuronGradient } from '../../../src/explain/methods/neuron_gradient';
import { neuronIntegratedGradients } from '../../../src/explain/methods/neuron_integrated_gradients';
import type { Unit } from '../../../src/explain/perturbation/units';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_layers.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { network, tensor } from './_nets';

const captum = 'Captum 0.9.0';

export async function measureLayers(engine: Engine, { exact, sampled }: Notes): Promise<void> {
  for (const which of ['mlp', 'cnn'] as const) {
    const shape = which === 'mlp' ? [6] : [2, 8, 8];
    const c = reference[which];
    const { input, baseline, target } = base[which].cases[0]!;
    const request: ExplanationRequest = {
      engine,
      ...network(shape, layersOf(base[which].layers)),
      target,
      input: tensor([1, ...shape], input),
    };
    const start = Float32Array.from(baseline);
    const layer = `v${c.layer}`;
    const { values, gradients } = await lookOnce(request, { fetch: [layer], gradients: [layer] });
    exact('layer_activation', captum, values[layer]!, c.activation);
    const both = values[layer]!.map((v, i) => v * gradients[layer]![i]!);
    exact('layer_gradient_x_activation', captum, both, c.gradient_x_activation);
    exact(
      'internal_influence',
      captum,
      await internalInfluence(request, layer, start, c.steps),
      c.internal_influence,
    );
    const neuron = await neuronOf(request, String(c.layer), c.unit);
    exact('neuron_gradient', captum, await neuronGradient(request, neuron), c.neuron_gradient);
    for (const through of ['guided', 'deconvolution'] as const)
      exact(
        'neuron_gradient',
        captum,
        await neuronGradient(request, neuron, through),
        through === 'guided' ? c.neuron_guided : c.neuron_deconvolution,
      );
    const lifted = await deepLift(neuronSubject(request, neuron), start);
    exact('neuron_deep_lift', captum, lifted.values.data, c.neuron_deep_lift);
    exact(
      'layer_deep_lift',
      captum,
      (await layerDeepLift(request, layer, start)).values.data,
      c.layer_deep_lift,
    );
    const given = base[which].cases[0]!.gradient_shap;
    const background = Float32Array.from(given.background);
    const shap = { samples: 4000, deviation: given.stdev, seed: 0 };
    sampled(
      'layer_gradient_shap',
      captum,
      await layerGradientShap(request, layer, background, shap),
      c.layer_gradient_shap,
    );
    sampled(
      'neuron_gradient_shap',
      captum,
      await gradientShap(neuronSubject(request, neuron), background, { ...shap, shape }),
      c.neuron_gradient_shap,
    );
    const epsilon = compositeOf({ rule: 'epsilon', epsilon: 1e-9 });
    exact('layer_lrp', captum, (await layerwiseRelevance(request, epsilon, layer)).values.data, c.layer_lrp);
    const each = Array.from({ length: input.length }, (_, i): Unit => ({ indices: Int32Array.of(i) }));
    exact(
      'feature_permutation',
      captum,
      (await featurePermutation(request, background, each)).values.data,
      c.feature_permutation,
    );
    const integrated = await neuronIntegratedGradients(request, neuron, start, c.steps);
    exact('neuron_integrated_gradients', captum, integrated.values.data, c.neuron_integrated_gradients);
    if ('neuron_conductance' in c)
      exact(
        'neuron_conductance',
        captum,
        (await neuronConductance(request, neuron, start, c.steps)).values.data,
        c.neuron_conductance,
      );
  }
}
