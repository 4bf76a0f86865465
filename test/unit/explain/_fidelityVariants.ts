/** Against Captum and SHAP: noise tunnels over many methods, with the same noise; KernelSHAP over superpixels. */
import type { Engine } from '../../../src/engine/engine';
import type { ExplanationRequest } from '../../../src/explain/method';
import { kernelShap } from '../../../src/explain/methods/kernel_shap';
import { noiseTunnel } from '../../../src/explain/methods/noise_tunnel';
import { unitsFromLabels } from '../../../src/explain/superpixels/superpixels';
import base from '../../reference/explain.json';
import lime from '../../reference/explain_lime.json';
import reference from '../../reference/explain_variants.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { network, tensor } from './_nets';

export async function measureVariants(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  for (const which of ['mlp', 'cnn'] as const) {
    const shape = which === 'mlp' ? [6] : [2, 8, 8];
    const [given] = base[which].cases;
    const request: ExplanationRequest = {
      engine,
      ...network(shape, layersOf(base[which].layers)),
      target: given!.target,
      input: tensor([1, ...shape], given!.input),
    };
    const { noise, copies, found } = reference[which];
    for (const [of, statistics] of Object.entries(found))
      for (const [statistic, theirs] of Object.entries(statistics)) {
        let next = 0;
        const ours = await noiseTunnel(request, of, {
          statistic: statistic as 'vargrad',
          samples: copies,
          noise: () => noise[next++]!,
        });
        exact('noise_tunnel', 'Captum 0.9.0', ours.values.data, theirs);
      }
  }

  const { picture } = lime;
  const shape = [3, 12, 16];
  const units = unitsFromLabels(
    picture.labels.map(l => Math.floor(l / 2)),
    shape,
  );
  const { values } = await kernelShap(
    {
      engine,
      ...network(shape, layersOf(picture.layers)),
      target: picture.target,
      input: tensor([1, ...shape], picture.image),
    },
    new Float32Array(3 * 12 * 16),
    units,
    { samples: 2 ** units.length, seed: 0 },
  );
  // A superpixel's value stands, divided, at each of its entries.
  const perPart = units.map(({ indices }) => values.data[indices[0]!]! * indices.length);
  exact('kernel_shap', 'SHAP 0.51.0', perPart, reference.kernel_shap_superpixels.values);
}
