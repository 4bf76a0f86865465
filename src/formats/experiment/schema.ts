/**
 * The experiment file: one TypeBox schema that is the TypeScript type, the validation and the JSON schema that the
 * editor completes from. A field with a default may be left out of the file; `Experiment` always has it.
 */
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import type { DataOptions } from '../../data/options';
import { losses, sentence } from './choices';
import { trainingFields } from './training';

/** Parts that depend on what the file chooses. */
export interface Parts {
  /** One kind's own schema, or the union of all. */
  data: TSchema;
  /** One optimiser's, or the union of all. */
  optimizer: TSchema;
  lossOptions: TSchema;
  /** One schedule's, or the union of all. */
  schedule: TSchema;
}

export interface OptimizerOptions {
  name: string;
  lr: number;
  groups?: {
    parameters: string[];
    lr?: number;
    [option: string]: string[] | number | boolean | number[] | undefined;
  }[];
  [option: string]: unknown;
}

export function experimentSchema({ data, optimizer, lossOptions, schedule }: Parts) {
  return Type.Object(
    {
      $schema: Type.Optional(
        Type.String({ description: 'The JSON schema of this file, for other editors.' }),
      ),
      model: Type.Object(
        {
          file: Type.String({
            minLength: 1,
            description: 'The file with the model, relative to this file, e.g. "net.py".',
          }),
          class: Type.String({
            minLength: 1,
            description: 'The class of the model, e.g. "Net" for `class Net(nn.Module)`.',
          }),
          arguments: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), {
              description: 'Arguments of the class\'s constructor by name, e.g. { "hidden": 16 }.',
            }),
          ),
          weights: Type.Optional(
            Type.String({
              minLength: 1,
              description:
                'A checkpoint to start from instead of fresh weights, relative to this file: .safetensors, or .pt and .pth of torch.save.',
            }),
          ),
          input: Type.Optional(
            Type.Array(Type.Integer({ minimum: 1 }), {
              description:
                'Shape of one sample without the batch, e.g. [1, 8, 8]; follows from the data if left out.',
            }),
          ),
          inputs: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  name: Type.Optional(Type.String({ description: 'As the argument is called.' })),
                  shape: Type.Array(Type.Integer({ minimum: 1 }), {
                    description: 'Without the batch; [] for one number a row.',
                  }),
                  dtype: Type.Union([Type.Literal('float32'), Type.Literal('int64')], { default: 'float32' }),
                },
                { additionalProperties: false },
              ),
              {
                minItems: 1,
                description:
                  'For a forward with several arguments: what each takes, e.g. [{ "shape": [3, 16, 16] }, { "shape": [12], "dtype": "int64" }]; follows from the data if left out.',
              },
            ),
          ),
        },
        { additionalProperties: false, description: 'The model to train.' },
      ),
      data: Type.Unsafe<DataOptions>(data),
      loss: Type.Unsafe<string>(
        Type.Union(
          losses.map(l => Type.Literal(l.name, { description: sentence(l.summary) })),
          { description: 'What training makes small.' },
        ),
      ),
      lossOptions: Type.Optional(
        Type.Unsafe<Record<string, number | string | boolean | number[]>>({
          ...lossOptions,
          description: 'The loss\'s options by PyTorch\'s names, e.g. { "label_smoothing": 0.1 }.',
        }),
      ),
      targetScale: Type.Optional(
        Type.Union(
          [
            Type.Literal('standard', {
              description:
                "The loss compares targets less their mean, in units of their standard deviation; both are learned from the training rows and kept in the model. Metrics, predictions and explanations are in the target's own units.",
            }),
            Type.Literal('none', { description: 'The loss compares the targets as they are.' }),
          ],
          {
            description:
              'How a target that is a number is scaled for the loss; "none" if left out. Networks begin near 0 and learn numbers of about 1 well, prices and years badly.',
          },
        ),
      ),
      optimizer: Type.Unsafe<OptimizerOptions>({
        ...optimizer,
        default: {},
        description: "The optimiser, with PyTorch's names and defaults for its options.",
      }),
      ...trainingFields(schedule),
      epochs: Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 20,
        description: 'How often training goes through all training rows.',
      }),
      batchSize: Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        default: 32,
        description: 'Rows per step. As many as there are rows, or more, is plain gradient descent.',
      }),
      seed: Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: 'Decides split, first weights and order: the same seed gives the same result.',
      }),
      metrics: Type.Optional(
        Type.Array(Type.String(), {
          uniqueItems: true,
          description: 'Metrics to track besides the loss; the usual ones for the target if left out.',
        }),
      ),
      checkpointEvery: Type.Optional(
        Type.Integer({ minimum: 1, description: 'Epochs between checkpoints; each epoch if left out.' }),
      ),
      sensitive: Type.Optional(
        Type.Array(Type.String(), {
          uniqueItems: true,
          description: 'Columns whose groups are to be treated alike, e.g. "sex": for fairness.',
        }),
      ),
      mitigate: Type.Optional(
        Type.Object(
          {
            method: Type.Union(
              [
                Type.Literal('reweighing', {
                  description: 'Rows are drawn so that group and class are independent.',
                }),
                Type.Literal('covariance', {
                  description: 'A penalty on the covariance of group and predicted probability.',
                }),
              ],
              { description: 'How groups are brought together while training.' },
            ),
            strength: Type.Number({
              minimum: 0,
              default: 10,
              description: 'Weight of the penalty: more is fairer, and often less accurate.',
            }),
            constraint: Type.Optional(
              Type.Union(
                [
                  Type.Literal('demographic_parity', {
                    description: 'Each group is given the class equally often.',
                  }),
                  Type.Literal('equalized_odds', {
                    description:
                      'Each group is given the class equally often among the rows of each true class.',
                  }),
                ],
                {
                  description:
                    'What the penalty "covariance" brings together; "demographic_parity" if left out.',
                },
              ),
            ),
            positive: Type.Optional(
              Type.String({ description: 'The class that is the favour or the burden; the second of two.' }),
            ),
          },
          {
            additionalProperties: false,
            description: 'Fairness while training, between the groups of the columns in "sensitive".',
          },
        ),
      ),
      backend: Type.Optional(
        Type.Union(
          [
            Type.Literal('webgpu', { description: 'The GPU.' }),
            Type.Literal('webasm', { description: 'WebAssembly on the CPU.' }),
            Type.Literal('cpu', { description: 'Plain JavaScript: slow, the reference.' }),
          ],
          { description: 'What computes; the best there is if left out.' },
        ),
      ),
    },
    {
      title: 'Vitrine experiment',
      description: 'Which model, which data, and how to train.',
      additionalProperties: false,
    },
  );
}

/** An experiment with all defaults in place. `model.file` and `data.file` are absolute once read from a file. */
export type Experiment = Static<ReturnType<typeof experimentSchema>>;
