/** Answers to questions: the part of a text that a model takes for the answer. */
import type { Engine } from '../../engine/engine';
import type { TextEncoder } from '../../formats/huggingface/textModel';
import { VitrineError } from '../../model/errors';
import { softmax } from '../generation/decoding';
import { overRows, type Row } from './textBatches';
import { placeOf } from './textTasks';

export interface Answer {
  answer: string;
  /** The product of the probabilities that it begins and that it ends there. */
  probability: number;
  /** Code units of the context. */
  start: number;
  end: number;
}

/** As Transformers' pipeline: tokens of question and part of the context, of the next part that are the same, of an answer. */
const mostTokens = 384;
const mostShared = 128;
const longestAnswer = 15;

interface Part extends Row {
  question: number;
  /** The token of the context that the part begins with, how many it has, and where they stand in the row. */
  from: number;
  count: number;
  at: number;
}

/**
 * A context that is longer than the model takes is read in parts that overlap. An answer is at most 15 tokens long, and
 * begins and ends with a word.
 *
 * @throws bad-request when a question or its context is empty, or the question leaves no room; cancelled
 */
export async function answerQuestions(
  engine: Engine,
  encoder: TextEncoder,
  questions: readonly { question: string; context: string }[],
  signal?: AbortSignal,
): Promise<Answer[]> {
  const parts = questions.flatMap((q, i) => partsOf(encoder, q, i));
  const found = await overRows(engine, encoder, parts, signal, ({ output }, p) =>
    best(encoder, parts[p]!, output.data),
  );
  return questions.map(({ context }, i) => {
    const [first] = found
      .filter((_, p) => parts[p]!.question === i)
      .sort((a, b) => b.probability - a.probability);
    const spans = encoder.tokenizer.spans(context);
    const { first: from, last, probability } = first!;
    const inWord = (token: number) => spans.filter(s => s.word === spans[token]!.word);
    const start = Math.min(...inWord(from).map(s => s.start));
    const end = Math.max(...inWord(last).map(s => s.end));
    return { answer: context.slice(start, end), probability, start, end };
  });
}

function partsOf(
  { tokenizer, longest }: TextEncoder,
  { question, context }: { question: string; context: string },
  index: number,
): Part[] {
  const own = tokenizer.encode(context, { special: false }).ids;
  const asked = tokenizer.encode(question, { special: false }).ids;
  if (asked.length === 0 || own.length === 0)
    throw new VitrineError('bad-request', `Question ${index} or its text is empty.`);
  const { ids, types } = tokenizer.encode(question, { pair: context });
  const at = placeOf(ids, own);
  const behind = ids.slice(at + own.length);
  const most = Math.min(longest, mostTokens);
  const room = most - at - behind.length;
  if (room < 1)
    throw new VitrineError(
      'bad-request',
      `Question ${index} has ${asked.length} tokens, which leaves no room for its text: the model takes ${most}.`,
    );
  const shared = Math.min(Math.floor(most / 2), mostShared, room - 1);
  const parts: Part[] = [];
  for (let from = 0; ; from += room - shared) {
    const count = Math.min(room, own.length - from);
    parts.push({
      question: index,
      ids: [...ids.slice(0, at), ...own.slice(from, from + count), ...behind],
      types: [...types.slice(0, at + count), ...types.slice(at + own.length)],
      from,
      count,
      at,
    });
    if (from + count >= own.length) return parts;
  }
}

/** The likeliest span of a part, in tokens of the context. `data` (T, 2): scores that the answer begins, and ends there. */
function best(
  { tokenizer }: TextEncoder,
  { ids, from, count, at }: Part,
  data: ArrayLike<number>,
): { first: number; last: number; probability: number } {
  // The mark before the question stands for "no answer", which has its share of the probability.
  const allowed = ids.flatMap((id, t) => ((t >= at && t < at + count) || id === tokenizer.first ? [t] : []));
  const [starts, ends] = [0, 1].map(k => {
    const probabilities = softmax(allowed.map(t => data[2 * t + k]!));
    return new Map(allowed.map((t, i) => [t, probabilities[i]!]));
  }) as [Map<number, number>, Map<number, number>];
  let found = { first: from, last: from, probability: -1 };
  for (let s = at; s < at + count; s++)
    for (let e = s; e < Math.min(s + longestAnswer, at + count); e++) {
      const probability = starts.get(s)! * ends.get(e)!;
      if (probability > found.probability) found = { first: from + s - at, last: from + e - at, probability };
    }
  return found;
}
