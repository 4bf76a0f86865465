/** Continues a text with a model that predicts the next token. */
import { TextPreparation } from '../data/kinds/text';
import type { Engine } from '../engine/engine';
import { throwIfCancelled, VitrineError } from '../model/errors';
import { Random } from '../model/random';
import type { OpenRun } from './openRun';

export interface GenerateOptions {
  prompt: string;
  /** How many tokens to add. */
  tokens: number;
  /** Divides the scores: below 1 the likely becomes likelier; 0 always takes the likeliest. */
  temperature: number;
  /** Chooses among so many of the likeliest only; all if absent. */
  topK?: number;
  /** The same seed gives the same text. */
  seed: number;
  signal?: AbortSignal;
}

export interface GeneratedToken {
  token: string;
  /** Of the token under the model, before temperature and top-k. */
  probability: number;
}

/**
 * Tokens one by one, each from the model's scores behind all tokens so far (as many of them as it sees).
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
  const input = model.inputs[0]!;
  const [batch, ...rest] = model.values[input]!.shape;
  const bindings: Record<string, number> = {};
  if (typeof batch === 'string') bindings[batch] = 1;
  if (typeof rest[0] === 'string') bindings[rest[0]] = state.length;
  const rows = typeof batch === 'number' ? batch : 1;
  const evaluator = await engine.evaluator(model, { bindings, weights: await run.weights() });
  const random = new Random(options.seed, 'generate');
  try {
    for (let n = 0; n < options.tokens; n++) {
      throwIfCancelled(options.signal);
      const data = new Int32Array(rows * state.length);
      data.set(ids.slice(-state.length));
      const { values } = await evaluator.run({ [input]: { shape: [rows, state.length], data } });
      const scores = values[model.outputs[0]!]!.data.subarray(0, tokenizer.vocabulary.length);
      const id = choose(scores, options, random);
      ids.push(id);
      yield { token: tokenizer.vocabulary[id]!, probability: softmax(scores, 1)[id]! };
    }
  } finally {
    await evaluator.dispose();
  }
}

/** Filling and the unknown are no text: they are never chosen. */
const firstToken = 2;

function choose(scores: ArrayLike<number>, options: GenerateOptions, random: Random): number {
  const order = Array.from({ length: scores.length - firstToken }, (_, i) => i + firstToken).sort(
    (a, b) => scores[b]! - scores[a]! || a - b,
  );
  if (options.temperature === 0) return order[0]!;
  const among = order.slice(0, options.topK ?? order.length);
  const weights = softmax(
    among.map(i => scores[i]!),
    options.temperature,
  );
  let left = random.uniform();
  for (const [i, w] of weights.entries()) {
    left -= w;
    if (left < 0) return among[i]!;
  }
  return among[0]!;
}

function softmax(scores: ArrayLike<number>, temperature: number): number[] {
  const values = Array.from(scores, s => s / temperature);
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const e = values.map(v => Math.exp(v - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map(v => v / sum);
}
