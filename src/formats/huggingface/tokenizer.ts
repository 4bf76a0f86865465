/**
 * The tokenizer of a folder that Transformers saved, by the npm package of Hugging Face's own: the one that agrees with
 * theirs, of 37 kB and without dependencies. Folders from before tokenizer.json have the vocabulary in files of its own.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { exactly } from '../../data/text/charsmap';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import { openMarian } from './marianTokenizer';
import { tokenizerOfPieces } from './pieceFamilies';
import { readSentencePieces } from './sentencepiece';
import { spansOf, type TokenSpan } from './spans';

const maxBytes = 100_000_000;

export interface TextTokenizer {
  encode(text: string, options?: { pair?: string; special?: boolean }): { ids: number[]; types: number[] };
  /** Text of tokens, special ones left out unless wanted. */
  decode(ids: readonly number[], options?: { special?: boolean }): string;
  /** One token as it stands in the vocabulary. */
  token(id: number): string;
  id(token: string): number | undefined;
  /** The token that stands for a hidden one, if the tokenizer has one. */
  readonly mask: { token: string; id: number } | undefined;
  /** What stands for what is not known, as it stands in the vocabulary. */
  readonly unknown: string | undefined;
  /** The mark before a text, if there is one. */
  readonly first: number | undefined;
  /** Where each token of a text, marks left out, stands in it. */
  spans(text: string): TokenSpan[];
}

/** @throws VitrineError file-not-found when the folder has none, bad-file */
export async function openTokenizer(folder: string): Promise<TextTokenizer> {
  const config = (await readJson(path.join(folder, 'tokenizer_config.json'))) ?? {};
  const written = await readJson(path.join(folder, 'tokenizer.json'));
  const translator = written ? undefined : await openMarian(folder);
  if (translator) return translator;
  const found = written ?? (await fromVocabulary(folder, config)) ?? (await fromPieces(folder, config));
  if (!found)
    throw new VitrineError(
      'file-not-found',
      `The folder ${path.basename(folder)} has no tokenizer.json (nor vocab.json with merges.txt, vocab.txt, or ${listed(pieceFiles)}), so its model cannot be given text. Save it with tokenizer.save_pretrained("${path.basename(folder)}").`,
      { at: { file: folder } },
    );
  let tokenizer: Tokenizer;
  try {
    // What the settings say of texts is in what was made of the pieces; the library would do it twice.
    const { remove_space, do_lowercase_and_remove_accent, ...rest } = config;
    tokenizer = exactly(new Tokenizer(found, written ? config : rest));
    tokenizer.encode('a');
  } catch (e) {
    throw new VitrineError(
      'bad-file',
      `The tokenizer of ${path.basename(folder)} cannot be used: ${(e as Error).message}.`,
      { at: { file: path.join(folder, 'tokenizer.json') } },
    );
  }
  const unknown = unknownOf(found, config);
  return {
    encode(text, { pair, special = true } = {}) {
      const { ids, token_type_ids: types } = tokenizer.encode(text, {
        text_pair: pair ?? null,
        add_special_tokens: special,
        return_token_type_ids: true,
      });
      return { ids, types };
    },
    decode: (ids, { special = false } = {}) =>
      ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: !special }),
    token: id => tokenizer.id_to_token(id) ?? `<${id}>`,
    id: token => tokenizer.token_to_id(token),
    mask: markOf(tokenizer, config['mask_token'], '[MASK]', '<mask>'),
    first: markOf(tokenizer, config['cls_token'], '[CLS]', '<s>')?.id,
    unknown,
    spans: text => spansOf(tokenizer, text, tokenizer.tokenize(text, { add_special_tokens: false }), unknown),
  };
}

/** What stands for what is not known. */
function unknownOf(found: Record<string, unknown>, config: Record<string, unknown>): string | undefined {
  const { unk_token: own, unk_id: id, vocab } = (found['model'] ?? {}) as Record<string, unknown>;
  const piece = Array.isArray(vocab) && typeof id === 'number' ? (vocab[id] as unknown[])?.[0] : undefined;
  return contentOf(config['unk_token']) ?? contentOf(own) ?? contentOf(piece);
}

/** The first of the tokens that the tokenizer has. */
function markOf(tokenizer: Tokenizer, given: unknown, ...usual: readonly string[]) {
  for (const token of [contentOf(given), ...usual]) {
    const id = token === undefined ? undefined : tokenizer.token_to_id(token);
    if (token !== undefined && id !== undefined) return { token, id };
  }
  return undefined;
}

