/**
 * How explanations ask the engine: any number of altered samples in, the explained output (and its gradient) back.
 * Batches are cut to a size that fits memory; cancellation and the event loop get their turn between them.
 */
import type { Evaluator } from '../engine/engine';
import type { GradientRules } from '../engine/op';
import { bindDim, bindShape, concreteShape, equalDims, symbolsOf } from '../model/dim';
import { throwIfCancelled, VitrineError } from '../model/errors';
import type { Bindings, Dim, Model, Tensor, Tensors } from '../model/graph';
import { answersByRow } from '../model/rows';
import type { ExplanationRequest } from './method';

/** What a probe needs of a request. */
export type Subject = Pick<
  ExplanationRequest,
  'engine' | 'model' | 'weights' | 'target' | 'sign' | 'signal' | 'input' | 'dataset' | 'loss'
>;

/** Writes sample `row` into `into`, which has the size of one sample and holds leftovers. */
export type Fill = (row: number, into: Float32Array) => void;

export interface ProbeOptions {
  /** How many samples one call takes at most; a hint that memory may lower. */
  rows: number;
  /** Also differentiates with respect to the model's input. */
  gradients?: boolean;
  /** Differentiates with respect to this inner value instead, and returns it. */
  inner?: string;
  /** Rules that replace ops' gradients. */
  rules?: GradientRules;
}

/**
 * Floats that the activations of one batch may take: 128 MB at most. Larger batches are no faster, as they leave the
 * caches, and cancellation is heard between batches.
 */
const batchBudget = 2 ** 25;

export class Probe {
  private scratch = new Float32Array(0);

  private constructor(
    private readonly subject: Subject,
    private readonly evaluator: Evaluator,
    /** Samples per call. */
    readonly rows: number,
    readonly sampleShape: readonly number[],
    /** The model's output for one sample. */
    readonly outputShape: readonly number[],
    /** Whether the output begins with the batch. */
    private readonly leads: boolean,
    private readonly wrt: string | undefined,
    /** Sizes of the model's symbols in one call. */
    readonly bindings: Bindings,
  ) {}

  /**
   * @param sampleShape one sample without the batch.
   * @throws bad-model for a model without exactly one input; shape-mismatch when the sample does not fit it;
   *   bad-request when the target is not one of the outputs; unsupported-op for gradients of a model that is run in steps.
   */
  static async open(subject: Subject, sampleShape: readonly number[], options: ProbeOptions): Promise<Probe> {
    const { model, engine, weights } = subject;
    const input = theInput(model);
    const outputId = model.outputs[0];
    if (outputId === undefined)
      throw new VitrineError('bad-model', `${model.name} returns nothing, so there is nothing to explain.`);
    const differentiate = options.gradients || options.inner !== undefined;
    if (options.gradients && model.values[input]!.dtype.startsWith('int')) {
      throw new VitrineError(
        'bad-request',
        `${model.name} takes whole numbers, which have no gradient. Use a method that needs none, such as feature_ablation.`,
      );
    }
    // Where rows and places share an axis, a row's part is told by giving it alone.
    const axes = [input, outputId].map(id => model.values[id]!.shape[0] ?? 1) as [Dim, Dim];
    const wanted = equalDims(...axes) ? Math.max(1, Math.ceil(options.rows)) : 1;
    const rows = batchFor(model, sampleShape, wanted, differentiate);
    const bindings = bindingsFor(model, sampleShape, rows);
    const wrt = options.inner ?? (options.gradients ? input : undefined);
    const evaluator = await engine.evaluator(model, {
      bindings,
      weights,
      ...(wrt !== undefined && { gradients: [wrt] }),
      ...(options.inner !== undefined && { fetch: [options.inner] }),
      ...(options.rules && { rules: options.rules }),
    });
    try {
      const declared = bindShape(model.values[outputId]!.shape, bindings);
      const output = declared.every(d => typeof d === 'number')
        ? concreteShape(declared)
        : await shapeOfFirst(subject, evaluator, [rows, ...sampleShape]);
      const leads = output[0] === rows;
      const outputShape = leads ? output.slice(1) : output;
      const width = outputShape.reduce((a, b) => a * b, 1);
      if (width === 0)
        throw new VitrineError(
          'bad-request',
          `The output "${outputId}" of ${model.name} is (${output.join(', ')}): it has no numbers for this row, so there is nothing to explain. Choose a row for which it has some, or another output.`,
        );
      const target = subject.target ?? 0;
      if (!Number.isInteger(target) || target < 0 || target >= width) {
        throw new VitrineError(
          'bad-request',
          `${model.name} has ${width === 1 ? 'one output, number 0' : `${width} outputs, 0 to ${width - 1}`}; output ${target} was asked for.`,
        );
      }
      return new Probe(subject, evaluator, rows, sampleShape, outputShape, leads, wrt, bindings);
    } catch (e) {
      await evaluator.dispose();
      throw e;
    }
  }

  /** Numbers in one sample. */
  get size(): number {
    return this.sampleShape.reduce((a, b) => a * b, 1);
  }

