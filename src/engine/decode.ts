/**
 * Writing sequences with a model that scores the next token from all before it: greedily, or by beam search (Graves,
 * "Sequence Transduction with Recurrent Neural Networks", 2012), which keeps the few likeliest beginnings.
 */
import { throwIfCancelled } from '../model/errors';
import type { Model, Tensor } from '../model/graph';
import type { Evaluator } from './engine';
import { yieldToOthers } from './yielding';

export interface DecodeRequest {
  /** Compiled for `rows` rows; the model's one input holds, from `start` on, what has been written behind `begin`. */
  evaluator: Evaluator;
  model: Model;
  rows: number;
  start: number;
  begin: number;
  end: number;
  /** Ids below it are never written: filling, the unknown, the beginning. */
  firstToken: number;
  /** Nor are ids from this one on, which the model has scores for and which are no tokens. */
  tokens?: number;
  /** How many beginnings are kept; 1 is greedy. */
  beams?: number;
  signal?: AbortSignal;
}

export interface Decoded {
  /** Without what begins and ends it. */
  tokens: readonly number[];
  /** Sum of the log probabilities of its tokens and of its end. */
  logProbability: number;
  /** `end` was written; else there was no more room. */
  ended: boolean;
}

interface Beam {
  tokens: number[];
  log: number;
  ended: boolean;
}

/** @param input prepared rows; what they hold from `start` on is not looked at. */
export async function decodeSequences(input: Tensor, request: DecodeRequest): Promise<Decoded[]> {
  const { rows: most, beams = 1 } = request;
  const each = Math.max(1, Math.floor(most / beams));
  const count = input.shape[0]!;
  const width = count === 0 ? 0 : input.data.length / count;
  const out: Decoded[] = [];
  for (let from = 0; from < count; from += each) {
    const part = Array.from({ length: Math.min(each, count - from) }, (_, i) =>
      Int32Array.from(input.data.subarray((from + i) * width, (from + i + 1) * width)),
    );
    out.push(...(await decodePart(part, request)));
  }
  return out;
}

async function decodePart(samples: readonly Int32Array[], request: DecodeRequest): Promise<Decoded[]> {
  const { evaluator, model, rows, start, begin, end, firstToken, beams = 1, signal } = request;
  const { tokens = Number.POSITIVE_INFINITY } = request;
  const [id, outputId] = [model.inputs[0]!, model.outputs[0]!];
  const width = samples[0]!.length;
  const whole = model.values[id]!.dtype.startsWith('int');
  const fixed = typeof model.values[id]!.shape[0] === 'number';
  let live: Beam[][] = samples.map(() => [{ tokens: [], log: 0, ended: false }]);
  let positions = 1;
  for (let t = 0; t < positions; t++) {
    throwIfCancelled(signal);
    const asked = live.flatMap((list, s) => list.filter(b => !b.ended).map(beam => ({ s, beam })));
    if (asked.length === 0) break;
    const given = fixed ? rows : asked.length;
    const data = new (whole ? Int32Array : Float32Array)(given * width);
    for (const [i, { s, beam }] of asked.entries()) {
      data.set(samples[s]!.subarray(0, start), i * width);
      data[i * width + start] = begin;
      data.set(beam.tokens, i * width + start + 1);
    }
    const { values } = await evaluator.run({ [id]: { shape: [given, width], data } });
    const { shape, data: scores } = values[outputId]!;
    const [, length, classes] = shape as [number, number, number];
    positions = length;
    const next: Beam[][] = live.map(list => list.filter(b => b.ended));
    for (const [i, { s, beam }] of asked.entries()) {
      const at = (i * length + t) * classes;
      const logs = logSoftmax(scores.subarray(at, at + classes));
      for (const token of likeliest(logs, beams, firstToken, end, tokens))
        next[s]!.push(
          token === end
            ? { tokens: beam.tokens, log: beam.log + logs[token]!, ended: true }
            : { tokens: [...beam.tokens, token], log: beam.log + logs[token]!, ended: false },
        );
    }
    live = next.map(list => list.sort((a, b) => score(b) - score(a)).slice(0, beams));
    await yieldToOthers();
  }
  return live.map(([best]) => ({
    tokens: best!.tokens,
    logProbability: best!.log,
    ended: best!.ended,
  }));
}

/** The mean over the tokens, so that long sequences are not at a disadvantage. */
function score({ log, tokens, ended }: Beam): number {
  return log / (tokens.length + (ended ? 1 : 0) || 1);
}

function logSoftmax(scores: Float32Array | Int32Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (const s of scores) if (s > top) top = s;
  let sum = 0;
  for (const s of scores) sum += Math.exp(s - top);
  const shift = top + Math.log(sum);
  return Float64Array.from(scores, s => s - shift);
}

/** The `count` likeliest tokens that may be written; the first of equal ones. */
function likeliest(
  logs: Float64Array,
  count: number,
  firstToken: number,
  end: number,
  tokens: number,
): number[] {
  const best: number[] = [];
  for (let i = 0; i < Math.min(tokens, logs.length); i++) {
    if (i < firstToken && i !== end) continue;
    let at = best.length;
    while (at > 0 && logs[best[at - 1]!]! < logs[i]!) at--;
    if (at >= count) continue;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}
