/** Text to token ids and back. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { applyBpe, learnBpe, pairKey } from './bpe';
import { FileTokenizer, readTokenizerFile } from './tokenizerFile';
import { applyWordPiece, continuing, joinPieces, wordsAndMarks } from './wordPiece';

const learnedKinds = [
  Type.Literal('characters', { description: 'Each character is a token.' }),
  Type.Literal('words', {
    description: 'Words between white space; those that training lacks are unknown.',
  }),
  Type.Literal('bpe', {
    description: 'Pieces of words learned from the training text by byte pair encoding.',
  }),
  Type.Literal('wordpiece', {
    description:
      'Pieces of words as BERT has them, learned from the training text: "##" marks what continues a word.',
  }),
];

/** How text is divided, where the division is learned. */
export const learnedTokenizers = Type.Union(learnedKinds, {
  description: 'How text is divided into tokens.',
});

/** The same, or a tokenizer that exists. */
export const tokenizerKinds = Type.Union(
  [
    ...learnedKinds,
    Type.Literal('alphabet', {
      description:
        'Each character is a token, and nothing else is: without [PAD] and [UNK], as code counts that lists the characters of a text itself. For one text whose next token is predicted.',
    }),
    Type.Object(
      {
        file: Type.String({
          minLength: 1,
          description: 'A tokenizer.json, relative to this file. Nothing is learned then.',
        }),
        marks: Type.Boolean({
          default: false,
          description:
            'Add the marks that the tokenizer sets around a text, as [CLS] and [SEP], where it has a class.',
        }),
        ownIds: Type.Optional(
          Type.Boolean({
            description:
              'Keep the ids of the file, also where its token 0 is text: for weights that were trained with it.',
          }),
        ),
      },
      { additionalProperties: false, description: 'A tokenizer of Hugging Face.' },
    ),
  ],
  { description: 'How text is divided into tokens.' },
);

export type TokenizerChoice = Static<typeof tokenizerKinds>;

export const tokenizerSchema = Type.Object({
  kind: Type.Union([...learnedKinds, Type.Literal('alphabet'), Type.Literal('file')]),
  lower: Type.Boolean(),
  vocabulary: Type.Array(Type.String(), { minItems: 2, maxItems: 2_000_001 }),
  merges: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  /** Of the kind `file`. */
  file: Type.Optional(
    Type.Object({
      json: Type.Record(Type.String(), Type.Unknown()),
      marks: Type.Boolean(),
      ownIds: Type.Optional(Type.Boolean()),
    }),
  ),
});

export type TokenizerState = Static<typeof tokenizerSchema>;

/** Fills up short texts; its id is 0. */
export const pad = '[PAD]';
/** Stands for what a learned vocabulary lacks; its id is 1. */
export const unknown = '[UNK]';
const special = [pad, unknown];
/**
 * Fills up where each token is text. No token has it, so that filling is told from text; as a place it is the last one's,
 * counted from the end, and what a model makes of it is not looked at.
 */
const noToken = -1;

export class Tokenizer {
  private readonly ids: ReadonlyMap<string, number>;
  private readonly ranks: ReadonlyMap<string, number>;
  private readonly file: FileTokenizer | undefined;
  /** The id of what the vocabulary lacks; undefined where a tokenizer knows every byte, or takes nothing else. */
  readonly unknown: number | undefined;
  /** The id that fills up short texts. */
  readonly fill: number;

  constructor(readonly state: TokenizerState) {
    this.ids = new Map(state.vocabulary.map((token, i) => [token, i]));
    this.ranks = new Map(state.merges.map(([a, b], i) => [pairKey(a, b), i]));
    this.file = state.file && new FileTokenizer(state.file.json, state.file.ownIds === true);
    this.fill = this.file?.fill ?? (state.kind === 'alphabet' ? noToken : 0);
    if (this.fill >= state.vocabulary.length)
      throw new VitrineError(
        'bad-file',
        `The tokenizer that is kept here is damaged: its vocabulary has ${state.vocabulary.length} tokens, and token ${this.fill} fills up. Train again, or bring the file back.`,
      );
    this.unknown = this.file ? this.file.unknown : state.kind === 'alphabet' ? undefined : 1;
  }

  /** The id of a token that tells least: what stands for the unknown, else a space. */
  get neutral(): number {
    return this.unknown ?? this.ids.get(' ') ?? 1;
  }

  get vocabulary(): readonly string[] {
    return this.state.vocabulary;
  }

  encode(text: string): number[] {
    const { lower, file } = this.state;
    const read = lower ? text.toLowerCase() : text;
    if (this.file) return this.file.encode(read, file!.marks);
    if (this.state.kind === 'alphabet') return [...read].map(c => this.ids.get(c) ?? strange(c));
    // A text may contain "[PAD]": as a word it is unknown like others.
    return this.pieces(read).map(t => {
      const id = this.ids.get(t);
      return id === undefined || id < special.length ? 1 : id;
    });
  }

