/** The graph of one training step, lowered: forward, loss, gradients, update. What the trainer runs and memory is estimated by. */
import { VitrineError } from '../model/errors';
import type { Bindings, Model } from '../model/graph';
import { differentiate } from './compile/autodiff';
import { bindModel, type Graph } from './compile/graph';
import { lower, type Plan } from './compile/plan';
import { recompute } from './compile/recompute';
import type { TrainerRequest } from './engine';
import { addLoss, type BuiltLoss } from './lossGraph';
import { GROUPS } from './penalty';
import type { Updates } from './updates';

export interface TrainingPlan {
  graph: Graph;
  plan: Plan;
  loss: BuiltLoss;
  /** The gradient's value of each trained parameter that the loss depends on. */
  gradients: readonly (readonly [parameter: string, gradient: string])[];
  bufferOf(value: string): string;
}

/** Parameters and what is kept for them, by the resident buffers' names. */
export function residentsOf(model: Model, updates: Updates): string[] {
  return [...model.parameters.map(p => p.name), ...updates.slots.map(s => s.name)];
}

export function planTraining(
  model: Model,
  request: Pick<TrainerRequest, 'loss' | 'targets' | 'recompute'>,
  updates: Updates,
  bindings: Bindings,
  fast: boolean,
): TrainingPlan {
  const graph = bindModel(model, bindings, true);
  const loss = addLoss(graph, model, request.loss, request.targets);
  const forward = graph.nodes.length;
  const found = differentiate(graph, new Map([[loss.value, graph.scalar(1)]]), updates.trained);
  const gradients = [...found].flatMap(([name, g]) => (g === undefined ? [] : [[name, g] as const]));
  if (gradients.length === 0)
    throw new VitrineError(
      'bad-model',
      `The loss does not depend on any trainable parameter of ${model.name}.`,
    );
  const output = model.outputs[0]!;
  if (request.recompute?.length) {
    const read = [loss.value, output, ...graph.updates.map(u => u.value)].map(id => graph.resolve(id));
    recompute(graph, forward, request.recompute, new Set(read));
  }
  updates.emit(graph, new Map(gradients));
  const scalars = Object.keys(updates.scalars(1, { learningRate: 1 }));
  const { plan, bufferOf } = lower(
    graph,
    {
      inputs: [
        ...model.inputs,
        loss.target,
        ...(loss.penalty ? [GROUPS] : []),
        ...scalars,
        ...graph.draws.map(d => d.id),
      ],
      residents: residentsOf(model, updates),
      outputs: [loss.value, output, ...gradients.map(([, g]) => g)],
    },
    fast,
  );
  return { graph, plan, loss, gradients, bufferOf };
}
