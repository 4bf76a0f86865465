/** Compiled evaluation: outputs, inner values and gradients of a model with resident weights. */
import { bindDim, symbolsOf } from '../model/dim';
import { VitrineError } from '../model/errors';
import type { Bindings, Model, Shape, Tensor, Tensors } from '../model/graph';
import { differentiate } from './compile/autodiff';
import { bindModel, type Graph } from './compile/graph';
import { lower } from './compile/plan';
import type { BackendInfo, BoundInput, Evaluation, Evaluator, EvaluatorRequest, RunOptions } from './engine';
import type { Executable, Executor } from './executors/executor';
import {
  batchSymbol,
  bound,
  checkFeed,
  checkFilled,
  checkWeights,
  head,
  type Input,
  inputsOf,
  requireInput,
  requireRows,
  sameShape,
  shapeText,
} from './feeds';
import { addLoss, type BuiltLoss } from './lossGraph';
import { draw } from './trainer';
import { inTurn } from './yielding';

/** What a run hands back. */
interface Result {
  id: string;
  /** Undefined for the gradient of what the output does not depend on: zeros. */
  buffer: string | undefined;
  shape: readonly number[];
  /** Whole numbers, or truth values. */
  whole: boolean;
}

interface Compiled {
  bytes: number;
  rows: number | undefined;
  graph: Graph;
  executable: Executable;
  values: readonly Result[];
  gradients: readonly Result[];
  loss?: BuiltLoss;
  lossBuffer?: string;
  inputs: readonly Input[];
  /** Buffers that each run hands back. */
  wanted: readonly string[];
}

const SEED = '%seed';
/** Plans for smaller batches that are kept besides the main one. */
const KEPT = 3;

export async function createEvaluator(
  executor: Executor,
  model: Model,
  request: EvaluatorRequest,
): Promise<Evaluator> {
  checkWeights(model, request.weights);
  for (const id of [...(request.fetch ?? []), ...(request.gradients ?? [])]) {
    if (!model.values[id] && !model.parameters.some(p => p.name === id))
      throw new VitrineError('bad-request', `${model.name} has no value "${id}".`);
  }
  const evaluator = new CompiledEvaluator(executor, model, request);
  await evaluator.start();
  return evaluator;
}

class CompiledEvaluator implements Evaluator {
  private main: Compiled | undefined;
  private readonly others = new Map<number, Compiled>();
  private readonly batch: string | undefined;
  private weights: Tensors;
  private runs = 0;

  constructor(
    private readonly executor: Executor,
    private readonly model: Model,
    private readonly request: EvaluatorRequest,
  ) {
    this.batch = batchSymbol(model);
    this.weights = { ...request.weights };
  }

  get backend(): BackendInfo {
    return this.main?.executable.backend ?? this.executor.backend;
  }

  get bytes(): number {
    const all = [...(this.main ? [this.main] : []), ...this.others.values()];
    return all.reduce((sum, c) => sum + c.bytes, 0);
  }

  async start(): Promise<void> {
    this.main = await this.compile(this.request.bindings);
  }

  run(feeds: Tensors, options: RunOptions = {}): Promise<Evaluation> {
    return inTurn(() => this.begin(feeds, options));
  }

  private begin(feeds: Tensors, options: RunOptions): Evaluation | Promise<Evaluation> {
    if (!this.main) throw new VitrineError('bad-request', 'The evaluator was disposed of.');
    const rows = this.batch === undefined ? undefined : feeds[this.model.inputs[0]!]?.shape[0];
    const full = this.main.rows;
    if (this.request.carry || rows === undefined || full === undefined || rows >= full)
      return this.evaluate(this.main, feeds, options);
    if (!(rows > 0 && this.mayPad())) return this.planFor(rows).then(c => this.evaluate(c, feeds, options));
    return this.evaluatePadded(this.main, rows, full, feeds, options);
  }

