/**
 * What happens at each node of a trained model when rows pass through it: how many of its outputs are zero, and, for
 * one row, how much each node's outputs carry to the explained one (gradient × activation, Shrikumar et al. 2017,
 * summed without sign).
 */
import type { Engine } from '../../engine/engine';
import { bindDim } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Model, Tensor } from '../../model/graph';
import { openRun } from '../../train/open/openRun';
import { bindingsFor, takesAnyBatch } from '../../train/setup/bindings';
import type { LayerActivity } from '../protocol';

/** Floats that the activations may take. */
const budget = 2 ** 25;
const mostRows = 128;

export async function activityRun(
  request: { run: string; row?: number; target?: number },
  engineFor: (backend: string | undefined) => Promise<Engine>,
  signal: AbortSignal,
): Promise<LayerActivity> {
  const run = await openRun(request.run);
  const { model } = run;
  const dataset = await run.dataset();
  const { row } = request;
  if (row !== undefined && !Object.values(dataset.splits).some(s => s.includes(row)))
    throw new VitrineError('bad-request', `There is no row ${row} in the data, or it was left out.`);
  const [valid, test] = [dataset.splits.valid, dataset.splits.test];
  const all = row !== undefined ? Int32Array.of(row) : valid.length > 0 ? valid : test;
  const shape = dataset.sampleShape;
  const one = bindingsFor(model, shape, 1);
  const values = ownValues(model);
  const perRow = values.reduce(
    (n, v) => n + model.values[v.id]!.shape.reduce<number>((p, d) => p * (Number(bindDim(d, one)) || 1), 1),
    0,
  );
  const fixed = model.values[model.inputs[0]!]?.shape[0];
  const size =
    !takesAnyBatch(model) && typeof fixed === 'number'
      ? fixed
      : Math.max(1, Math.min(mostRows, all.length, Math.floor(budget / Math.max(1, perRow))));
  const rows = Int32Array.from({ length: size }, (_, i) => all[i % all.length]!);
  const { input } = dataset.batch(rows);
  const engine = await engineFor(run.record.backend);
  const wanted = values.map(v => v.id);
  const withGradients = row !== undefined;
  const evaluator = await engine.evaluator(model, {
    bindings: bindingsFor(model, input.shape.slice(1), size),
    weights: await run.weights(),
    fetch: wanted,
    ...(withGradients ? { gradients: wanted } : {}),
  });
  try {
    signal.throwIfAborted();
    const output = model.outputs[0]!;
    const result = await evaluator.run(
      { [model.inputs[0]!]: input },
      withGradients ? { seed: seedOf(model, output, one, size, request.target ?? 0) } : {},
    );
    const zeros: Record<string, number> = {};
    const attribution: Record<string, number> = {};
    for (const { id, node } of values) {
      const activation = result.values[id]?.data;
      if (!activation) continue;
      zeros[node] = zeroShare(activation);
      const gradient = result.gradients[id]?.data;
      if (!gradient || gradient.length !== activation.length) continue;
      let sum = 0;
      for (let i = 0; i < gradient.length; i++) sum += Math.abs(activation[i]! * gradient[i]!);
      attribution[node] = sum / size;
    }
    return { rows: Math.min(size, all.length), zeros, ...(withGradients ? { attribution } : {}) };
  } finally {
    await evaluator.dispose();
  }
}

/** First outputs of nodes, real numbers that depend on the input. */
function ownValues(model: Model): { id: string; node: string }[] {
  const dependent = new Set(model.inputs);
  const found: { id: string; node: string }[] = [];
  for (const node of model.nodes) {
    if (!node.inputs.some(i => dependent.has(i))) continue;
    for (const id of node.outputs) dependent.add(id);
    const id = node.outputs[0]!;
    if (/float/.test(model.values[id]?.dtype ?? '')) found.push({ id, node: node.id });
  }
  return found;
}

/** One at the explained output of each row. */
function seedOf(
  model: Model,
  output: string,
  one: Readonly<Record<string, number>>,
  rows: number,
  target: number,
): Tensor {
  const sizes = model.values[output]!.shape.slice(1).map(d => Number(bindDim(d, one)));
  const width = sizes.reduce((a, b) => a * b, 1);
  const data = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) data[r * width + Math.min(width - 1, Math.max(0, target))] = 1;
  return { shape: [rows, ...sizes], data };
}

function zeroShare(values: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return values.length ? zeros / values.length : 0;
}
