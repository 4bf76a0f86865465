/** Videos: animated GIFs, or folders with a picture for each frame, by class or named by a table. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type { Dataset, DatasetKind, FeatureInfo, LoadContext, TargetInfo } from '../dataset';
import { divideFiles } from '../divide';
import { type FileData, FileDataset, type FilePreparation, statisticsOf } from '../files/fileDataset';
import type { Wanted } from '../files/folder';
import { brokenNote, labelledFiles } from '../files/labelled';
import { lookAtFiles, mostCommon, pictureOptions } from '../files/look';
import { bytesOf, fileOf, readEach, unreadable } from '../files/read';
import { classTargets, infoOf, numberTargets, targetState } from '../files/targets';
import { augment, augmentSchema, chanceOf } from '../image/augment';
import { decodeImage, type Picture } from '../image/decode';
import { planes } from '../image/resize';
import { balancedWeights, classWeightsSchema, labelledSplit } from '../options';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { rowsOf } from '../table/words';
import { decodeGif } from '../video/gif';
import { imagesSchema } from './images';

const { channels, height, width, fit, scale } = imagesSchema.properties;

export const videoSchema = Type.Object(
  {
    kind: Type.Literal('video', {
      description: 'Animated GIFs, or folders of frames, with a class or a number each.',
    }),
    file: Type.String({
      minLength: 1,
      description:
        'A folder with a sub-folder of clips for each class (.gif files, or a folder of numbered pictures for each clip), or a table that names the clips, relative to this file.',
    }),
    column: Type.String({
      minLength: 1,
      default: 'file',
      description: 'Of a table: the column with the names of the clips, relative to the table.',
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
        ],
        { description: 'What the target is; classes if left out.' },
      ),
    ),
    frames: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 16,
      description:
        'Frames that the model takes: of longer clips as many at even distances, of shorter ones the last frame again.',
    }),
    channels,
    height,
    width,
    fit,
    scale,
    augment: augmentSchema,
    classWeights: classWeightsSchema,
    split: labelledSplit('How the clips are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type VideoOptions = Static<typeof videoSchema>;

const stateSchema = stateSchemaOf('video', {
  frames: Type.Integer({ minimum: 1, maximum: 4096 }),
  channels: Type.Union([Type.Literal(1), Type.Literal(3)]),
  height: Type.Integer({ minimum: 1, maximum: 4096 }),
  width: Type.Integer({ minimum: 1, maximum: 4096 }),
  fit: Type.Union([Type.Literal('stretch'), Type.Literal('crop')]),
  mean: Type.Number(),
  std: Type.Number({ exclusiveMinimum: 0 }),
  target: targetState,
});

type State = Static<typeof stateSchema>;

const picture = /\.(png|jpe?g|webp)$/i;
const clips: Wanted = {
  endings: /\.gif$/i,
  folderOf: picture,
  what: 'clips',
  expected: '.gif files or folders of .png, .jpg or .webp',
};

/** Bytes of all clips at the model's size, one a pixel and channel. */
const maxValues = 4_000_000_000;
const maxNamed = 20_000;

export const kind: DatasetKind = {
  id: 'video',
  title: 'Videos (GIF, folders of frames)',
  extensions: [],
  schema: videoSchema,
  source: 'either',

  load: (options, context) => loadVideos(options as VideoOptions, context),

  holds: ['.gif'],

  async look(folder) {
    const found = await lookAtFiles(folder, clips, async full => {
      const parts = await partsOf(full);
      const frames = clips.endings.test(full) ? decodeGif(parts[0]!).frames : undefined;
      return { count: frames?.length ?? parts.length, first: frames?.[0] ?? decodeImage(parts[0]!) };
    });
    if (!found) return undefined;
    const frames = Math.min(32, mostCommon(found.seen.map(s => s.count)));
    return { ...found, options: { frames, ...pictureOptions(found.seen.map(s => s.first)) } };
  },

  restore(state) {
    return new VideoPreparation(savedState(stateSchema, state, 'videos'));
  },
};

export class VideoPreparation implements FilePreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  private readonly size: number;

  constructor(readonly state: State) {
    const { channels: c, frames, height: h, width: w } = state;
    this.sampleShape = [c, frames, h, w];
    this.size = c * frames * h * w;
    this.features =
      this.size > maxNamed
        ? []
        : Array.from({ length: this.size }, (_entry, i) => ({
            name: `frame ${(Math.floor(i / (h * w)) % frames) + 1}, pixel ${Math.floor(i / w) % h},${i % w}${
              c === 1 ? '' : ` ${['red', 'green', 'blue'][Math.floor(i / (frames * h * w))]}`
            }`,
            kind: 'number' as const,
            span: [i, i + 1] as const,
            missing: 0,
          }));
    this.target = infoOf(state.target);
  }

  /** Pixels 0 … 255 as the model sees them. */
  write(raw: ArrayLike<number>, from: number, into: Float32Array, at: number): void {
    const { mean, std } = this.state;
    for (let i = 0; i < this.size; i++) into[at + i] = (raw[from + i]! / 255 - mean) / std;
  }

  /** Rows whose `file` is a clip's absolute path. @throws VitrineError bad-data, file-not-found */
  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const data = new Float32Array(rows.length * this.size);
    rows.forEach((row, i) => {
      const file = fileOf(row, i, 'a video');
      try {
        this.write(pixelsOf(partsNow(file), this.state), 0, data, i * this.size);
      } catch (e) {
        throw e instanceof VitrineError ? e : unreadable('video', file, e);
      }
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  /** A clip, all clips of a folder by name, or those that a table names in its column "file". */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    if (statSync(file).isDirectory()) {
      const inside = (await readdir(file)).sort();
      if (inside.some(n => picture.test(n))) return [{ file }];
      return inside
        .filter(n => clips.endings.test(n) || statSync(path.join(file, n)).isDirectory())
        .map(name => ({ file: path.join(file, name) }));
    }
    if (clips.endings.test(file)) return [{ file }];
    return rawRowsOf(await readTableFile(file, new Set(['file']), signal)).map(row => ({
      ...row,
      file: typeof row['file'] === 'string' ? path.resolve(path.dirname(file), row['file']) : null,
    }));
  }
}

