/** Evaluation of a model that is planned in steps, each with the sizes that the one before found. */
import { VitrineError } from '../model/errors';
import type { Model, Tensor, Tensors } from '../model/graph';
import { noGradients, type Stage, type Staged, type Staging } from '../model/stages';
import type { BackendInfo, BoundInput, Evaluation, Evaluator, EvaluatorRequest, RunOptions } from './engine';
import { createEvaluator } from './evaluator';
import type { Executor } from './executors/executor';

/** Steps of one run: a loop that ends by a computed condition takes one for each round. */
const mostSteps = 256;
/** Plans that are kept for runs to come: so many, as each WebAssembly memory takes room among addresses, of so many bytes. */
const mostKept = 48;
const mostHeld = 2 ** 29;
/** What a node of a step's graph takes besides, in bytes. */
const nodeSize = 1024;
/** Characters of what steps are known again by, and numbers that one is known by. */
const mostSeen = 1 << 25;
const mostNumbers = 65_536;
/** What a step takes besides, in characters. */
const stepSize = 512;

/** One step, for inputs of certain sizes and for what the steps before it found. */
interface Step {
  /** How often it came. */
  uses: number;
  /** Whether its plan stays. */
  keeps: boolean;
  stage?: Stage;
  plan?: Plan;
  /** What these hold, counted while they stay. */
  bytes: number;
  /** The steps that came after it, by what was found in it. */
  next: Map<string, Step>;
}

/** A part of a model that is compiled. */
interface Plan {
  evaluator?: Evaluator;
  inputs: readonly string[];
  /** Parameters that are outputs as they are. */
  constants: Tensors;
}

export class StagedEvaluator implements Evaluator {
  private weights: Tensors;
  private staging: Staging | undefined;
  /** Steps that were planned, by the sizes of the inputs. */
  private readonly first = new Map<string, Step>();
  private readonly preparing = new Map<string, Step>();
  /** Steps whose plans stay, the one that was not used for longest first. */
  private readonly kept = new Set<Step>();
  private held = 0;
  private seen = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** @throws VitrineError unsupported-op for what is not computed in steps: gradients, losses, carried values. */
  constructor(
    private readonly executor: Executor,
    private readonly model: Model,
    private readonly request: EvaluatorRequest,
    private readonly staged: Staged,
    private readonly most = mostHeld,
  ) {
    if (request.gradients?.length || request.loss || request.carry || request.training)
      throw new VitrineError('unsupported-op', noGradients(model.name));
    this.weights = { ...request.weights };
    this.staging = staged.open();
  }

  get backend(): BackendInfo {
    return this.executor.backend;
  }

  /** Of the plans that stay. */
  get bytes(): number {
    return this.held;
  }

  run(feeds: Tensors, options: RunOptions = {}): Promise<Evaluation> {
    return this.inTurn(() => this.steps(feeds, options));
  }

  /** Steps are shared by all runs, which come one after the other. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  private async steps(feeds: Tensors, options: RunOptions): Promise<Evaluation> {
    const { model, staging } = this;
    if (!staging) throw new VitrineError('bad-request', 'The evaluator was disposed of.');
    const there: Tensors = {};
    for (const id of model.inputs) {
      const feed = feeds[id];
      if (!feed) throw new VitrineError('bad-request', `The input "${id}" of ${model.name} was not given.`);
      there[id] = feed;
    }
    await this.before(there, options);
    const shapes: Record<string, readonly number[]> = {};
    for (const id of this.staged.inputs) shapes[id] = there[id]!.shape;
    const known: Tensors = {};
    let among = this.first;
    let key: string | undefined = JSON.stringify(shapes);
    if (this.seen >= mostSeen) await this.forget();
    for (let count = 0; count < mostSteps; count++) {
      const step = this.stepOf(among, key, count === 0);
      step.stage ??= staging.next(shapes, known);
      const { stage } = step;
      const whole = stage.wanted.length === 0;
      const outputs = whole
        ? [...model.outputs.map(id => this.outputOf(stage, id)), ...(this.request.fetch ?? [])]
        : [...stage.wanted, ...stage.useful];
      try {
        await this.compute(step, stage, [...new Set(outputs)], there, options);
      } finally {
        await (step.keeps ? this.keep(step, stage.model.nodes.length) : this.free(step));
      }
      if (!whole) {
        for (const id of stage.wanted) known[id] = there[id]!;
        key = keyOf(stage.wanted, known);
        among = step.next;
        continue;
      }
      const values: Tensors = {};
      for (const id of model.outputs) values[id] = there[this.outputOf(stage, id)]!;
      for (const id of this.request.fetch ?? []) values[id] = there[id]!;
      return { values, gradients: {} };
    }
    throw new VitrineError('unsupported-op', `${model.name} did not end within ${mostSteps} steps.`);
  }

  /** What one run finds seldom comes again, but the sizes that it begins with do: other plans stay from their second use. */
  private stepOf(among: Map<string, Step>, key: string | undefined, begins: boolean): Step {
    const known = key === undefined ? undefined : among.get(key);
    const step = known ?? { uses: 0, keeps: false, bytes: 0, next: new Map() };
    if (key === undefined) return step;
    if (!known) {
      among.set(key, step);
      this.seen += key.length + stepSize;
    }
    step.uses++;
    step.keeps = begins || step.uses > 1;
    return step;
  }

