/** Compiled training steps: forward, gradients and the optimiser's update in one plan, weights and state resident. */
import { VitrineError } from '../model/errors';
import type { Bindings, Model, Tensor, Tensors } from '../model/graph';
import { Random } from '../model/random';
import type { Draw } from './compile/graph';
import type { BackendInfo, BoundInput, StepResult, Trainer, TrainerRequest } from './engine';
import type { Executable, Executor } from './executors/executor';
import {
  batchSymbol,
  bound,
  checkFeed,
  checkWeights,
  type Input,
  inputsOf,
  requireInput,
  requireRows,
} from './feeds';
import type { BuiltLoss } from './lossGraph';
import { GROUPS } from './penalty';
import { planTraining, residentsOf } from './trainingPlan';
import { type Slot, type StepOptions, Updates } from './updates';
import { inTurn } from './yielding';

/** A plan for one batch size. */
interface Step {
  executable: Executable;
  loss: BuiltLoss;
  lossBuffer: string;
  output: { buffer: string; shape: readonly number[] };
  /** Buffer of each trained parameter's gradient. */
  gradients: ReadonlyMap<string, string>;
  draws: readonly Draw[];
  inputs: readonly Input[];
  /** Buffers that each step hands back: the loss and the output. */
  wanted: readonly string[];
}

/** The step count's name among the state's tensors. */
const STEP = 'step';
/** That of the batches, where it is another. */
const BATCHES = 'batches';

export async function createTrainer(
  executor: Executor,
  model: Model,
  request: TrainerRequest,
): Promise<CompiledTrainer> {
  checkWeights(model, request.weights);
  const updates = new Updates(model, request.optimizer, request.update ?? {});
  const trainer = new CompiledTrainer(executor, model, request, updates);
  await trainer.start();
  return trainer;
}

export class CompiledTrainer implements Trainer {
  private readonly steps = new Map<number, Step>();
  private active: Step | undefined;
  private readonly scalar = new Float32Array(1);
  private count = 0;
  /** Batches seen so far, from which random tensors are drawn; the steps where no gradients are added up. */
  private batches = 0;
  /** Parameters and what is kept for them, by the resident buffers' names. */
  private readonly residents: readonly string[];
  private readonly batch: string | undefined;

  constructor(
    private readonly executor: Executor,
    private readonly model: Model,
    private readonly request: TrainerRequest,
    private readonly updates: Updates,
  ) {
    this.batch = batchSymbol(model);
    this.residents = residentsOf(model, updates);
  }

  get backend(): BackendInfo {
    return this.active?.executable.backend ?? this.executor.backend;
  }

  async start(): Promise<void> {
    const { weights, state = {} } = this.request;
    const step = await this.compile(this.request.bindings, this.request.targets.shape);
    this.active = step;
    for (const p of this.model.parameters) step.executable.write(p.name, weights[p.name]!.data);
    for (const s of this.updates.slots) {
      if (step.executable.zeroed && s.start === 0 && !state[s.name]) continue;
      step.executable.write(s.name, this.firstValues(s, state[s.name]));
    }
    this.first = undefined;
    this.count = Number(state[STEP]?.data[0] ?? 0);
    this.batches = Number(state[BATCHES]?.data[0] ?? this.count);
  }

  step(feeds: Tensors, targets: Tensor, options: StepOptions): Promise<StepResult> {
    return inTurn(() => this.begin(feeds, targets, options));
  }

  private begin(feeds: Tensors, targets: Tensor, options: StepOptions): StepResult | Promise<StepResult> {
    const step = this.stepFor(feeds, targets);
    return step instanceof Promise
      ? step.then(s => this.run(s, feeds, targets, options))
      : this.run(step, feeds, targets, options);
  }

  private run(
    step: Step,
    feeds: Tensors,
    targets: Tensor,
    options: StepOptions,
  ): StepResult | Promise<StepResult> {
    const { executable, loss } = step;
    for (const input of step.inputs)
      executable.write(input.buffer, checkFeed(this.model, input, feeds[input.id]).data);
    executable.write(loss.target, loss.check(targets).data);
    if (loss.penalty) executable.write(GROUPS, loss.penalty.check(feeds[GROUPS]).data);
    const scalars = this.updates.scalars(this.count + 1, options);
    for (const id in scalars) {
      this.scalar[0] = scalars[id]!;
      executable.write(id, this.scalar);
    }
    if (options.accumulate?.last !== false) this.count++;
    draw(executable, step.draws, this.request.seed ?? 0, ++this.batches);
    const running = executable.run(step.wanted);
    const { inPlace } = options;
    return running ? running.then(() => resultOf(step, inPlace)) : resultOf(step, inPlace);
  }

  async bindInput(id: string, rows?: number): Promise<BoundInput> {
    if (!this.active) throw new VitrineError('bad-request', 'The trainer was disposed of.');
    const compiled = this.batch === undefined ? undefined : this.request.bindings[this.batch];
    const fewer = compiled !== undefined && rows !== undefined && rows !== compiled;
    if (fewer) requireRows(this.model, rows, compiled);
    const key = fewer ? rows : (compiled ?? 0);
    const step = this.steps.get(key) ?? (await this.compileFor(key));
    return bound(step.executable, requireInput(this.model, step.inputs, id));
  }

  async weights(): Promise<Tensors> {
    await this.active!.executable.fetch?.(this.model.parameters.map(p => p.name));
    return Object.fromEntries(
      this.model.parameters.map(p => {
        const data = this.active!.executable.read(p.name);
        const whole = !/^(b?float)/.test(p.dtype);
        return [p.name, { shape: p.shape, data: whole ? Int32Array.from(data) : data }];
      }),
    );
  }

