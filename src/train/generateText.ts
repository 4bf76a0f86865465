/** Continues a text with a model that predicts the next token. */
import { TextPreparation } from '../data/kinds/text';
import type { Engine } from '../engine/engine';
import { throwIfCancelled, VitrineError } from '../model/errors';
import { Random } from '../model/random';
import { choose, type Decoding, logSoftmax } from './generation/decoding';
import type { OpenRun } from './openRun';

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
      const text = Float32Array.from(scores);
      // Filling and the unknown are no text: they are never chosen.
      for (const id of [0, tokenizer.unknown]) if (id !== undefined) text[id] = Number.NEGATIVE_INFINITY;
      const id = choose(text, options, random);
      ids.push(id);
      yield { token: tokenizer.vocabulary[id]!, probability: Math.exp(logSoftmax(scores)[id]!) };
    }
  } finally {
    await evaluator.dispose();
  }
}
