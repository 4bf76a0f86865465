/** Pictures with boxes around what they show, annotated as COCO does: object detection. */

import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { type Box, toGrid } from '../boxes/grid';
import { readWhole } from '../bytes';
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
import { FileSource } from '../image/archive';
import { type Augmentation, augmentBoxes, augmentSchema, chanceOf } from '../image/augment';
import { decodeImage } from '../image/decode';
import { planes } from '../image/resize';
import { plainSplit } from '../options';
import { roomFor } from '../room';
import { savedAs, savedState, stateSchemaOf } from '../savedState';
import { rawRowsOf, readTableFile } from '../table/rawRows';

const side = (description: string) => Type.Integer({ minimum: 1, maximum: 4096, default: 32, description });

export const boxesSchema = Type.Object(
  {
    kind: Type.Literal('boxes', {
      description: 'Pictures with boxes around what they show (COCO annotations): object detection.',
    }),
    file: Type.String({
      minLength: 1,
      description: 'The annotations in the JSON format of COCO, relative to this file.',
    }),
    images: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The folder, or zip, with the pictures; the folder of the annotations if left out.',
      }),
    ),
    target: Type.String({ minLength: 1, default: 'boxes', description: 'What is found; only a name.' }),
    channels: Type.Union(
      [Type.Literal(1, { description: 'Grey.' }), Type.Literal(3, { description: 'Red, green and blue.' })],
      { default: 3, description: 'Colour channels that the model takes.' },
    ),
    height: side('Rows of pixels that the model takes.'),
    width: side('Pixels in a row that the model takes.'),
    grid: Type.Integer({
      minimum: 1,
      maximum: 256,
      default: 8,
      description:
        'Cells along each side: the one that holds the centre of a box answers for it. The model gives (N, grid * grid, 5 + classes).',
    }),
    augment: augmentSchema,
    split: plainSplit('How the pictures are divided into training, validation and test.'),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type BoxesOptions = Static<typeof boxesSchema>;

const stateSchema = stateSchemaOf('boxes', {
  target: Type.String(),
  channels: Type.Union([Type.Literal(1), Type.Literal(3)]),
  height: Type.Integer({ minimum: 1, maximum: 4096 }),
  width: Type.Integer({ minimum: 1, maximum: 4096 }),
  grid: Type.Integer({ minimum: 1, maximum: 256 }),
  classes: Type.Array(Type.String(), { minItems: 1, maxItems: 10_000 }),
});

type BoxesState = Static<typeof stateSchema>;

/** What of COCO's format is read. */
const cocoSchema = Type.Object({
  images: Type.Array(
    Type.Object({
      id: Type.Union([Type.Number(), Type.String()]),
      file_name: Type.String(),
      width: Type.Number({ exclusiveMinimum: 0 }),
      height: Type.Number({ exclusiveMinimum: 0 }),
    }),
  ),
  annotations: Type.Array(
    Type.Object({
      image_id: Type.Union([Type.Number(), Type.String()]),
      category_id: Type.Number(),
      bbox: Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
    }),
  ),
  categories: Type.Array(Type.Object({ id: Type.Number(), name: Type.String() }), { minItems: 1 }),
});

export const kind: DatasetKind = {
  id: 'boxes',
  title: 'Pictures with boxes (COCO)',
  extensions: [],
  schema: boxesSchema,
  paths: ['file', 'images'],

  async load(options, context) {
    return loadBoxes(options as BoxesOptions, context);
  },

  restore(state) {
    return new BoxesPreparation(savedState(stateSchema, state, 'boxes'));
  },
};

