/** What every kind of data set lets the experiment file say, as TypeBox schemas. */
import { type Static, Type } from '@sinclair/typebox';

export const splitSchema = Type.Object(
  {
    test: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.2,
      description: 'Share of the rows that only the final test sees.',
    }),
    valid: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: 'Share of the rows that each epoch is validated on.',
    }),
    stratify: Type.Boolean({
      default: true,
      description:
        'Keep the classes in the same proportion in every part. Without effect when the target is a number.',
    }),
    group: Type.Optional(
      Type.String({
        description:
          'Column whose rows of equal value stay in one part, e.g. the patient, so that the test holds nobody known from training.',
      }),
    ),
    time: Type.Optional(
      Type.String({
        description:
          'Column to order the rows by: the oldest train, the newest test. Numbers or dates like 2026-01-31.',
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How the rows are divided into training, validation and test.',
  },
);

export const scaleSchema = Type.Union(
  [
    Type.Literal('standard', { description: 'Mean 0 and standard deviation 1 over the training rows.' }),
    Type.Literal('minmax', {
      description: '0 for the smallest and 1 for the largest value of the training rows.',
    }),
    Type.Literal('none', { description: 'Numbers as they are (pixels still divided by `image.max`).' }),
  ],
  {
    description:
      'How number columns are scaled; learned from the training rows only. "standard" if left out, "none" for images.',
  },
);

export const missingSchema = Type.Union(
  [
    Type.Literal('error', { description: 'A missing value stops loading and is named by row and column.' }),
    Type.Literal('drop', { description: 'Rows with a missing value are left out, and counted in a note.' }),
    Type.Literal('mean', {
      description: 'The mean of the training rows stands in; for categories the most frequent one.',
    }),
  ],
  { default: 'error', description: 'What to do with missing values (empty, NA, NaN, null, None or ?).' },
);

export const targetTypeSchema = Type.Union(
  [
    Type.Literal('classes', { description: 'Each different value is a class.' }),
    Type.Literal('number', { description: 'The value itself is predicted.' }),
  ],
  { description: 'What the target is; follows from the loss if left out.' },
);

/** Fields that all kinds share; a kind's own schema begins with its `kind` and these. */
export const commonDataFields = {
  file: Type.String({ minLength: 1, description: 'Where the data are, relative to this file.' }),
  target: Type.String({ minLength: 1, description: 'The column to predict.' }),
  targetType: Type.Optional(targetTypeSchema),
  features: Type.Optional(
    Type.Array(Type.String(), {
      minItems: 1,
      uniqueItems: true,
      description: 'Columns to predict from, in this order. All but the target if left out.',
    }),
  ),
  exclude: Type.Optional(
    Type.Array(Type.String(), { uniqueItems: true, description: 'Columns not to predict from, e.g. an id.' }),
  ),
  split: splitSchema,
  missing: missingSchema,
};

/** What is known of `data` in an experiment whatever its kind. */
export type DataOptions = Static<ReturnType<typeof dataObject>>;

function dataObject() {
  return Type.Object({ kind: Type.String(), ...commonDataFields });
}

export type SplitOptions = Static<typeof splitSchema>;
export type Scale = Static<typeof scaleSchema>;
export type Missing = Static<typeof missingSchema>;
