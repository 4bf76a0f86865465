/**
 * Relevance depends on how a network is written. Batch normalisation behind a convolution or a dense layer is a part of
 * that layer: merged into its weights, it takes no share of its own (Montavon et al. 2019; Zennit's canonizers).
 */
import type { Model, Node, Parameter, Tensor, Tensors } from '../../model/graph';

interface Merge {
  layer: Node;
  norm: Node;
  weight: string;
  bias: string;
}

interface Canonised {
  model: Model;
  merges: readonly Merge[];
}

const canonised = new WeakMap<Model, Canonised>();

/** The model with its batch normalisations merged into the layers before them, and the weights that it takes. */
export function canonise(model: Model, weights: Tensors): { model: Model; weights: Tensors } {
  const known = canonised.get(model) ?? mergeNorms(model);
  canonised.set(model, known);
  if (known.merges.length === 0) return { model, weights };
  const merged: Tensors = { ...weights };
  for (const merge of known.merges) {
    const { weight, bias } = mergedWeights(merge, weights);
    merged[merge.weight] = weight;
    merged[merge.bias] = bias;
  }
  return { model: known.model, weights: merged };
}

/** Where a layer's value is in the canonised model: behind the normalisation that was merged into it, if one was. */
export function normalised(model: Model, id: string): string {
  const { merges } = canonised.get(model) ?? mergeNorms(model);
  return merges.find(m => m.layer.outputs[0] === id)?.norm.outputs[0] ?? id;
}

function mergeNorms(model: Model): Canonised {
  const parameters = new Map(model.parameters.map(p => [p.name, p]));
  const readers = new Map<string, Node[]>();
  for (const node of model.nodes)
    for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node]);
  const merges: Merge[] = [];
  for (const layer of model.nodes) {
    const out = layer.outputs[0]!;
    const [norm, ...others] = readers.get(out) ?? [];
    if (norm?.op !== 'BatchNormalization' || others.length > 0 || model.outputs.includes(out)) continue;
    if (norm.inputs[0] !== out || !known(norm.inputs[3]) || !known(norm.inputs[4])) continue;
    if (![...layer.inputs.slice(1), ...norm.inputs.slice(1)].every(id => id === '' || known(id))) continue;
    if (!mergeable(layer)) continue;
    merges.push({ layer, norm, weight: `%merged:${layer.id}:weight`, bias: `%merged:${layer.id}:bias` });
  }
  const values = { ...model.values };
  const added: Parameter[] = [];
  for (const { layer, norm, weight, bias } of merges) {
    const shape = parameters.get(layer.inputs[1]!)!.shape;
    const channels = parameters.get(norm.inputs[3]!)!.shape;
    for (const [name, s] of [
      [weight, shape],
      [bias, channels],
    ] as const) {
      values[name] = { id: name, dtype: 'float32', shape: s };
      const initializer = { kind: 'zeros' } as const;
      added.push({ name, dtype: 'float32', shape: s, kind: 'constant', trainable: false, initializer });
    }
  }
  const byLayer = new Map(merges.map(m => [m.layer, m]));
  const gone = new Set(merges.map(m => m.norm));
  const nodes = model.nodes
    .filter(n => !gone.has(n))
    .map(n => {
      const merge = byLayer.get(n);
      return merge
        ? { ...n, inputs: [n.inputs[0]!, merge.weight, merge.bias], outputs: merge.norm.outputs.slice(0, 1) }
        : n;
    });
  return { model: { ...model, values, nodes, parameters: [...model.parameters, ...added] }, merges };

  function known(id: string | undefined): boolean {
    return id !== undefined && parameters.has(id);
  }
}

function mergeable({ op, attributes }: Node): boolean {
  if (op === 'Conv') return true;
  if (op === 'ConvTranspose') return Number(attributes['group'] ?? 1) === 1;
  const plain = (name: string) => Number(attributes[name] ?? 1) === 1;
  return op === 'Gemm' && plain('alpha') && plain('beta') && !attributes['transA'];
}

/** y = (Wx + b - mean) · γ / √(variance + ε) + β as one layer. */
function mergedWeights({ layer, norm }: Merge, weights: Tensors): { weight: Tensor; bias: Tensor } {
  const of = (id: string | undefined) => (id ? weights[id]?.data : undefined);
  const [, scale, shift, mean, variance] = norm.inputs.map(of);
  const epsilon = Number(norm.attributes['epsilon'] ?? 1e-5);
  const weight = weights[layer.inputs[1]!]!;
  const bias = of(layer.inputs[2]);
  const factor = Float64Array.from(variance!, (v, c) => (scale?.[c] ?? 1) / Math.sqrt(v + epsilon));
  // The axis of the weight that the layer's channels are on.
  const axis = layer.op === 'ConvTranspose' || (layer.op === 'Gemm' && !layer.attributes['transB']) ? 1 : 0;
  const inner = weight.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const channels = weight.shape[axis]!;
  return {
    weight: {
      shape: weight.shape,
      data: Float32Array.from(weight.data, (w, i) => w * factor[Math.floor(i / inner) % channels]!),
    },
    bias: {
      shape: [channels],
      data: Float32Array.from(factor, (f, c) => ((bias?.[c] ?? 0) - mean![c]!) * f + (shift?.[c] ?? 0)),
    },
  };
}
