/**
 * A Hugging Face `tokenizer.json`, by the npm package of Hugging Face's own. Filling up is by token 0: where a tokenizer's
 * token 0 is not its padding, each of its ids is one higher here. Weights that exist want the tokenizer's own ids: then
 * its padding fills up, or, as is usual for models without one (GPT-2), the mark of a text's end.
 */
import { readFile, stat } from 'node:fs/promises';
import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';
import { VitrineError } from '../../model/errors';
import { exactly } from './charsmap';

const maxBytes = 100_000_000;

/** What a saved run keeps of it. */
export interface TokenizerFile {
  json: Record<string, unknown>;
  /** By Vitrine's ids; 0 is filling. */
  vocabulary: string[];
}

/** @throws VitrineError file-not-found, bad-file */
export async function readTokenizerFile(file: string, own = false): Promise<TokenizerFile> {
  const at = { file };
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', 'There is no tokenizer file here. Expected a tokenizer.json.', {
      at,
    });
  if (info.size > maxBytes)
    throw new VitrineError('bad-file', `It has ${info.size} bytes; at most ${maxBytes} are read.`, { at });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (e) {
    throw new VitrineError('bad-file', `It is not JSON: ${(e as Error).message}.`, { at });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new VitrineError('bad-file', 'Expected the object that tokenizer.save writes.', { at });
  try {
    const opened = open(json as Record<string, unknown>);
    return { json: json as Record<string, unknown>, vocabulary: vocabularyOf(opened, file, own) };
  } catch (e) {
    if (e instanceof VitrineError) throw e;
    throw new VitrineError(
      'bad-file',
      `The tokenizer cannot be used: ${e instanceof TypeError ? 'a part that it needs is missing or is something else' : (e as Error).message}.`,
      { at },
    );
  }
}

function open(json: Record<string, unknown>): HuggingFace {
  const tokenizer = exactly(new HuggingFace(json, {}));
  tokenizer.encode('a');
  return tokenizer;
}

export class FileTokenizer {
  private readonly tokenizer: HuggingFace;
  private readonly shift: 0 | 1;
  /** What it writes for what it does not know; undefined where it knows every byte. */
  readonly unknown: number | undefined;
  /** What fills up a short text. */
  readonly fill: number;

  /** @param own keeps the tokenizer's own ids. */
  constructor(json: Record<string, unknown>, own: boolean) {
    try {
      this.tokenizer = open(json);
    } catch (e) {
      throw new VitrineError(
        'bad-file',
        `The tokenizer that is kept here is damaged: ${(e as Error).message}. Expected the object of a tokenizer.json; train again, or bring the file back.`,
      );
    }
    this.shift = own ? 0 : shiftOf(this.tokenizer);
    this.fill = own ? fillOf(this.tokenizer) : 0;
    const model = json['model'] as { unk_token?: unknown } | undefined;
    const id = typeof model?.unk_token === 'string' ? this.tokenizer.token_to_id(model.unk_token) : undefined;
    this.unknown = id === undefined ? undefined : id + this.shift;
  }

  /** With the marks of the tokenizer's own post-processor, as [CLS] and [SEP], where wanted. */
  encode(text: string, marks: boolean): number[] {
    if (text === '') return [];
    return this.tokenizer.encode(text, { add_special_tokens: marks }).ids.map(id => id + this.shift);
  }

  decode(ids: readonly number[]): string {
    const own = ids.filter(id => id !== this.fill).map(id => id - this.shift);
    return own.length === 0 ? '' : this.tokenizer.decode(own, { skip_special_tokens: true });
  }
}

const paddings = /^(\[PAD\]|<pad>|<\|pad\|>|<PAD>)$/;

function shiftOf(tokenizer: HuggingFace): 0 | 1 {
  return paddings.test(tokenizer.id_to_token(0) ?? '') ? 0 : 1;
}

const ends = /^(<\|endoftext\|>|<\|end_of_text\|>|<\/s>|<eos>|\[SEP\]|<EOS>)$/;

/** The id of the token that fills up: padding, or the end of a text; where there is neither, token 0. */
function fillOf(tokenizer: HuggingFace): number {
  const vocabulary = [...tokenizer.get_vocab(true)];
  for (const wanted of [paddings, ends])
    for (const [token, id] of vocabulary) if (wanted.test(token)) return id;
  return 0;
}

function vocabularyOf(tokenizer: HuggingFace, file: string, own: boolean): string[] {
  const shift = own ? 0 : shiftOf(tokenizer);
  const names = shift === 1 ? ['[PAD]'] : [];
  const ids = [...tokenizer.get_vocab(true).values()];
  const last = ids.reduce((a, b) => Math.max(a, b), -1);
  if (last < 1 || last > 2_000_000)
    throw new VitrineError('bad-file', `Its last token has the id ${last}, expected 1 to 2,000,000.`, {
      at: { file },
    });
  for (let id = 0; id <= last; id++) names.push(tokenizer.id_to_token(id) ?? `<${id}>`);
  return names;
}
