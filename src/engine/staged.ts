/** Evaluation of a model that is planned in steps, each with the sizes that the one before found. */
import { VitrineError } from '../model/errors';
import type { Model, Tensor, Tensors } from '../model/graph';
import type { Stage, Staged, Staging } from '../model/stages';
import type { BackendInfo, BoundInput, Evaluation, Evaluator, EvaluatorRequest, RunOptions } from './engine';
import { createEvaluator } from './evaluator';
import type { Executor } from './executors/executor';

/** Steps of one run: a loop that ends by a computed condition takes one for each round. */
const mostSteps = 256;

export class StagedEvaluator implements Evaluator {
  private weights: Tensors;
  private staging: Staging | undefined;

  /** @throws VitrineError unsupported-op for what is not computed in steps: gradients, losses, carried values. */
  constructor(
    private readonly executor: Executor,
    private readonly model: Model,
    private readonly request: EvaluatorRequest,
    private readonly staged: Staged,
  ) {
    if (request.gradients?.length || request.loss || request.carry || request.training)
      throw new VitrineError(
        'unsupported-op',
        `${model.name} is run in steps, as its sizes depend on values: it gives outputs, but no gradients. Choose a method that asks by changing the input, or export the model with fixed sizes and without what selects by values.`,
      );
    this.weights = { ...request.weights };
    this.staging = staged.open();
  }

  get backend(): BackendInfo {
    return this.executor.backend;
  }

  async run(feeds: Tensors, options: RunOptions = {}): Promise<Evaluation> {
    const { staging, model } = this;
    if (!staging) throw new VitrineError('bad-request', 'The evaluator was disposed of.');
    const there: Tensors = {};
    for (const id of model.inputs) {
      const feed = feeds[id];
      if (!feed) throw new VitrineError('bad-request', `The input "${id}" of ${model.name} was not given.`);
      there[id] = feed;
    }
    // What was put before the model's own inputs.
    await this.before(there, options);
    const shapes: Record<string, readonly number[]> = {};
    for (const id of this.staged.inputs) shapes[id] = there[id]!.shape;
    const known: Tensors = {};
    for (let step = 0; step < mostSteps; step++) {
      const stage = staging.next(shapes, known);
      const whole = stage.wanted.length === 0;
      const outputs = whole
        ? [...new Set([...model.outputs.map(id => this.outputOf(stage, id)), ...(this.request.fetch ?? [])])]
        : [...new Set([...stage.wanted, ...stage.useful])];
      await this.compute(stage, outputs, there, options);
      if (!whole) {
        for (const id of stage.wanted) known[id] = there[id]!;
        continue;
      }
      const values: Tensors = {};
      for (const id of model.outputs) values[id] = there[this.outputOf(stage, id)]!;
      for (const id of this.request.fetch ?? []) values[id] = there[id]!;
      return { values, gradients: {} };
    }
    throw new VitrineError('unsupported-op', `${model.name} did not end within ${mostSteps} steps.`);
  }

  /** What an output is called in a step. */
  private outputOf(stage: Stage, id: string): string {
    const at = this.staged.outputs.indexOf(id);
    return at < 0 ? id : stage.model.outputs[at]!;
  }

  private async before(there: Tensors, options: RunOptions): Promise<void> {
    const { model } = this;
    const weight = (name: string) => this.weights[name]!;
    await this.compute({ model: model, weight }, this.staged.inputs, there, options);
  }

  /** Adds values to those that are there, by a plan of what they need alone. */
  private async compute(
    stage: Pick<Stage, 'model' | 'weight'>,
    outputs: readonly string[],
    there: Tensors,
    options: RunOptions,
  ): Promise<void> {
    const missing = outputs.filter(id => !Object.hasOwn(there, id));
    if (missing.length === 0) return;
    const part = partOf(stage.model, missing, there);
    const weights: Tensors = {};
    for (const p of part.parameters) weights[p.name] = this.weightOf(stage, p);
    for (const id of part.outputs) if (Object.hasOwn(weights, id)) there[id] = weights[id]!;
    const computed = part.outputs.filter(id => !Object.hasOwn(there, id));
    if (computed.length === 0) return;
    const evaluator = await createEvaluator(
      this.executor,
      { ...part, outputs: computed },
      { bindings: bindingsOf(part, there), weights },
    );
    try {
      const { values } = await evaluator.run(Object.fromEntries(part.inputs.map(id => [id, there[id]!])), {
        ...options,
        inPlace: false,
      });
      Object.assign(there, values);
    } finally {
      await evaluator.dispose();
    }
  }

  /** What was given, of parameters; constants are those of the step. */
  private weightOf(stage: Pick<Stage, 'weight'>, p: Model['parameters'][number]): Tensor {
    const given = p.kind === 'constant' ? undefined : this.weights[p.name];
    return given && given.shape.join() === p.shape.join() ? given : stage.weight(p.name);
  }

  async bindInput(id: string): Promise<BoundInput> {
    throw new VitrineError(
      'bad-request',
      `The input "${id}" of a model that is run in steps cannot be bound.`,
    );
  }

  async load(weights: Tensors): Promise<void> {
    Object.assign(this.weights, weights);
  }

  async dispose(): Promise<void> {
    this.staging?.close();
    this.staging = undefined;
  }
}

/** Sizes of what is there, where a model names them. */
function bindingsOf(model: Model, there: Tensors): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const id of model.inputs)
    model.values[id]?.shape.forEach((d, i) => {
      if (typeof d === 'string') sizes[d] = there[id]!.shape[i]!;
    });
  return sizes;
}

/** The nodes that some values need, from values that are there. */
function partOf(model: Model, outputs: readonly string[], there: Tensors): Model {
  const makers = new Map<string, number>();
  model.nodes.forEach((n, i) => {
    for (const o of n.outputs) makers.set(o, i);
  });
  const nodes = new Set<number>();
  const read = new Set<string>();
  const waiting = [...outputs];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === '' || read.has(id)) continue;
    read.add(id);
    const maker = Object.hasOwn(there, id) ? undefined : makers.get(id);
    if (maker === undefined || nodes.has(maker)) continue;
    nodes.add(maker);
    waiting.push(...model.nodes[maker]!.inputs);
  }
  const parameters = model.parameters.filter(p => read.has(p.name));
  const own = new Set(parameters.map(p => p.name));
  const inputs = [...read].filter(id => Object.hasOwn(there, id) && !own.has(id));
  return {
    ...model,
    inputs,
    outputs,
    nodes: model.nodes.filter((_, i) => nodes.has(i)),
    parameters,
    modules: [],
  };
}
