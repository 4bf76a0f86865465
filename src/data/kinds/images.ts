/** Folders of pictures: a sub-folder for each class, as torchvision's ImageFolder reads them. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { maxFileBytes } from '../bytes';
import type {
  Dataset,
  DatasetKind,
  FeatureInfo,
  LoadContext,
  SavedPreparation,
  Split,
  TargetInfo,
} from '../dataset';
import { divideRows, splitsByRow } from '../divide';
import { type ClassFile, listClasses, type Wanted } from '../files/folder';
import { lookAtFiles, pictureOptions } from '../files/look';
import { augment, augmentSchema, chanceOf } from '../image/augment';
import { decodeImage } from '../image/decode';
import { type Fit, planes } from '../image/resize';
import { labelledSplit } from '../options';
import { savedAs, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { rowsOf } from '../table/words';

export const imagesSchema = Type.Object(
  {
    kind: Type.Literal('images', { description: 'A folder with a sub-folder of pictures for each class.' }),
    file: Type.String({ minLength: 1, description: 'The folder, relative to this file.' }),
    target: Type.String({
      minLength: 1,
      default: 'class',
      description: 'What the sub-folders tell apart; only a name.',
    }),
    channels: Type.Union(
      [Type.Literal(1, { description: 'Grey.' }), Type.Literal(3, { description: 'Red, green and blue.' })],
      { default: 3, description: 'Colour channels that the model takes.' },
    ),
    height: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 32,
      description: 'Rows of pixels that the model takes.',
    }),
    width: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 32,
      description: 'Pixels in a row that the model takes.',
    }),
    fit: Type.Union(
      [
        Type.Literal('stretch', { description: 'The whole picture, whatever its shape.' }),
        Type.Literal('crop', { description: 'The largest part in the middle that has the right shape.' }),
      ],
      { default: 'stretch', description: 'How pictures of another shape are made to fit.' },
    ),
    scale: Type.Union(
      [
        Type.Literal('none', { description: '0 for black to 1 for white.' }),
        Type.Literal('standard', {
          description: 'Mean 0 and standard deviation 1 for each channel over the training pictures.',
        }),
      ],
      { default: 'none', description: 'How brightness becomes numbers.' },
    ),
    augment: augmentSchema,
    split: labelledSplit('How the pictures are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type ImagesOptions = Static<typeof imagesSchema>;

const stateSchema = stateSchemaOf('images', {
  channels: Type.Union([Type.Literal(1), Type.Literal(3)]),
  height: Type.Integer({ minimum: 1, maximum: 4096 }),
  width: Type.Integer({ minimum: 1, maximum: 4096 }),
  fit: Type.Union([Type.Literal('stretch'), Type.Literal('crop')]),
  /** Brightness 0 … 1 of a channel becomes (x - mean) / std. */
  mean: Type.Array(Type.Number()),
  std: Type.Array(Type.Number({ exclusiveMinimum: 0 })),
  target: Type.Object({ name: Type.String(), classes: Type.Array(Type.String(), { minItems: 2 }) }),
});

type ImagesState = Static<typeof stateSchema>;

const pictures: Wanted = {
  endings: /\.(png|jpe?g|webp)$/i,
  what: 'pictures',
  expected: '.png, .jpg, .jpeg or .webp',
};

/** Bytes of all pictures at the model's size, one a pixel. */
const maxPixels = 4_000_000_000;

export const kind: DatasetKind = {
  id: 'images',
  title: 'Folders of images (PNG, JPEG, WebP)',
  extensions: [],
  schema: imagesSchema,
  source: 'folder',

  async load(options, context) {
    return loadImages(options as ImagesOptions, context);
  },

  holds: ['.png', '.jpg', '.jpeg', '.webp'],

  async look(folder) {
    const found = await lookAtFiles(folder, pictures, async full => decodeImage(await readFile(full)));
    return found && { ...found, options: pictureOptions(found.seen) };
  },

  restore(state) {
    const error = Value.Errors(stateSchema, state).First();
    const known = state as ImagesState;
    if (error || known.mean.length !== known.channels || known.std.length !== known.channels)
      throw new VitrineError(
        'bad-file',
        `This is no saved preparation of images${error ? `: at "${error.path || '/'}", ${error.message.toLowerCase()}` : ''}. Train again to write a new one.`,
      );
    return new ImagePreparation(known);
  },
};