  private async evaluatePadded(
    main: Compiled,
    rows: number,
    full: number,
    feeds: Tensors,
    { seed, inPlace }: RunOptions,
  ): Promise<Evaluation> {
    const padded: Tensors = {};
    for (const input of main.inputs) {
      const { id } = input;
      const feed = feeds[id];
      if (!feed) continue;
      checkFilled(`the input "${id}"`, feed);
      const short = this.growsWithBatch(this.model.values[id]!.shape) && feed.shape[0] === rows;
      padded[id] = short ? padInput(main.executable, input, feed, full) : feed;
      checkFeed(this.model, input, padded[id]);
    }
    const all = await this.evaluate(main, padded, {
      ...(seed && { seed: pad(seed, main.graph.shape(this.model.outputs[0]!)[0]!) }),
      inPlace: true,
    });
    return {
      values: this.cut(all.values, rows, inPlace),
      gradients: this.cut(all.gradients, rows, inPlace),
    };
  }

  async bindInput(id: string, rows?: number): Promise<BoundInput> {
    const { main } = this;
    if (!main) throw new VitrineError('bad-request', 'The evaluator was disposed of.');
    const input = requireInput(this.model, main.inputs, id);
    if (Object.hasOwn(this.request.carry ?? {}, id))
      throw new VitrineError(
        'bad-request',
        `The input "${input.name}" is carried from run to run: it cannot be bound.`,
      );
    const full = main.rows;
    if (rows === undefined || full === undefined || rows === full) return bound(main.executable, input);
    requireRows(this.model, rows, full);
    if (rows > 0 && this.mayPad()) return bound(main.executable, input, this.firstAxis(id, rows));
    const other = await this.planFor(rows);
    return bound(other.executable, requireInput(this.model, other.inputs, id));
  }

  /** Of a value that grows with the batch, how long its first axis is for so many rows; undefined of others. */
  private firstAxis(id: string, rows: number): number | undefined {
    const shape = this.model.values[id]?.shape;
    if (!shape || !this.growsWithBatch(shape)) return undefined;
    return Number(bindDim(shape[0]!, { ...this.request.bindings, [this.batch!]: rows }));
  }

  async load(weights: Tensors): Promise<void> {
    checkWeights(this.model, weights, true);
    for (const p of this.model.parameters) if (weights[p.name]) this.weights[p.name] = weights[p.name]!;
    for (const c of [this.main, ...this.others.values()]) {
      if (c) this.loadInto(c, weights);
    }
  }

  async carried(input: string): Promise<Tensor> {
    const { main } = this;
    if (!main || !Object.hasOwn(this.request.carry ?? {}, input))
      throw new VitrineError('bad-request', `Nothing is carried in "${input}".`);
    const { buffer, shape } = main.inputs.find(i => i.id === input)!;
    await main.executable.fetch?.([buffer]);
    return { shape: shape.slice(), data: main.executable.read(buffer) };
  }

  async dispose(): Promise<void> {
    for (const c of [this.main, ...this.others.values()]) await c?.executable.dispose();
    this.main = undefined;
    this.others.clear();
  }

  private loadInto(c: Compiled, weights: Tensors): void {
    for (const p of this.model.parameters)
      if (weights[p.name]) c.executable.write(p.name, weights[p.name]!.data);
  }

  /** Whether rows are known to be apart: then a short batch is padded, instead of compiled for. */
  private mayPad(): boolean {
    const { loss, training, gradients = [], fetch = [] } = this.request;
    if (loss || training || !this.batch) return false;
    const ids = [...this.model.inputs, ...this.model.outputs, ...fetch, ...gradients];
    return ids.every(id => {
      const value = this.model.values[id];
      // A parameter's gradient is a sum over rows, and padding adds zeros to it.
      if (!value) return true;
      return (
        this.growsWithBatch(value.shape) &&
        !value.shape.slice(1).some(d => symbolsOf(d).includes(this.batch!))
      );
    });
  }

