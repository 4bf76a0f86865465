/** Sounds: WAV files by class, or named by a table with a class, a number or a text each. */
import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import {
  fitLength,
  type SoundState,
  soundFeatures,
  soundFields,
  soundShape,
  soundState,
  soundStateOf,
} from '../audio/features';
import { resample } from '../audio/resample';
import { decodeWav } from '../audio/wav';
import type { Dataset, DatasetKind, FeatureInfo, LoadContext, TargetInfo } from '../dataset';
import { divideFiles } from '../divide';
import { FileDataset, type FilePreparation, statisticsOf } from '../files/fileDataset';
import type { Wanted } from '../files/folder';
import { brokenNote, labelledFiles } from '../files/labelled';
import { lookAtFiles, mostCommon } from '../files/look';
import { bytesOf, fileOf, readEach, unreadable } from '../files/read';
import { classTargets, infoOf, numberTargets, sequenceTargets, targetState } from '../files/targets';
import { balancedWeights, classWeightsSchema, labelledSplit } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { rowsOf } from '../table/words';

export const soundSchema = Type.Object(
  {
    kind: Type.Literal('sound', { description: 'WAV files with a class, a number or a text each.' }),
    file: Type.String({
      minLength: 1,
      description:
        'A folder with a sub-folder of .wav files for each class, or a table that names the files, relative to this file.',
    }),
    column: Type.String({
      minLength: 1,
      default: 'file',
      description: 'Of a table: the column with the names of the files, relative to the table.',
    }),
    target: Type.String({
      minLength: 1,
      default: 'class',
      description: 'Of a table: the column to predict; of a folder only a name.',
    }),
    targetType: Type.Optional(
      Type.Union(
        [
          Type.Literal('classes', { description: 'Each different value is a class.' }),
          Type.Literal('number', { description: 'The value itself is predicted.' }),
          Type.Literal('characters', { description: 'What is said, letter by letter, for the loss "ctc".' }),
          Type.Literal('words', { description: 'What is said, word by word, for the loss "ctc".' }),
        ],
        { description: 'What the target is; classes if left out.' },
      ),
    ),
    ...soundFields,
    scale: Type.Union(
      [
        Type.Literal('standard', {
          description: 'Mean 0 and standard deviation 1 over all values of the training sounds.',
        }),
        Type.Literal('none', { description: 'As they are: decibels, or -1 to 1.' }),
      ],
      { default: 'standard', description: 'How the values are scaled.' },
    ),
    classWeights: classWeightsSchema,
    split: labelledSplit('How the sounds are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type SoundOptions = Static<typeof soundSchema>;

const stateSchema = stateSchemaOf('sound', {
  sound: soundState,
  mean: Type.Number(),
  std: Type.Number({ exclusiveMinimum: 0 }),
  target: targetState,
});

type State = Static<typeof stateSchema>;

export const wavFiles: Wanted = { endings: /\.wav$/i, what: 'sounds', expected: '.wav' };

/** Values of all sounds together. */
const maxValues = 1_000_000_000;
/** More are not named one by one. */
const maxNamed = 20_000;

export const kind: DatasetKind = {
  id: 'sound',
  title: 'Sounds (WAV)',
  extensions: [],
  schema: soundSchema,
  source: 'either',

  load: (options, context) => loadSounds(options as SoundOptions, context),

  holds: ['.wav'],

  async look(folder) {
    const found = await lookAtFiles(
      folder,
      wavFiles,
      async full => decodeWav(await readFile(full)).sampleRate,
    );
    // Speech and most other sounds are told apart by what 16 kHz can carry.
    return found && { ...found, options: { sampleRate: Math.min(16_000, mostCommon(found.seen)) } };
  },

  restore(state) {
    return new SoundPreparation(savedState(stateSchema, state, 'sounds'));
  },
};

export class SoundPreparation implements FilePreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  private readonly size: number;

  constructor(readonly state: State) {
    this.sampleShape = soundShape(state.sound);
    this.size = this.sampleShape.reduce((a, b) => a * b, 1);
    this.features = this.size <= maxNamed ? soundEntries(state.sound, this.sampleShape) : [];
    this.target = infoOf(state.target);
  }

  write(raw: ArrayLike<number>, from: number, into: Float32Array, at: number): void {
    const { mean, std } = this.state;
    for (let i = 0; i < this.size; i++) into[at + i] = (raw[from + i]! - mean) / std;
  }

  /** Rows whose `file` is a sound's absolute path. @throws VitrineError bad-data, file-not-found */
  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { sound } = this.state;
    const data = new Float32Array(rows.length * this.size);
    rows.forEach((row, i) => {
      const file = fileOf(row, i, 'a sound');
      const samples = fitLength(soundOf(bytesOf(file, 'sound'), file, sound.sampleRate), sound.length);
      // Rounded as what training kept.
      this.write(Float32Array.from(soundFeatures(samples, sound)), 0, data, i * this.size);
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  /** A sound, all sounds of a folder by name, or those that a table names in its column "file". */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    if (statSync(file).isDirectory()) {
      const names = (await readdir(file)).filter(n => wavFiles.endings.test(n)).sort();
      if (names.length > 0) return names.map(name => ({ file: path.join(file, name) }));
      throw new VitrineError('bad-data', 'The folder holds no sounds. Expected .wav files.', {
        at: { file },
      });
    }
    if (wavFiles.endings.test(file)) return [{ file }];
    return rawRowsOf(await readTableFile(file, new Set(['file']), signal)).map(row => ({
      ...row,
      file: typeof row['file'] === 'string' ? path.resolve(path.dirname(file), row['file']) : null,
    }));
  }
}

/** @throws VitrineError bad-data */
export function soundOf(bytes: Uint8Array, file: string, sampleRate: number): Float32Array {
  try {
    const sound = decodeWav(bytes);
    return resample(sound.samples, sound.sampleRate, sampleRate);
  } catch (e) {
    throw unreadable('sound', file, e);
  }
}

function soundEntries(sound: SoundState, shape: readonly number[]): FeatureInfo[] {
  const frames = shape.at(-1)!;
  const seconds = (t: number) =>
    ((t * (sound.features === 'waveform' ? 1 : sound.hop)) / sound.sampleRate).toFixed(3);
  const pitch = (k: number) =>
    sound.features === 'spectrogram'
      ? `${Math.round((k * sound.sampleRate) / sound.nFft)} Hz, `
      : sound.features === 'waveform'
        ? ''
        : `${sound.features === 'mel' ? 'mel' : 'coefficient'} ${k}, `;
  return Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ({
    name: `${pitch(Math.floor(i / frames))}${seconds(i % frames)} s`,
    kind: 'number' as const,
    span: [i, i + 1] as const,
    missing: 0,
  }));
}

async function loadSounds(options: SoundOptions, context: LoadContext): Promise<Dataset> {
  const source = path.resolve(context.folder, options.file);
  const { target, targetType = 'classes', sampleRate } = options;
  const { folder, files, notes } = await labelledFiles(
    source,
    wavFiles,
    { file: options.column, target },
    context.signal,
  );
  const lengths = new Float64Array(files.length);
  const rates = new Map<number, number>();
  const lies: string[] = [];
  const { good, broken, hash } = await readEach(
    files,
    (bytes, i) => {
      const sound = decodeWav(bytes);
      if (sound.note) lies.push(`${files[i]!.name}: ${sound.note}`);
      lengths[i] = sound.samples.length / sound.sampleRate;
      rates.set(sound.sampleRate, (rates.get(sound.sampleRate) ?? 0) + 1);
    },
    context,
  );
  if (broken.length > 0) notes.push(brokenNote(broken, 'sound', 'sounds'));
  if (lies.length > 0) notes.push(`${lies.slice(0, 3).join('; ')}${lies.length > 3 ? '; …' : ''}.`);
  const lower = [...rates].filter(([rate]) => rate < sampleRate);
  if (lower.length > 0)
    notes.push(
      `${rowsOf(lower.reduce((n, [, c]) => n + c, 0))} recorded with fewer samples a second (${lower.map(([r]) => r).join(', ')}) than data.sampleRate (${sampleRate}): nothing is heard in the upper part of the spectrum.`,
    );
  if (good.length < 2)
    throw new VitrineError(
      'bad-data',
      `Only ${rowsOf(good.length)} of ${files.length} can be used: ${notes[0] ?? ''} Expected at least 2 sounds.`,
      { at: { file: source } },
    );
  const labels = files.map(f => f.label);
  const known = new Set(good);
  const usable = labels.map((l, i) => (known.has(i) ? l : undefined));
  const classes = targetType === 'classes' ? classTargets(target, labels, source) : undefined;
  const classOf = classes && good.map(r => classes.labels![r]!);
  const splits = divideFiles(good, files, options.split, context.seed, classOf, { what: 'sounds', notes });
  const targets =
    classes ??
    (targetType === 'number'
      ? numberTargets(
          target,
          usable.map(l => l ?? '0'),
          files.map(f => f.name),
        )
      : sequenceTargets(target, labels, splits.train, targetType as 'characters' | 'words'));
  if (classes && options.classWeights)
    classes.state.classWeights = balancedWeights(
      Array.from(splits.train, r => classes.labels![r]!),
      classes.state.classes!.length,
    );
  notes.push(...targets.notes);
  const seconds = options.seconds ?? splits.train.reduce((most, r) => Math.max(most, lengths[r]!), 0);
  const sound = soundStateOf(options, Math.max(1, Math.round(seconds * sampleRate)));
  const cut = good.filter(r => lengths[r]! > seconds + 1e-9).length;
  if (cut > 0)
    notes.push(`${rowsOf(cut)} longer than ${Number(seconds.toFixed(3))} s; what is beyond was cut.`);
  const size = soundShape(sound).reduce((a, b) => a * b, 1);
  if (files.length * size > maxValues)
    throw new VitrineError(
      'bad-data',
      `${files.length} sounds of ${size} values take more than ${(maxValues * 4) / 1e9} GB. Lower data.seconds, data.sampleRate or data.mels, or raise data.hop.`,
      { at: { file: source } },
    );
  const raw = new Float32Array(files.length * size);
  for (const i of good) {
    throwIfCancelled(context.signal);
    const file = files[i]!.full;
    raw.set(
      Float32Array.from(
        soundFeatures(fitLength(soundOf(bytesOf(file, 'sound'), file, sampleRate), sound.length), sound),
      ),
      i * size,
    );
    // Others get their turn.
    if (i % 16 === 0) await new Promise(setImmediate);
  }
  const statistics = options.scale === 'none' ? { mean: 0, std: 1 } : statisticsOf(raw, splits.train, size);
  const plan = new SoundPreparation({
    ...savedAs('sound'),
    sound,
    ...statistics,
    target: targets.state,
  });
  return new FileDataset(
    {
      source,
      folder,
      modality: 'sound',
      files,
      splits,
      raw,
      targets,
      hash,
      notes,
      values: row => ({ seconds: Number(lengths[row]!.toFixed(3)) }),
      media: row => ({
        sound: {
          sampleRate,
          samples: soundOf(bytesOf(files[row]!.full, 'sound'), files[row]!.full, sampleRate),
        },
      }),
    },
    plan,
  );
}