/** Frames by the numbers in their names: frame2 before frame10. */
function inOrder(names: readonly string[]): string[] {
  return names.filter(n => picture.test(n)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function partsOf(full: string): Promise<Uint8Array[]> {
  if (clips.endings.test(full)) return [await readFile(full)];
  const names = inOrder(await readdir(full));
  if (names.length === 0) throw new Error('it holds no frames');
  return Promise.all(names.map(n => readFile(path.join(full, n))));
}

function partsNow(full: string): Uint8Array[] {
  if (!statSync(full, { throwIfNoEntry: false })?.isDirectory()) return [bytesOf(full, 'video')];
  const names = inOrder(readdirSync(full));
  if (names.length === 0) throw new Error('it holds no frames');
  return names.map(n => readFileSync(path.join(full, n)));
}

/** [channels, frames, height, width]. @throws Error */
function pixelsOf(
  parts: readonly Uint8Array[],
  {
    frames,
    channels: c,
    height: h,
    width: w,
    fit: how,
  }: Pick<State, 'frames' | 'channels' | 'height' | 'width' | 'fit'>,
): Uint8Array {
  const gif =
    parts.length === 1 && String.fromCharCode(...parts[0]!.subarray(0, 3)) === 'GIF'
      ? decodeGif(parts[0]!).frames
      : undefined;
  const count = gif?.length ?? parts.length;
  const out = new Uint8Array(c * frames * h * w);
  for (let t = 0; t < frames; t++) {
    // At even distances over a longer clip; a shorter one stands still at its end.
    const from = count > frames ? Math.floor(((t + 0.5) * count) / frames) : Math.min(t, count - 1);
    const frame: Picture = gif ? gif[from]! : decodeImage(parts[from]!);
    const plane = planes(frame, { channels: c, height: h, width: w, fit: how });
    for (let channel = 0; channel < c; channel++)
      for (let i = 0; i < h * w; i++)
        out[(channel * frames + t) * h * w + i] = Math.round(plane[channel * h * w + i]!);
  }
  return out;
}

async function loadVideos(options: VideoOptions, context: LoadContext): Promise<Dataset> {
  const source = path.resolve(context.folder, options.file);
  const { target, targetType = 'classes', frames } = options;
  const { folder, files, notes } = await labelledFiles(
    source,
    clips,
    { file: options.column, target },
    context.signal,
  );
  const size = options.channels * frames * options.height * options.width;
  if (files.length * size > maxValues)
    throw new VitrineError(
      'bad-data',
      `${files.length} clips of ${options.channels} x ${frames} x ${options.height} x ${options.width} take more than ${maxValues / 1e9} GB. Lower data.frames, data.height or data.width.`,
      { at: { file: source } },
    );
  const raw = new Uint8Array(files.length * size);
  const { good, broken, hash } = await readEach(
    files,
    (_bytes, i, parts) => {
      throwIfCancelled(context.signal);
      raw.set(pixelsOf(parts, options), i * size);
    },
    { ...context, parts: partsOf },
  );
  if (broken.length > 0) notes.push(brokenNote(broken, 'clip', 'clips'));
  if (good.length < 2)
    throw new VitrineError(
      'bad-data',
      `Only ${rowsOf(good.length)} of ${files.length} can be used: ${notes[0] ?? ''} Expected at least 2 clips.`,
      { at: { file: source } },
    );
  const labels = files.map(f => f.label);
  const known = new Set(good);
  const targets =
    targetType === 'number'
      ? numberTargets(
          target,
          labels.map((l, i) => (known.has(i) ? l : '0')),
          files.map(f => f.name),
        )
      : classTargets(target, labels, source);
  const codes = targets.labels;
  const classOf = codes && good.map(r => codes[r]!);
  const splits = divideFiles(good, files, options.split, context.seed, classOf, { what: 'clips', notes });
  if (codes && options.classWeights)
    targets.state.classWeights = balancedWeights(
      Array.from(splits.train, r => codes[r]!),
      targets.state.classes!.length,
    );
  const { mean, std } = statisticsOf(raw, splits.train, size);
  const standard = options.scale === 'standard';
  const plan = new VideoPreparation({
    ...savedAs('video'),
    frames,
    channels: options.channels,
    height: options.height,
    width: options.width,
    fit: options.fit,
    mean: standard ? mean / 255 : 0,
    std: standard ? std / 255 : 1,
    target: targets.state,
  });
  const { augment: transforms = [], channels: c, height: h, width: w } = options;
  const alter: FileData['alter'] = (sample, row, chance) => {
    const size = { channels: c, frames, height: h, width: w };
    const altered = augment(
      sample.map(x => x / 255),
      size,
      transforms,
      chanceOf(chance, row),
    );
    return altered.map(x => x * 255);
  };
  return new FileDataset(
    {
      source,
      folder,
      modality: 'video',
      files,
      splits,
      raw,
      targets,
      hash,
      notes,
      ...(transforms.length > 0 && { alter }),
    },
    plan,
  );
}
