/** Texts and how they are spoken: a model reads the text and gives a mel spectrogram, from which sound is made. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { fitLength, melOptionsOf, soundFields, soundState, soundStateOf } from '../audio/features';
import { frameCount } from '../audio/fourier';
import { griffinLim, inverseMel } from '../audio/griffinLim';
import { melSpectrogram } from '../audio/mel';
import { decodeWav } from '../audio/wav';
import { readWhole } from '../bytes';
import type {
  Dataset,
  DatasetKind,
  FeatureInfo,
  LoadContext,
  SampleMedia,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { divideRows, splitsByRow } from '../divide';
import { statisticsOf } from '../files/fileDataset';
import { brokenNote, type LabelledFile, labelledFiles } from '../files/labelled';
import { bytesOf, readEach } from '../files/read';
import { plainSplit } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { rowsOf } from '../table/words';
import { learnedTokenizers, learnTokenizer, Tokenizer, tokenizerSchema } from '../text/tokenizer';
import { soundOf, wavFiles } from './sound';

const { sampleRate, seconds, nFft, window, hop, mels, melScale } = soundFields;

export const speechSchema = Type.Object(
  {
    kind: Type.Literal('speech', {
      description: 'Texts with a WAV file each that speaks it: from the text, the model gives the sound.',
    }),
    file: Type.String({
      minLength: 1,
      description:
        'A table (CSV, TSV, JSON Lines, Parquet) with texts and names of files, relative to this file.',
    }),
    text: Type.String({ minLength: 1, default: 'text', description: 'The column with the texts.' }),
    target: Type.String({
      minLength: 1,
      default: 'sound',
      description: 'The column with the names of the .wav files, relative to the table.',
    }),
    tokenizer: Type.Optional(learnedTokenizers),
    lower: Type.Boolean({ default: true, description: 'Read capital letters as small ones.' }),
    vocabulary: Type.Integer({
      minimum: 3,
      maximum: 1_000_000,
      default: 10_000,
      description: 'The most tokens to know, learned from the training texts.',
    }),
    length: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_536,
        description:
          'Tokens that the model takes: longer texts are cut, shorter ones filled up with 0. As long as the longest training text if left out.',
      }),
    ),
    sampleRate,
    seconds,
    nFft,
    window,
    hop,
    mels,
    melScale,
    range: Type.Number({
      exclusiveMinimum: 0,
      maximum: 200,
      default: 60,
      description: 'Decibels below the loudest training sound from which on all is silence.',
    }),
    iterations: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 32,
      description: 'Rounds of the Griffin-Lim algorithm, which finds a sound for a spectrogram.',
    }),
    split: plainSplit('How the texts are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type SpeechOptions = Static<typeof speechSchema>;

const stateSchema = stateSchemaOf('speech', {
  column: Type.String(),
  length: Type.Integer({ minimum: 1, maximum: 65_536 }),
  tokenizer: tokenizerSchema,
  target: Type.String(),
  sound: soundState,
  /** Decibels: nothing is below. */
  floor: Type.Number(),
  mean: Type.Number(),
  std: Type.Number({ exclusiveMinimum: 0 }),
  iterations: Type.Integer({ minimum: 1, maximum: 1000 }),
});

type State = Static<typeof stateSchema>;

/** Values of all spectrograms together. */
const maxValues = 1_000_000_000;

export const kind: DatasetKind = {
  id: 'speech',
  title: 'Texts that are spoken (speech synthesis)',
  extensions: [],
  schema: speechSchema,

  load: (options, context) => loadSpeech(options as SpeechOptions, context),

  restore(state) {
    return new SpeechPreparation(savedState(stateSchema, state, 'spoken texts'));
  },
};

export class SpeechPreparation implements SavedPreparation {
  readonly tokenizer: Tokenizer;
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  readonly frames: number;

