/** Text to token ids and back. */
import { type Static, Type } from '@sinclair/typebox';
import { applyBpe, learnBpe, pairKey } from './bpe';

export const tokenizerKinds = Type.Union(
  [
    Type.Literal('characters', { description: 'Each character is a token.' }),
    Type.Literal('words', {
      description: 'Words between white space; those that training lacks are unknown.',
    }),
    Type.Literal('bpe', {
      description: 'Pieces of words learned from the training text by byte pair encoding.',
    }),
  ],
  { description: 'How text is divided into tokens.' },
);

export const tokenizerSchema = Type.Object({
  kind: tokenizerKinds,
  lower: Type.Boolean(),
  vocabulary: Type.Array(Type.String(), { minItems: 2, maxItems: 1_000_000 }),
  merges: Type.Array(Type.Tuple([Type.String(), Type.String()])),
});

export type TokenizerState = Static<typeof tokenizerSchema>;

/** Fills up short texts; its id is 0. */
export const pad = '[PAD]';
/** Stands for what the vocabulary lacks; its id is 1. */
export const unknown = '[UNK]';
const special = [pad, unknown];

export class Tokenizer {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly ranks: ReadonlyMap<string, number>;

  constructor(readonly state: TokenizerState) {
    this.ids = new Map(state.vocabulary.map((token, i) => [token, i]));
    this.ranks = new Map(state.merges.map(([a, b], i) => [pairKey(a, b), i]));
  }

  get vocabulary(): readonly string[] {
    return this.state.vocabulary;
  }

  encode(text: string): number[] {
    const { kind, lower } = this.state;
    const tokens = piecesOf(lower ? text.toLowerCase() : text, kind).flatMap(piece =>
      kind === 'bpe' ? applyBpe(piece, this.ranks) : piece,
    );
    // A text may contain "[PAD]": as a word it is unknown like others.
    return tokens.map(t => {
      const id = this.ids.get(t);
      return id === undefined || id < special.length ? 1 : id;
    });
  }

  /** Characters and pieces follow each other; words are set apart by spaces. */
  decode(ids: ArrayLike<number>): string {
    const tokens = Array.from(ids, id => (id === 0 ? '' : id === 1 ? '\uFFFD' : (this.vocabulary[id] ?? '')));
    return this.state.kind === 'words' ? tokens.filter(t => t !== '').join(' ') : tokens.join('');
  }
}

/**
 * Learns the vocabulary from the training texts.
 *
 * @param size most entries, the two special ones included; characters and words beyond it, the rarest, are unknown.
 */
export function learnTokenizer(
  texts: Iterable<string>,
  kind: TokenizerState['kind'],
  size: number,
  lower: boolean,
): Tokenizer {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const piece of piecesOf(lower ? text.toLowerCase() : text, kind))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  if (kind === 'bpe') return new Tokenizer({ kind, lower, ...learnBpe(counts, size, special) });
  const common = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, Math.max(0, size - special.length))
    .map(([token]) => token);
  // Few characters: in their order they are easier to read.
  if (kind === 'characters') common.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return new Tokenizer({ kind, lower, vocabulary: [...special, ...common], merges: [] });
}

/** What merging never crosses: a word with the white space before it, so that decoding gives the text again. */
function piecesOf(text: string, kind: TokenizerState['kind']): string[] {
  if (kind === 'characters') return [...text];
  return text.match(kind === 'words' ? /\S+/g : /\s?\S+|\s/g) ?? [];
}
