/** Text from a folder that Transformers saved. */
import path from 'node:path';
import type { Engine } from '../../engine/engine';
import { modelFileOf } from '../../formats/_registry';
import { type Generator, readGenerator } from '../../formats/huggingface/generation';
import { openTokenizer, type TextTokenizer } from '../../formats/huggingface/tokenizer';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import { beamSearch } from './beam';
import { CachedDecoder } from './decoder';
import { choose, type Decoding, logSoftmax } from './decoding';

export interface FolderGenerateOptions extends Decoding {
  prompt: string;
  /** How many tokens to add at most. */
  tokens: number;
  seed: number;
  /** Beam search over so many texts, instead of drawing. */
  beams?: number;
  signal?: AbortSignal;
  onToken?(token: { token: string; text: string }): void;
}

export interface Generated {
  text: string;
  tokens: { id: number; token: string; probability?: number }[];
  /** Whether the model ended the text itself. */
  ended: boolean;
}

export class FolderGenerator {
  private constructor(
    private readonly engine: Engine,
    readonly generator: Generator,
    readonly tokenizer: TextTokenizer,
  ) {}

  /** @throws VitrineError file-not-found, bad-file */
  static async open(
    engine: Engine,
    folder: string,
    distFolder: string,
    signal?: AbortSignal,
  ): Promise<FolderGenerator> {
    const file = await modelFileOf(folder);
    const tokenizer = await openTokenizer(path.dirname(file));
    const generator = await readGenerator(file, { distFolder, ...(signal && { signal }) });
    return new FolderGenerator(engine, generator, tokenizer);
  }

  /** @throws bad-request when the prompt is empty or longer than the model's positions; cancelled. */
  async generate(options: FolderGenerateOptions): Promise<Generated> {
    const { tokenizer, generator } = this;
    const { ids } = tokenizer.encode(options.prompt);
    if (ids.length === 0)
      throw new VitrineError('bad-request', 'The prompt is empty. Give at least one character to continue.');
    const answer = await this.continue(ids, options, (id, sofar) =>
      options.onToken?.({ token: tokenizer.token(id), text: tokenizer.decode(sofar) }),
    );
    const whole = generator.memory ? answer.ids : [...ids, ...answer.ids];
    const full = tokenizer.decode(whole);
    const before = generator.memory ? '' : tokenizer.decode(ids);
    return {
      // Decoding the whole keeps the spaces between prompt and answer.
      text: full.startsWith(before) ? full.slice(before.length) : tokenizer.decode(answer.ids),
      tokens: answer.ids.map((id, i) => ({
        id,
        token: tokenizer.token(id),
        ...(answer.probabilities && { probability: answer.probabilities[i]! }),
      })),
      ended: answer.ended,
    };
  }

  /** Token ids behind those of a prompt. */
  async continue(
    prompt: readonly number[],
    options: Omit<FolderGenerateOptions, 'prompt'>,
    onToken?: (id: number, sofar: readonly number[]) => void,
  ): Promise<{ ids: number[]; probabilities?: number[]; ended: boolean }> {
    const { generator, engine } = this;
    const { memory, longest, end } = generator;
    const first = memory ? [startOf(generator)] : prompt;
    const room = (longest ?? Number.POSITIVE_INFINITY) - first.length;
    if (room < 1)
      throw new VitrineError(
        'bad-request',
        `The prompt has ${first.length} tokens, but the model has positions for ${longest}. Shorten it.`,
      );
    const most = Math.min(options.tokens, room);
    const rows = options.beams ?? 1;
    const decoder = await CachedDecoder.open(engine, generator, {
      rows,
      capacity: first.length + most,
      ...(memory && { source: prompt }),
    });
    try {
      if (rows > 1) {
        const [best] = await beamSearch(decoder, first, {
          tokens: most,
          end,
          ...(options.signal && { signal: options.signal }),
        });
        return { ids: best!.tokens, ended: best!.tokens.length < most };
      }
      const random = new Random(options.seed, 'generate');
      const ids: number[] = [];
      const probabilities: number[] = [];
      let feed = first;
      while (ids.length < most) {
        throwIfCancelled(options.signal);
        const [scores] = await decoder.feed([feed]);
        const id = choose(scores!, options, random);
        if (end.includes(id)) return { ids, probabilities, ended: true };
        probabilities.push(Math.exp(logSoftmax(scores!)[id]!));
        ids.push(id);
        onToken?.(id, ids);
        feed = [id];
      }
      return { ids, probabilities, ended: false };
    } finally {
      await decoder.dispose();
    }
  }
}

function startOf({ start }: Generator): number {
  if (start !== undefined) return start;
  throw new VitrineError(
    'bad-file',
    'config.json says no decoder_start_token_id, so the decoder has nothing to start from.',
  );
}
