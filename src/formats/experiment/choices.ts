/** The losses, optimisers and schedules that an experiment may name: what the engine registers. */
import lossRegistry from 'registry:engine/losses#loss';
import optimizerRegistry from 'registry:engine/optimizers#optimizer';
import scheduleRegistry from 'registry:engine/schedules#schedule';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type { LossDefinition } from '../../engine/loss';
import type { OptimizerDefinition } from '../../engine/optimizer';
import type { ScheduleDefinition } from '../../engine/schedule';

export const losses = lossRegistry as readonly LossDefinition[];
export const optimizers = optimizerRegistry as readonly OptimizerDefinition[];
export const schedules = scheduleRegistry as readonly ScheduleDefinition[];

/** What is taken where a file names none. */
export const defaultOptimizer = 'Adam';

/** The schema of `optimizer` for one of them: its name, the learning rate, and its own options. */
export function optimizerSchema(o: OptimizerDefinition): TObject {
  const own = allOptional(o.options as TObject).properties;
  const groups = Type.Array(
    Type.Object(
      {
        parameters: Type.Array(Type.String({ minLength: 1 }), {
          minItems: 1,
          description:
            'Layers or parameters, e.g. ["encoder", "*.bias"]; "*" stands for any characters. Each is in the first group that names it.',
        }),
        lr: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Learning rate of the group.' })),
        // What a group does not say is as the optimiser has it.
        ...Object.fromEntries(
          Object.entries(own).map(([name, { default: _, ...schema }]) => [name, schema as TSchema]),
        ),
      },
      { additionalProperties: false },
    ),
    { description: 'Parameters with a learning rate or options of their own.' },
  );
  return Type.Object(
    {
      name: Type.Literal(o.name, {
        description: sentence(o.summary),
        ...(o.name === defaultOptimizer && { default: o.name }),
      }),
      lr: Type.Number({ exclusiveMinimum: 0, default: o.learningRate, description: 'Learning rate.' }),
      ...own,
      groups: Type.Optional(groups),
    },
    { additionalProperties: false, description: 'The optimiser.' },
  );
}

/** The schema of `schedule` for one of them. */
export function scheduleSchema(s: ScheduleDefinition): TObject {
  const { properties } = s.options as TObject;
  const own = Object.entries(properties as Record<string, TSchema>).map(([name, schema]) => [
    name,
    'default' in schema ? Type.Optional(schema) : schema,
  ]);
  return Type.Object(
    {
      name: Type.Literal(s.name, { description: sentence(s.summary) }),
      per: Type.Optional(
        Type.Union(
          [
            Type.Literal('epoch', { description: 'After each epoch.' }),
            Type.Literal('step', { description: 'After each step of the optimiser.' }),
          ],
          {
            description: `How often it advances; each ${s.per} if left out.`,
          },
        ),
      ),
      ...Object.fromEntries(own),
    },
    { additionalProperties: false, description: sentence(s.summary) },
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