  async averagedWeights(): Promise<Tensors> {
    await this.active!.executable.fetch?.(this.residents);
    return this.updates.averaged<Tensor>(await this.weights(), s => ({
      shape: s.shape,
      data: this.active!.executable.read(s.name),
    }));
  }

  async state(): Promise<Tensors> {
    const state: Tensors = { [STEP]: { shape: [], data: Int32Array.of(this.count) } };
    await this.active!.executable.fetch?.(this.updates.slots.map(s => s.name));
    if (this.batches !== this.count) state[BATCHES] = { shape: [], data: Int32Array.of(this.batches) };
    for (const s of this.updates.slots)
      state[s.name] = { shape: s.shape, data: this.active!.executable.read(s.name) };
    return state;
  }

  async gradientNorms(): Promise<Record<string, number>> {
    const { gradients, executable } = this.active!;
    await executable.fetch?.([...gradients.values()]);
    return Object.fromEntries(
      [...gradients].map(([name, buffer]) => {
        let sum = 0;
        for (const g of executable.read(buffer)) sum += g * g;
        return [name, Math.sqrt(sum)];
      }),
    );
  }

  async gradients(): Promise<Tensors> {
    const { gradients, executable } = this.active!;
    await executable.fetch?.([...gradients.values()]);
    return Object.fromEntries(
      [...gradients].map(([name, buffer]) => {
        const { shape } = this.model.parameters.find(p => p.name === name)!;
        return [name, { shape, data: executable.read(buffer) }];
      }),
    );
  }

  async dispose(): Promise<void> {
    for (const s of this.steps.values()) await s.executable.dispose();
    this.steps.clear();
    this.active = undefined;
  }

  private first: Float32Array | undefined;

  private firstValues(s: Slot, saved: Tensor | undefined): Float32Array | Int32Array {
    const size = s.shape.reduce((n, d) => n * d, 1);
    if (!saved && s.start === undefined) return this.request.weights[s.parameter]!.data;
    if (!saved) {
      // One array for all slots, one after the other: one for each is twice the weights for Adam, left to be collected.
      if (!this.first || this.first.length < size) this.first = new Float32Array(size);
      return this.first.subarray(0, size).fill(s.start!);
    }
    if (saved.data.length === size) return saved.data;
    throw new VitrineError('bad-file', `The saved optimiser state "${s.name}" does not fit its parameter.`);
  }

  /** The plan for as many rows as the feeds have; weights and state move to it. */
  private stepFor(feeds: Tensors, targets: Tensor): Step | Promise<Step> {
    if (!this.active) throw new VitrineError('bad-request', 'The trainer was disposed of.');
    const compiled = this.batch === undefined ? undefined : this.request.bindings[this.batch];
    const rows = feeds[this.model.inputs[0]!]?.shape[0];
    const fewer = this.batch !== undefined && rows !== undefined && compiled !== undefined && rows < compiled;
    const step = this.steps.get(fewer ? rows : (compiled ?? 0));
    return step === this.active ? step : this.moveTo(step, rows!, targets);
  }

  private async moveTo(known: Step | undefined, rows: number, targets: Tensor): Promise<Step> {
    const step = known ?? (await this.compileFor(rows, targets.shape));
    await this.active!.executable.fetch?.(this.residents);
    for (const name of this.residents) step.executable.write(name, this.active!.executable.read(name));
    this.active = step;
    return step;
  }

  private compileFor(rows: number, targetShape?: readonly number[]): Promise<Step> {
    const { bindings, targets } = this.request;
    const shape = targetShape ?? [rows, ...targets.shape.slice(1)];
    return this.compile({ ...bindings, [this.batch!]: rows }, shape);
  }

  private async compile(bindings: Bindings, targetShape: readonly number[]): Promise<Step> {
    const { model, request } = this;
    const targets = { ...request.targets, shape: targetShape };
    const { graph, plan, loss, gradients, bufferOf } = planTraining(
      model,
      { ...request, targets },
      this.updates,
      bindings,
      this.executor.fast,
    );
    const output = model.outputs[0]!;
    const wanted = [bufferOf(loss.value), bufferOf(output)] as const;
    const step: Step = {
      executable: await this.executor.compile(plan),
      loss,
      lossBuffer: wanted[0],
      output: { buffer: wanted[1], shape: graph.shape(output) },
      wanted,
      gradients: new Map(gradients.map(([name, g]) => [name, bufferOf(g)])),
      draws: graph.draws,
      inputs: inputsOf(model, graph, bufferOf),
    };
    this.steps.set(this.batch === undefined ? 0 : bindings[this.batch]!, step);
    return step;
  }
}

function resultOf({ executable, lossBuffer, output }: Step, inPlace = false): StepResult {
  const { buffer, shape } = output;
  const data = inPlace && executable.view ? executable.view(buffer) : executable.read(buffer);
  return { loss: executable.read(lossBuffer)[0]!, output: { shape: shape.slice(), data } };
}

/** Fills the random tensors of a step; each has its own stream, so that a resumed run draws the same. */
export function draw(executable: Executable, draws: readonly Draw[], seed: number, step: number): void {
  if (draws.length === 0) return;
  draws.forEach(({ id, shape, chance }, i) => {
    const random = new Random(seed, `draw:${i}:${step}`);
    const data = new Float32Array(shape.reduce((n, d) => n * d, 1));
    if (chance.kind === 'bernoulli') {
      const threshold = chance.keep * 4294967296;
      for (let j = 0; j < data.length; j++) data[j] = random.uint32() < threshold ? chance.value : 0;
    } else if (chance.kind === 'normal')
      for (let j = 0; j < data.length; j++) data[j] = random.normal(chance.mean, chance.std);
    else for (let j = 0; j < data.length; j++) data[j] = random.uniform(chance.low, chance.high);
    executable.write(id, data);
  });
}
