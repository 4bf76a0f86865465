/**
 * Beam search: the `width` likeliest texts are kept and continued together, as Transformers' `generate(num_beams=…)`
 * does it (without early stopping, so a finished text is final once no open one can become better).
 */
import { throwIfCancelled } from '../../model/errors';
import { logSoftmax } from './decoding';

/** What continues several texts at once. */
export interface BeamDecoder {
  readonly rows: number;
  feed(tokens: readonly (readonly number[])[]): Promise<readonly ArrayLike<number>[]>;
  /** Row i goes on with what row `from[i]` has kept. */
  reorder(from: readonly number[]): void;
}

export interface BeamOptions {
  /** New tokens at most. */
  tokens: number;
  /** Tokens that end a text. */
  end: readonly number[];
  /** Divides a text's log probability by its length to this power; 1 compares means. */
  lengthPenalty?: number;
  signal?: AbortSignal;
  onToken?(count: number): void;
}

export interface Beam {
  tokens: number[];
  /** Sum of the tokens' log probabilities over length ** lengthPenalty. */
  score: number;
}

/** @returns texts behind the prompt, best first. */
export async function beamSearch(
  decoder: BeamDecoder,
  prompt: readonly number[],
  { tokens: most, end, lengthPenalty = 1, signal, onToken }: BeamOptions,
): Promise<Beam[]> {
  const width = decoder.rows;
  const finished: Beam[] = [];
  const finish = (tokens: number[], sum: number, length: number) => {
    finished.push({ tokens, score: sum / length ** lengthPenalty });
    finished.sort((a, b) => b.score - a.score);
    finished.length = Math.min(finished.length, width);
  };
  let beams: { tokens: number[]; sum: number }[] = Array.from({ length: width }, (_, i) => ({
    tokens: [],
    // They are all the same at first: only one counts.
    sum: i === 0 ? 0 : -1e9,
  }));
  let feed: readonly (readonly number[])[] = beams.map(() => prompt);
  for (let length = 1; length <= most; length++) {
    throwIfCancelled(signal);
    const scores = await decoder.feed(feed);
    const wanted = Math.max(2, 1 + end.length) * width;
    const candidates = best(
      scores.map(s => logSoftmax(s)),
      beams.map(b => b.sum),
      wanted,
    );
    const next: { from: number; tokens: number[]; sum: number; token: number }[] = [];
    for (const [rank, { row, token, sum }] of candidates.entries()) {
      const { tokens } = beams[row]!;
      if (end.includes(token)) {
        if (rank < width) finish(tokens, sum, length);
      } else if (next.length < width) next.push({ from: row, tokens: [...tokens, token], sum, token });
      if (next.length === width) break;
    }
    beams = next;
    onToken?.(length);
    const attainable = candidates[0]!.sum / length ** lengthPenalty;
    if (finished.length >= width && finished.at(-1)!.score >= attainable) return finished;
    await decoder.reorder(next.map(n => n.from));
    feed = next.map(n => [n.token]);
  }
  for (const { tokens, sum } of beams) finish(tokens, sum, tokens.length);
  return finished;
}

/** The likeliest continuations over all rows, likeliest first. */
function best(logs: readonly Float64Array[], sums: readonly number[], count: number) {
  const found: { row: number; token: number; sum: number }[] = [];
  for (const [row, log] of logs.entries())
    for (let token = 0; token < log.length; token++) {
      const sum = log[token]! + sums[row]!;
      if (found.length === count && sum <= found[count - 1]!.sum) continue;
      let at = found.length;
      while (at > 0 && found[at - 1]!.sum < sum) at--;
      found.splice(at, 0, { row, token, sum });
      if (found.length > count) found.pop();
    }
  return found;
}
