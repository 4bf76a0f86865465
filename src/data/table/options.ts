/** What every kind of table lets the experiment file say. */
import { type Static, Type } from '@sinclair/typebox';
import { commonDataFields, scaleSchema } from '../options';

export const tableFields = {
  ...commonDataFields,
  categories: Type.Optional(
    Type.Array(Type.String(), {
      uniqueItems: true,
      description: 'Columns of numbers that mean categories, e.g. a postal code.',
    }),
  ),
  image: Type.Optional(
    Type.Object(
      {
        channels: Type.Integer({
          minimum: 1,
          default: 1,
          description: 'Colour channels: 1 for grey, 3 for RGB.',
        }),
        height: Type.Integer({ minimum: 1, description: 'Rows of pixels.' }),
        width: Type.Integer({ minimum: 1, description: 'Pixels in a row.' }),
        max: Type.Number({
          exclusiveMinimum: 0,
          default: 255,
          description: 'The brightest value: pixels are divided by it.',
        }),
      },
      {
        additionalProperties: false,
        description:
          'The feature columns are the pixels of an image, channel by channel and row by row: samples have the shape (channels, height, width).',
      },
    ),
  ),
  scale: Type.Optional(scaleSchema),
};

export type TableOptions = Static<ReturnType<typeof tableObject>>;

function tableObject() {
  return Type.Object(tableFields);
}
