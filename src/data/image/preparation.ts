/** What is learned from training pictures, and its use on others. */
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { maxFileBytes } from '../bytes';
import type { FeatureInfo, SavedPreparation, TargetInfo } from '../dataset';
import { listClasses, type Wanted } from '../files/folder';
import { savedState, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';
import { decodeImage } from './decode';
import { type PictureSize, planes } from './resize';

const stateSchema = stateSchemaOf('images', {
  channels: Type.Union([Type.Literal(1), Type.Literal(3)]),
  height: Type.Integer({ minimum: 1, maximum: 4096 }),
  width: Type.Integer({ minimum: 1, maximum: 4096 }),
  fit: Type.Union([Type.Literal('stretch'), Type.Literal('crop')]),
  /** Pixels of the short side before the middle is cut out. */
  short: Type.Optional(Type.Integer({ minimum: 1, maximum: 4096 })),
  /** Brightness 0 … 1 of a channel becomes (x - mean) / std. */
  mean: Type.Array(Type.Number()),
  std: Type.Array(Type.Number({ exclusiveMinimum: 0 })),
  target: Type.Object({ name: Type.String(), classes: Type.Array(Type.String(), { minItems: 2 }) }),
});

type ImagesState = Static<typeof stateSchema>;

export const pictures: Wanted = {
  endings: /\.(png|jpe?g|webp)$/i,
  what: 'pictures',
  expected: '.png, .jpg, .jpeg or .webp',
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
    const { channels, height, width } = this.state;
    const size = channels * height * width;
    const data = new Float32Array(rows.length * size);
    rows.forEach((row, i) => {
      const file = Object.hasOwn(row, 'file') || 'file' in row ? row['file'] : undefined;
      if (typeof file !== 'string' || file === '')
        throw new VitrineError('bad-data', `Row ${i + 1} has no "file": the path of a picture.`);
      this.write(pixelsOf(readPicture(file), file, this.state), 0, data, i * size);
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

/** @throws VitrineError bad-data */
export function pixelsOf(bytes: Uint8Array, file: string, size: PictureSize): Uint8Array {
  try {
    // Rounded, as Pillow's resized pictures are.
    return Uint8Array.from(planes(decodeImage(bytes), size), x => Math.round(x));
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `The picture ${path.basename(file)} cannot be read: ${(e as Error).message}. Replace or remove it.`,
      { at: { file } },
    );
  }
}

/** @throws VitrineError bad-file */
export function restoreImages(state: unknown): ImagePreparation {
  const known = savedState(stateSchema, state, 'images');
  if (known.mean.length !== known.channels || known.std.length !== known.channels)
    throw new VitrineError(
      'bad-file',
      `This is no saved preparation of images: it has ${known.channels} channels, and the mean of ${known.mean.length}. Train again to write a new one.`,
    );
  return new ImagePreparation(known);
}
