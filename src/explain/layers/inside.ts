/**
 * Looking inside a model: any of its values, and gradients between any two of them, for one sample; and running a part
 * of it from inner values that are given. Probes ask about inputs and one output; this is for methods that open the box.
 */
import type { GradientRules } from '../../engine/op';
import { bindShape, concreteShape, symbolsOf } from '../../model/dim';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Model, Parameter, Tensor, Tensors } from '../../model/graph';
import { batchFor, bindingsFor, breathe, finite, floats, type Subject, sampleOf } from '../probe';

/** One row's values, by id, flat; what has no batch is whole. */
export interface View {
  output: Float32Array;
  values: Readonly<Record<string, Float32Array>>;
  gradients: Readonly<Record<string, Float32Array>>;
}

export interface LookOptions {
  /** The subject's model if absent; or a part of it. */
  model?: Model;
  /** Further weights: constants that a changed model has. */
  weights?: Tensors;
  /** 1 if absent. */
  rows?: number;
  /** Rows that run together at most: 1 where gradients of parameters, which sum over rows, are wanted for each. */
  batch?: number;
  /** Writes row `row` of an input; inputs without one get the subject's sample. */
  feed?: Readonly<Record<string, (row: number, into: Float32Array) => void>>;
  fetch?: readonly string[];
  gradients?: readonly string[];
  /** Writes dL/doutput of a row into zeros; 1 (or -1) at the subject's target if absent. */
  seed?: (row: number, into: Float32Array) => void;
  rules?: GradientRules;
  onProgress?(done: number): void;
}

/**
 * Runs the rows in batches that fit memory. What `each` gets is valid during the call only.
 *
 * @throws diverged when the output or a gradient is not finite; cancelled.
 */
export async function look(
  subject: Subject,
  options: LookOptions,
  each: (row: number, view: View) => void,
): Promise<void> {
  const { rows: count = 1, feed = {}, fetch = [], gradients = [], rules } = options;
  const model = options.model ?? subject.model;
  const { data: sample, shape: sampleShape } = sampleOf(subject);
  const source = subject.model;
  const ids = [...model.inputs, ...model.outputs.slice(0, 1), ...fetch, ...gradients];
  const first = source.values[source.inputs[0]!]!.shape[0];
  const batch = typeof first === 'string' && /^\w+$/.test(first) ? first : undefined;
  const leads = ids.every(id => {
    const shape = model.values[id]?.shape ?? [];
    const inside = shape.some(d => batch !== undefined && symbolsOf(d).includes(batch));
    return !inside || symbolsOf(shape[0]!).includes(batch!);
  });
  // Where the batch is not in front (T, N, C), rows are no slices of it: they run one by one.
  const wanted = leads ? Math.min(count, options.batch ?? 128) : 1;
  const rows = batch === undefined ? Number(first ?? 1) : batchFor(source, sampleShape, wanted, true);
  const bindings = bindingsFor(source, sampleShape, rows);
  const sizeOf = (id: string) => concreteShape(bindShape(model.values[id]!.shape, bindings));
  const perRow = (id: string) => {
    const shape = sizeOf(id);
    const total = shape.reduce((a, b) => a * b, 1);
    return total / rows;
  };
  const evaluator = await subject.engine.evaluator(model, {
    bindings,
    weights: options.weights ? { ...subject.weights, ...options.weights } : subject.weights,
    ...(fetch.length > 0 && { fetch }),
    ...(gradients.length > 0 && { gradients }),
    ...(rules && { rules }),
  });
  try {
    const output = model.outputs[0]!;
    const scratch = new Map(model.inputs.map(id => [id, new Float32Array(perRow(id) * rows)]));
    for (let from = 0; from < count; from += rows) {
      throwIfCancelled(subject.signal);
      const some = Math.min(rows, count - from);
      const feeds: Tensors = {};
      for (const id of model.inputs) {
        const into = scratch.get(id)!;
        const size = perRow(id);
        for (let r = 0; r < rows; r++) {
          const row = into.subarray(r * size, (r + 1) * size);
          if (feed[id]) feed[id](Math.min(count - 1, from + r), row);
          else row.set(sample);
        }
        const whole = /^(u?int|bool)/.test(model.values[id]!.dtype);
        feeds[id] = { shape: sizeOf(id), data: whole ? Int32Array.from(into) : into };
      }
      const result = await evaluator.run(
        feeds,
        gradients.length > 0 ? { seed: seedFor(sizeOf(output), from, some) } : undefined,
      );
      const slice = (id: string, t: Tensor, r: number) => {
        const values = floats(t);
        const shape = model.values[id]?.shape ?? [];
        const varies = batch === undefined || shape.some(d => symbolsOf(d).includes(batch));
        if (!varies || rows === 1) return values;
        const size = values.length / rows;
        return values.subarray(r * size, (r + 1) * size);
      };
      const pick = (tensors: Tensors, of: readonly string[], r: number) =>
        Object.fromEntries(of.map(id => [id, slice(id, tensors[id]!, r)]));
      finite(floats(result.values[output]!), `${model.name}'s output`);
      for (let r = 0; r < some; r++) {
        const view: View = {
          output: slice(output, result.values[output]!, r),
          values: pick(result.values, fetch, r),
          gradients: pick(result.gradients, gradients, r),
        };
        for (const id of gradients) finite(view.gradients[id]!, `${model.name}'s gradient`);
        each(from + r, view);
      }
      options.onProgress?.((from + some) / count);
      await breathe();
    }
  } finally {
    await evaluator.dispose();
  }

  function seedFor(shape: readonly number[], from: number, some: number): Tensor {
    const total = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(total);
    const size = total / rows;
    for (let r = 0; r < some; r++) {
      const row = data.subarray(r * size, (r + 1) * size);
      if (options.seed) options.seed(from + r, row);
      else {
        const target = subject.target ?? 0;
        if (target >= size)
          throw new VitrineError(
            'bad-request',
            `${model.name} has ${size} outputs, 0 to ${size - 1}; output ${target} was asked for.`,
          );
        row[target] = subject.sign ?? 1;
      }
    }
    return { shape, data };
  }
}

