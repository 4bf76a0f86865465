/**
 * How the next token is taken from a model's scores, as Transformers' `generate` does it: the scores are divided by the
 * temperature, cut to the k likeliest, then to the smallest set that holds the probability p (Holtzman et al. 2020, "The
 * Curious Case of Neural Text Degeneration"), and drawn from.
 */
import { VitrineError } from '../../model/errors';
import type { Random } from '../../model/random';

export interface Decoding {
  /** Divides the scores: below 1 the likely becomes likelier; 0 always takes the likeliest. */
  temperature: number;
  /** Chooses among so many of the likeliest only; all if absent. */
  topK?: number;
  /** Chooses among the fewest tokens that together have this probability; all if absent. */
  topP?: number;
}

/** How a text is written, as Transformers' generate has it. */
export interface Writing extends Decoding {
  /** Tokens to add at most. */
  tokens: number;
  seed: number;
  /** Beam search over so many texts, instead of drawing. */
  beams?: number;
}

export const greedy: Writing = { tokens: 100, seed: 0, temperature: 0 };

/** Draws a token, or takes the likeliest where the temperature is 0. */
export function choose(scores: ArrayLike<number>, decoding: Decoding, random: Random): number {
  if (decoding.temperature === 0) return likeliest(scores);
  const { tokens, probabilities } = distribution(scores, decoding);
  let left = random.uniform();
  for (const [i, p] of probabilities.entries()) {
    left -= p;
    if (left < 0) return tokens[i]!;
  }
  return tokens[0]!;
}

/** The tokens that may be drawn, likeliest first, with their probabilities. @throws bad-model when a score is no number. */
export function distribution(
  scores: ArrayLike<number>,
  { temperature, topK, topP }: Decoding,
): { tokens: number[]; probabilities: number[] } {
  const order = ranked(scores, Math.min(topK ?? scores.length, scores.length));
  const all = softmax(order.map(i => scores[i]! / temperature));
  let count = order.length;
  if (topP !== undefined && topP < 1) {
    let sum = 0;
    // The token that crosses p still belongs to the set; the likeliest always does.
    count = all.findIndex(p => {
      sum += p;
      return sum >= topP;
    });
    count = count < 0 ? all.length : count + 1;
  }
  const kept = all.slice(0, count);
  const total = kept.reduce((a, b) => a + b, 0);
  return { tokens: order.slice(0, count), probabilities: kept.map(p => p / total) };
}

/** The likeliest token; of equals the first. */
export function likeliest(scores: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i]!)) throw notANumber();
    if (best < 0 || scores[i]! > scores[best]!) best = i;
  }
  return best;
}

/** The `count` likeliest tokens, likeliest first. */
export function ranked(scores: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  for (const i of order) if (Number.isNaN(scores[i]!)) throw notANumber();
  order.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, count);
}

export function softmax(scores: readonly number[]): number[] {
  const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const e = scores.map(s => Math.exp(s - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map(x => x / sum);
}

/** Natural logarithms of the probabilities. */
export function logSoftmax(scores: ArrayLike<number>): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) top = Math.max(top, scores[i]!);
  if (Number.isNaN(top)) throw notANumber();
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += Math.exp(scores[i]! - top);
  const log = top + Math.log(sum);
  return Float64Array.from(scores, s => s - log);
}

function notANumber(): VitrineError {
  return new VitrineError(
    'bad-model',
    "A score of the next token is not a number: the model's weights may be broken.",
  );
}
