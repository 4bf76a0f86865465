/** A model with weights of elsewhere, opened for predicting: an experiment's `model.weights`, without a run. */
import path from 'node:path';
import { restoreSaved } from '../../data/restore';
import { initializeWeights } from '../../engine/initialize';
import { loadWeights } from '../../formats/checkpoint/weights';
import { type AssembleOptions, assemble, experimentOf } from '../setup/assemble';
import { forScoresOf } from '../setup/unnamed';
import { type OpenRun, predictingModel } from './openRun';

/**
 * Rows are prepared as the experiment's own training rows would be.
 *
 * @returns undefined if the experiment names no weights.
 * @throws VitrineError what reading the experiment, its data, its model or its weights throws.
 */
export async function openWeights(
  file: string,
  options: Pick<AssembleOptions, 'distFolder' | 'signal'>,
): Promise<Pick<OpenRun, 'model' | 'weights' | 'preparation' | 'experiment'> | undefined> {
  const full = path.resolve(file);
  const experiment = await experimentOf(full);
  const { weights } = experiment.model;
  if (weights === undefined) return undefined;
  const { model: whole, dataset } = await assemble(full, options);
  const preparation = forScoresOf(restoreSaved(dataset.preparation()), whole, experiment.loss);
  const model = predictingModel(whole, preparation, experiment);
  return {
    model,
    experiment,
    preparation,
    weights: async () => ({
      ...initializeWeights(model, experiment.seed),
      ...(await loadWeights(model, weights)),
    }),
  };
}
