/** Which explanation methods do not fit a run, told from its files, without its data. */
import type { Dataset, Modality, SavedPreparation } from '../../data/dataset';
import { suitability } from '../../explain/registry';
import type { Experiment } from '../../formats/experiment/schema';
import { openRun } from '../../train/open/openRun';

/** What kinds of data look like whose name does not say it. */
const modalities: Readonly<Record<string, Modality>> = {
  columns: 'mixed',
  images: 'image',
  boxes: 'image',
  sound: 'sound',
  video: 'video',
  text: 'text',
  pairs: 'text',
  sessions: 'text',
  speech: 'text',
};

/**
 * Methods by id, with the reason for each. @throws what opening the run throws
 */
export async function unsuitedFor(run: string): Promise<Map<string, string>> {
  const { explained, preparation, experiment } = await openRun(run);
  const { target } = preparation;
  // As much of a data set as methods ask about before they compute.
  const dataset = {
    features: preparation.features,
    target,
    ...(preparation.parts && { parts: preparation.parts }),
    sampleShape: preparation.sampleShape,
    name: target.name,
    modality: modalityOf(experiment, preparation),
  } as Partial<Dataset> as Dataset;
  const reasons = new Map<string, string>();
  for (const { method, unsuited } of suitability(explained, dataset)) {
    if (unsuited !== undefined) reasons.set(method.id, unsuited);
    else if (target.writes && !method.sequences)
      reasons.set(method.id, `${method.title} explains one answer, and this model writes many words.`);
  }
  return reasons;
}

function modalityOf(
  { data }: Experiment,
  { sampleShape, parts }: Pick<SavedPreparation, 'sampleShape' | 'parts'>,
): Modality {
  if (data.kind === 'columns' && parts?.every(p => p.dtype === 'float32' && p.modality === 'table'))
    return 'table';
  return modalities[data.kind] ?? (['table', 'table', 'series'] as const)[sampleShape.length] ?? 'image';
}
