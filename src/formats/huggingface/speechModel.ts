/** Models of speech in a folder that Transformers saved: what they hear, and how their answer becomes text. */
import path from 'node:path';
import { melFilters } from '../../data/audio/mel';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import type { ReadContext } from '../_format';
import { named, weightsOf } from './folder';
import { folderModel } from './folderModel';
import { type Generator, readClass, readGenerator } from './generation';
import { openTokenizer, readJson, type TextTokenizer } from './tokenizer';

/** Writes letters by connectionist temporal classification: of each place of the sound one. */
export interface CtcSpeech {
  kind: 'ctc';
  /** Input: samples (N, T). */
  model: Model;
  weights: Tensors;
  sampleRate: number;
  /** Whether a sound is brought to mean 0 and variance 1 first. */
  normalizes: boolean;
  /** Letters by their numbers; what means none, and what stands between words. */
  letters: readonly string[];
  none: number;
  between: string;
  lowerCase: boolean;
}

/** Writes text token by token: Whisper. */
export interface SpokenText {
  kind: 'whisper';
  generator: Generator;
  tokenizer: TextTokenizer;
  sampleRate: number;
  bands: number;
  frames: number;
  nFft: number;
  hop: number;
  /** [bands, nFft / 2 + 1] */
  filters: Float64Array;
  rules: SpokenRules;
}

/** What the decoder is told before it writes, and what it may not write. */
export interface SpokenRules {
  start: number;
  /** Tokens behind `start`; undefined for the language, where it is to be found out. */
  begin: readonly (number | undefined)[];
  languages: Readonly<Record<string, number>>;
  tasks: Readonly<Record<string, number>>;
  noTimes: number | undefined;
  never: readonly number[];
  neverFirst: readonly number[];
}

export type SpeechModel = CtcSpeech | SpokenText;

/** Whether a class writes down what is said. */
export function hearsOf(name: string): boolean {
  return name.endsWith('ForCTC') || name === 'WhisperForConditionalGeneration';
}

/** @throws VitrineError file-not-found, bad-file when the model does not write what is said */
export async function openSpeechModel(where: string, context: ReadContext): Promise<SpeechModel> {
  const { file, config, architecture, name } = await folderModel(where);
  const folder = path.dirname(file);
  if (!hearsOf(name))
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}. Speech is written down by a WhisperForConditionalGeneration or a …ForCTC.`,
      { at: { file } },
    );
  const heard = (await readJson(path.join(folder, 'preprocessor_config.json'))) ?? {};
  const sampleRate = whole(heard['sampling_rate'], 16_000);
  if (name.endsWith('ForCTC')) {
    const { letters, between, lowerCase } = await lettersOf(folder);
    const model = await readClass({
      file,
      source: architecture.source,
      class: name,
      config,
      inputs: [{ name: 'input_values', shape: ['N', 'T'], dtype: 'float32' }],
      context,
    });
    return {
      kind: 'ctc',
      model,
      weights: await weightsOf(model, architecture),
      sampleRate,
      normalizes: heard['do_normalize'] !== false,
      letters,
      none: whole(config['pad_token_id'], 0),
      between,
      lowerCase,
    };
  }
  const generator = await readGenerator(file, context);
  const [, bands, frames] = generator.memory!.values[generator.memory!.inputs[0]!]!.shape.map(Number);
  const [nFft, hop] = [whole(heard['n_fft'], 400), whole(heard['hop_length'], 160)];
  if (nFft > 16_384 || nFft % 2 || hop > nFft)
    throw new VitrineError(
      'bad-file',
      `preprocessor_config.json of ${path.basename(folder)} has frames of ${nFft} samples, ${hop} apart.`,
      { at: { file } },
    );
  return {
    kind: 'whisper',
    generator,
    tokenizer: await openTokenizer(folder),
    sampleRate,
    bands: bands!,
    frames: frames!,
    nFft,
    hop,
    filters: melFilters({
      nFft,
      window: nFft,
      hop,
      sampleRate,
      mels: bands!,
      lowest: 0,
      highest: Math.min(8000, sampleRate / 2),
      scale: 'slaney',
    }),
    rules: rulesOf(config, (await readJson(path.join(folder, 'generation_config.json'))) ?? {}, generator),
  };
}

function whole(value: unknown, usual: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : usual;
}

/** The letters of a vocabulary, by their numbers. @throws VitrineError file-not-found, bad-file */
async function lettersOf(folder: string) {
  const file = path.join(folder, 'vocab.json');
  const vocabulary = await readJson(file);
  const settings = (await readJson(path.join(folder, 'tokenizer_config.json'))) ?? {};
  if (!vocabulary)
    throw new VitrineError(
      'file-not-found',
      `The folder ${path.basename(folder)} has no vocab.json, which says the letters. Save it with processor.save_pretrained("${path.basename(folder)}").`,
      { at: { file: folder } },
    );
  const letters: string[] = [];
  for (const [letter, id] of Object.entries(vocabulary)) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) > 1_000_000)
      throw new VitrineError(
        'bad-file',
        `vocab.json of ${path.basename(folder)} is no list of letters: "${letter.slice(0, 20)}" has the number ${JSON.stringify(id)?.slice(0, 40)}.`,
        { at: { file } },
      );
    letters[id as number] = letter;
  }
  const between = settings['word_delimiter_token'];
  return {
    letters,
    between: typeof between === 'string' && between !== '' ? between : '|',
    lowerCase: settings['do_lower_case'] === true,
  };
}

function rulesOf(
  config: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>>,
  { start }: Generator,
): SpokenRules {
  const begin: (number | undefined)[] = [];
  const forced = defaults['forced_decoder_ids'] ?? config['forced_decoder_ids'];
  for (const [i, entry] of (Array.isArray(forced) ? forced : []).entries()) {
    if (!Array.isArray(entry) || entry[0] !== i + 1) break;
    begin.push(typeof entry[1] === 'number' ? entry[1] : undefined);
  }
  return {
    start: start ?? 0,
    begin,
    languages: numbered(defaults['lang_to_id']),
    tasks: numbered(defaults['task_to_id']),
    noTimes:
      typeof defaults['no_timestamps_token_id'] === 'number' ? defaults['no_timestamps_token_id'] : undefined,
    never: numbers(defaults['suppress_tokens'] ?? config['suppress_tokens']),
    neverFirst: numbers(defaults['begin_suppress_tokens'] ?? config['begin_suppress_tokens']),
  };
}

function numbers(list: unknown): number[] {
  return Array.isArray(list) ? list.filter(x => Number.isSafeInteger(x) && x >= 0) : [];
}

function numbered(named: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries((named ?? {}) as Record<string, unknown>).filter((e): e is [string, number] =>
      Number.isSafeInteger(e[1]),
    ),
  );
}