export class BoxesPreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  /** Pixels by path, 0 … 255, as the model takes them. */
  private readonly known = new Map<string, Uint8Array>();
  private readonly files = new FileSource();

  constructor(readonly state: BoxesState) {
    const { channels, height, width, grid, classes } = state;
    this.sampleShape = [channels, height, width];
    this.features = Array.from({ length: channels * height * width }, (_, i) => ({
      name: `pixel ${Math.floor((i % (height * width)) / width)},${i % width}`,
      kind: 'number' as const,
      min: 0,
      max: 1,
      span: [i, i + 1] as const,
      missing: 0,
    }));
    this.target = {
      name: state.target,
      kind: 'number',
      shape: [grid * grid, 5 + classes.length],
      boxes: { grid, classes },
    };
  }

  async read(file: string, what: string): Promise<void> {
    if (this.known.has(file)) return;
    const { channels, height, width } = this.state;
    const bytes = await this.files.read(file, what);
    try {
      const pixels = planes(decodeImage(bytes), { channels, height, width, fit: 'stretch' });
      this.known.set(
        file,
        Uint8Array.from(pixels, x => Math.round(x)),
      );
    } catch (e) {
      throw new VitrineError(
        'bad-data',
        `${what}: ${path.basename(file)} cannot be read: ${(e as Error).message}.`,
      );
    }
  }

  write(file: string, into: Float32Array, at: number): void {
    const pixels = this.known.get(file);
    if (!pixels) throw new VitrineError('bad-data', `The picture ${file} has not been read.`);
    for (let i = 0; i < pixels.length; i++) into[at + i] = pixels[i]! / 255;
  }

  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor {
    const size = this.sampleShape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(rows.length * size);
    rows.forEach((row, i) => {
      this.write(String(row['image']), data, i * size);
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  /** A picture, or a table with a column "image" of their paths. */
  async readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]> {
    const full = path.resolve(file);
    const rows = /\.(png|jpe?g|webp)$/i.test(full)
      ? [{ image: full }]
      : rawRowsOf(await readTableFile(full, new Set(['image']), signal)).map(row => ({
          ...row,
          image: path.resolve(path.dirname(full), String(row['image'] ?? '')),
        }));
    for (const [i, row] of rows.entries()) {
      throwIfCancelled(signal);
      await this.read(String(row.image), `Row ${i + 1}`);
    }
    return rows;
  }
}

async function loadBoxes(options: BoxesOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const bytes = await readWhole(file, 'annotations in the JSON format of COCO');
  const bad = (message: string) => new VitrineError('bad-data', message, { at: { file } });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (e) {
    throw bad(`${path.basename(file)} is no JSON: ${(e as Error).message}`);
  }
  const error = Value.Errors(cocoSchema, json).First();
  if (error)
    throw bad(
      `${path.basename(file)} is no list of COCO annotations: at "${error.path || '/'}", ${error.message.toLowerCase()}. Expected "images", "annotations" and "categories".`,
    );
  const coco = json as Static<typeof cocoSchema>;
  const classes = [...coco.categories].sort((a, b) => a.id - b.id);
  const places = new Map(classes.map((c, i) => [c.id, i]));
  const rows = new Map(coco.images.map((image, i) => [image.id, i]));
  const boxes: Box[][] = coco.images.map(() => []);
  for (const [i, a] of coco.annotations.entries()) {
    const row = rows.get(a.image_id);
    const place = places.get(a.category_id);
    if (row === undefined || place === undefined)
      throw bad(
        `Annotation ${i + 1} names ${row === undefined ? `the image ${a.image_id}` : `the category ${a.category_id}`}, which is not in the file.`,
      );
    const { width, height } = coco.images[row]!;
    const [x, y, w, h] = a.bbox as [number, number, number, number];
    if (!(w > 0 && h > 0))
      throw bad(`Annotation ${i + 1} has a box of ${w} by ${h} pixels. Expected [x, y, width, height].`);
    boxes[row]!.push({ box: [x / width, y / height, (x + w) / width, (y + h) / height], class: place });
  }
  const plan = new BoxesPreparation({
    ...savedAs('boxes'),
    target: options.target,
    channels: options.channels,
    height: options.height,
    width: options.width,
    grid: options.grid,
    classes: classes.map(c => c.name),
  });
  const folder =
    options.images === undefined ? path.dirname(file) : path.resolve(context.folder, options.images);
  const files = coco.images.map(image => path.join(folder, image.file_name));
  for (const [i, f] of files.entries()) {
    if (i % 64 === 0) throwIfCancelled(context.signal);
    await plan.read(f, `Image ${i + 1}`);
  }
  const splits = divideRows(
    Int32Array.from(files.keys()),
    { ...options.split, stratify: false },
    context.seed,
  );
  const notes: string[] = [];
  const scratch = new Float32Array(options.grid ** 2 * (5 + classes.length));
  const lost = boxes.reduce((n, list) => n + toGrid(list, options.grid, classes.length, scratch, 0), 0);
  if (lost > 0)
    notes.push(
      `${lost} of ${coco.annotations.length} boxes have their centre in the cell of a larger one and are not learned (data.grid).`,
    );
  const hash = createHash('sha256').update(bytes).digest('hex');
  return new BoxesDataset(path.basename(file), plan, splits, notes, hash, files, boxes, options.augment);
}

class BoxesDataset implements Dataset {
  readonly modality = 'image';
  readonly sampleShape;
  readonly features;
  readonly target;
  readonly trainingBatch?: NonNullable<Dataset['trainingBatch']>;
  private readonly splitOf: Map<number, Split>;

  constructor(
    readonly name: string,
    private readonly plan: BoxesPreparation,
    readonly splits: Readonly<Record<Split, Int32Array>>,
    readonly notes: readonly string[],
    readonly hash: string,
    private readonly files: readonly string[],
    private readonly boxes: readonly (readonly Box[])[],
    transforms: Augmentation = [],
  ) {
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.target = plan.target;
    this.splitOf = splitsByRow(splits);
    if (transforms.length === 0) return;
    const { channels, height, width } = plan.state;
    this.trainingBatch = (rows, chance, into) =>
      this.batch(rows, into, (picture, boxes, row) =>
        augmentBoxes(picture, boxes, { channels, height, width }, transforms, chanceOf(chance, row)),
      );
  }

  batch(
    rows: ArrayLike<number>,
    into?: Float32Array,
    alter?: (
      picture: Float32Array,
      boxes: readonly Box[],
      row: number,
    ) => { picture: Float32Array; boxes: readonly Box[] },
  ) {
    const size = this.sampleShape.reduce((a, b) => a * b, 1);
    const shape = this.target.shape!;
    const cells = shape[0]! * shape[1]!;
    const { grid, classes } = this.plan.state;
    const data = roomFor(rows.length * size, into);
    const targets = new Float32Array(rows.length * cells);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.splitAt(row);
      this.plan.write(this.files[row]!, data, i * size);
      let boxes = this.boxes[row]!;
      if (alter) {
        const altered = alter(data.slice(i * size, (i + 1) * size), boxes, row);
        data.set(altered.picture, i * size);
        boxes = altered.boxes;
      }
      toGrid(boxes, grid, classes.length, targets, i * cells);
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: [rows.length, ...shape], data: targets },
    };
  }

  raw(row: number) {
    const split = this.splitAt(row);
    const names = this.boxes[row]!.map(b => this.plan.state.classes[b.class]!);
    return {
      row,
      split,
      values: { image: path.basename(this.files[row]!) },
      target: names.sort().join(', '),
    };
  }

  prepare(rows: readonly Record<string, string | number | null>[]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private splitAt(row: number): Split {
    const split = this.splitOf.get(row);
    if (split !== undefined) return split;
    throw new VitrineError('bad-request', `"${this.name}" has no picture ${row}.`);
  }
}
