/** How much memory a model will take, said before it runs: the CPU executor's own plan, without running it. */
import { VitrineError } from '../model/errors';
import type { Model } from '../model/graph';
import { bindModel } from './compile/graph';
import { layOut } from './compile/layout';
import { lower } from './compile/plan';
import type { LossSpec, OptimizerSpec, UpdateSpec } from './engine';
import { batchSymbol } from './feeds';
import { planTraining } from './trainingPlan';
import { Updates } from './updates';

const PAGE = 65536;

export interface Footprint {
  /** Rows that a step takes. */
  batch: number;
  /** Peak bytes while training, weights, gradients and the optimiser's state included; absent where it cannot train. */
  training?: number;
  /** Peak bytes while predicting. */
  inference: number;
}

export interface FootprintRequest {
  batch: number;
  /** Adam if absent. */
  optimizer?: OptimizerSpec;
  update?: UpdateSpec;
  /** A loss as large as the output if absent: which one makes little difference. */
  loss?: LossSpec;
  /** Numbers that the loss compares for each row; as many as the output has if absent. */
  columns?: number;
  recompute?: readonly string[];
  /** One if absent. */
  threads?: number;
}

/**
 * @returns undefined for models with other open sizes than the batch's, or ops that the engine lacks.
 */
export function footprintOf(model: Model, request: FootprintRequest): Footprint | undefined {
  // A file of weights computes nothing.
  if (model.outputs.length === 0) return undefined;
  const symbol = batchSymbol(model);
  const bindings = symbol === undefined ? {} : { [symbol]: request.batch };
  const threads = request.threads ?? 1;
  // The weights that are read from a file or drawn are there beside those that the engine computes with.
  const weights = model.parameters.reduce((sum, p) => sum + 4 * p.shape.reduce((n, d) => n * d, 1), 0);
  try {
    const graph = bindModel(model, bindings, false);
    graph.updates.length = 0;
    const { plan } = lower(
      graph,
      {
        inputs: [...model.inputs, ...graph.draws.map(d => d.id)],
        residents: model.parameters.map(p => p.name),
        outputs: model.outputs,
      },
      true,
    );
    const inference = layOut(plan, threads).pages * PAGE + weights;
    const training = trainingBytes(model, request, bindings, threads);
    return {
      batch: symbol === undefined ? 1 : request.batch,
      inference,
      ...(training !== undefined && { training: training + weights }),
    };
  } catch (e) {
    if (e instanceof VitrineError) return undefined;
    throw e;
  }
}

function trainingBytes(
  model: Model,
  request: FootprintRequest,
  bindings: Record<string, number>,
  threads: number,
): number | undefined {
  try {
    const updates = new Updates(
      model,
      request.optimizer ?? { name: 'Adam', options: {} },
      request.update ?? {},
    );
    const output = bindModel(model, bindings, true).shape(model.outputs[0]!);
    const loss = request.loss ?? { name: 'mse' };
    const { plan } = planTraining(
      model,
      {
        loss,
        targets: targetsOf(loss, output, request.columns),
        ...(request.recompute && { recompute: request.recompute }),
      },
      updates,
      bindings,
      true,
    );
    return layOut(plan, threads).pages * PAGE;
  } catch (e) {
    if (e instanceof VitrineError && e.code !== 'bad-experiment') return undefined;
    throw e;
  }
}

function targetsOf(loss: LossSpec, output: readonly number[], columns: number | undefined) {
  if (columns !== undefined) return { shape: [output[0]!, columns], dtype: 'float32' as const };
  if (loss.name !== 'cross_entropy' && loss.name !== 'nll')
    return { shape: output, dtype: 'float32' as const };
  const shape = loss.classAxis === -1 ? output.slice(0, -1) : [output[0]!, ...output.slice(2)];
  return { shape, dtype: 'int64' as const };
}