/** What was learned from the training pictures, and its use on others. */
export class ImagePreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;

  constructor(readonly state: ImagesState) {
    const { channels, height, width, target } = state;
    this.sampleShape = [channels, height, width];
    this.features = Array.from({ length: channels * height * width }, (_, i): FeatureInfo => {
      const pixel = `pixel ${Math.floor(i / width) % height},${i % width}`;
      const colour = channels === 1 ? '' : ` ${['red', 'green', 'blue'][Math.floor(i / (height * width))]}`;
      return { name: pixel + colour, kind: 'number', span: [i, i + 1], missing: 0 };
    });
    this.target = { name: target.name, kind: 'classes', classes: target.classes };
  }

  /** Pixels 0 … 255 as the model sees them. */
  write(pixels: ArrayLike<number>, from: number, into: Float32Array, at: number): void {
    const { channels, height, width, mean, std } = this.state;
    for (let c = 0, i = 0; c < channels; c++)
      for (let n = 0; n < height * width; n++, i++)
        into[at + i] = (pixels[from + i]! / 255 - mean[c]!) / std[c]!;
  }

  /** Brightness 0 … 1 as the model sees it. */
  writeUnit(picture: Float32Array, into: Float32Array, at: number): void {
    const { height, width, mean, std } = this.state;
    for (let i = 0; i < picture.length; i++) {
      const c = Math.floor(i / (height * width));
      into[at + i] = (picture[i]! - mean[c]!) / std[c]!;
    }
  }

  /** Rows whose `file` is a picture's absolute path. @throws VitrineError bad-data, file-not-found */
  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const { channels, height, width, fit } = this.state;
    const size = channels * height * width;
    const data = new Float32Array(rows.length * size);
    rows.forEach((row, i) => {
      const file = Object.hasOwn(row, 'file') || 'file' in row ? row['file'] : undefined;
      if (typeof file !== 'string' || file === '')
        throw new VitrineError('bad-data', `Row ${i + 1} has no "file": the path of a picture.`);
      this.write(pixelsOf(readPicture(file), file, channels, height, width, fit), 0, data, i * size);
    });
    return { shape: [rows.length, channels, height, width], data };
  }

  /** A picture, all pictures of a folder by name, or those that a table names in its column "file". */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    if (statSync(file).isDirectory()) {
      const { files } = await listAll(file);
      return files.map(name => ({ file: path.join(file, name) }));
    }
    if (pictures.endings.test(file)) return [{ file }];
    return rawRowsOf(await readTableFile(file, new Set(['file']), signal)).map(row => ({
      ...row,
      file: typeof row['file'] === 'string' ? path.resolve(path.dirname(file), row['file']) : null,
    }));
  }
}

async function listAll(folder: string): Promise<{ files: string[] }> {
  const files = (await readdir(folder)).filter(n => pictures.endings.test(n)).sort();
  if (files.length > 0) return { files };
  return { files: (await listClasses(folder, pictures)).files.map(f => f.name) };
}

