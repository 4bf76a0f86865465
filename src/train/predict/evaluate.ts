/** Loss and metrics of a split. */
import type { Dataset } from '../../data/dataset';
import type { Engine, Evaluator, LossSpec } from '../../engine/engine';
import { yieldToOthers } from '../../engine/yielding';
import { throwIfCancelled } from '../../model/errors';
import type { Bindings, Model, Tensor, Tensors } from '../../model/graph';
import type { Metric } from '../metric';
import { measure } from '../metricRegistry';
import type { Metrics } from '../runs/run';
import { fitTargets } from '../setup/bindings';
import { predictionsOf } from './predictions';

export interface SplitEvaluator {
  /** Loss and metrics over these rows; {} when there are none. */
  run(weights: Tensors, rows: Int32Array, signal?: AbortSignal): Promise<Metrics>;
  dispose(): Promise<void>;
}

export async function splitEvaluator(request: {
  engine: Engine;
  model: Model;
  dataset: Dataset;
  loss: LossSpec;
  targets: { shape: readonly number[]; dtype: Parameters<typeof fitTargets>[1]['dtype'] };
  metrics: readonly Metric[];
  bindings: Bindings;
  batchSize: number;
  weights: Tensors;
}): Promise<SplitEvaluator> {
  const { engine, model, dataset, loss, batchSize } = request;
  const evaluator = await engine.evaluator(model, {
    bindings: request.bindings,
    weights: request.weights,
    loss,
    targets: request.targets,
  });
  return {
    async run(weights, rows, signal) {
      if (rows.length === 0) return {};
      await evaluator.load(weights);
      let lossSum = 0;
      const outputs: Float32Array[] = [];
      // A target for each row, or for each position of each row.
      const each = request.targets.shape.slice(1).reduce((a, b) => a * b, 1);
      const targets = new Float64Array(rows.length * each);
      let shape: readonly number[] = [];
      for (let start = 0; start < rows.length; start += batchSize) {
        throwIfCancelled(signal);
        const part = rows.subarray(start, start + batchSize);
        const batch = dataset.batch(part);
        const result = await evaluator.run(
          { [model.inputs[0]!]: batch.input },
          { targets: fitTargets(batch.targets, request.targets) },
        );
        const output = result.values[model.outputs[0]!]!;
        shape = output.shape;
        outputs.push(Float32Array.from(output.data));
        targets.set(batch.targets.data, start * each);
        lossSum += (result.loss ?? Number.NaN) * part.length;
        await yieldToOthers();
      }
      const output = { shape: [rows.length, ...shape.slice(1)], data: joined(outputs) };
      return {
        loss: lossSum / rows.length,
        ...measure(request.metrics, predictionsOf(output, dataset.target, loss.name), targets, {
          ignore: dataset.target.ignore,
          groups: dataset.groups?.(rows),
        }),
      };
    },
    dispose: () => evaluator.dispose(),
  };
}

/** The model's first output for prepared rows, in batches of what the evaluator was compiled for. */
export async function forward(
  evaluator: Evaluator,
  model: Model,
  input: Tensor,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor> {
  const rows = input.shape[0]!;
  const width = rows === 0 ? 0 : input.data.length / rows;
  const outputs: Float32Array[] = [];
  let shape: readonly number[] = [0];
  for (let start = 0; start < rows; start += batchSize) {
    throwIfCancelled(signal);
    const end = Math.min(rows, start + batchSize);
    const part: Tensor = {
      shape: [end - start, ...input.shape.slice(1)],
      data: input.data.subarray(start * width, end * width),
    };
    const { values } = await evaluator.run({ [model.inputs[0]!]: part });
    const output = values[model.outputs[0]!]!;
    shape = output.shape;
    outputs.push(Float32Array.from(output.data));
    await yieldToOthers();
  }
  return { shape: [rows, ...shape.slice(1)], data: joined(outputs) };
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
