/** The losses and optimisers that an experiment may name: what the engine registers. */
import lossRegistry from 'registry:engine/losses#loss';
import optimizerRegistry from 'registry:engine/optimizers#optimizer';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { LossDefinition } from '../../engine/loss';
import type { OptimizerDefinition } from '../../engine/optimizer';

export const losses = lossRegistry as readonly LossDefinition[];
export const optimizers = optimizerRegistry as readonly OptimizerDefinition[];

/** What is taken where a file names none. */
export const defaultOptimizer = 'Adam';

/** The schema of `optimizer` for one of them: its name, the learning rate, and its own options. */
export function optimizerSchema(o: OptimizerDefinition): TObject {
  return Type.Object(
    {
      name: Type.Literal(o.name, {
        description: sentence(o.summary),
        ...(o.name === defaultOptimizer && { default: o.name }),
      }),
      lr: Type.Number({ exclusiveMinimum: 0, default: o.learningRate, description: 'Learning rate.' }),
      ...allOptional(o.options as TObject).properties,
    },
    { additionalProperties: false, description: 'The optimiser.' },
  );
}

/** The schema of `lossOptions` for one loss. */
export function lossOptionsSchema(l: LossDefinition): TObject {
  return allOptional(l.options as TObject);
}

/** The engine knows the defaults of options: a file need not state them, and reading does not fill them in. */
export function allOptional(schema: TObject): TObject {
  return Type.Object(
    Object.fromEntries(
      Object.entries(schema.properties as Record<string, TSchema>).map(([name, s]) => [
        name,
        Type.Optional(s),
      ]),
    ),
    { additionalProperties: false },
  );
}

export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
