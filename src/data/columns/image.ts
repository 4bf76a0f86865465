/** A column of paths of pictures, as [channels, height, width] of 0 … 1. */
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { FileSource } from '../image/archive';
import { decodeImage } from '../image/decode';
import { planes } from '../image/resize';
import type { Encoding } from './_encoder';
import { checked, nameField } from './_fields';

const size = { minimum: 1, maximum: 4096, default: 32 };

const schema = Type.Object(
  {
    as: Type.Literal('image', {
      description:
        'A column with the paths of pictures, relative to the table; a path may lead into a zip, as "pictures.zip/1.png".',
    }),
    name: nameField,
    column: Type.String({ minLength: 1, description: 'The column.' }),
    channels: Type.Union(
      [Type.Literal(1, { description: 'Grey.' }), Type.Literal(3, { description: 'Red, green and blue.' })],
      { default: 3, description: 'Colour channels that the model takes.' },
    ),
    height: Type.Integer({ ...size, description: 'Rows of pixels that the model takes.' }),
    width: Type.Integer({ ...size, description: 'Pixels in a row that the model takes.' }),
    fit: Type.Union([Type.Literal('stretch'), Type.Literal('crop')], {
      default: 'stretch',
      description: 'How pictures of another shape are made to fit.',
    }),
  },
  { additionalProperties: false },
);

const state = Type.Omit(schema, ['as']);

export const encoding: Encoding = {
  as: 'image',
  schema,
  learn(options): Static<typeof state> {
    const { as: _, ...kept } = options as Static<typeof schema>;
    return kept;
  },
  restore(saved) {
    const { name, column, channels, height, width, fit } = checked(state, saved);
    const entries = channels * height * width;
    const files = new FileSource();
    /** Bytes, as a picture of many takes a quarter of what floats do. */
    const known = new Map<string, Uint8Array>();
    return {
      part: { name, shape: [channels, height, width], dtype: 'float32', modality: 'image' },
      columns: [column],
      features: [{ name: column, kind: 'number', min: 0, max: 1, span: [0, entries], missing: 0 }],
      async fetch(values, folder, row) {
        const cell = values[column];
        const what = `Row ${row}, column "${column}"`;
        if (typeof cell !== 'string' || cell === '')
          throw new VitrineError('bad-data', `${what}: expected the path of a picture, found nothing.`);
        if (known.has(cell)) return;
        const bytes = await files.read(path.resolve(folder, cell), what);
        try {
          known.set(
            cell,
            Uint8Array.from(planes(decodeImage(bytes), { channels, height, width, fit }), x => Math.round(x)),
          );
        } catch (e) {
          throw new VitrineError('bad-data', `${what}: ${cell} cannot be read: ${(e as Error).message}.`);
        }
      },
      write(values, into, at, row) {
        const pixels = known.get(String(values[column]));
        if (!pixels)
          throw new VitrineError(
            'bad-data',
            `Row ${row}, column "${column}": the picture ${values[column]} has not been read.`,
          );
        for (let i = 0; i < entries; i++) into[at + i] = pixels[i]! / 255;
      },
    };
  },
};
