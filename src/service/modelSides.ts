/** A version of a model to compare: as a file is, or as git has it. */
import path from 'node:path';
import type { ReadContext } from '../formats/_format';
import { formatOf } from '../formats/_registry';
import { readVersion, type VersionRequest } from '../formats/_version';
import type { Model, Tensors } from '../model/graph';
import { asFile, fileAtRevision } from './git';

/** @throws VitrineError file-not-found, bad-file, class-not-found, bad-model, bad-usage */
export async function readSide(
  { revision, ...request }: VersionRequest & { revision?: string },
  context: ReadContext,
): Promise<{ model: Model; weights?: Tensors }> {
  if (revision === undefined) return readVersion(request, context);
  const file = path.resolve(request.file);
  const bytes = await fileAtRevision(file, revision, context.signal);
  // What a source imports is taken as it is now.
  if ((await formatOf(file)).id === 'pytorch')
    return readVersion({ ...request, texts: { [file]: bytes.toString('utf8') } }, context);
  return asFile(file, bytes, old => readVersion({ ...request, file: old }, context));
}