  /** Numbers in the output of one sample. */
  get width(): number {
    return this.outputShape.reduce((a, b) => a * b, 1);
  }

  /** The outputs of `count` samples, [count × width]. */
  async outputs(count: number, fill: Fill, progress?: (done: number) => void): Promise<Float32Array> {
    const all = new Float32Array(count * this.width);
    await this.batches(
      count,
      fill,
      ({ from, output }) => all.set(output, from * this.width),
      progress,
      false,
    );
    return all;
  }

  /** The explained output of `count` samples: the target's, with the request's sign. */
  async scores(count: number, fill: Fill, progress?: (done: number) => void): Promise<Float64Array> {
    const outputs = await this.outputs(count, fill, progress);
    return this.pick(outputs);
  }

  /**
   * Gradients of the explained output. `each` gets the gradient of one sample with respect to the input (or the inner
   * value, whose values come along) and the explained output; the arrays are valid during the call only.
   */
  async gradients(
    count: number,
    fill: Fill,
    each: (row: number, gradient: Float32Array, score: number, inner?: Float32Array) => void,
    progress?: (done: number) => void,
  ): Promise<void> {
    await this.batches(
      count,
      fill,
      ({ from, rows, output, gradient, inner }) => {
        const scores = this.pick(output);
        const g = gradient!.length / rows;
        const v = inner ? inner.length / rows : 0;
        for (let r = 0; r < rows; r++) {
          each(
            from + r,
            gradient!.subarray(r * g, (r + 1) * g),
            scores[r]!,
            inner?.subarray(r * v, (r + 1) * v),
          );
        }
      },
      progress,
      true,
    );
  }

  /** The target's output of each row, with the request's sign. */
  pick(outputs: Float32Array): Float64Array {
    const { width } = this;
    const target = this.subject.target ?? 0;
    const sign = this.subject.sign ?? 1;
    return Float64Array.from(
      { length: outputs.length / width },
      (_, r) => sign * outputs[r * width + target]!,
    );
  }

  async dispose(): Promise<void> {
    await this.evaluator.dispose();
  }

  private async batches(
    count: number,
    fill: Fill,
    take: (batch: {
      from: number;
      rows: number;
      output: Float32Array;
      gradient?: Float32Array;
      inner?: Float32Array;
    }) => void,
    progress: ((done: number) => void) | undefined,
    gradients: boolean,
  ): Promise<void> {
    const { subject, size } = this;
    const { model, signal } = subject;
    const input = model.inputs[0]!;
    const fixed = symbolsOf(model.values[input]!.shape[0] ?? 0).length === 0;
    for (let from = 0; from < count; from += this.rows) {
      throwIfCancelled(signal);
      const rows = Math.min(this.rows, count - from);
      // A model whose batch is a number, not a symbol, takes exactly that many.
      const given = fixed ? this.rows : rows;
      if (this.scratch.length !== given * size) this.scratch = new Float32Array(given * size);
      for (let r = 0; r < rows; r++) fill(from + r, this.scratch.subarray(r * size, (r + 1) * size));
      const shape = [given, ...this.sampleShape];
      const integer = model.values[input]!.dtype.startsWith('int');
      const data = integer ? Int32Array.from(this.scratch) : this.scratch;
      const result = await this.evaluator.run(
        { [input]: { shape, data } },
        this.wrt === undefined ? undefined : { seed: this.seed(given, gradients) },
      );
      const whole = result.values[model.outputs[0]!]!;
      this.requireSize(whole, given);
      const output = floats(whole).subarray(0, rows * this.width);
      finite(output, `${model.name}'s output`);
      const g = this.wrt === undefined ? undefined : result.gradients[this.wrt];
      const gradient = g && floats(g).subarray(0, (g.data.length / given) * rows);
      if (gradients && gradient) finite(gradient, `${model.name}'s gradient`);
      const v = this.wrt === undefined ? undefined : result.values[this.wrt];
      const inner = v && floats(v).subarray(0, (v.data.length / given) * rows);
      take({ from, rows, output, gradient, inner });
      progress?.((from + rows) / count);
      await breathe();
    }
    throwIfCancelled(signal);
  }

  /** Of models run in steps the sizes are those of the values that they are given. */
  private requireSize({ shape, data }: Tensor, rows: number): void {
    if (data.length === rows * this.width) return;
    const { model } = this.subject;
    throw new VitrineError(
      'bad-model',
      `The output "${model.outputs[0]}" of ${model.name} is (${shape.join(', ')}) for ${rows === 1 ? 'one row' : `${rows} rows`}, but ${this.width} numbers a row are explained. Its size depends on values; explain an output of one size.`,
      model.definition && { at: model.definition },
    );
  }

  private seed(rows: number, wanted: boolean): Tensor {
    const data = new Float32Array(rows * this.width);
    if (wanted) {
      for (let r = 0; r < rows; r++)
        data[r * this.width + (this.subject.target ?? 0)] = this.subject.sign ?? 1;
    }
    return { shape: this.leads ? [rows, ...this.outputShape] : this.outputShape, data };
  }
}

