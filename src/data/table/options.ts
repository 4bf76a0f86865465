/** What every kind of table lets the experiment file say. */

import { type Static, Type } from '@sinclair/typebox';
import { augmentSchema } from '../image/augment';
import { columnSchema, commonDataFields, missingValuesSchema, scaleSchema, unknownSchema } from '../options';

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
        augment: augmentSchema,
      },
      {
        additionalProperties: false,
        description:
          'The feature columns are the pixels of an image, channel by channel and row by row: samples have the shape (channels, height, width).',
      },
    ),
  ),
  scale: Type.Optional(scaleSchema),
  fill: Type.Optional(
    Type.Union([Type.Number(), Type.String()], {
      description: 'What stands in for missing values with `missing: "constant"`.',
    }),
  ),
  missingValues: Type.Optional(
    missingValuesSchema(
      'What means "not known" in any column but the target, beside empty cells, ? and what pandas reads so (NA, NaN, null, None …, not "none"): e.g. [-9, "unknown"]. Of single columns in `columns`.',
    ),
  ),
  missingIndicator: Type.Optional(
    Type.Boolean({
      description:
        'For each column with missing values one more input: 1 where the value is missing, else 0.',
    }),
  ),
  unknown: Type.Optional(unknownSchema),
  columns: Type.Optional(
    Type.Record(Type.String(), columnSchema, {
      description: 'What is different for single columns, by name, e.g. { "income": { "scale": "log" } }.',
    }),
  ),
};

export type TableOptions = Static<ReturnType<typeof tableObject>>;

function tableObject() {
  return Type.Object(tableFields);
}