  private growsWithBatch(shape: Shape): boolean {
    return shape[0] !== undefined && symbolsOf(shape[0]).includes(this.batch!);
  }

  /** The first rows of what lies in place, as copies unless they are asked for there. */
  private cut(tensors: Tensors, rows: number, inPlace = false): Tensors {
    return Object.fromEntries(
      Object.entries(tensors).map(([id, t]) => {
        const own = head(t, this.firstAxis(id, rows) ?? t.shape[0] ?? 1);
        return [id, inPlace ? own : { ...own, data: own.data.slice() }];
      }),
    );
  }

  private async planFor(rows: number): Promise<Compiled> {
    const known = this.others.get(rows);
    if (known) return known;
    const [oldest] = this.others.keys();
    if (this.others.size >= KEPT) {
      await this.others.get(oldest!)!.executable.dispose();
      this.others.delete(oldest!);
    }
    const made = await this.compile({ ...this.request.bindings, [this.batch!]: rows });
    this.others.set(rows, made);
    return made;
  }

  private evaluate(c: Compiled, feeds: Tensors, options: RunOptions): Evaluation | Promise<Evaluation> {
    const { graph, executable } = c;
    const { carry, loss, gradients } = this.request;
    for (const input of c.inputs) {
      const feed = feeds[input.id];
      if (feed || !carry || !Object.hasOwn(carry, input.id))
        executable.write(input.buffer, checkFeed(this.model, input, feed).data);
    }
    if (c.loss) {
      if (options.targets || loss) executable.write(c.loss.target, c.loss.check(options.targets).data);
    } else if (gradients?.length) executable.write(SEED, this.checkSeed(graph, options.seed).data);
    draw(executable, graph.draws, 0, ++this.runs);
    const running = executable.run(c.wanted);
    const { inPlace } = options;
    return running ? running.then(() => resultsOf(c, inPlace)) : resultsOf(c, inPlace);
  }

  private checkSeed(graph: Graph, seed: Tensor | undefined): Tensor {
    const shape = graph.shape(this.model.outputs[0]!);
    if (!seed)
      throw new VitrineError(
        'bad-request',
        `Gradients without a loss need a seed of the shape ${shapeText(shape)}.`,
      );
    checkFilled('the seed', seed);
    if (!sameShape(seed.shape, shape))
      throw new VitrineError(
        'shape-mismatch',
        `The seed has the shape ${shapeText(seed.shape)}, but ${this.model.name}'s first output has ${shapeText(shape)}.`,
      );
    return seed;
  }

