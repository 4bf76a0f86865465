/** Against Captum, Zennit, SHAP and pytorch-grad-cam: what sends rules backwards, activation maps, layers, trust. */
import type { Engine } from '../../../src/engine/engine';
import { featureMaps } from '../../../src/explain/classActivation';
import type { Attribution, ExplanationRequest } from '../../../src/explain/method';
import { method as deconvolution } from '../../../src/explain/methods/deconvolution';
import { deepLift } from '../../../src/explain/methods/deep_lift';
import { eigenCam } from '../../../src/explain/methods/eigen_cam';
import { expectedGradients } from '../../../src/explain/methods/expected_gradients';
import { convolution } from '../../../src/explain/methods/grad_cam';
import { gradCamPlusPlus } from '../../../src/explain/methods/grad_cam_plus_plus';
import { method as guidedBackprop } from '../../../src/explain/methods/guided_backprop';
import { guidedGradCam } from '../../../src/explain/methods/guided_grad_cam';
import { layerCam } from '../../../src/explain/methods/layer_cam';
import { layerConductance } from '../../../src/explain/methods/layer_conductance';
import { layerIntegratedGradients } from '../../../src/explain/methods/layer_integrated_gradients';
import { method as linearShap } from '../../../src/explain/methods/linear_shap';
import { method as lrp } from '../../../src/explain/methods/lrp';
import { method as noiseTunnel } from '../../../src/explain/methods/noise_tunnel';
import { scoreCam } from '../../../src/explain/methods/score_cam';
import { withProbe } from '../../../src/explain/probe';
import { infidelity } from '../../../src/explain/trust/infidelity';
import { gini } from '../../../src/explain/trust/sparseness';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_propagation.json';
import { layersOf } from './_layers';
import { memoryData, network, tensor } from './_nets';

export interface SampledCase {
  values: number[];
  deviation: number[];
  samples: number;
}

/** Where differences are noted; see _fidelity.ts. */
export interface Notes {
  exact(id: string, authority: string, ours: ArrayLike<number>, theirs: readonly number[]): void;
  sampled(id: string, authority: string, ours: Attribution, theirs: SampledCase): void;
}

const captum = 'Captum 0.9.0';
const both = 'Captum 0.9.0; SHAP 0.51.0 behind pooling';
const cams = 'pytorch-grad-cam 1.5.4';

export async function measurePropagation(engine: Engine, { exact, sampled }: Notes): Promise<void> {
  for (const which of ['mlp', 'cnn'] as const) {
    const sampleShape = which === 'mlp' ? [6] : [2, 8, 8];
    const net = network(sampleShape, layersOf(base[which].layers));
    for (const [i, c] of [...reference[which]].entries()) {
      const { input, target, baseline } = base[which].cases[i]!;
      const request: ExplanationRequest = {
        engine,
        ...net,
        target,
        input: tensor([1, ...sampleShape], input),
      };
      const start = Float32Array.from(baseline);
      const of = async (r: Promise<Attribution>) => (await r).values.data;
      exact('guided_backprop', captum, await of(guidedBackprop.explain(request, {})), c.guided_backprop);
      exact('deconvolution', captum, await of(deconvolution.explain(request, {})), c.deconvolution);
      const lift = await deepLift(request, start);
      exact('deep_lift', both, lift.values.data, c.deep_lift.values);
      exact('deep_lift', both, [lift.facts!['convergenceDelta']!], [c.deep_lift.delta]);
      const background = Float32Array.from(c.background);
      exact('deep_lift_shap', both, await of(deepLift(request, background)), c.deep_lift_shap);
      for (const [name, theirs] of Object.entries(c.lrp)) {
        const [rule, epsilon] = name === 'epsilon_0.5' ? ['epsilon', 0.5] : [name, 1e-6];
        exact('lrp', 'Zennit 0.5.1', await of(lrp.explain(request, { rule, epsilon })), theirs);
      }
      for (const [statistic, theirs] of Object.entries(c.noise_tunnel)) {
        const ours = await noiseTunnel.explain(request, { statistic, samples: 800 });
        sampled('noise_tunnel', captum, ours, theirs);
      }
      const expected = await expectedGradients(request, background, { samples: 4000, seed: 0 });
      sampled('expected_gradients', 'SHAP 0.51.0', expected, c.expected_gradients);
      const layer = `v${c.layer}`;
      const { steps, values } = c.layer_conductance;
      exact('layer_conductance', captum, await of(layerConductance(request, layer, start, steps)), values);
      exact(
        'layer_integrated_gradients',
        captum,
        await of(layerIntegratedGradients(request, { id: layer, name: layer }, start, 25)),
        c.layer_integrated_gradients,
      );
      const { perturbations, attribution, value, normalized } = c.infidelity;
      const lost = await withProbe(request, sampleShape, { rows: 13 }, async probe => {
        const scores = await probe.scores(13, (row, into) => {
          for (let k = 0; k < into.length; k++)
            into[k] = input[k]! - (row > 0 ? perturbations[(row - 1) * into.length + k]! : 0);
        });
        return scores.slice(1).map(v => scores[0]! - v);
      });
      const told = lost.map((_, r) =>
        attribution.reduce((s, v, k) => s + v * perturbations[r * attribution.length + k]!, 0),
      );
      exact('infidelity', captum, [infidelity(told, lost)], [value]);
      // Captum leaves the best scale's result in the units of the losses.
      const size = lost.reduce((s, v) => s + v * v, 0) / lost.length;
      exact('infidelity', captum, [infidelity(told, lost, true) * size], [normalized]);
      if (isPictureCase(c)) {
        exact('guided_grad_cam', captum, await of(guidedGradCam(request, '')), c.guided_grad_cam);
        const maps = await featureMaps(request, convolution(net.model, '').outputs[0]!);
        exact('grad_cam_plus_plus', cams, gradCamPlusPlus(maps), c.grad_cam_plus_plus);
        exact('layer_cam', cams, layerCam(maps), c.layer_cam);
        exact('score_cam', cams, await scoreCam(request, maps), c.score_cam);
        // The sign of a component is nobody's: ours is where the maps are brighter.
        const ours = eigenCam(maps);
        const cut = [1, -1].map(s => c.eigen_cam.map(v => Math.max(0, s * v)));
        const off = cut.map(t => t.reduce((worst, v, k) => Math.max(worst, Math.abs(v - ours[k]!)), 0));
        exact('eigen_cam', cams, ours, off[0]! < off[1]! ? cut[0]! : cut[1]!);
      }
    }
  }
  exact('sparseness', 'Quantus 0.6.0', [gini(reference.gini.values)], [reference.gini.value]);
  const l = reference.linear_shap;
  const net = network([6], [{ op: 'Linear', weight: tensor([3, 6], l.weight), bias: tensor([3], l.bias) }]);
  const rows = Array.from({ length: 40 }, (_, r) => l.rows.slice(6 * r, 6 * r + 6));
  const dataset = memoryData({ inputs: rows, targets: rows.map(() => 0), test: 0 });
  const request = { engine, ...net, dataset, target: l.target, input: tensor([1, 6], l.input) };
  exact('linear_shap', 'SHAP 0.51.0', (await linearShap.explain(request, {})).values.data, l.values);
}

type PictureCase = Record<
  'guided_grad_cam' | 'grad_cam_plus_plus' | 'layer_cam' | 'score_cam' | 'eigen_cam',
  number[]
>;

function isPictureCase(c: object): c is PictureCase {
  return 'grad_cam_plus_plus' in c;
}
