/** Against Zennit: composites of relevance rules, and batch normalisations merged into the layers before them. */
import type { Engine } from '../../../src/engine/engine';
import { method as lrp } from '../../../src/explain/methods/lrp';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_composites.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { network, tensor } from './_nets';

export async function measureComposites(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const { low, high } = reference;
  for (const which of ['mlp', 'cnn', 'normed'] as const) {
    const shape = which === 'mlp' ? [6] : [2, 8, 8];
    const given = base[which === 'mlp' ? 'mlp' : 'cnn'];
    const layers = which === 'normed' ? reference.normed.layers : given.layers;
    const net = network(shape, layersOf(layers));
    for (const [i, c] of reference[which].cases.entries()) {
      const { input, target } = given.cases[i]!;
      const request = { engine, ...net, target, input: tensor([1, ...shape], input) };
      for (const [how, rules] of Object.entries(c as Record<string, Record<string, number[]>>)) {
        for (const [rule, theirs] of Object.entries(rules)) {
          const options = { rule, mergeNorms: how === 'merged', ...(rule.endsWith('box') && { low, high }) };
          exact('lrp', 'Zennit 0.5.1', (await lrp.explain(request, options)).values.data, theirs);
        }
      }
    }
  }
}
