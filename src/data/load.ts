/** Loads a data set of any kind. */
import kinds from 'registry:data/kinds#kind';
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { VitrineError } from '../model/errors';
import { listed } from '../model/suggest';
import type { Dataset, DatasetKind, LoadContext } from './dataset';

export const datasetKinds = kinds as readonly DatasetKind[];

/** @throws VitrineError bad-experiment with the kinds that there are. */
export function datasetKind(id: string): DatasetKind {
  const kind = datasetKinds.find(k => k.id === id);
  if (!kind)
    throw new VitrineError(
      'bad-experiment',
      `There is no kind of data "${id}". Expected ${listed(datasetKinds.map(k => k.id))}.`,
    );
  return kind;
}

/**
 * Loads, splits and prepares what the experiment's `data` names. The same options and seed give the same data set.
 *
 * @param options as in the experiment file; what is left out has its default.
 * @throws VitrineError bad-data, file-not-found, bad-experiment or cancelled
 */
export async function loadDataset(
  options: { readonly kind: string; readonly [option: string]: unknown },
  context: LoadContext,
): Promise<Dataset> {
  const kind = datasetKind(options.kind);
  const complete = Value.Default(kind.schema as TSchema, structuredClone(options));
  const error = Value.Errors(kind.schema as TSchema, complete).First();
  if (error)
    throw new VitrineError(
      'bad-experiment',
      `data${error.path.replaceAll('/', '.')}: ${error.message.toLowerCase()}, found ${JSON.stringify(error.value)}.`,
    );
  const { split } = complete as { split?: { seed?: number } };
  if (split?.seed === undefined) return kind.load(complete, context);
  const { seed, code } = context;
  return kind.load(complete, {
    ...context,
    seed: split.seed,
    // What a file's own code draws is no part of the split.
    ...(code && { code: (file, _, signal) => code(file, seed, signal) }),
  });
}
