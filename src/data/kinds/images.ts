/** Folders of pictures: a sub-folder for each class, as torchvision's ImageFolder reads them. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Static, type TNumber, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Dataset, DatasetKind, LoadContext, Split, TargetInfo } from '../dataset';
import { divideFiles, splitsByRow } from '../divide';
import { type ClassFile, listClasses } from '../files/folder';
import { lookAtFiles, pictureOptions } from '../files/look';
import { augment, augmentSchema, chanceOf } from '../image/augment';
import { decodeImage } from '../image/decode';
import { ImagePreparation, pictures, pixelsOf, restoreImages } from '../image/preparation';
import { labelledSplit } from '../options';
import { roomFor } from '../room';
import { savedAs } from '../savedState';
import { rowsOf } from '../table/words';

const perChannel = (number: TNumber, description: string) =>
  Type.Array(number, { minItems: 1, maxItems: 3, description });

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
    short: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 4096,
        description:
          'With "fit": "crop", the short side is first made so many pixels long, as by torchvision\'s Resize(short) before CenterCrop; at least height and width.',
      }),
    ),
    scale: Type.Union(
      [
        Type.Literal('none', { description: '0 for black to 1 for white.' }),
        Type.Literal('standard', {
          description: 'Mean 0 and standard deviation 1 for each channel over the training pictures.',
        }),
        Type.Object(
          {
            mean: perChannel(Type.Number(), 'What is taken away, a number a channel.'),
            std: perChannel(
              Type.Number({ exclusiveMinimum: 0 }),
              'What the rest is divided by, a number a channel.',
            ),
          },
          {
            additionalProperties: false,
            description:
              "Brightness 0 to 1 of each channel becomes (x - mean) / std, as by torchvision's Normalize: what a model trained elsewhere expects.",
          },
        ),
      ],
      { default: 'none', description: 'How brightness becomes numbers.' },
    ),
    augment: augmentSchema,
    split: labelledSplit('How the pictures are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type ImagesOptions = Static<typeof imagesSchema>;

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

  restore: restoreImages,
};

async function loadImages(options: ImagesOptions, context: LoadContext): Promise<Dataset> {
  const folder = path.resolve(context.folder, options.file);
  const { channels, height, width } = options;
  checkSize(options, folder);
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
      pixels.set(pixelsOf(bytes, full, options), i * size);
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

function checkSize({ channels, height, width, fit, short, scale }: ImagesOptions, folder: string): void {
  const refuse = (message: string) => new VitrineError('bad-experiment', message, { at: { file: folder } });
  if (short !== undefined && (fit !== 'crop' || short < Math.max(height, width)))
    throw refuse(
      `data.short is ${short}: it is used with "fit": "crop", and is at least as large as data.height (${height}) and data.width (${width}).`,
    );
  if (typeof scale === 'object')
    for (const name of ['mean', 'std'] as const)
      if (scale[name].length !== channels)
        throw refuse(
          `data.scale.${name} has ${scale[name].length} numbers, but data.channels is ${channels}: give one for each channel.`,
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
    const classOf = rows.map(r => this.labels[r]!);
    this.splits = divideFiles(rows, files, options.split, seed, classOf, { what: 'pictures', notes });
    this.splitOf = splitsByRow(this.splits);
    const { channels, height, width, fit, short } = options;
    const { mean, std } = scaling(options, pixels, this.splits.train);
    this.plan = new ImagePreparation({
      ...savedAs('images'),
      channels,
      height,
      width,
      fit,
      ...(short !== undefined && { short }),
      mean,
      std,
      target: { name: options.target, classes },
    });
    this.sampleShape = this.plan.sampleShape;
    this.features = this.plan.features;
    this.target = this.plan.target;
    const { augment: transforms } = options;
    if (transforms && transforms.length > 0)
      this.trainingBatch = (rows, chance, into) => {
        const size = this.features.length;
        const data = roomFor(rows.length * size, into);
        const targets = new Int32Array(rows.length);
        for (let i = 0; i < rows.length; i++) {
          this.check(rows[i]!);
          const from = rows[i]! * size;
          const picture = Float32Array.from(pixels.subarray(from, from + size), x => x / 255);
          const altered = augment(
            picture,
            { channels, height, width },
            transforms,
            chanceOf(chance, rows[i]!),
          );
          this.plan.writeUnit(altered, data, i * size);
          targets[i] = this.labels[rows[i]!]!;
        }
        return {
          input: { shape: [rows.length, ...this.sampleShape], data },
          targets: { shape: [rows.length], data: targets },
        };
      };
  }

  batch(rows: ArrayLike<number>, into?: Float32Array) {
    const size = this.features.length;
    const data = roomFor(rows.length * size, into);
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

function scaling({ scale, channels, height, width }: ImagesOptions, pixels: Uint8Array, train: Int32Array) {
  if (typeof scale === 'object') return scale;
  if (scale === 'standard') return statisticsOf(pixels, train, channels, height * width);
  return { mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
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
