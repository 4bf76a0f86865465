/**
 * A generator with its caches: it computes new tokens only. What was kept of the ones before stays where the engine
 * computes, so a token costs the weights once and one look over the cache, however long the text has become.
 */
import type { Engine, Evaluator } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { Generator } from '../../formats/huggingface/generation';
import { VitrineError } from '../../model/errors';
import type { Tensor, Tensors } from '../../model/graph';

/** Prompts from this length on are taken in at once, by a plan of their own. */
const longPrompt = 8;

export class CachedDecoder {
  private evaluator: Evaluator | undefined;
  private position = 0;

  private constructor(
    private readonly engine: Engine,
    private readonly generator: Generator,
    /** How many texts go on side by side. */
    readonly rows: number,
    private readonly capacity: number,
    /** What an encoder gave, by input; the same for all rows. */
    private readonly memory: Tensors,
  ) {}

  /**
   * @param capacity how many tokens the longest text will have.
   * @param source tokens of the text that an encoder reads, or the sound that it hears (1, bands, frames).
   */
  static async open(
    engine: Engine,
    generator: Generator,
    { rows = 1, capacity, source }: { rows?: number; capacity: number; source?: readonly number[] | Tensor },
  ): Promise<CachedDecoder> {
    const memory = generator.memory ? await encode(engine, generator, source ?? [], rows) : {};
    return new CachedDecoder(engine, generator, rows, capacity, memory);
  }

  /**
   * Takes in new tokens (the same number for each row) behind those so far.
   *
   * @returns the scores of what follows, one array of the vocabulary's length a row.
   */
  async feed(tokens: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const count = tokens[0]!.length;
    if (this.position + count > this.capacity)
      throw new VitrineError('bad-request', `The cache holds ${this.capacity} tokens.`);
    if (this.evaluator || count < longPrompt) {
      this.evaluator ??= await this.plan(1);
      let scores: Float32Array[] = [];
      for (let i = 0; i < count; i++) scores = await this.run(this.evaluator, tokens, i, 1);
      return scores;
    }
    const whole = await this.plan(count);
    try {
      const scores = await this.run(whole, tokens, 0, count);
      const kept: Record<string, Tensor> = {};
      for (const id of Object.keys(this.generator.carry)) kept[id] = await whole.carried!(id);
      this.pending = kept;
      return scores;
    } finally {
      await whole.dispose();
      this.evaluator = await this.plan(1);
    }
  }

  /** What the next run starts from, where it isn't what the last one left. */
  private pending: Tensors = {};

  /** Row i goes on with what row `from[i]` has kept. */
  async reorder(from: readonly number[]): Promise<void> {
    if (from.every((f, i) => f === i)) return;
    for (const id of Object.keys(this.generator.carry)) {
      const { shape, data } = this.pending[id] ?? (await this.evaluator!.carried!(id));
      const row = data.length / this.rows;
      const next = new Float32Array(data.length);
      for (const [i, f] of from.entries()) next.set(data.subarray(f * row, (f + 1) * row), i * row);
      this.pending[id] = { shape, data: next };
    }
  }

  async dispose(): Promise<void> {
    await this.evaluator?.dispose();
    this.evaluator = undefined;
  }

  private async plan(length: number): Promise<Evaluator> {
    const { step, carry, weights, memoryInputs } = this.generator;
    const source = this.memory[memoryInputs[0] ?? '']?.shape[2];
    return this.engine.evaluator(step, {
      bindings: {
        N: this.rows,
        T: length,
        C: this.capacity,
        ...(source !== undefined && { S: source }),
      },
      weights: initializeWeights(step, 0, weights),
      carry,
    });
  }

  private async run(
    evaluator: Evaluator,
    tokens: readonly (readonly number[])[],
    from: number,
    count: number,
  ): Promise<Float32Array[]> {
    const { step, vocabulary } = this.generator;
    const shape = [this.rows, count];
    const ids = Int32Array.from(tokens.flatMap(row => row.slice(from, from + count)));
    const places = Int32Array.from({ length: this.rows * count }, (_, i) => this.position + (i % count));
    const { values } = await evaluator.run({
      [step.inputs[0]!]: { shape, data: ids },
      [step.inputs[1]!]: { shape, data: places },
      ...this.memory,
      ...this.pending,
    });
    this.pending = {};
    this.position += count;
    const { data } = values[step.outputs[0]!]!;
    return Array.from({ length: this.rows }, (_, i) =>
      (data as Float32Array).subarray(i * vocabulary, (i + 1) * vocabulary),
    );
  }
}

async function encode(
  engine: Engine,
  { memory: model, memoryInputs, weights }: Generator,
  source: readonly number[] | Tensor,
  rows: number,
): Promise<Tensors> {
  const input = isTensor(source) ? source : { shape: [1, source.length], data: Int32Array.from(source) };
  const evaluator = await engine.evaluator(model!, {
    bindings: { N: 1, ...(!isTensor(source) && { S: source.length }) },
    weights: initializeWeights(model!, 0, weights),
  });
  try {
    const { values } = await evaluator.run({ [model!.inputs[0]!]: input });
    return Object.fromEntries(memoryInputs.map((id, i) => [id, repeated(values[model!.outputs[i]!]!, rows)]));
  } finally {
    await evaluator.dispose();
  }
}

function isTensor(source: readonly number[] | Tensor): source is Tensor {
  return 'shape' in source;
}

function repeated({ shape, data }: Tensor, rows: number): Tensor {
  const all = new Float32Array(data.length * rows);
  for (let i = 0; i < rows; i++) all.set(data, i * data.length);
  return { shape: [rows, ...shape.slice(1)], data: all };
}
