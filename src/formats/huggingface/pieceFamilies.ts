/**
 * What each family of models makes of a model of sentencepiece: the tokenizer.json that Transformers' converters
 * (convert_slow_tokenizer.py) would make.
 */
import { pieceType, type SentencePieces } from './sentencepiece';

type Json = Record<string, unknown>;
type Scored = readonly [piece: string, score: number];
type Config = Readonly<Record<string, unknown>>;

/** What a family of models makes of the same file. */
interface Family {
  /** Names of its tokenizer's classes, without "Fast", and model types of config.json. */
  of: readonly string[];
  /** Its tokens in their order, where they are not the file's. */
  tokens?(all: SentencePieces, config: Config): Scored[];
  /** Special tokens that stand behind the file's, as many as the configuration says. */
  extra?(config: Config): string[];
  unknown?: number;
  normalizer?(all: SentencePieces, config: Config): Json | null;
  preTokenizer?(config: Config): Json | null;
  decoder?(config: Config): Json;
  /** Marks around a text and a pair; `$A` and `$B` are the texts. */
  marks?(config: Config): { single: string; pair: string } | undefined;
  /** Special tokens, with those that swallow blanks before them. */
  special: readonly string[];
  swallows?: readonly string[];
  byteFallback?: boolean;
}

const blank = '▁';

const strip = (left: boolean, right: boolean) => ({ type: 'Strip', strip_left: left, strip_right: right });
const replace = (pattern: Json, content: string) => ({ type: 'Replace', pattern, content });
const precompiled = ({ charsmap }: SentencePieces): Json[] =>
  charsmap.length === 0
    ? []
    : [{ type: 'Precompiled', precompiled_charsmap: Buffer.from(charsmap).toString('base64') }];
const sequence = (normalizers: Json[]) => ({ type: 'Sequence', normalizers });
const severalBlanks = { Regex: ' {2,}' };

/** Whether blanks stand before a text: `add_prefix_space`, and only at its beginning with what is no longer `legacy`. */
function prependScheme(config: Config): string {
  if (config['add_prefix_space'] === false) return 'never';
  return config['legacy'] === false ? 'first' : 'always';
}
const metaspace = (config: Config) => ({
  type: 'Metaspace',
  replacement: blank,
  prepend_scheme: prependScheme(config),
});

const asCls = () => ({
  single: '[CLS]:0 $A:0 [SEP]:0',
  pair: '[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1',
});
const asRoberta = () => ({ single: '<s> $A </s>', pair: '<s> $A </s> </s> $B </s>' });

const fromFairseq =
  (first: readonly Scored[], skipped: number) =>
  ({ pieces }: SentencePieces): Scored[] => [
    ...first,
    ...pieces.slice(skipped).map((p): Scored => [p.piece, p.score]),
    ['<mask>', 0],
  ];

