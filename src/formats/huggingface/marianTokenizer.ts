/**
 * Marian's tokenizer, of which there is no tokenizer.json: a text is divided by the source's model of sentencepiece, and
 * what it is made of has the numbers of vocab.json; an answer is put together from the target's pieces.
 */
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { Charsmap } from '../../data/text/charsmap';
import { VitrineError } from '../../model/errors';
import { type Piece, pieceType, readSentencePieces, type SentencePieces } from './sentencepiece';
import { readBytes, readJson, type TextTokenizer } from './tokenizer';

const blank = '▁';
const end = '</s>';
const unknown = '<unk>';

/** @returns undefined where the folder is no translator's. @throws VitrineError bad-file */
export async function openMarian(folder: string): Promise<TextTokenizer | undefined> {
  const file = path.join(folder, 'source.spm');
  const bytes = await readBytes(file);
  const vocabulary = bytes && (await readJson(path.join(folder, 'vocab.json')));
  if (!bytes || !vocabulary) return undefined;
  const ids = new Map(
    Object.entries(vocabulary).filter(([, id]) => Number.isSafeInteger(id) && (id as number) >= 0),
  ) as Map<string, number>;
  const tokens = new Map([...ids].map(([token, id]) => [id, token]));
  const [last, none] = [ids.get(end), ids.get(unknown)];
  if (last === undefined || none === undefined)
    throw new VitrineError('bad-file', `${path.basename(folder)}/vocab.json lacks ${end} or ${unknown}.`, {
      at: { file: path.join(folder, 'vocab.json') },
    });
  const divide = divider(readSentencePieces(bytes, `${path.basename(folder)}/source.spm`, file), file);
  const special = new Set([end, unknown, '<pad>']);
  const encode = (text: string) => {
    // Where there are several target languages, a text begins with the one that is wanted.
    const [, code, rest] = /^(>>.+<<)?(.*)$/s.exec(text)!;
    return [...(code ? [code] : []), ...divide(rest!)].map(piece => ids.get(piece) ?? none);
  };
  return {
    encode(text, { pair, special: marked = true } = {}) {
      const all = [...encode(text), ...(pair === undefined ? [] : encode(pair)), ...(marked ? [last] : [])];
      return { ids: all, types: all.map(() => 0) };
    },
    decode: (all, { special: shown = false } = {}) =>
      all
        .map(id => tokens.get(id) ?? unknown)
        .filter(token => shown || !special.has(token))
        .join('')
        .replaceAll(blank, ' ')
        .trim(),
    token: id => tokens.get(id) ?? `<${id}>`,
    id: token => ids.get(token),
    mask: undefined,
    unknown,
    first: undefined,
    // Translators are asked for nothing that has a place in their source.
    spans: () => [],
  };
}

/** Marks are never found in a text, whatever it says: they have a name that no text has. */
function inText({ piece, score, type }: Piece, id: number): [string, number] {
  return [type === pieceType.normal || type === pieceType.userDefined ? piece : `\0${id}`, score];
}

/** A text's pieces, as sentencepiece itself divides it. */
function divider(all: SentencePieces, file: string): (text: string) => string[] {
  const { pieces, charsmap, kind, unknown: none, addDummyPrefix, removeExtraWhitespaces } = all;
  if (kind !== 'unigram')
    throw new VitrineError(
      'bad-file',
      `${path.basename(file)} divides by BPE; a translator's is expected to be a Unigram.`,
      {
        at: { file },
      },
    );
  const tokenizer = new Tokenizer(
    {
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: null,
      model: { type: 'Unigram', unk_id: none.id, vocab: pieces.map(inText) },
    },
    {},
  );
  const rules = charsmap.length > 0 ? Charsmap.read(charsmap) : undefined;
  return text => {
    let plain = rules ? rules.normalizeLongest(text) : text;
    if (removeExtraWhitespaces) plain = plain.replace(/ +/g, ' ').replace(/^ | $/g, '');
    if (plain === '') return [];
    return tokenizer.tokenize(`${addDummyPrefix ? ' ' : ''}${plain}`.replaceAll(' ', blank));
  };
}
