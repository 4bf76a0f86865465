/** One version of a model, from a file as it is on disk, as it is in an editor, or as it was. */

import path from 'node:path';
import { VitrineError } from '../model/errors';
import type { Model, Tensors } from '../model/graph';
import { listed, nearest } from '../model/suggest';
import type { ReadContext, ReadModelRequest } from './_format';
import { outermost } from './_outermost';
import { formatOf, modelFileOf } from './_registry';
import { loadWeights } from './checkpoint/weights';

export interface VersionRequest
  extends Pick<ReadModelRequest, 'class' | 'input' | 'inputs' | 'arguments' | 'texts'> {
  file: string;
  /** A checkpoint with its weights, where the file holds none. */
  weights?: string;
  /** Whether weights are wanted at all. */
  withWeights?: boolean;
}

/** @throws VitrineError file-not-found, bad-file, class-not-found, bad-model, bad-usage when a file has several models */
export async function readVersion(
  request: VersionRequest,
  context: ReadContext,
): Promise<{ model: Model; weights?: Tensors }> {
  const file = await modelFileOf(path.resolve(request.file), request.file);
  const format = await formatOf(file);
  const { class: wanted, weights: checkpoint, withWeights, ...rest } = request;
  const read = await format.read({ ...rest, file, ...(wanted !== undefined && { class: wanted }) }, context);
  const name = path.basename(request.file);
  const names = Object.keys(read).filter(n => read[n]?.model);
  const whole = outermost(read).filter(n => names.includes(n));
  const only = format.id === 'pytorch' && whole.length === 1 ? whole[0] : undefined;
  const own = wanted !== undefined && format.id === 'pytorch' ? wanted : (only ?? names.at(-1) ?? '');
  const found = Object.hasOwn(read, own) ? read[own] : undefined;
  if (wanted === undefined && format.id === 'pytorch' && names.length > 1 && only === undefined)
    throw new VitrineError(
      'bad-usage',
      `${name} has ${listed(names)}. Say which one: ${name}#${names.at(-1)}`,
      { at: { file } },
    );
  if (!found?.model) {
    const error = Object.values(read).flatMap(r => r.diagnostics.filter(d => d.severity === 'error'))[0];
    const near = nearest(own, names);
    throw new VitrineError(
      error ? 'bad-model' : 'class-not-found',
      error?.message ?? `There is no model "${own}" in ${name}.${near ? ` Did you mean "${near}"?` : ''}`,
      { at: error ?? { file } },
    );
  }
  if (!withWeights && checkpoint === undefined) return { model: found.model };
  const weights =
    checkpoint !== undefined
      ? await loadWeights(found.model, path.resolve(checkpoint))
      : await format.weights?.(found.model);
  return { model: found.model, ...(weights && { weights }) };
}