const families: readonly Family[] = [
  {
    of: ['T5Tokenizer', 't5', 'mt5', 'MT5Tokenizer'],
    extra: config => Array.from({ length: extraIds(config) }, (_, i) => `<extra_id_${i}>`).reverse(),
    marks: () => ({ single: '$A </s>', pair: '$A </s> $B </s>' }),
    special: ['</s>', '<unk>', '<pad>'],
  },
  {
    of: ['XLMRobertaTokenizer', 'xlm-roberta'],
    tokens: fromFairseq(
      [
        ['<s>', 0],
        ['<pad>', 0],
        ['</s>', 0],
        ['<unk>', 0],
      ],
      3,
    ),
    unknown: 3,
    marks: asRoberta,
    special: ['<s>', '</s>', '<unk>', '<pad>', '<mask>'],
    swallows: ['<mask>'],
  },
  {
    of: ['CamembertTokenizer', 'camembert'],
    tokens: fromFairseq(
      [
        ['<s>NOTUSED', 0],
        ['<pad>', 0],
        ['</s>NOTUSED', 0],
        ['<unk>', 0],
        ['<unk>NOTUSED', -100],
      ],
      1,
    ),
    unknown: 3,
    marks: asRoberta,
    special: ['<s>NOTUSED', '</s>NOTUSED', '<s>', '</s>', '<unk>', '<pad>', '<mask>'],
    swallows: ['<mask>'],
  },
  {
    of: ['AlbertTokenizer', 'albert'],
    // A comma behind digits is a piece of its own, so what ends with one is worth less.
    tokens: ({ pieces }) =>
      pieces.map(({ piece: p, score }): Scored => [p, /\p{Nd},$/u.test(p) ? score - 100 : score]),
    normalizer: (all, config) =>
      sequence([
        replace({ String: '``' }, '"'),
        replace({ String: "''" }, '"'),
        ...(config['keep_accents'] === true ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
        ...(config['do_lower_case'] === false ? [] : [{ type: 'Lowercase' }]),
        ...precompiled(all),
        replace(severalBlanks, ' '),
      ]),
    marks: asCls,
    special: ['[CLS]', '[SEP]', '<unk>', '<pad>', '[MASK]'],
    swallows: ['[MASK]'],
  },
  {
    of: ['DebertaV2Tokenizer', 'deberta-v2'],
    normalizer: (all, config) =>
      sequence([
        ...(config['do_lower_case'] === true ? [{ type: 'Lowercase' }] : []),
        strip(true, true),
        ...precompiled(all),
        replace(severalBlanks, ' '),
      ]),
    preTokenizer: config => ({
      type: 'Sequence',
      pretokenizers: [
        ...(config['split_by_punct'] === true ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []),
        metaspace(config),
      ],
    }),
    marks: asCls,
    special: ['[CLS]', '[SEP]', '[UNK]', '[PAD]', '[MASK]'],
  },
  {
    of: ['LlamaTokenizer', 'CodeLlamaTokenizer', 'llama', 'mistral', 'mixtral', 'phi3'],
    normalizer: (_, config) =>
      config['legacy'] === false
        ? null
        : sequence([
            ...(config['add_prefix_space'] === false ? [] : [{ type: 'Prepend', prepend: blank }]),
            replace({ String: ' ' }, blank),
          ]),
    preTokenizer: config => (config['legacy'] === false ? { ...metaspace(config), split: false } : null),
    decoder: config => decoders(config['add_prefix_space'] === false ? 0 : 1),
    marks: config => {
      const [begin, end] = [
        config['add_bos_token'] === false ? '' : '<s>',
        config['add_eos_token'] === true ? '</s>' : '',
      ];
      const around = (text: string, kind: number) =>
        [begin && `${begin}:${kind}`, `${text}:${kind}`, end && `${end}:${kind}`].filter(Boolean).join(' ');
      return { single: around('$A', 0), pair: `${around('$A', 0)} ${around('$B', 1)}` };
    },
    special: ['<unk>', '<s>', '</s>'],
    byteFallback: true,
  },
  {
    of: ['GemmaTokenizer', 'gemma', 'gemma2'],
    tokens: ({ pieces }) => pieces.map(({ piece: p, score }): Scored => [p === '<0x09>' ? '\t' : p, score]),
    unknown: 3,
    normalizer: () => replace({ String: ' ' }, blank),
    preTokenizer: () => ({
      type: 'Split',
      pattern: { String: ' ' },
      behavior: 'MergedWithPrevious',
      invert: false,
    }),
    decoder: () => decoders(0),
    marks: config => {
      const begin = config['add_bos_token'] === false ? '' : '<bos>:0 ';
      return { single: `${begin}$A:0`, pair: `${begin}$A:0 ${begin.replace('0', '1')}$B:1` };
    },
    special: ['<pad>', '<eos>', '<bos>', '<unk>', '<start_of_turn>', '<end_of_turn>'],
    byteFallback: true,
  },
];

function decoders(first: number): Json {
  return {
    type: 'Sequence',
    decoders: [
      replace({ String: blank }, ' '),
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      ...(first > 0 ? [{ type: 'Strip', content: ' ', start: first, stop: 0 }] : []),
    ],
  };
}

function extraIds(config: Config): number {
  const count = config['extra_ids'] ?? 100;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && count <= 10_000
    ? count
    : 100;
}

/**
 * What tokenizer.json would say.
 *
 * @param config tokenizer_config.json
 * @param modelType that of config.json, where the tokenizer's class is not named.
 * @returns undefined for a family that is not known.
 */
export function tokenizerOfPieces(
  all: SentencePieces,
  config: Config,
  modelType: string | undefined,
): Json | undefined {
  const named =
    typeof config['tokenizer_class'] === 'string' ? config['tokenizer_class'].replace(/Fast$/, '') : '';
  const family =
    families.find(f => f.of.includes(named)) ??
    families.find(f => modelType !== undefined && f.of.includes(modelType));
  if (!family) return undefined;
  const { pieces, kind, unknown } = all;
  const tokens = [
    ...(family.tokens?.(all, config) ?? pieces.map((p): Scored => [p.piece, p.score])),
    ...(family.extra?.(config) ?? []).map((token): Scored => [token, 0]),
  ];
  const ids = new Map(tokens.map(([token], i): [string, number] => [token, i]));
  const marks = family.marks?.(config);
  const added = addedTokens(all, family, config, ids);
  const idOf = (token: string) => ids.get(token) ?? added.find(a => a.content === token)?.id;
  return {
    added_tokens: added,
    normalizer: family.normalizer
      ? family.normalizer(all, config)
      : sequence([...precompiled(all), strip(false, true), replace(severalBlanks, blank)]),
    pre_tokenizer: family.preTokenizer ? family.preTokenizer(config) : metaspace(config),
    post_processor: marks ? template(marks, idOf) : null,
    decoder: family.decoder?.(config) ?? metaspace(config),
    model:
      kind === 'unigram'
        ? {
            type: 'Unigram',
            unk_id: family.unknown ?? unknown.id,
            vocab: tokens,
            byte_fallback: family.byteFallback === true,
          }
        : {
            type: 'BPE',
            vocab: Object.fromEntries(ids),
            merges: mergesOf(tokens, ids),
            unk_token: tokens[family.unknown ?? unknown.id]![0],
            fuse_unk: true,
            byte_fallback: family.byteFallback === true,
          },
  };
}

function addedTokens(all: SentencePieces, family: Family, config: Config, ids: ReadonlyMap<string, number>) {
  const special = new Set([...family.special, ...(family.extra?.(config) ?? [])]);
  const own = all.pieces
    .filter(p => p.type === pieceType.control || p.type === pieceType.userDefined)
    .map(p => p.piece);
  const isSpecial = new Set([
    ...special,
    ...all.pieces.filter(p => p.type === pieceType.control).map(p => p.piece),
  ]);
  let next = ids.size;
  return [...new Set([...own, ...special])].flatMap(content => {
    let id = ids.get(content);
    if (id === undefined) {
      // What the family marks a text with stands behind the pieces, where they lack it.
      if (!special.has(content)) return [];
      id = next++;
    }
    return [
      {
        id,
        content,
        single_word: false,
        lstrip: family.swallows?.includes(content) === true,
        rstrip: false,
        normalized: false,
        special: isSpecial.has(content),
      },
    ];
  });
}

/** A template of marks as tokenizer.json writes it. */
function template(
  marks: { single: string; pair: string },
  idOf: (token: string) => number | undefined,
): Json {
  const special: Json = {};
  const parts = (text: string) =>
    text.split(' ').map(part => {
      const [, name, kind] = /^(.+?)(?::(\d))?$/.exec(part)!;
      const type_id = Number(kind ?? 0);
      if (name === '$A' || name === '$B') return { Sequence: { id: name.slice(1), type_id } };
      special[name!] = { id: name, ids: [idOf(name!)], tokens: [name] };
      return { SpecialToken: { id: name, type_id } };
    });
  const [single, pair] = [parts(marks.single), parts(marks.pair)];
  return { type: 'TemplateProcessing', single, pair, special_tokens: special };
}

/**
 * The merges of a model that has none written: each piece in two that are pieces, too, the likeliest piece first, of one
 * piece those that come first.
 */
function mergesOf(tokens: readonly Scored[], ids: ReadonlyMap<string, number>): [string, string][] {
  const found: { left: string; right: string; score: number; lengths: [number, number] }[] = [];
  for (const [token, score] of new Map(tokens)) {
    const letters = [...token];
    const own: typeof found = [];
    for (let i = 1; i < letters.length; i++) {
      const [left, right] = [letters.slice(0, i).join(''), letters.slice(i).join('')];
      if (ids.has(left) && ids.has(right)) own.push({ left, right, score, lengths: [i, letters.length - i] });
    }
    own.sort((a, b) => ids.get(a.left)! - ids.get(b.left)! || ids.get(a.right)! - ids.get(b.right)!);
    for (const merge of own) found.push(merge);
  }
  return found
    .sort((a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1])
    .map(({ left, right }) => [left, right]);
}
