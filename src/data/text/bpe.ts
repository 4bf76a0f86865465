/**
 * Byte pair encoding over characters: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with
 * Subword Units" (2016), with the order of ties of Hugging Face's `BpeTrainer`. Its `WordPieceTrainer` is the same with a
 * mark on what continues a word.
 */

export interface BpeModel {
  /** Special tokens, then single characters in the order of their code points, then what was merged. */
  vocabulary: string[];
  /** Pairs in the order in which they were learned. */
  merges: [string, string][];
}

/**
 * Learns merges until the vocabulary has `size` entries or no pair is left.
 *
 * @param words how often each word occurs in the training text; nothing is merged across words.
 * @param special tokens that come first and never take part in merges.
 * @param continuing stands before pieces that do not begin a word; those of single characters follow the plain ones, in
 *   the order of their code points.
 */
export function learnBpe(
  words: ReadonlyMap<string, number>,
  size: number,
  special: readonly string[],
  continuing = '',
): BpeModel {
  const characters = new Set<string>();
  const inner = new Set<string>();
  for (const word of words.keys())
    for (const [i, c] of [...word].entries()) {
      characters.add(c);
      if (i > 0 && continuing !== '') inner.add(c);
    }
  const vocabulary = [...special, ...inOrder(characters), ...inOrder(inner).map(c => continuing + c)];
  const ids = new Map(vocabulary.map((token, i) => [token, i]));
  const parts = [...words].map(([word, count]) => ({
    ids: [...word].map((c, i) => ids.get(i > 0 ? continuing + c : c)!),
    count,
  }));
  const merges: [string, string][] = [];
  // Pairs as one number: left · 2^21 + right.
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const change = (word: number, by: 1 | -1) => {
    const { ids: w, count } = parts[word]!;
    for (let i = 0; i + 1 < w.length; i++) {
      const pair = w[i]! * shift + w[i + 1]!;
      counts.set(pair, (counts.get(pair) ?? 0) + by * count);
      let at = places.get(pair);
      if (!at) {
        at = new Set();
        places.set(pair, at);
      }
      if (by > 0) at.add(word);
    }
  };
  parts.forEach((_, i) => {
    change(i, 1);
  });
  while (vocabulary.length < size) {
    let best = -1;
    let most = 0;
    for (const [pair, count] of counts)
      if (count > most || (count === most && count > 0 && pair < best)) {
        best = pair;
        most = count;
      }
    if (most < 1) break;
    const left = Math.floor(best / shift);
    const right = best % shift;
    const token = vocabulary[left]! + vocabulary[right]!.slice(continuing.length);
    merges.push([vocabulary[left]!, vocabulary[right]!]);
    let id = ids.get(token);
    if (id === undefined) {
      id = vocabulary.push(token) - 1;
      ids.set(token, id);
    }
    for (const word of places.get(best) ?? []) {
      change(word, -1);
      parts[word]!.ids = merged(parts[word]!.ids, left, right, id);
      change(word, 1);
    }
    counts.delete(best);
    places.delete(best);
  }
  return { vocabulary, merges };
}

const shift = 2 ** 21;

function inOrder(characters: Iterable<string>): string[] {
  return [...characters].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

function merged<T>(word: readonly T[], left: T, right: T, by: T): T[] {
  const out: T[] = [];
  for (let i = 0; i < word.length; i++) {
    if (word[i] === left && word[i + 1] === right && i + 1 < word.length) {
      out.push(by);
      i++;
    } else out.push(word[i]!);
  }
  return out;
}

/** Splits a word into tokens of the vocabulary; characters that training did not have stay single. */
export function applyBpe(word: string, ranks: ReadonlyMap<string, number>): string[] {
  let parts = [...word];
  while (parts.length > 1) {
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = ranks.get(pairKey(parts[i]!, parts[i + 1]!));
      if (rank !== undefined && rank < best) {
        best = rank;
        at = i;
      }
    }
    if (at < 0) break;
    parts = merged(parts, parts[at]!, parts[at + 1]!, parts[at]! + parts[at + 1]!);
  }
  return parts;
}

/** The lengths keep ("ab", "c") apart from ("a", "bc"). */
export function pairKey(left: string, right: string): string {
  return `${left.length}:${left}${right}`;
}
