/** Loss and metrics of a split. */
import type { Dataset } from '../../data/dataset';
import type { Engine, Evaluator, LossSpec } from '../../engine/engine';
import { batchWeight } from '../../engine/losses/_reduction';
import { yieldToOthers } from '../../engine/yielding';
import { throwIfCancelled, VitrineError } from '../../model/errors';
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
  const place = await evaluator.bindInput(model.inputs[0]!);
  return {
    async run(weights, rows, signal) {
      if (rows.length === 0) return {};
      await evaluator.load(weights);
      let lossSum = 0;
      const outputs = new Rows(rows.length);
      // A target for each row, or for each position of each row.
      const each = request.targets.shape.slice(1).reduce((a, b) => a * b, 1);
      const targets = new Float64Array(rows.length * each);
      for (let start = 0; start < rows.length; start += batchSize) {
        throwIfCancelled(signal);
        const part = rows.subarray(start, start + batchSize);
        const batch = dataset.batch(part, part.length === place.shape[0] ? place.data : undefined);
        const result = await evaluator.run(
          { [model.inputs[0]!]: batch.input },
          { targets: fitTargets(batch.targets, request.targets), inPlace: true },
        );
        outputs.add(result.values[model.outputs[0]!]!, part.length);
        targets.set(batch.targets.data, start * each);
        lossSum += (result.loss ?? Number.NaN) * batchWeight(loss, part.length);
        await yieldToOthers();
      }
      return {
        loss: lossSum / rows.length,
        ...measure(request.metrics, predictionsOf(outputs.tensor, dataset.target, loss.name), targets, {
          ignore: dataset.target.ignore,
          groups: dataset.groups?.(rows),
        }),
      };
    },
    dispose: () => evaluator.dispose(),
  };
}

/**
 * The model's first output for prepared rows, in batches of what the evaluator was compiled for.
 *
 * @throws VitrineError bad-model when the output's first axis does not count the rows
 */
export async function forward(
  evaluator: Evaluator,
  model: Model,
  input: Tensor,
  batchSize: number,
  signal?: AbortSignal,
): Promise<Tensor> {
  const rows = input.shape[0]!;
  const width = rows === 0 ? 0 : input.data.length / rows;
  const outputs = new Rows(rows);
  for (let start = 0; start < rows; start += batchSize) {
    throwIfCancelled(signal);
    const end = Math.min(rows, start + batchSize);
    const part: Tensor = {
      shape: [end - start, ...input.shape.slice(1)],
      data: input.data.subarray(start * width, end * width),
    };
    const { values } = await evaluator.run({ [model.inputs[0]!]: part }, { inPlace: true });
    const output = values[model.outputs[0]!]!;
    requireByRow(model, output, end - start);
    outputs.add(output, end - start);
    await yieldToOthers();
  }
  return outputs.tensor;
}

/** The model's first output for each prepared row alone, [1, …]: outputs that do not count the rows are whole. */
export async function forwardOneByOne(
  evaluator: Evaluator,
  model: Model,
  input: Tensor,
  signal?: AbortSignal,
): Promise<Tensor[]> {
  const rows = input.shape[0]!;
  const width = rows === 0 ? 0 : input.data.length / rows;
  const outputs: Tensor[] = [];
  for (let row = 0; row < rows; row++) {
    throwIfCancelled(signal);
    const data = input.data.subarray(row * width, (row + 1) * width);
    const { values } = await evaluator.run({
      [model.inputs[0]!]: { shape: [1, ...input.shape.slice(1)], data },
    });
    const output = values[model.outputs[0]!]!;
    outputs.push(output.shape[0] === 1 ? output : { ...output, shape: [1, ...output.shape] });
    await yieldToOthers();
  }
  return outputs;
}

function requireByRow(model: Model, { shape }: Tensor, rows: number): void {
  const first = shape[0] ?? 0;
  if (first >= rows && first % rows === 0) return;
  throw new VitrineError(
    'bad-model',
    `The output "${model.outputs[0]}" of ${model.name} is (${shape.join(', ')}) for ${rows} rows: its first axis does not count the rows, so none can be told which part is its own. ` +
      'Let the model take any number of rows (dynamic_axes in torch.onnx.export), so that it is given one at a time, or let its output begin with the batch.',
    model.definition && { at: model.definition },
  );
}

/** The outputs of batches, one after the other, as one tensor of so many rows. */
class Rows {
  private shape: readonly number[] = [0];
  private data = new Float32Array(0);
  private end = 0;

  constructor(private readonly rows: number) {}

  /** @param output of so many rows; it is copied. */
  add({ shape, data }: Tensor, rows: number): void {
    if (this.end === 0) {
      this.shape = [this.rows, ...shape.slice(1)];
      this.data = new Float32Array((data.length / rows) * this.rows);
    }
    this.data.set(data, this.end);
    this.end += data.length;
  }

  get tensor(): Tensor {
    return { shape: this.shape, data: this.data };
  }
}
