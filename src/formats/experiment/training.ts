/** What an experiment says of how weights change besides its optimiser: schedule, clipping, averages, when to stop. */
import { type TSchema, Type } from '@sinclair/typebox';
import type { ScheduleSpec } from '../../engine/scheduleRunner';

/** @param schedule the schema of one schedule, or the union of all */
export function trainingFields(schedule: TSchema) {
  return {
    schedule: Type.Optional(
      Type.Unsafe<ScheduleSpec>({
        ...schedule,
        description:
          'How the learning rate changes, e.g. { "name": "CosineAnnealingLR" }; PyTorch’s names and options. It stays as it is if left out.',
      }),
    ),
    clip: Type.Optional(
      Type.Object(
        {
          norm: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              description: 'The largest L2 norm of all gradients together; longer ones are scaled to it.',
            }),
          ),
          value: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              description: 'The largest size of each value of a gradient.',
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'Clips gradients, against steps that are far too large: { "norm": 1 } is usual.',
        },
      ),
    ),
    accumulate: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description:
          'Batches whose gradients are added up for one step: as a batch so many times as large, in the memory of one.',
      }),
    ),
    recompute: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        uniqueItems: true,
        description:
          'Layers whose inner values are computed again for the gradients instead of kept (activation checkpointing), e.g. ["blocks.*"] for each child of blocks. Needs less memory and more time, and gives the same numbers.',
      }),
    ),
    freeze: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        uniqueItems: true,
        description:
          'Layers or parameters that are not trained, e.g. ["features", "*.bias"]; "*" stands for any characters.',
      }),
    ),
    average: Type.Optional(
      Type.Object(
        {
          decay: Type.Number({
            minimum: 0,
            exclusiveMaximum: 1,
            default: 0.999,
            description: 'How much of the average is kept at each step.',
          }),
        },
        {
          additionalProperties: false,
          description:
            'Keeps an exponential moving average of the weights, which is what is validated, tested and kept.',
        },
      ),
    ),
    monitor: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The metric of the validation rows by which epochs are compared; "loss" if left out (of the training rows if none validate).',
      }),
    ),
    earlyStopping: Type.Optional(
      Type.Object(
        {
          patience: Type.Integer({
            minimum: 1,
            default: 5,
            description: 'Epochs without a better value that are put up with.',
          }),
          minDelta: Type.Number({ minimum: 0, default: 0, description: 'By how much better is better.' }),
        },
        {
          additionalProperties: false,
          description: 'Ends the run when `monitor` no longer gets better.',
        },
      ),
    ),
    keep: Type.Optional(
      Type.Union(
        [
          Type.Literal('last', { description: 'The weights after the last epoch.' }),
          Type.Literal('best', { description: 'The weights of the epoch with the best `monitor`.' }),
        ],
        {
          description:
            'Which weights the run is tested with, predicts with and explains; "best" with `earlyStopping`, else "last".',
        },
      ),
    ),
  };
}