/** The subject's own sample through its whole model, and copies of what was asked for. */
export async function lookOnce(subject: Subject, options: Omit<LookOptions, 'rows' | 'feed'>): Promise<View> {
  let found: View | undefined;
  await look(subject, { ...options, rows: 1 }, (_, view) => {
    const copy = (all: Readonly<Record<string, Float32Array>>) =>
      Object.fromEntries(Object.entries(all).map(([id, v]) => [id, v.slice()]));
    found = {
      output: view.output.slice(),
      values: copy(view.values),
      gradients: copy(view.gradients),
    };
  });
  return found!;
}

/** The shape that a value has for one sample: without the batch where it has one in front. */
export function shapeInside(subject: Subject, id: string, model = subject.model): number[] {
  const { shape } = sampleOf(subject);
  return concreteShape(bindShape(model.values[id]!.shape, bindingsFor(subject.model, shape, 1)));
}

const parts = new WeakMap<Model, Map<string, Model>>();

/**
 * The part of a model that computes a value from inner ones: these become its inputs, and of the model's own inputs
 * those that it still needs. The same object for the same question, so that what was compiled is found again.
 */
export function partOf(model: Model, from: readonly string[], to: string): Model {
  const known = parts.get(model) ?? new Map<string, Model>();
  parts.set(model, known);
  const key = JSON.stringify([from, to]);
  const old = known.get(key);
  if (old) return old;
  const made = new Map(model.nodes.flatMap(n => n.outputs.map(o => [o, n] as const)));
  const given = new Set([...from, ...model.inputs, ...model.parameters.map(p => p.name)]);
  const seen = new Set<string>();
  const needed = new Set<Model['nodes'][number]>();
  const visit = [to];
  while (visit.length > 0) {
    const id = visit.pop()!;
    if (id === '' || seen.has(id)) continue;
    seen.add(id);
    if (given.has(id)) continue;
    const node = made.get(id);
    if (!node) continue;
    needed.add(node);
    visit.push(...node.inputs);
  }
  const part: Model = {
    ...model,
    inputs: [...from, ...model.inputs.filter(id => seen.has(id) && !from.includes(id))],
    outputs: [to],
    nodes: model.nodes.filter(n => needed.has(n)),
    parameters: model.parameters.filter(p => seen.has(p.name) && !from.includes(p.name)),
  };
  known.set(key, part);
  return part;
}

/** A value that takes part in another way: what its readers get is `make`'s result. */
export interface Change {
  id: string;
  /**
   * Adds nodes by `emit` (op, inputs, attributes, of the value's own type) that compute what readers see instead.
   */
  make(emit: (op: string, inputs: readonly string[]) => string): string;
}

/**
 * The model with some values changed on their way to their readers, with further inputs and constants of the shape of
 * some value each.
 */
export function changed(
  model: Model,
  changes: readonly Change[],
  more: {
    inputs?: readonly { id: string; like: string }[];
    constants?: readonly { id: string; like: string; shape: readonly number[] }[];
  },
): Model {
  const values = { ...model.values };
  const parameters: Parameter[] = [...model.parameters];
  for (const { id, like } of more.inputs ?? [])
    values[id] = { id, dtype: 'float32', shape: model.values[like]!.shape };
  for (const { id, shape } of more.constants ?? []) {
    values[id] = { id, dtype: 'float32', shape };
    parameters.push({
      name: id,
      dtype: 'float32',
      shape,
      kind: 'constant',
      trainable: false,
      initializer: { kind: 'zeros' },
    });
  }
  const instead = new Map<string, string>();
  const nodes: Model['nodes'][number][] = [];
  const byId = new Map(changes.map(c => [c.id, c]));
  const apply = (id: string) => {
    const change = byId.get(id);
    if (!change) return;
    let count = 0;
    const result = change.make((op, inputs) => {
      const out = `%changed:${id}:${count++}`;
      values[out] = { ...model.values[id]!, id: out };
      nodes.push({ id: `%node${out}`, op, module: '', inputs, outputs: [out], attributes: {} });
      return out;
    });
    instead.set(id, result);
  };
  for (const node of model.nodes) {
    nodes.push({ ...node, inputs: node.inputs.map(i => instead.get(i) ?? i) });
    node.outputs.forEach(apply);
  }
  return {
    ...model,
    values,
    parameters,
    nodes,
    inputs: [...model.inputs, ...(more.inputs ?? []).map(i => i.id)],
    outputs: model.outputs.map(o => instead.get(o) ?? o),
  };
}
