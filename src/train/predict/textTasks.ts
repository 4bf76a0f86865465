/** What encoders over text are asked for: classes, words for a mask, embeddings. */
import type { Engine } from '../../engine/engine';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import { VitrineError } from '../../model/errors';
import { ranked, softmax } from '../generation/decoding';
import { overRows } from './textBatches';

export interface TextClass {
  prediction: string;
  probability: number;
  probabilities: Record<string, number>;
}

export interface MaskFill {
  token: string;
  id: number;
  probability: number;
  /** The text with the token in the mask's place. */
  text: string;
}

/**
 * @param pairs the second text of each, of a model that tells of pairs.
 * @throws bad-request when a text is empty; cancelled
 */
export async function classifyTexts(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
  pairs?: readonly string[],
): Promise<TextClass[]> {
  const rows = texts.map((text, i) => encodeText(encoder, text, i, pairs?.[i]));
  return overRows(engine, encoder, rows, signal, ({ output }) => {
    const scores = Array.from(output.data);
    // One score alone is a regression.
    if (scores.length === 1) return { prediction: String(scores[0]), probability: 1, probabilities: {} };
    return likeliest(scores, encoder);
  });
}

/** Of each class against the others, or by itself where several may hold. */
export function probabilitiesOf(scores: readonly number[], severalHold: boolean): number[] {
  return severalHold ? scores.map(s => 1 / (1 + Math.exp(-s))) : softmax(scores);
}

/** The likeliest class of one row's scores; each class has a probability of its own where several may hold. */
export function likeliest(
  scores: readonly number[],
  { labels, severalHold }: { labels: readonly string[]; severalHold: boolean },
): TextClass {
  const names = scores.map((_, i) => labels[i] ?? `LABEL_${i}`);
  const probabilities = probabilitiesOf(scores, severalHold);
  const [best] = ranked([...scores], 1);
  return {
    prediction: names[best!]!,
    probability: probabilities[best!]!,
    probabilities: Object.fromEntries(names.map((n, i) => [n, probabilities[i]!])),
  };
}

/**
 * One vector (D) a text: of the tokens' last hidden states, as sentence-transformers pool them.
 */
export async function embedTexts(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const { how, normalize } = encoder.pooling;
  const rows = texts.map((text, i) => encodeText(encoder, text, i));
  return overRows(engine, encoder, rows, signal, ({ output: { shape, data }, length }) => {
    const width = shape.at(-1)!;
    const pooled = new Float32Array(width);
    for (let d = 0; d < width; d++) {
      let value = how === 'max' ? Number.NEGATIVE_INFINITY : 0;
      for (let t = 0; t < (how === 'cls' ? 1 : length); t++) {
        const x = data[t * width + d]!;
        value = how === 'max' ? Math.max(value, x) : value + x;
      }
      pooled[d] = how === 'mean' ? value / length : value;
    }
    if (!normalize) return pooled;
    const norm = Math.max(Math.sqrt(pooled.reduce((s, x) => s + x * x, 0)), 1e-12);
    return pooled.map(x => x / norm);
  });
}

/** The cosine of the angle between two vectors: how near two texts are. */
export function cosineOf(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((s, v, i) => s + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** The likeliest tokens for each text's mask, likeliest first. @throws bad-request when a text has none or several */
export async function fillMasks(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  count: number,
  signal?: AbortSignal,
): Promise<MaskFill[][]> {
  const { tokenizer } = encoder;
  const { mask } = tokenizer;
  if (!mask)
    throw new VitrineError(
      'bad-request',
      'The tokenizer of this folder has no token that stands for a mask.',
    );
  const rows = texts.map((text, i) => encodeText(encoder, text, i));
  return overRows(engine, encoder, rows, signal, ({ output: { shape, data }, ids }) => {
    const places = ids.flatMap((id, i) => (id === mask.id ? [i] : []));
    if (places.length !== 1)
      throw new VitrineError(
        'bad-request',
        `A text to fill has one ${mask.token}, but this one has ${places.length}: "${tokenizer.decode(ids)}".`,
      );
    const words = shape.at(-1)!;
    const scores = data.subarray(places[0]! * words, (places[0]! + 1) * words);
    const probabilities = softmax(Array.from(scores));
    return ranked(scores, count).map(id => ({
      token: tokenizer.token(id),
      id,
      probability: probabilities[id]!,
      text: tokenizer.decode(ids.map((x, i) => (i === places[0] ? id : x))),
    }));
  });
}

/** Tokens of a text, or of a pair: what is longer than the model takes is cut, but for the mark that closes it. */
export function encodeText(
  { tokenizer, longest }: Pick<TextEncoder, 'tokenizer' | 'longest'>,
  text: string,
  index: number,
  pair?: string,
): { ids: number[]; types: number[] } {
  const { ids, types } = tokenizer.encode(text, pair === undefined ? {} : { pair });
  if (ids.length === 0) throw new VitrineError('bad-request', `Text ${index} is empty.`);
  if (ids.length <= longest) return { ids, types };
  if (pair === undefined)
    return { ids: [...ids.slice(0, longest - 1), ids.at(-1)!], types: types.slice(0, longest) };
  // The end of the first text gives way, so that the second one stays whole.
  const own = tokenizer.encode(text, { special: false }).ids;
  const end = placeOf(ids, own) + own.length;
  const kept = Math.max(end - own.length, end - (ids.length - longest));
  return {
    ids: [...ids.slice(0, kept), ...ids.slice(end)].slice(0, longest),
    types: [...types.slice(0, kept), ...types.slice(end)].slice(0, longest),
  };
}

/** Where tokens of a text stand among the marks around them. */
export function placeOf(ids: readonly number[], own: readonly number[]): number {
  for (let at = 0; at + own.length <= ids.length; at++)
    if (own.every((id, i) => ids[at + i] === id)) return at;
  // Of a text that was cut.
  return Math.max(0, ids.indexOf(own[0] ?? -1));
}
