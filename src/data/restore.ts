/** What a run saved of its data's preparation, of whatever kind. */
import { VitrineError } from '../model/errors';
import type { SavedPreparation } from './dataset';
import { datasetKinds } from './load';
import { restorePreparation } from './preparation';

/**
 * Continues from what `Dataset.preparation()` gave, e.g. a run's preparation.json.
 *
 * @throws VitrineError bad-file if it is no such thing.
 */
export function restoreSaved(json: unknown): SavedPreparation {
  if (typeof json === 'object' && json !== null && 'kind' in json) {
    const { kind: id } = json;
    const kind = datasetKinds.find(k => k.id === id && k.restore);
    if (!kind)
      throw new VitrineError(
        'bad-file',
        `This is no saved preparation of data: its kind is ${JSON.stringify(id)?.slice(0, 40)}. Train again to write a new one.`,
      );
    return kind.restore!(json as Record<string, unknown>);
  }
  return restorePreparation(json);
}
