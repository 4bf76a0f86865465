/** What is said in a sound, written down. */
import path from 'node:path';
import { stft } from '../../data/audio/fourier';
import { applyFilters, power } from '../../data/audio/mel';
import { resample } from '../../data/audio/resample';
import { decodeWav } from '../../data/audio/wav';
import { readWhole } from '../../data/bytes';
import type { Engine, Evaluator } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import type { CtcSpeech, SpeechModel, SpokenRules, SpokenText } from '../../formats/huggingface/speechModel';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { listed } from '../../model/suggest';
import { CachedDecoder } from '../generation/decoder';
import { likeliest } from '../generation/decoding';

export interface Spoken {
  text: string;
  /** The language, where the model tells of several. */
  language?: string;
}

export interface SpeechOptions {
  /** A code such as "en"; found out if left out. */
  language?: string;
  /** Into English, instead of the language that is spoken. */
  translate?: boolean;
  signal?: AbortSignal;
  onText?(text: string): void;
}

/**
 * @param file a WAV
 * @throws VitrineError file-not-found, bad-data for a file that is no sound; bad-usage for a language that is not known; cancelled
 */
export async function transcribe(
  engine: Engine,
  model: SpeechModel,
  file: string,
  options: SpeechOptions = {},
): Promise<Spoken> {
  const samples = await soundOf(file, model.sampleRate);
  return model.kind === 'ctc'
    ? { text: await spell(engine, model, samples, file, options.signal) }
    : write(engine, model, samples, options);
}

async function soundOf(file: string, rate: number): Promise<Float32Array> {
  const bytes = await readWhole(file);
  try {
    const sound = decodeWav(bytes);
    return resample(sound.samples, sound.sampleRate, rate);
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} cannot be read as a sound: ${(e as Error).message}. Expected a WAV file.`,
      { at: { file } },
    );
  }
}

/** Longer sounds are spelt in parts of so many seconds: attention grows with the square of the length. */
const mostSeconds = 30;

async function spell(
  engine: Engine,
  speech: CtcSpeech,
  samples: Float32Array,
  file: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { model, letters, none, between, lowerCase } = speech;
  const heard = speech.normalizes ? normalized(samples) : samples;
  const most = mostSeconds * speech.sampleRate;
  const shortest = speech.sampleRate / 40;
  if (samples.length < shortest)
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} has ${samples.length} samples, too few to hear a letter in: expected ${shortest} or more.`,
      { at: { file } },
    );
  const weights = initializeWeights(model, 0, speech.weights);
  const spelt: number[] = [];
  let evaluator: Evaluator | undefined;
  let compiled = 0;
  try {
    for (let from = 0; from < heard.length; from += most) {
      throwIfCancelled(signal);
      const part = heard.subarray(from, from + most);
      if (part.length < shortest) break;
      // All parts but the last are of one length.
      if (part.length !== compiled) {
        await evaluator?.dispose();
        evaluator = await engine.evaluator(model, { bindings: { N: 1, T: part.length }, weights });
        compiled = part.length;
      }
      const { values } = await evaluator!.run({
        [model.inputs[0]!]: { shape: [1, part.length], data: part },
      });
      const { shape, data } = values[model.outputs[0]!]!;
      const size = shape.at(-1)!;
      for (let t = 0; t < data.length / size; t++)
        spelt.push(likeliest((data as Float32Array).subarray(t * size, (t + 1) * size)));
    }
  } finally {
    await evaluator?.dispose();
  }
  const text = spelt
    .filter((id, i) => id !== none && id !== spelt[i - 1])
    .map(id => (letters[id] === between ? ' ' : (letters[id] ?? '')))
    .join('')
    .trim();
  return lowerCase ? text.toLowerCase() : text;
}

function normalized(samples: Float32Array): Float32Array {
  let sum = 0;
  for (const x of samples) sum += x;
  const mean = sum / samples.length;
  let squares = 0;
  for (const x of samples) squares += (x - mean) ** 2;
  const deviation = Math.sqrt(squares / samples.length + 1e-7);
  return samples.map(x => (x - mean) / deviation);
}

/** Part by part of as many seconds as the model hears, each written for itself. */
async function write(
  engine: Engine,
  model: SpokenText,
  samples: Float32Array,
  options: SpeechOptions,
): Promise<Spoken> {
  const part = model.frames * model.hop;
  let language = options.language;
  let text = '';
  for (let from = 0; from === 0 || from < samples.length; from += part) {
    throwIfCancelled(options.signal);
    const heard = logMel(model, samples.subarray(from, from + part));
    const written = await writePart(engine, model, heard, {
      ...options,
      ...(language !== undefined && { language }),
    });
    text += written.text;
    language ??= written.language;
    options.onText?.(text);
  }
  return { text, ...(language !== undefined && { language }) };
}

