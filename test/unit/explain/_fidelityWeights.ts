/** Against PyTorch: weights with fewer bits and without the smallest, and what the model then answers. */
import type { Engine } from '../../../src/engine/engine';
import { askedOf } from '../../../src/explain/compression/answers';
import type { ExplanationRequest } from '../../../src/explain/method';
import { withBits } from '../../../src/explain/methods/weight_precision';
import { pruning } from '../../../src/explain/methods/weight_pruning';
import { rowsOf } from '../../../src/explain/surrogate';
import type { Tensors } from '../../../src/model/graph';
import { quantisable } from '../../../src/model/quantise';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_weights.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { memoryData, network } from './_nets';

const torch = 'PyTorch 2.5.1';

export async function measureWeights(engine: Engine, { exact }: Pick<Notes, 'exact'>): Promise<void> {
  const p = base.permutation_importance;
  const inputs = rowsOf(Float32Array.from(p.inputs), 6).map(r => Array.from(r));
  const request: ExplanationRequest = {
    engine,
    ...network([6], layersOf(base.mlp.layers)),
    dataset: memoryData({ inputs, targets: p.labels, classes: ['a', 'b', 'c'], test: 0 }),
    loss: { name: 'cross_entropy' },
  };
  const names = quantisable(request.model);
  const asked = await askedOf(request, { split: 'train', rows: inputs.length });
  const check = async (
    id: string,
    altered: Tensors,
    told: { weights: number[][]; same: number; accuracy: number },
  ) => {
    for (const [i, name] of names.entries()) exact(id, torch, altered[name]!.data, told.weights[i]!);
    const { same, score } = await asked.ask({ ...request.weights, ...altered });
    exact(id, torch, [same, score!], [told.same, told.accuracy]);
  };
  for (const { bits, ...told } of reference.precision)
    await check('weight_precision', withBits(request, names, bits), told);
  for (const { amount, ...told } of reference.pruning)
    await check('weight_pruning', pruning(request, names)(amount), told);
}
