/** Continues a text with a model that predicts the next token. */
import { TextPreparation } from '../../data/kinds/text';
import type { Engine, Evaluator } from '../../engine/engine';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { Random } from '../../model/random';
import { choose, type Decoding, logSoftmax } from '../generation/decoding';
import { type Incremental, incremental } from '../generation/incremental';
import type { OpenRun } from '../open/openRun';

export interface GenerateOptions extends Decoding {
  prompt: string;
  /** How many tokens to add. */
  tokens: number;
  /** The same seed gives the same text. */
  seed: number;
  signal?: AbortSignal;
}

export interface GeneratedToken {
  token: string;
  /** Of the token under the model, before temperature and top-k. */
  probability: number;
  /** All that was added so far, as text; decoded when it is asked for. */
  readonly text: string;
  /** Whether the token was computed from what was kept of those before it. */
  cached: boolean;
}

/**
 * Tokens one by one, each from the model's scores behind all tokens so far (as many of them as it sees). Keys and values
 * of attention are kept between tokens where the graph allows it, until the text is longer than the model sees.
 *
 * @throws bad-request when the run was not trained on the next token, or the prompt is empty; cancelled.
 */
export async function* generateText(
  run: OpenRun,
  engine: Engine,
  options: GenerateOptions,
): AsyncGenerator<GeneratedToken> {
  const { preparation, model } = run;
  if (!(preparation instanceof TextPreparation) || !preparation.target.perPosition)
    throw new VitrineError(
      'bad-request',
      `Run ${run.record.id} does not continue text: it predicts "${preparation.target.name}". Train with data of the kind "text" without data.column.`,
    );
  const { tokenizer, state } = preparation;
  const ids = tokenizer.encode(options.prompt);
  if (ids.length === 0)
    throw new VitrineError('bad-request', 'The prompt is empty. Give at least one character to continue.');
  const prompt = ids.length;
  const before = tokenizer.decode(ids);
  const weights = await run.weights();
  const whole = await WholeScores.open(engine, model, weights, state.length, tokenizer.fill);
  let kept = await KeptScores.open(engine, run.trained, weights, state.length);
  const random = new Random(options.seed, 'generate');
  try {
    for (let n = 0; n < options.tokens; n++) {
      throwIfCancelled(options.signal);
      const known = kept && ids.length <= state.length ? await kept.behind(ids, options.signal) : undefined;
      let all = known ?? (await whole.behind(ids));
      // The first answer shows whether no position of this model looks at a later one.
      if (known && n === 0) {
        all = await whole.behind(ids);
        if (!alike(known, all)) {
          await kept?.dispose();
          kept = undefined;
        }
      }
      const scores = all.subarray(0, tokenizer.vocabulary.length);
      const text = Float32Array.from(scores);
      // Filling and the unknown are no text, nor is what the model has a score for and the data no token: never chosen.
      for (const id of [tokenizer.fill, tokenizer.unknown])
        if (id !== undefined) text[id] = Number.NEGATIVE_INFINITY;
      const id = choose(text, options, random);
      ids.push(id);
      yield {
        token: tokenizer.vocabulary[id]!,
        probability: Math.exp(logSoftmax(all)[id]!),
        get text() {
          return added(tokenizer.decode(ids.slice(0, prompt + n + 1)), before);
        },
        cached: known !== undefined && kept !== undefined,
      };
    }
  } finally {
    await kept?.dispose();
    await whole.dispose();
  }
}

/** What stands behind the prompt; decoding the whole keeps the spaces between them. */
function added(all: string, prompt: string): string {
  return all.startsWith(prompt) ? all.slice(prompt.length) : all;
}

/** Sums in another order differ in their last places; a model that looks ahead differs by far more. */
function alike(a: Float32Array, b: Float32Array): boolean {
  const scale = b.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  return a.every((x, i) => Math.abs(x - b[i]!) <= 1e-4 * scale);
}

/** Scores behind a text from the model as it is, over all that it sees. */
class WholeScores {
  private constructor(
    private readonly evaluator: Evaluator,
    private readonly model: Model,
    private readonly rows: number,
    private readonly length: number,
    private readonly fill: number,
  ) {}

  static async open(
    engine: Engine,
    model: Model,
    weights: Tensors,
    length: number,
    fill: number,
  ): Promise<WholeScores> {
    const [batch, ...rest] = model.values[model.inputs[0]!]!.shape;
    const bindings: Record<string, number> = {};
    if (typeof batch === 'string') bindings[batch] = 1;
    if (typeof rest[0] === 'string') bindings[rest[0]] = length;
    const evaluator = await engine.evaluator(model, { bindings, weights });
    return new WholeScores(evaluator, model, typeof batch === 'number' ? batch : 1, length, fill);
  }

  async behind(ids: readonly number[]): Promise<Float32Array> {
    const data = new Int32Array(this.rows * this.length).fill(this.fill);
    data.set(ids.slice(-this.length));
    const feeds = { [this.model.inputs[0]!]: { shape: [this.rows, this.length], data } };
    const { values } = await this.evaluator.run(feeds);
    const scores = values[this.model.outputs[0]!]!;
    return Float32Array.from(scores.data.subarray(0, scores.data.length / this.rows));
  }

  dispose(): Promise<void> {
    return this.evaluator.dispose();
  }
}

/** Scores behind a text that grows, from the newest token and what was kept of those before it. */
class KeptScores {
  private done = 0;

  private constructor(
    private readonly evaluator: Evaluator,
    private readonly steps: Incremental,
  ) {}

  /** Undefined for models that this cannot be done with. */
  static async open(
    engine: Engine,
    model: Model,
    weights: Tensors,
    length: number,
  ): Promise<KeptScores | undefined> {
    const [batch] = model.values[model.inputs[0]!]?.shape ?? [];
    const steps = typeof batch === 'string' ? incremental(model) : undefined;
    if (steps?.length !== length) return undefined;
    const { step, carry } = steps;
    const bindings = { [batch as string]: 1 };
    return new KeptScores(await engine.evaluator(step, { bindings, weights, carry }), steps);
  }

  async behind(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const { step, place, here, length } = this.steps;
    let scores = new Float32Array();
    for (; this.done < ids.length; this.done++) {
      throwIfCancelled(signal);
      const there = new Float32Array(length);
      there[this.done] = 1;
      const { values } = await this.evaluator.run({
        [step.inputs[0]!]: { shape: [1, 1], data: Int32Array.of(ids[this.done]!) },
        [place]: { shape: [1], data: Int32Array.of(this.done) },
        [here]: { shape: [length], data: there },
      });
      scores = Float32Array.from(values[step.outputs[0]!]!.data);
    }
    return scores;
  }

  dispose(): Promise<void> {
    return this.evaluator.dispose();
  }
}
