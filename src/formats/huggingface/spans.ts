/**
 * Where each token stands in its text. The npm package of tokenizers tells no offsets: the text is normalised character by
 * character, as the tokenizer does it, and its tokens are laid along it.
 */
import type { Tokenizer } from '@huggingface/tokenizers';
import { graphemes } from '../../data/text/charsmap';

export interface TokenSpan {
  /** Code units of the text from `start` to `end`, without blanks around; empty where a token has none. */
  start: number;
  end: number;
  /** Which of the words, as the tokenizer divides the text first, it belongs to. */
  word: number;
}

/** One character behind normalisation, and what of the text it is from. */
interface Letter {
  text: string;
  start: number;
  end: number;
  /** Whether a blank or another word stands before it. */
  begins: boolean;
}

interface Inside {
  normalizer?: ((text: string) => string) | null;
  pre_tokenizer?: unknown;
}

const blank = /^[\s▁]+$/u;
const punctuation = /^[\p{P}!-/:-@[-`{-~]$/u;
const ideograph = /^\p{Script=Han}$/u;

/** @param tokens of the text without marks, as they stand in the vocabulary. */
export function spansOf(
  tokenizer: Tokenizer,
  text: string,
  tokens: readonly string[],
  unknown: string | undefined,
): TokenSpan[] {
  return isByteLevel((tokenizer as unknown as Inside).pre_tokenizer)
    ? spansOfBytes(text, tokens)
    : spansOfLetters((tokenizer as unknown as Inside).normalizer ?? (t => t), text, tokens, unknown);
}

function isByteLevel(part: unknown): boolean {
  const { byte_encoder: own, tokenizers: parts } = (part ?? {}) as {
    byte_encoder?: unknown;
    tokenizers?: unknown[];
  };
  return own !== undefined || parts?.some(isByteLevel) === true;
}

function spansOfLetters(
  normalize: (text: string) => string,
  text: string,
  tokens: readonly string[],
  unknown: string | undefined,
): TokenSpan[] {
  const letters = lettersOf(normalize, text);
  const out: TokenSpan[] = [];
  let at = 0;
  let word = -1;
  for (const [i, token] of tokens.entries()) {
    const goesOn = token.startsWith('##') || (!token.startsWith('▁') && tokens.some(t => t.startsWith('▁')));
    if (!goesOn || word < 0) word++;
    const count =
      token === unknown
        ? unknownLetters(letters, at, surface(tokens[i + 1] ?? ''), goesOn)
        : fitting(letters, at, surface(token));
    const own = letters.slice(at, at + count);
    const before = out.at(-1)?.end ?? 0;
    out.push({ start: own[0]?.start ?? before, end: own.at(-1)?.end ?? before, word });
    at += count;
  }
  return out;
}

function surface(token: string): string {
  return token.replace(/^##/, '').replaceAll('▁', '');
}

function lettersOf(normalize: (text: string) => string, text: string): Letter[] {
  const out: Letter[] = [];
  let begins = true;
  const put = (part: string, start: number) => {
    const made = normalize(part);
    for (const c of made) {
      if (blank.test(c)) {
        begins = true;
        continue;
      }
      const alone = punctuation.test(c) || ideograph.test(c);
      out.push({ text: c, start, end: start + part.length, begins: begins || alone });
      begins = alone;
    }
    if (blank.test(part)) begins = true;
  };
  for (const { segment, index } of graphemes.segment(text)) {
    // What is seen as one character is normalised as one, but lies along its code points where these stay apart.
    const whole = normalize(segment);
    let at = index;
    const points = [...segment];
    if (points.length > 1 && whole === points.map(normalize).join(''))
      for (const c of points) {
        put(c, at);
        at += c.length;
      }
    else put(segment, index);
  }
  return out;
}

/** How many letters a token takes. */
function fitting(letters: readonly Letter[], from: number, token: string): number {
  let at = from;
  for (const c of token) {
    if (letters[at]?.text !== c) break;
    at++;
  }
  // A letter that is not as expected still moves on, so that one token out of step does not stop all.
  return at > from
    ? at - from
    : token === '' || from >= letters.length
      ? 0
      : Math.min([...token].length, letters.length - from);
}

/** An unknown token is the rest of its word, or all up to where the next token fits. */
function unknownLetters(letters: readonly Letter[], from: number, next: string, within: boolean): number {
  let at = from + 1;
  while (at < letters.length) {
    if (letters[at]!.begins) break;
    if (within && next !== '' && [...next].every((c, k) => letters[at + k]?.text === c)) break;
    at++;
  }
  return Math.min(at, letters.length) - from;
}

const utf8 = new TextEncoder();
const words = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Each character of a token of bytes is one. */
function spansOfBytes(text: string, tokens: readonly string[]): TokenSpan[] {
  const places: { start: number; end: number }[] = [];
  let at = 0;
  for (const c of text) {
    for (let i = utf8.encode(c).length; i > 0; i--) places.push({ start: at, end: at + c.length });
    at += c.length;
  }
  const wordAt: number[] = [];
  let word = 0;
  for (const { 0: found } of text.matchAll(words)) {
    for (let i = 0; i < found.length; i++) wordAt.push(word);
    word++;
  }
  const lengths = tokens.map(t => [...t].length);
  // A blank may have been put before the text.
  let from = places.length - lengths.reduce((a, b) => a + b, 0);
  return lengths.map(length => {
    const first = Math.max(0, from);
    const own = places.slice(first, Math.max(first, from + length));
    from += length;
    let [start, end] = [own[0]?.start ?? 0, own.at(-1)?.end ?? 0];
    const inside = wordAt[Math.max(start, end - 1)] ?? 0;
    while (start < end && /\s/.test(text[start]!)) start++;
    while (end > start && /\s/.test(text[end - 1]!)) end--;
    return { start, end, word: inside };
  });
}