  /** Keeps a step's plan, and frees those that were not used for longest where they are too many or too large. */
  private async keep(step: Step, nodes: number): Promise<void> {
    this.kept.delete(step);
    this.kept.add(step);
    this.held -= step.bytes;
    step.bytes = (step.plan?.evaluator?.bytes ?? 0) + nodes * nodeSize;
    this.held += step.bytes;
    for (const other of this.kept) {
      if (this.kept.size <= mostKept && this.held <= this.most) break;
      if (other !== step) await this.free(other);
    }
  }

  /** What an output is called in a step. */
  private outputOf(stage: Stage, id: string): string {
    const at = this.staged.outputs.indexOf(id);
    return at < 0 ? id : stage.model.outputs[at]!;
  }

  /** What was put before the model's own inputs. */
  private async before(there: Tensors, options: RunOptions): Promise<void> {
    const { inputs } = this.staged;
    if (inputs.every(id => Object.hasOwn(there, id))) return;
    const key = JSON.stringify(Object.values(there).map(t => t.shape));
    let step = this.preparing.get(key);
    if (!step) {
      step = { uses: 1, keeps: true, bytes: 0, next: new Map() };
      this.preparing.set(key, step);
    }
    const weight = (name: string) => this.weights[name]!;
    await this.compute(step, { model: this.model, weight }, inputs, there, options);
    await this.keep(step, 0);
  }

  /** Adds values to those that are there, by a plan of what they need alone. */
  private async compute(
    step: Step,
    stage: Pick<Stage, 'model' | 'weight'>,
    outputs: readonly string[],
    there: Tensors,
    options: RunOptions,
  ): Promise<void> {
    step.plan ??= await this.compiled(stage, outputs, there);
    const { evaluator, inputs, constants } = step.plan;
    Object.assign(there, constants);
    if (!evaluator) return;
    const feeds = Object.fromEntries(inputs.map(id => [id, there[id]!]));
    const { values } = await evaluator.run(feeds, { ...options, inPlace: false });
    Object.assign(there, values);
  }

  private async compiled(
    stage: Pick<Stage, 'model' | 'weight'>,
    outputs: readonly string[],
    there: Tensors,
  ): Promise<Plan> {
    const missing = outputs.filter(id => !Object.hasOwn(there, id));
    if (missing.length === 0) return { inputs: [], constants: {} };
    const part = partOf(stage.model, missing, there);
    const weights: Tensors = {};
    for (const p of part.parameters) weights[p.name] = this.weightOf(stage, p);
    const constants: Tensors = {};
    for (const id of part.outputs) if (Object.hasOwn(weights, id)) constants[id] = weights[id]!;
    const computed = part.outputs.filter(id => !Object.hasOwn(constants, id));
    if (computed.length === 0) return { inputs: [], constants };
    const evaluator = await createEvaluator(
      this.executor,
      { ...part, outputs: computed },
      { bindings: bindingsOf(part, there), weights },
    );
    return { evaluator, inputs: part.inputs, constants };
  }

  /** Frees every step that is kept. */
  private async forget(): Promise<void> {
    const all = [...this.first.values(), ...this.preparing.values()];
    this.first.clear();
    this.preparing.clear();
    this.seen = 0;
    for (let step = all.pop(); step; step = all.pop()) {
      all.push(...step.next.values());
      await this.free(step);
    }
  }

  private async free(step: Step): Promise<void> {
    const { plan } = step;
    if (this.kept.delete(step)) this.held -= step.bytes;
    step.bytes = 0;
    delete step.plan;
    delete step.stage;
    await plan?.evaluator?.dispose();
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

  load(weights: Tensors): Promise<void> {
    return this.inTurn(async () => {
      Object.assign(this.weights, weights);
      await this.forget();
    });
  }

  dispose(): Promise<void> {
    return this.inTurn(async () => {
      await this.forget();
      this.staging?.close();
      this.staging = undefined;
    });
  }
}

/** Equal for equal values alone; none for so many that they will hardly come again. */
function keyOf(ids: readonly string[], known: Tensors): string | undefined {
  const size = ids.reduce((n, id) => n + known[id]!.data.length, 0);
  if (size > mostNumbers) return undefined;
  return ids.map(id => `${id}:${known[id]!.shape.join()}:${known[id]!.data.join()}`).join(';');
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