  decode(ids: ArrayLike<number>): string {
    if (this.file) return this.file.decode(Array.from(ids));
    if (this.state.kind === 'alphabet') return Array.from(ids, id => this.vocabulary[id] ?? '').join('');
    return joinTokens(
      this.state.kind,
      Array.from(ids, id => (id === 0 ? '' : id === 1 ? '\uFFFD' : (this.vocabulary[id] ?? ''))),
    );
  }

  /** What of a text the vocabulary lacks: its words, or characters where these are the tokens; each once. */
  unknownIn(text: string): string[] {
    const { unknown: lacking } = this;
    if (lacking === undefined) return [];
    const read = this.state.lower ? text.toLowerCase() : text;
    const words = this.file ? (read.match(/\S+/g) ?? []) : wordsOf(read, this.state.kind);
    const strange = (word: string) =>
      this.file ? this.file.encode(word, false).includes(lacking) : this.encode(word).includes(lacking);
    return [...new Set(words)].filter(w => w.trim() !== '' && strange(w)).map(w => w.trim());
  }

  private pieces(text: string): string[] {
    const words = wordsOf(text, this.state.kind);
    switch (this.state.kind) {
      case 'bpe':
        return words.flatMap(word => applyBpe(word, this.ranks));
      case 'wordpiece':
        return words.flatMap(word => applyWordPiece(word, piece => this.ids.has(piece), unknown));
      default:
        return words;
    }
  }
}

function strange(character: string): never {
  throw new VitrineError(
    'bad-data',
    `${JSON.stringify(character)} does not occur in the text that was learned from, and the tokenizer "alphabet" has no token for what is unknown: use the characters of that text alone, or train with the tokenizer "characters".`,
  );
}

/** The characters of a text, each once, in the order of their code points: as Python's sorted(set(text)). */
export function alphabetOf(text: string): string[] {
  return [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
}

/** Learned tokens as text: characters and pieces follow each other; words are set apart by spaces. */
export function joinTokens(kind: TokenizerState['kind'], tokens: readonly string[]): string {
  const there = tokens.filter(t => t !== '');
  switch (kind) {
    case 'words':
      return there.join(' ');
    case 'wordpiece':
      return joinPieces(there);
    default:
      return there.join('');
  }
}

/**
 * Learns the vocabulary from the training texts.
 *
 * @param size most entries, the two special ones included; characters and words beyond it, the rarest, are unknown.
 */
export function learnTokenizer(
  texts: Iterable<string>,
  kind: Static<typeof learnedTokenizers>,
  size: number,
  lower: boolean,
): Tokenizer {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const piece of wordsOf(lower ? text.toLowerCase() : text, kind))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  if (kind === 'bpe') return new Tokenizer({ kind, lower, ...learnBpe(counts, size, special) });
  if (kind === 'wordpiece') {
    const { vocabulary } = learnBpe(counts, size, special, continuing);
    return new Tokenizer({ kind, lower, vocabulary, merges: [] });
  }
  const common = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, Math.max(0, size - special.length))
    .map(([token]) => token);
  // Few characters: in their order they are easier to read.
  if (kind === 'characters') common.sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return new Tokenizer({ kind, lower, vocabulary: [...special, ...common], merges: [] });
}

/**
 * The tokenizer that an experiment asks for: learned from the training texts, or read from its file.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function tokenizerFor(
  choice: TokenizerChoice,
  {
    texts,
    vocabulary,
    lower,
    resolve,
  }: {
    texts: Iterable<string>;
    vocabulary: number;
    lower: boolean;
    resolve(file: string): string;
  },
): Promise<Tokenizer> {
  if (choice === 'alphabet')
    throw new VitrineError(
      'bad-experiment',
      'data.tokenizer is "alphabet", which has no token to fill up short texts: it is for one text whose next token is predicted. Use "characters" here.',
    );
  if (typeof choice === 'string') return learnTokenizer(texts, choice, vocabulary, lower);
  const { json, vocabulary: names } = await readTokenizerFile(resolve(choice.file), choice.ownIds);
  return new Tokenizer({
    kind: 'file',
    lower,
    vocabulary: names,
    merges: [],
    file: { json, marks: choice.marks, ...(choice.ownIds && { ownIds: true }) },
  });
}

/** What merging never crosses: a word with the white space before it, so that decoding gives the text again. */
function wordsOf(text: string, kind: TokenizerState['kind']): string[] {
  switch (kind) {
    case 'alphabet':
    case 'characters':
      return [...text];
    case 'words':
      return text.match(/\S+/g) ?? [];
    case 'wordpiece':
      return wordsAndMarks(text);
    default:
      return text.match(/\s?\S+|\s/g) ?? [];
  }
}