/** The size of an output that running alone tells: that of the row that is explained, else of the data's first. */
async function shapeOfFirst(
  { model, input, dataset }: Subject,
  evaluator: Evaluator,
  shape: readonly number[],
): Promise<readonly number[]> {
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const first = dataset && (dataset.splits.train[0] ?? dataset.splits.test[0]);
  const row = input ?? (first === undefined ? undefined : dataset?.batch([first]).input);
  const id = model.inputs[0]!;
  const integer = model.values[id]!.dtype.startsWith('int');
  const data = new (integer ? Int32Array : Float32Array)(shape[0]! * size);
  if (row && row.data.length >= size)
    for (let r = 0; r < shape[0]!; r++) data.set(row.data.subarray(0, size), r * size);
  const { values } = await evaluator.run({ [id]: { shape, data } });
  return values[model.outputs[0]!]!.shape;
}

/** Opens a probe, gives it to `use`, and frees it whatever happens. */
export async function withProbe<T>(
  subject: Subject,
  sampleShape: readonly number[],
  options: ProbeOptions,
  use: (probe: Probe) => Promise<T>,
): Promise<T> {
  const probe = await Probe.open(subject, sampleShape, options);
  try {
    return await use(probe);
  } finally {
    await probe.dispose();
  }
}

/**
 * The sample that a request is about, as floats, and its shape without the batch.
 *
 * @throws bad-request when the request has none, or values that are no numbers.
 */
export function sampleOf(request: Pick<ExplanationRequest, 'input'>): {
  data: Float32Array;
  shape: readonly number[];
} {
  const { input } = request;
  if (input?.shape[0] !== 1)
    throw new VitrineError('bad-request', 'This method explains one prediction: give it a row or values.');
  const data = floats(input);
  if (!data.every(Number.isFinite))
    throw new VitrineError('bad-request', 'The input has values that are not finite numbers.');
  return { data, shape: input.shape.slice(1) };
}

/** Weights of another model of the same kind leave the request's other parts as they are. */
export function withWeights<T extends Subject>(subject: T, weights: Tensors): T {
  return { ...subject, weights };
}

/** The id of the model's one input. */
function theInput(model: Model): string {
  const [id, ...more] = model.inputs;
  if (id === undefined || more.length > 0) {
    throw new VitrineError(
      'bad-model',
      `${model.name} takes ${model.inputs.length} inputs. Explanations are made for models with one.`,
    );
  }
  return id;
}

/** Sizes of the model's symbols for so many rows of a sample. @throws shape-mismatch when the sample does not fit. */
export function bindingsFor(model: Model, sampleShape: readonly number[], rows: number): Bindings {
  const wanted = model.values[theInput(model)]!.shape;
  const given = [rows, ...sampleShape];
  const bindings: Record<string, number> = {};
  wanted.forEach((dim, i) => {
    if (typeof dim === 'string' && /^[A-Za-z_]\w*$/.test(dim) && given[i] !== undefined)
      bindings[dim] ??= given[i];
  });
  const bound = bindShape(wanted, bindings);
  if (bound.length !== given.length || bound.some((dim, i) => dim !== given[i])) {
    throw new VitrineError(
      'shape-mismatch',
      `${model.name} takes an input of shape (${wanted.join(', ')}), but the sample gives (N, ${sampleShape.join(', ')}).`,
      model.definition && { at: model.definition },
    );
  }
  return bindings;
}

/**
 * As many rows as wanted, unless their activations would not fit, or the model says itself how many. Batches are then
 * of the same size, so that the last one is not mostly padding.
 */
export function batchFor(
  model: Model,
  sampleShape: readonly number[],
  wanted: number,
  gradients: boolean,
): number {
  const first = model.values[theInput(model)]!.shape[0];
  if (typeof first === 'number') return first;
  // Answers of several rows at once could not be told apart.
  if (!answersByRow(model)) return 1;
  const bindings = bindingsFor(model, sampleShape, 1);
  let perRow = 0;
  for (const value of Object.values(model.values)) {
    if (!value.shape.some(dim => symbolsOf(dim).length > 0)) continue;
    let size = 1;
    for (const dim of value.shape) {
      const bound = bindDim(dim, bindings);
      size *= typeof bound === 'number' ? bound : 1;
    }
    perRow += size;
  }
  if (gradients) perRow *= 2;
  const most = Math.max(1, Math.floor(batchBudget / Math.max(1, perRow)));
  return Math.max(1, Math.ceil(wanted / Math.ceil(wanted / most)));
}

export function floats(tensor: Tensor): Float32Array {
  return tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
}

/** @throws diverged */
export function finite(values: Float32Array, what: string): void {
  for (const v of values) {
    if (Number.isFinite(v)) continue;
    throw new VitrineError(
      'diverged',
      `${what} has values that are not finite numbers, so it cannot be explained. ` +
        'Look at the input for extreme values, or train again with a lower learning rate.',
    );
  }
}

let lastBreath = 0;

/** Lets messages through: kernels may run without ever giving the event loop a turn. */
export async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - lastBreath < 8) return;
  await new Promise<void>(resolve => setTimeout(resolve));
  lastBreath = performance.now();
}