  constructor(readonly state: State) {
    const { length, sound, target } = state;
    this.tokenizer = new Tokenizer(state.tokenizer);
    this.sampleShape = [length];
    this.frames = frameCount(sound.length, sound);
    this.features = Array.from({ length }, (_, i) => ({
      name: `token ${i + 1}`,
      kind: 'number' as const,
      min: 0,
      max: this.tokenizer.vocabulary.length - 1,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    this.target = {
      name: target,
      kind: 'number',
      shape: [this.frames, sound.mels],
      spoken: { secondsPerFrame: sound.hop / sound.sampleRate },
    };
  }

  tokens(text: string): Int32Array {
    const out = new Int32Array(this.state.length);
    out.set(this.tokenizer.encode(text).slice(0, out.length));
    return out;
  }

  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { length, column } = this.state;
    const data = new Int32Array(rows.length * length);
    rows.forEach((row, i) => {
      const value = row[column];
      if (value === undefined || value === null || String(value).trim() === '')
        throw new VitrineError('bad-data', `Row ${i + 1} has no text in "${column}".`);
      data.set(this.tokens(String(value)), i * length);
    });
    return { shape: [rows.length, length], data };
  }

  /** The rows of a table; for .txt files each line is a text to speak. */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    const { column } = this.state;
    if (!/\.txt$/i.test(file)) return rawRowsOf(await readTableFile(file, new Set([column]), signal));
    return new TextDecoder()
      .decode(await readWhole(file, 'a text file'))
      .split(/\r?\n/)
      .filter(line => line.trim() !== '')
      .map(line => ({ [column]: line }));
  }

  /** Decibels [frames, mels] of a sound of the state's rate, none below the floor. */
  loudness(samples: Float32Array): Float32Array {
    const { sound, floor } = this.state;
    const power = melSpectrogram(fitLength(samples, sound.length), melOptionsOf(sound));
    const out = new Float32Array(this.frames * sound.mels);
    for (let m = 0; m < sound.mels; m++)
      for (let f = 0; f < this.frames; f++)
        out[f * sound.mels + m] = Math.max(floor, toDecibels(power[m * this.frames + f]!));
    return out;
  }

  /** What a spectrogram as the model gives it, [frames, mels], sounds like, without the silence at its end. */
  sound(output: ArrayLike<number>): { sampleRate: number; samples: Float32Array } {
    const { sound, floor, mean, std, iterations } = this.state;
    const { mels } = sound;
    let frames = this.frames;
    const decibels = (f: number, m: number) => output[f * mels + m]! * std + mean;
    // A sixth of the way from silence to the loudest is still heard.
    const heard = (f: number) => {
      let loudest = floor;
      for (let m = 0; m < mels; m++) loudest = Math.max(loudest, decibels(f, m));
      return loudest > floor + 10;
    };
    while (frames > 2 && !heard(frames - 1)) frames--;
    const power = new Float64Array(mels * frames);
    for (let f = 0; f < frames; f++)
      for (let m = 0; m < mels; m++) {
        const d = decibels(f, m);
        // Silence is silent, not a hum of the lowest level that training saw.
        power[m * frames + f] = d <= floor + 1 ? 0 : 10 ** (d / 10);
      }
    const magnitudes = inverseMel(power, melOptionsOf(sound)).map(Math.sqrt);
    const samples = griffinLim(magnitudes, frames, sound, { iterations, momentum: 0.99 });
    return { sampleRate: sound.sampleRate, samples: samples.map(x => Math.max(-1, Math.min(1, x))) };
  }
}

function toDecibels(power: number): number {
  return 10 * Math.log10(Math.max(power, 1e-10));
}

async function loadSpeech(options: SpeechOptions, context: LoadContext): Promise<Dataset> {
  const source = path.resolve(context.folder, options.file);
  const found = await labelledFiles(
    source,
    wavFiles,
    {
      file: options.target,
      target: options.text,
      fileOption: 'data.target',
      targetOption: 'data.text, the texts',
    },
    context.signal,
  );
  const { files, notes } = found;
  const lengths = new Float64Array(files.length);
  const { good, broken, hash } = await readEach(
    files,
    (bytes, i) => {
      const sound = decodeWav(bytes);
      lengths[i] = sound.samples.length / sound.sampleRate;
    },
    context,
  );
  if (broken.length > 0) notes.push(brokenNote(broken, 'sound', 'sounds'));
  if (good.length < 2)
    throw new VitrineError(
      'bad-data',
      `Only ${rowsOf(good.length)} of ${files.length} can be used: ${notes[0] ?? ''} Expected at least 2 sounds.`,
      { at: { file: source } },
    );
  const splits = divideRows(good, { ...options.split, stratify: false }, context.seed);
  const trainTexts = Array.from(splits.train, r => files[r]!.label);
  const tokenizer = learnTokenizer(
    trainTexts,
    options.tokenizer ?? 'characters',
    options.vocabulary,
    options.lower,
  );
  const longest = trainTexts.reduce((most, t) => Math.max(most, tokenizer.encode(t).length), 1);
  const length = options.length ?? longest;
  if (longest > length)
    notes.push(`Some training texts are longer than ${length} tokens and were cut (data.length).`);
  const most = options.seconds ?? splits.train.reduce((m, r) => Math.max(m, lengths[r]!), 0);
  const sound = soundStateOf(
    { ...options, features: 'mel', coefficients: 1 },
    Math.max(1, Math.round(most * options.sampleRate)),
  );
  const cut = good.filter(r => lengths[r]! > most + 1e-9).length;
  if (cut > 0) notes.push(`${rowsOf(cut)} longer than ${Number(most.toFixed(3))} s; what is beyond was cut.`);
  const state: State = {
    ...savedAs('speech'),
    column: options.text,
    length,
    tokenizer: tokenizer.state,
    target: options.target,
    sound,
    floor: Number.NEGATIVE_INFINITY,
    mean: 0,
    std: 1,
    iterations: options.iterations,
  };
  const raw = new SpeechPreparation(state);
  const size = raw.frames * sound.mels;
  if (files.length * size > maxValues)
    throw new VitrineError(
      'bad-data',
      `${files.length} sounds of ${size} values take more than ${(maxValues * 4) / 1e9} GB. Lower data.seconds, data.sampleRate or data.mels, or raise data.hop.`,
      { at: { file: source } },
    );
  const values = new Float32Array(files.length * size);
  for (const i of good) {
    throwIfCancelled(context.signal);
    values.set(raw.loudness(samplesOf(files[i]!, sound.sampleRate)), i * size);
    // Others get their turn.
    if (i % 16 === 0) await new Promise(setImmediate);
  }
  const loudest = splits.train.reduce((top, r) => {
    for (let i = r * size; i < (r + 1) * size; i++) top = Math.max(top, values[i]!);
    return top;
  }, Number.NEGATIVE_INFINITY);
  const floor = loudest - options.range;
  for (let i = 0; i < values.length; i++) values[i] = Math.max(floor, values[i]!);
  const plan = new SpeechPreparation({ ...state, floor, ...statisticsOf(values, splits.train, size) });
  return new SpeechDataset(source, plan, splits, notes, labelHash(hash, files), files, lengths, values);
}

function labelHash(hash: string, files: readonly LabelledFile[]): string {
  return createHash('sha256')
    .update(hash)
    .update(JSON.stringify(files.map(f => f.label)))
    .digest('hex');
}

function samplesOf({ full }: LabelledFile, sampleRate: number): Float32Array {
  return soundOf(bytesOf(full, 'sound'), full, sampleRate);
}

class SpeechDataset implements Dataset {
  readonly name: string;
  readonly modality = 'text';
  readonly sampleShape;
  readonly features;
  readonly target;
  private readonly splitOf: Map<number, Split>;