  private async compile(bindings: Bindings): Promise<Compiled> {
    const { model, request } = this;
    const graph = bindModel(model, bindings, request.training ?? false);
    // Running statistics stay as they are: evaluation changes nothing.
    graph.updates.length = 0;
    const output = model.outputs[0];
    if (output === undefined) throw new VitrineError('bad-model', `${model.name} has no output.`);
    const rows = this.batch === undefined ? undefined : bindings[this.batch];
    const targets = request.targets && {
      ...request.targets,
      shape: [rows ?? request.targets.shape[0]!, ...request.targets.shape.slice(1)],
    };
    const loss = request.loss && addLoss(graph, model, request.loss, targets);
    const wanted = request.gradients ?? [];
    let gradients = new Map<string, string | undefined>();
    const { carry = {} } = request;
    const kept = Object.keys(carry);
    for (const [id, value] of Object.entries(carry)) {
      if (!model.inputs.includes(id) || !model.outputs.includes(value))
        throw new VitrineError('bad-request', `${model.name} cannot carry the output "${value}" in "${id}".`);
      if (!sameShape(graph.shape(id), graph.shape(value)))
        throw new VitrineError(
          'shape-mismatch',
          `${model.name} cannot carry the output "${value}" of the shape ${shapeText(graph.shape(value))} in "${id}", which takes ${shapeText(graph.shape(id))}.`,
        );
      graph.updates.push({ resident: id, value });
    }
    const carriedOutputs = new Set(Object.values(carry));
    const inputs = model.inputs.filter(id => !kept.includes(id));
    if (loss) inputs.push(loss.target);
    if (wanted.length > 0) {
      const seeds = loss
        ? new Map([[loss.value, graph.scalar(1)]])
        : new Map([[output, graph.declare(SEED, { dtype: 'float32', shape: graph.shape(output) })]]);
      if (!loss) inputs.push(SEED);
      gradients = differentiate(graph, seeds, wanted, request.rules);
    }
    const values = [
      ...new Set([...model.outputs.filter(id => !carriedOutputs.has(id)), ...(request.fetch ?? [])]),
    ];
    const { plan, bufferOf } = lower(
      graph,
      {
        inputs: [...inputs, ...graph.draws.map(d => d.id)],
        residents: [...model.parameters.map(p => p.name), ...kept],
        outputs: [
          ...values,
          ...[...gradients.values()].filter(g => g !== undefined),
          ...(loss ? [loss.value] : []),
        ],
      },
      this.executor.fast,
    );
    const executable = await this.executor.compile(plan);
    const compiled: Compiled = {
      bytes: executable.bytes ?? [...plan.sizes.values()].reduce((sum, size) => sum + 4 * size, 0),
      rows,
      graph,
      executable,
      values: values.map(id => ({
        id,
        buffer: bufferOf(id),
        shape: graph.shape(id),
        whole: !/^(b?float)/.test(graph.type(id).dtype),
      })),
      gradients: [...gradients].map(([id, g]) => ({
        id,
        buffer: g === undefined ? undefined : bufferOf(g),
        shape: graph.shape(id),
        whole: false,
      })),
      ...(loss && { loss, lossBuffer: bufferOf(loss.value) }),
      inputs: inputsOf(model, graph, bufferOf),
      wanted: plan.outputs,
    };
    this.loadInto(compiled, this.weights);
    for (const id of kept) compiled.executable.write(bufferOf(id), zeros(graph.shape(id)));
    return compiled;
  }
}

function resultsOf(c: Compiled, inPlace = false): Evaluation {
  const { executable } = c;
  const dataOf = ({ buffer, shape, whole }: Result): Tensor['data'] => {
    if (buffer === undefined) return zeros(shape);
    if (whole) return Int32Array.from(executable.view?.(buffer) ?? executable.read(buffer));
    return inPlace && executable.view ? executable.view(buffer) : executable.read(buffer);
  };
  const read = (results: readonly Result[]): Tensors => {
    const tensors: Tensors = {};
    for (const r of results) tensors[r.id] = { shape: r.shape.slice(), data: dataOf(r) };
    return tensors;
  };
  const made: Evaluation = { values: read(c.values), gradients: read(c.gradients) };
  if (c.lossBuffer) made.loss = executable.read(c.lossBuffer)[0]!;
  return made;
}

/** An input filled up with rows of zeros, where the plan reads it if that is within reach. */
function padInput(executable: Executable, { buffer, shape }: Input, feed: Tensor, rows: number): Tensor {
  const fits = sameShape(feed.shape.slice(1), shape.slice(1));
  const place = fits ? executable.view?.(buffer) : undefined;
  if (!place) return pad(feed, rows);
  executable.write(buffer, feed.data);
  return { shape, data: place.fill(0, feed.data.length) };
}

function pad(t: Tensor, rows: number): Tensor {
  const [given = 1, ...rest] = t.shape;
  const data = new (t.data.constructor as Float32ArrayConstructor)(
    (t.data.length / Math.max(given, 1)) * rows,
  );
  data.set(t.data);
  return { shape: [rows, ...rest], data };
}

function zeros(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((n, d) => n * d, 1));
}