/**
 * The spectrogram that Whisper sees (1, bands, frames), of a sound that is filled up with silence: power by Slaney's
 * filters, its logarithm to base 10 no more than 8 below the largest, moved to about -1 to 1.
 */
export function logMel(
  { bands, frames, nFft, hop, filters }: Pick<SpokenText, 'bands' | 'frames' | 'nFft' | 'hop' | 'filters'>,
  samples: Float32Array,
): Tensor {
  const whole = new Float32Array(frames * hop);
  whole.set(samples.subarray(0, whole.length));
  const spectrum = stft(whole, { nFft, window: nFft, hop });
  const mel = applyFilters(power(spectrum), spectrum.frames, spectrum.bins, filters, bands);
  const data = new Float32Array(bands * frames);
  let most = Number.NEGATIVE_INFINITY;
  for (let b = 0; b < bands; b++)
    for (let f = 0; f < frames; f++) {
      const x = Math.log10(Math.max(mel[b * spectrum.frames + f]!, 1e-10));
      data[b * frames + f] = x;
      most = Math.max(most, x);
    }
  return { shape: [1, bands, frames], data: data.map(x => (Math.max(x, most - 8) + 4) / 4) };
}

async function writePart(
  engine: Engine,
  { generator, tokenizer, rules }: SpokenText,
  heard: Tensor,
  options: SpeechOptions,
): Promise<Spoken> {
  const capacity = generator.longest!;
  // What cannot be asked of the model is said before it hears anything.
  let language = options.language === undefined ? undefined : languageOf(rules, options.language);
  const task = options.translate ? rules.tasks['translate'] : rules.tasks['transcribe'];
  if (options.translate && task === undefined)
    throw new VitrineError(
      'bad-usage',
      'This model does not translate: it writes the language that is spoken.',
    );
  const decoder = await CachedDecoder.open(engine, generator, { capacity, source: heard });
  try {
    const begin = [...rules.begin];
    const codes = Object.entries(rules.languages);
    // The first scores, behind the start alone, tell the language.
    let [scores] = await decoder.feed([[rules.start]]);
    if (language === undefined && codes.length > 0 && begin[0] === undefined)
      language = codes.reduce((a, b) => (scores![b[1]]! > scores![a[1]]! ? b : a))[1];
    if (language !== undefined) begin[0] = language;
    if (task !== undefined) {
      const at = begin.findIndex(id => Object.values(rules.tasks).includes(id!));
      if (at >= 0) {
        if (options.translate) begin[at] = task;
      } else begin.splice(1, 0, task);
    }
    if (rules.noTimes !== undefined && begin.at(-1) !== rules.noTimes) begin.push(rules.noTimes);
    const first = begin.filter((id): id is number => id !== undefined);
    if (first.length > 0) [scores] = await decoder.feed([first]);
    const ids: number[] = [];
    for (let room = capacity - 1 - first.length; room > 0; room--) {
      throwIfCancelled(options.signal);
      const allowed = Float32Array.from(scores!);
      for (const id of rules.never) allowed[id] = Number.NEGATIVE_INFINITY;
      if (ids.length === 0) for (const id of rules.neverFirst) allowed[id] = Number.NEGATIVE_INFINITY;
      const id = likeliest(allowed);
      if (generator.end.includes(id)) break;
      ids.push(id);
      if (room > 1) [scores] = await decoder.feed([[id]]);
    }
    const named = codes.find(([, id]) => id === begin[0])?.[0].replace(/^<\||\|>$/g, '');
    return { text: tokenizer.decode(ids), ...(named !== undefined && { language: named }) };
  } finally {
    await decoder.dispose();
  }
}

function languageOf({ languages }: SpokenRules, code: string): number {
  const id = languages[`<|${code.toLowerCase()}|>`];
  if (id !== undefined) return id;
  const known = Object.keys(languages).map(l => l.replace(/^<\||\|>$/g, ''));
  throw new VitrineError(
    'bad-usage',
    known.length === 0
      ? 'This model knows one language only: leave the language out.'
      : `The model does not know the language "${code.slice(0, 20)}". It knows ${listed(known)}.`,
  );
}
