/** What every kind of data set lets the experiment file say, as TypeBox schemas. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../model/errors';

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
    folds: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 1000,
        description:
          'Cross-validation: the rows fall into so many parts of the same size, one of which is the test instead of the share `test`.',
      }),
    ),
    fold: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 999,
        description: 'With `folds`: which of the parts is the test, from 0; the first if left out.',
      }),
    ),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          "Draws the parts, instead of the experiment's `seed`: runs of several seeds then train and test on the same rows.",
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How the rows are divided into training, validation and test.',
  },
);

const { group: _, time: __, ...labelledFields } = splitSchema.properties;
const { stratify: ___, ...plainFields } = labelledFields;

/** The `split` of samples with classes that are no rows of a table: no column groups or orders them. */
export function labelledSplit(description: string) {
  return Type.Object(labelledFields, { additionalProperties: false, default: {}, description });
}

/** The same without classes to keep in proportion. */
export function plainSplit(description: string) {
  return Type.Object(plainFields, { additionalProperties: false, default: {}, description });
}

export const scaleSchema = Type.Union(
  [
    Type.Literal('standard', { description: 'Mean 0 and standard deviation 1 over the training rows.' }),
    Type.Literal('minmax', {
      description: '0 for the smallest and 1 for the largest value of the training rows.',
    }),
    Type.Literal('robust', {
      description:
        'Median 0 and the middle half of the training rows within a width of 1: outliers do not count.',
    }),
    Type.Literal('log', {
      description:
        'sign(x) · log(1 + |x|), then mean 0 and standard deviation 1: for amounts over many sizes.',
    }),
    Type.Literal('quantile', {
      description: 'The share of the training rows that are smaller, 0 to 1: any distribution becomes even.',
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
    Type.Literal('median', {
      description: 'The median of the training rows stands in; for categories the most frequent one.',
    }),
    Type.Literal('mode', { description: 'The most frequent value of the training rows stands in.' }),
    Type.Literal('constant', {
      description: 'The value of `fill` stands in: 0 if left out, for categories "missing".',
    }),
  ],
  {
    default: 'error',
    description: 'What to do with missing values (empty, ? or what pandas reads so: NA, NaN, null, None …).',
  },
);

export const unknownSchema = Type.Union(
  [
    Type.Literal('error', {
      description: 'Predicting such a row is refused, and names the nearest category.',
    }),
    Type.Literal('ignore', { description: 'The row is predicted as one that has none of the categories.' }),
  ],
  {
    description: 'What to do at prediction with a category that training did not have; "error" if left out.',
  },
);

/** Values beside empty cells, NA and the like. */
export function missingValuesSchema(description: string) {
  return Type.Array(Type.Union([Type.Number(), Type.String({ minLength: 1 })]), {
    minItems: 1,
    uniqueItems: true,
    description,
  });
}

/** How one column is read, instead of what holds for all. */
export const columnSchema = Type.Object(
  {
    as: Type.Optional(
      Type.Union(
        [
          Type.Literal('number', { description: 'Its numbers.' }),
          Type.Literal('category', { description: 'An input for each category: 1 where it is this one.' }),
          Type.Literal('ordinal', {
            description: 'One input: the place of the category in `order`, from 0, scaled like a number.',
          }),
          Type.Literal('index', {
            description: 'One input: 1, 2, … by frequency, 0 for what is unknown, for an nn.Embedding.',
          }),
          Type.Literal('date', { description: 'Its parts as numbers: days, month, day, weekday and hour.' }),
        ],
        { description: 'What the column is; found by looking if left out.' },
      ),
    ),
    scale: Type.Optional(scaleSchema),
    missing: Type.Optional(missingSchema),
    missingValues: Type.Optional(missingValuesSchema('What means "not known" in this column, e.g. [-9].')),
    fill: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: 'What stands in for missing values with `missing: "constant"`.',
      }),
    ),
    indicator: Type.Optional(
      Type.Boolean({ description: 'One more input: 1 where the value is missing, else 0.' }),
    ),
    unknown: Type.Optional(unknownSchema),
    order: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 2,
        uniqueItems: true,
        description: 'For `as: "ordinal"`: all categories from the lowest to the highest.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** For every kind whose target may be classes. */
export const classWeightsSchema = Type.Optional(
  Type.Union(
    [
      Type.Literal('balanced', {
        description: 'Rare classes count as much as frequent ones: rows / (classes · rows of the class).',
      }),
    ],
    {
      description:
        'Weights of the classes in the loss, learned from the training rows; `lossOptions.weight` goes first.',
    },
  ),
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
  classWeights: classWeightsSchema,
};

/** What is known of `data` in an experiment whatever its kind. */
export type DataOptions = Static<ReturnType<typeof dataObject>>;

function dataObject() {
  return Type.Object({ kind: Type.String(), ...commonDataFields });
}

export type SplitOptions = Static<typeof splitSchema>;
export type Scale = Static<typeof scaleSchema>;
export type Missing = Static<typeof missingSchema>;
export type ColumnOptions = Static<typeof columnSchema>;

/** The fold that a split asks for. @throws bad-experiment for one that there is not. */
export function checkFolds({
  folds,
  fold = 0,
}: Pick<SplitOptions, 'folds' | 'fold'>): { of: number; index: number } | undefined {
  if (folds === undefined) return undefined;
  if (fold < folds) return { of: folds, index: fold };
  throw new VitrineError(
    'bad-experiment',
    `data.split.fold is ${fold}, but there are ${folds} folds: expected 0 to ${folds - 1}.`,
  );
}

/** scikit-learn's compute_class_weight("balanced"): rows / (classes · rows of the class); 0 for a class without rows. */
export function balancedWeights(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return balancedFrom(counts);
}

/** The same from the number of rows of each class. */
export function balancedFrom(counts: readonly number[]): number[] {
  const rows = counts.reduce((a, b) => a + b, 0);
  return counts.map(n => (n === 0 ? 0 : rows / (counts.length * n)));
}
