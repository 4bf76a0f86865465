/** What encoders over text are asked for: classes, words for a mask, embeddings. */
import type { Engine, Evaluator } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { ranked, softmax } from '../generation/decoding';

const batch = 8;
/** Texts are filled up to a multiple of this, so that few lengths are compiled for. */
const step = 16;

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

/** @throws bad-request when a text is empty; cancelled */
export async function classifyTexts(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<TextClass[]> {
  return over(engine, encoder, texts, signal, ({ output }) => {
    const scores = Array.from(output.data);
    // One score alone is a regression.
    if (scores.length === 1) return { prediction: String(scores[0]), probability: 1, probabilities: {} };
    return likeliest(scores, encoder);
  });
}

/** The likeliest class of one row's scores; each class has a probability of its own where several may hold. */
export function likeliest(
  scores: readonly number[],
  { labels, severalHold }: { labels: readonly string[]; severalHold: boolean },
): TextClass {
  const names = scores.map((_, i) => labels[i] ?? `LABEL_${i}`);
  const probabilities = severalHold ? scores.map(s => 1 / (1 + Math.exp(-s))) : softmax([...scores]);
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
  return over(engine, encoder, texts, signal, ({ output: { shape, data }, length }) => {
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
  return over(engine, encoder, texts, signal, ({ output: { shape, data }, ids }) => {
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

interface Encoded {
  ids: number[];
  length: number;
  /** The first output's row: (T, D) or (classes). */
  output: Tensor;
}

/** Runs the texts in batches of like lengths; results are in the texts' order. */
async function over<R>(
  engine: Engine,
  encoder: TextEncoder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
  result: (encoded: Encoded) => R,
): Promise<R[]> {
  const { model, tokenizer, masked, longest, padding } = encoder;
  const weights = initializeWeights(model, 0, encoder.weights);
  const all = texts.map((text, i) => {
    const { ids } = tokenizer.encode(text);
    if (ids.length === 0) throw new VitrineError('bad-request', `Text ${i} is empty.`);
    // The last token, which closes the text, stays.
    return ids.length > longest ? [...ids.slice(0, longest - 1), ids.at(-1)!] : ids;
  });
  const lengthOf = (ids: readonly number[]) =>
    masked ? Math.min(Math.ceil(ids.length / step) * step, Math.max(longest, ids.length)) : ids.length;
  const order = all.map((_, i) => i).sort((a, b) => lengthOf(all[a]!) - lengthOf(all[b]!));
  const out: R[] = new Array(texts.length);
  let evaluator: Evaluator | undefined;
  let compiled = '';
  try {
    for (let at = 0; at < order.length; ) {
      throwIfCancelled(signal);
      const length = lengthOf(all[order[at]!]!);
      const rows = order.slice(at, at + batch).filter(i => lengthOf(all[i]!) === length);
      at += rows.length;
      const key = `${rows.length}x${length}`;
      if (key !== compiled) {
        await evaluator?.dispose();
        evaluator = await engine.evaluator(model, { bindings: { N: rows.length, T: length }, weights });
        compiled = key;
      }
      const shape = [rows.length, length];
      const ids = new Int32Array(rows.length * length).fill(padding);
      const mask = new Int32Array(rows.length * length);
      for (const [r, i] of rows.entries()) {
        ids.set(all[i]!, r * length);
        mask.fill(1, r * length, r * length + all[i]!.length);
      }
      const { values } = await evaluator!.run({
        [model.inputs[0]!]: { shape, data: ids },
        ...(masked && { [model.inputs[1]!]: { shape, data: mask } }),
      });
      const whole = values[model.outputs[0]!]!;
      const size = whole.data.length / rows.length;
      for (const [r, i] of rows.entries())
        out[i] = result({
          ids: all[i]!,
          length: all[i]!.length,
          output: { shape: whole.shape.slice(1), data: whole.data.subarray(r * size, (r + 1) * size) },
        });
    }
  } finally {
    await evaluator?.dispose();
  }
  return out;
}
