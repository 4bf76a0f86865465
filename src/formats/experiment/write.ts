/** From an experiment back to the text of a file, and to what the engine takes. */
import path from 'node:path';
import { datasetKind } from '../../data/load';
import type { LossSpec, OptimizerSpec, UpdateSpec } from '../../engine/engine';
import type { Experiment } from './schema';

/**
 * The text of an experiment file that will be at `file`: absolute paths become relative to it. Reading that text gives
 * the same experiment, so it serves for new files and as the snapshot that a run keeps.
 */
export function formatExperiment(experiment: Experiment, file: string): string {
  const folder = path.dirname(path.resolve(file));
  const relative = (f: string) =>
    path.isAbsolute(f) ? path.relative(folder, f).replaceAll(path.sep, '/') : f.replaceAll('\\', '/');
  const out = {
    ...experiment,
    model: {
      ...experiment.model,
      file: relative(experiment.model.file),
      ...(experiment.model.weights !== undefined && { weights: relative(experiment.model.weights) }),
    },
    data: { ...experiment.data, ...pathsOf(experiment.data, relative) },
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}

function pathsOf(data: Experiment['data'], relative: (file: string) => string): Record<string, string> {
  const values = data as unknown as Record<string, unknown>;
  return Object.fromEntries(
    (datasetKind(data.kind).paths ?? ['file']).flatMap(name => {
      const value = values[name];
      return typeof value === 'string' ? [[name, relative(value)] as const] : [];
    }),
  );
}

export function lossSpec(experiment: Pick<Experiment, 'loss' | 'lossOptions'>): LossSpec {
  return experiment.lossOptions
    ? { name: experiment.loss, options: experiment.lossOptions }
    : { name: experiment.loss };
}

/** The optimiser without its learning rates, which the loop gives to each step. */
export function optimizerSpec(experiment: Experiment): OptimizerSpec {
  const { name, lr: _, groups, ...options } = experiment.optimizer;
  // The schema lets no text through but the name.
  return {
    name,
    options: options as OptimizerSpec['options'],
    ...(groups && {
      groups: groups.map(({ parameters, lr: __, ...own }) => ({
        parameters,
        options: own as OptimizerSpec['options'],
      })),
    }),
  };
}

export function updateSpec({ freeze, clip, accumulate, average }: Experiment): UpdateSpec | undefined {
  if (!freeze && !clip && !average && (accumulate ?? 1) === 1) return undefined;
  return {
    ...(freeze && { freeze }),
    ...(clip && { clip: clip as NonNullable<UpdateSpec['clip']> }),
    ...((accumulate ?? 1) > 1 && { accumulate: true }),
    ...(average && { average }),
  };
}