/** Special tokens are given as text, or as an object with it. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}

/** Names that sentencepiece's models have in folders. */
const pieceFiles = ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model', 'spm.model'];

/** What tokenizer.json would say, from a model of sentencepiece. @throws VitrineError bad-file */
async function fromPieces(folder: string, config: Record<string, unknown>) {
  for (const name of pieceFiles) {
    const file = path.join(folder, name);
    const bytes = await readBytes(file);
    if (!bytes) continue;
    const called = `${path.basename(folder)}/${name}`;
    const model = await readJson(path.join(folder, 'config.json'));
    const found = tokenizerOfPieces(
      readSentencePieces(bytes, called, file),
      config,
      model && String(model['model_type']),
    );
    if (found) return found;
    throw new VitrineError(
      'bad-file',
      `${called} is of a tokenizer that is not known (tokenizer_class ${JSON.stringify(config['tokenizer_class']) ?? 'not named'}, model_type ${JSON.stringify(model?.['model_type']) ?? 'not named'}). Save the folder with a tokenizer.json: AutoTokenizer.from_pretrained("${path.basename(folder)}").save_pretrained("${path.basename(folder)}").`,
      { at: { file } },
    );
  }
  return undefined;
}

async function readText(file: string): Promise<string | undefined> {
  return (await readBytes(file))?.toString('utf8');
}

/** @returns undefined where there is no such file. @throws VitrineError bad-file */
export async function readBytes(file: string): Promise<Buffer | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) return undefined;
  if (info.size > maxBytes)
    throw new VitrineError(
      'bad-file',
      `${path.basename(file)} has ${info.size} bytes; at most ${maxBytes} are read.`,
      { at: { file } },
    );
  return readFile(file);
}

export async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new VitrineError('bad-file', `${path.basename(file)} is not JSON.`, { at: { file } });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new VitrineError('bad-file', `${path.basename(file)} is no JSON object.`, { at: { file } });
}

/** What tokenizer.json would say, from the files of GPT-2's and BERT's first tokenizers. */
async function fromVocabulary(folder: string, config: Record<string, unknown>) {
  const vocabulary = await readJson(path.join(folder, 'vocab.json'));
  const merges = await readText(path.join(folder, 'merges.txt'));
  if (vocabulary && merges !== undefined && Object.keys(vocabulary).some(t => t.endsWith('</w>')))
    return ofClip(vocabulary, merges);
  if (vocabulary && merges !== undefined) {
    const special = ['<|endoftext|>', '<s>', '</s>', '<pad>', '<unk>', '<mask>'];
    return {
      added_tokens: addedTokens(special, vocabulary),
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor:
        '<s>' in vocabulary && '</s>' in vocabulary
          ? {
              type: 'RobertaProcessing',
              sep: ['</s>', vocabulary['</s>']],
              cls: ['<s>', vocabulary['<s>']],
              trim_offsets: true,
              add_prefix_space: false,
            }
          : { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', vocab: vocabulary, merges: linesOf(merges) },
    };
  }
  const words = await readText(path.join(folder, 'vocab.txt'));
  if (words === undefined) return undefined;
  const vocab: Record<string, number> = {};
  for (const [i, word] of words
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .entries())
    vocab[word] = i;
  return {
    added_tokens: addedTokens(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'], vocab),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: config['do_lower_case'] !== false,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'BertProcessing',
      sep: ['[SEP]', vocab['[SEP]']],
      cls: ['[CLS]', vocab['[CLS]']],
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

function linesOf(merges: string): string[] {
  return merges.split(/\r?\n/).filter(l => l !== '' && !l.startsWith('#version'));
}

/** Of CLIP's vocabulary, whose words end with a mark: small letters, and each digit by itself. */
function ofClip(vocabulary: Record<string, unknown>, merges: string) {
  const [start, end] = ['<|startoftext|>', '<|endoftext|>'];
  return {
    added_tokens: addedTokens([start, end], vocabulary),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: 'Removed',
          invert: true,
        },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [end, vocabulary[end]],
      cls: [start, vocabulary[start]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      vocab: vocabulary,
      merges: linesOf(merges),
      unk_token: end,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
    },
  };
}

function addedTokens(tokens: readonly string[], vocabulary: Readonly<Record<string, unknown>>) {
  return tokens
    .filter(t => Object.hasOwn(vocabulary, t))
    .map(content => ({
      id: vocabulary[content],
      content,
      single_word: false,
      lstrip: content === '<mask>',
      rstrip: false,
      normalized: false,
      special: true,
    }));
}