function readPicture(file: string): Uint8Array {
  const info = statSync(file, { throwIfNoEntry: false });
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no picture ${file}.`, { at: { file } });
  if (info.size > maxFileBytes)
    throw new VitrineError('bad-data', `The picture ${path.basename(file)} is too large to be read.`, {
      at: { file },
    });
  return readFileSync(file);
}

function pixelsOf(
  bytes: Uint8Array,
  file: string,
  channels: 1 | 3,
  height: number,
  width: number,
  fit: Fit,
): Uint8Array {
  try {
    // Rounded, as Pillow's resized pictures are.
    return Uint8Array.from(planes(decodeImage(bytes), channels, height, width, fit), x => Math.round(x));
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `The picture ${path.basename(file)} cannot be read: ${(e as Error).message}. Replace or remove it.`,
      { at: { file } },
    );
  }
}

async function loadImages(options: ImagesOptions, context: LoadContext): Promise<Dataset> {
  const folder = path.resolve(context.folder, options.file);
  const { channels, height, width, fit } = options;
  const { classes, files, skipped } = await listClasses(folder, pictures).catch(e => {
    if (e instanceof VitrineError) throw e;
    throw new VitrineError(
      'file-not-found',
      `The folder "${path.basename(folder)}" cannot be read (${(e as NodeJS.ErrnoException).code}). Check data.file in the experiment.`,
      { at: { file: folder } },
    );
  });
  const size = channels * height * width;
  if (files.length * size > maxPixels)
    throw new VitrineError(
      'bad-data',
      `${files.length} pictures of ${channels} x ${height} x ${width} take more than ${maxPixels / 1e9} GB. Lower data.height and data.width.`,
      { at: { file: folder } },
    );
  const hash = createHash('sha256');
  const pixels = new Uint8Array(files.length * size);
  const good: number[] = [];
  const broken: string[] = [];
  for (const [i, { name }] of files.entries()) {
    throwIfCancelled(context.signal);
    const full = path.join(folder, name);
    const bytes = await readFile(full);
    hash.update(`${name}\0${bytes.length}\0`).update(bytes);
    try {
      pixels.set(pixelsOf(bytes, full, channels, height, width, fit), i * size);
      good.push(i);
    } catch (e) {
      broken.push(
        `${name} (${/cannot be read: (.*)\. Replace/.exec((e as Error).message)?.[1] ?? 'damaged'})`,
      );
    }
  }
  const notes: string[] = [];
  if (broken.length > 0)
    notes.push(
      `${broken.length === 1 ? '1 picture' : `${broken.length} pictures`} left out: ${some(broken)}.`,
    );
  if (skipped.length > 0)
    notes.push(
      `${skipped.length === 1 ? '1 file is' : `${skipped.length} files are`} no PNG, JPEG or WebP and passed over: ${some(skipped)}.`,
    );
  return new ImageDataset(
    folder,
    options,
    { classes, files, good, pixels },
    hash.digest('hex'),
    context.seed,
    notes,
  );
}

function some(list: readonly string[]): string {
  return list.slice(0, 5).join(', ') + (list.length > 5 ? `, and ${list.length - 5} more` : '');
}

class ImageDataset implements Dataset {
  /** Only where the experiment asks for altered pictures. */
  readonly trainingBatch?: NonNullable<Dataset['trainingBatch']>;
  readonly name: string;
  readonly modality = 'image';
  readonly sampleShape;
  readonly features;
  readonly target: TargetInfo;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  private readonly plan: ImagePreparation;
  private readonly labels: Int32Array;
  private readonly splitOf: Map<number, Split>;

  constructor(
    private readonly folder: string,
    options: ImagesOptions,
    private readonly source: {
      classes: string[];
      files: readonly ClassFile[];
      good: readonly number[];
      pixels: Uint8Array;
    },
    readonly hash: string,
    seed: number,
    readonly notes: string[],
  ) {
    const { classes, files, good, pixels } = source;
    this.name = path.basename(folder);
    if (good.length < 2)
      throw new VitrineError(
        'bad-data',
        `Only ${rowsOf(good.length)} of ${files.length} can be used: ${notes[0] ?? ''} Expected at least 2 pictures.`,
        { at: { file: folder } },
      );
    this.labels = Int32Array.from(files, f => classes.indexOf(f.class));
    const rows = Int32Array.from(good);
    this.splits = divideRows(
      rows,
      options.split,
      seed,
      rows.map(r => this.labels[r]!),
    );
    this.splitOf = splitsByRow(this.splits);
    const { channels, height, width, fit } = options;
    const statistics = statisticsOf(pixels, this.splits.train, channels, height * width);
    const standard = options.scale === 'standard';
    this.plan = new ImagePreparation({
      ...savedAs('images'),
      channels,
      height,
      width,
      fit,
      mean: standard ? statistics.mean : statistics.mean.map(() => 0),
      std: standard ? statistics.std : statistics.std.map(() => 1),
      target: { name: options.target, classes },
    });
    this.sampleShape = this.plan.sampleShape;
    this.features = this.plan.features;
    this.target = this.plan.target;
    const { augment: transforms } = options;
    if (transforms && transforms.length > 0)
      this.trainingBatch = (rows, chance) => {
        const { targets } = this.batch(rows);
        const size = this.features.length;
        const data = new Float32Array(rows.length * size);
        for (let i = 0; i < rows.length; i++) {
          const from = rows[i]! * size;
          const picture = Float32Array.from(pixels.subarray(from, from + size), x => x / 255);
          const altered = augment(
            picture,
            { channels, height, width },
            transforms,
            chanceOf(chance, rows[i]!),
          );
          this.plan.writeUnit(altered, data, i * size);
        }
        return { input: { shape: [rows.length, ...this.sampleShape], data }, targets };
      };
  }

  batch(rows: ArrayLike<number>) {
    const size = this.features.length;
    const data = new Float32Array(rows.length * size);
    const targets = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.check(row);
      this.plan.write(this.source.pixels, row * size, data, i * size);
      targets[i] = this.labels[row]!;
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: [rows.length], data: targets },
    };
  }

  raw(row: number) {
    this.check(row);
    const file = this.source.files[row]!;
    return {
      row,
      split: this.splitOf.get(row)!,
      values: { file: file.name },
      target: file.class,
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]) {
    // Pictures of this data set are named relative to its folder.
    return this.plan.prepare(
      rows.map(r => (typeof r['file'] === 'string' ? { file: path.resolve(this.folder, r['file']) } : r)),
    );
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private check(row: number): void {
    if (this.splitOf.has(row)) return;
    const known = this.source.files[row];
    throw new VitrineError(
      'bad-request',
      known
        ? `Row ${row} was left out: ${known.name} cannot be read.`
        : `There is no row ${row}: "${this.name}" has rows 0 to ${this.source.files.length - 1}.`,
    );
  }
}

function statisticsOf(pixels: Uint8Array, rows: Int32Array, channels: number, plane: number) {
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const at = (row * channels + c) * plane;
      for (let i = at; i < at + plane; i++) {
        sum += pixels[i]!;
        squares += pixels[i]! ** 2;
      }
    }
    const n = rows.length * plane;
    // Whole numbers: the sums are exact.
    const m = sum / n;
    mean.push(m / 255);
    std.push(Math.sqrt(Math.max(0, squares / n - m * m)) / 255 || 1);
  }
  return { mean, std };
}