  constructor(
    source: string,
    private readonly plan: SpeechPreparation,
    readonly splits: Readonly<Record<Split, Int32Array>>,
    readonly notes: readonly string[],
    readonly hash: string,
    private readonly files: readonly LabelledFile[],
    private readonly lengths: Float64Array,
    /** Decibels, [files, frames, mels]. */
    private readonly values: Float32Array,
  ) {
    this.name = path.basename(source);
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.splitOf = splitsByRow(splits);
  }

  batch(rows: ArrayLike<number>) {
    const { state, frames } = this.plan;
    const size = frames * state.sound.mels;
    const data = new Int32Array(rows.length * state.length);
    const targets = new Float32Array(rows.length * size);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.splitAt(row);
      data.set(this.plan.tokens(this.files[row]!.label), i * state.length);
      for (let k = 0; k < size; k++)
        targets[i * size + k] = (this.values[row * size + k]! - state.mean) / state.std;
    }
    return {
      input: { shape: [rows.length, state.length], data },
      targets: { shape: [rows.length, frames, state.sound.mels], data: targets },
    };
  }

  raw(row: number) {
    const split = this.splitAt(row);
    const file = this.files[row]!;
    return {
      row,
      split,
      values: { [this.plan.state.column]: file.label, seconds: Number(this.lengths[row]!.toFixed(3)) },
      target: file.name,
    };
  }

  media(row: number): SampleMedia {
    this.splitAt(row);
    const { sampleRate } = this.plan.state.sound;
    const samples = samplesOf(this.files[row]!, sampleRate);
    return { sound: { sampleRate, samples } };
  }

  sound(output: ArrayLike<number>) {
    return this.plan.sound(output);
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  entryNames(input: Tensor): readonly string[] {
    return Array.from(input.data, id => (id === 0 ? '' : (this.plan.tokenizer.vocabulary[id] ?? '')));
  }

  neutral(input: Tensor): Int32Array {
    return Int32Array.from(input.data, id => (id === 0 ? 0 : 1));
  }

  private splitAt(row: number): Split {
    const split = this.splitOf.get(row);
    if (split !== undefined) return split;
    throw new VitrineError('bad-request', `"${this.name}" has no row ${row}, or it was left out.`);
  }
}
