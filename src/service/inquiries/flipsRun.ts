/** Which predictions differ between two versions of a model, on an experiment's data. */
import path from 'node:path';
import type { Engine } from '../../engine/engine';
import { workspaceOf } from '../../formats/experiment/paths';
import { VitrineError } from '../../model/errors';
import { flips, type PredictionChanges, type Version } from '../../train/open/compareModels';
import { datasetOf, experimentOf } from '../../train/setup/assemble';
import { readSide } from '../modelSides';
import type { DiffSide } from '../protocol';

export interface FlipsRequest {
  before: DiffSide;
  after: DiffSide;
  /** The experiment whose data both predict. */
  experiment: string;
  /** Default "test". */
  split?: 'train' | 'valid' | 'test';
}

/** @throws VitrineError no-weights for a side without them; what reading and predicting throw. */
export async function flipsRun(
  { before, after, experiment, split = 'test' }: FlipsRequest,
  engineFor: (name?: string) => Promise<Engine>,
  distFolder: string,
  signal: AbortSignal,
): Promise<PredictionChanges> {
  const read = async (side: DiffSide): Promise<Version> => {
    const found = await readSide(
      { ...side, withWeights: true },
      { distFolder, workspaceFolder: workspaceOf(side.file), signal },
    );
    if (!found.weights)
      throw new VitrineError(
        'file-not-found',
        `${path.basename(side.file)} has no trained weights, so it predicts nothing yet. Name some as model.weights in its experiment file, or compare files that hold them (.onnx, .keras, a Hugging Face folder).`,
        { at: { file: side.file } },
      );
    return { label: side.label, ...found };
  };
  const [a, b] = [await read(before), await read(after)];
  const settings = await experimentOf(experiment);
  const dataset = await datasetOf(settings, experiment, { signal });
  return flips(a, b, { engine: await engineFor(), dataset, loss: settings.loss, split }, signal);
}
