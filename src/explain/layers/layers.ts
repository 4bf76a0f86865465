/** Inner layers as the object of an explanation: which one, what its units are called, and the model from there on. */
import { type Static, Type } from '@sinclair/typebox';
import { bindShape, concreteShape } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import type { Attribution, ExplanationRequest } from '../method';
import { baselineFor, type baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';

export const moduleOption = Type.String({
  default: '',
  description: 'The layer, by its module path such as "conv2"; the last one before the output if empty.',
});

/** What a layer gives: the value, and what to call it. */
export interface LayerOutput {
  id: string;
  name: string;
}

/**
 * The output of a module's last call, of real numbers that depend on the input.
 *
 * @throws bad-request when there is no such module, with the nearest name.
 */
export function layerOutput(model: Model, module: string): LayerOutput {
  const dependent = new Set(model.inputs);
  const found = new Map<string, string>();
  for (const node of model.nodes) {
    if (!node.inputs.some(i => dependent.has(i))) continue;
    for (const id of node.outputs) dependent.add(id);
    const id = node.outputs[0]!;
    if (model.outputs.includes(id) || !/float/.test(model.values[id]?.dtype ?? '')) continue;
    if (node.module !== '') found.set(node.module, id);
  }
  for (const { path, outputs } of model.modules) {
    const id = outputs.at(-1);
    if (path !== '' && id && dependent.has(id) && !model.outputs.includes(id)) found.set(path, id);
  }
  const names = [...found.keys()];
  if (module === '') {
    const last = [...model.nodes]
      .reverse()
      .find(n => n.module !== '' && found.get(n.module) === n.outputs[0]);
    if (last) return { id: last.outputs[0]!, name: last.module };
  }
  const id = found.get(module);
  if (id !== undefined) return { id, name: module };
  const near = nearest(module, names);
  throw new VitrineError(
    'bad-request',
    names.length === 0
      ? `${model.name} has no layers between its input and its output. Use integrated_gradients.`
      : `${model.name} has no inner layer "${module}".${near ? ` Did you mean "${near}"?` : ''} It has ${listed(names)}.`,
  );
}

export function hasLayers(model: Model): string | undefined {
  try {
    layerOutput(model, '');
    return undefined;
  } catch (e) {
    if (e instanceof VitrineError) return e.message;
    throw e;
  }
}

/** What the units of a layer contribute, from a baseline of the input on: `compute` gives it for each of the layer's cells. */
export async function unitsFromBaseline(
  request: ExplanationRequest,
  { layer, baseline }: { layer: string; baseline: Static<typeof baselineOption> },
  compute: (layer: LayerOutput, start: Float32Array) => Promise<Attribution>,
): Promise<Attribution> {
  const chosen = layerOutput(request.model, layer);
  const { shape } = sampleOf(request);
  const start = baselineFor(baseline, request, shape);
  const { values, facts } = await compute(chosen, start);
  return {
    ...byUnit(values.data as Float32Array, values.shape, chosen.name),
    baseline: { shape, data: start },
    ...(facts && { facts }),
  };
}

/** Values of a layer's cells as one value a unit: channels of feature maps sum over their places. */
export function byUnit(values: Float32Array, shape: readonly number[], layer: string): Attribution {
  const units = shape.length === 3 ? shape[0]! : values.length;
  const cells = values.length / units;
  const data = new Float32Array(units);
  values.forEach((v, i) => {
    data[Math.floor(i / cells)]! += v;
  });
  const names = Array.from({ length: units }, (_, u) => `${layer}[${u}]`);
  return {
    values: { shape: [units], data },
    names,
    layers: [layer],
    figures: [{ kind: 'bars', of: 'Unit', value: 'Attribution', names, values: Array.from(data) }],
  };
}

/** What a layer gives for a baseline and for the sample, and its shape without the batch. */
export async function valuesBetween(
  request: ExplanationRequest,
  layer: string,
  baseline: Float32Array,
  data: Float32Array,
): Promise<{ from: Float32Array; to: Float32Array; layerShape: readonly number[] }> {
  let layerShape: readonly number[] = [];
  const ends: Float32Array[] = [];
  await withProbe(request, sampleOf(request).shape, { rows: 2, inner: layer }, async probe => {
    layerShape = concreteShape(bindShape(request.model.values[layer]!.shape, probe.bindings)).slice(1);
    await probe.gradients(
      2,
      (row, into) => into.set(row === 0 ? baseline : data),
      (_row, _gradient, _score, value) => ends.push(value!.slice()),
    );
  });
  return { from: ends[0]!, to: ends[1]!, layerShape };
}

/**
 * The part of the model that computes its output from an inner value alone.
 *
 * @throws bad-request when the output also depends on the input on another way.
 */
export function modelFrom(model: Model, layer: LayerOutput): Model {
  const known = new Set([layer.id, ...model.parameters.map(p => p.name)]);
  const made = new Map(model.nodes.flatMap(n => n.outputs.map(o => [o, n] as const)));
  const needed = new Set<Model['nodes'][number]>();
  const visit = (id: string) => {
    if (id === '' || known.has(id)) return;
    known.add(id);
    const node = made.get(id);
    if (!node) {
      throw new VitrineError(
        'bad-request',
        `The output of ${model.name} depends on the input not only through "${layer.name}". Use layer_conductance, or a layer that everything passes.`,
      );
    }
    needed.add(node);
    node.inputs.forEach(visit);
  };
  model.outputs.slice(0, 1).forEach(visit);
  return {
    ...model,
    inputs: [layer.id],
    outputs: model.outputs.slice(0, 1),
    nodes: model.nodes.filter(n => needed.has(n)),
  };
}
