/** The JSON schema that the editor completes, explains and validates experiment files with. */
import { type TSchema, Type } from '@sinclair/typebox';
import { datasetKinds } from '../../data/load';
import { losses, lossOptionsSchema, optimizerSchema, optimizers, scheduleSchema, schedules } from './choices';
import { experimentSchema } from './schema';

/**
 * JSON schema (draft 7, the editor's dialect) of `*.vitrine.json`. Fields with a default need not be written.
 *
 * @param metrics names to offer for `metrics`.
 */
export function experimentJsonSchema(metrics: readonly string[] = []): unknown {
  const oneOf = (schemas: TSchema[]) => (schemas.length === 1 ? schemas[0]! : Type.Union(schemas));
  const schema = experimentSchema({
    data: {
      ...oneOf(datasetKinds.map(k => k.schema as TSchema)),
      description: 'The data to train and test with.',
    },
    optimizer: oneOf(optimizers.map(optimizerSchema)),
    lossOptions: Type.Object({}),
    schedule: oneOf(schedules.map(scheduleSchema)),
  });
  const plain = relax(JSON.parse(JSON.stringify(schema))) as {
    properties: { metrics: { items: Record<string, unknown> } };
  };
  // Offered, not prescribed: which ones fit depends on the target.
  if (metrics.length > 0) plain.properties.metrics.items = { anyOf: [{ enum: metrics }, { type: 'string' }] };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    allowTrailingCommas: true,
    allowComments: true,
    defaultSnippets: [snippet],
    ...plain,
    // Which options there are depends on the loss beside them.
    allOf: losses.map(l => ({
      if: { properties: { loss: { const: l.name } }, required: ['loss'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON schema's own word
      then: { properties: { lossOptions: relax(JSON.parse(JSON.stringify(lossOptionsSchema(l)))) } },
    })),
  };
}

/** A place of a snippet that Tab goes to, with what stands there at first. */
const stop = (n: number, text: string) => `$\{${n}:${text}}`;

/** What completion offers in an empty file; "^" keeps a value free of quotes. */
const snippet = {
  label: 'Experiment',
  description: 'Train a PyTorch model on a CSV table.',
  body: {
    model: { file: stop(1, 'net.py'), class: stop(2, 'Net') },
    data: { kind: 'csv', file: stop(3, 'data.csv'), target: stop(4, 'target') },
    loss: stop(5, 'cross_entropy'),
    optimizer: { name: 'Adam', lr: `^${stop(6, '0.001')}` },
    epochs: `^${stop(7, '20')}`,
    seed: '^0',
  },
};

/** Takes fields with a default out of `required`. */
function relax(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relax);
  if (typeof schema !== 'object' || schema === null) return schema;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) out[key] = key === 'default' ? value : relax(value);
  const { properties, required } = out as { properties?: Record<string, object>; required?: string[] };
  if (properties && required) {
    const needed = required.filter(name => !('default' in properties[name]!));
    if (needed.length > 0) out['required'] = needed;
    else delete out['required'];
  }
  return out;
}
