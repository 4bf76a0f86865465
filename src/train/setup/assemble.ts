/** From an experiment file to all that training needs: the checked experiment, its data and its model. */
import path from 'node:path';
import type { Dataset, Progress } from '../../data/dataset';
import { loadDataset } from '../../data/load';
import type { ReadModelRequest } from '../../formats/_format';
import { formatOf, formats } from '../../formats/_registry';
import { loadWeights } from '../../formats/checkpoint/weights';
import { workspaceOf } from '../../formats/experiment/paths';
import { readExperiment } from '../../formats/experiment/read';
import type { Experiment } from '../../formats/experiment/schema';
import { formatExperiment, lossSpec, optimizerSpec, updateSpec } from '../../formats/experiment/write';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, Tensors } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import type { Recipe } from '../loop/recipe';
import { tensorsOf, trainingOf } from './asWritten';
import { checkScores, inputsInWords } from './fits';
import { inTargetUnits, targetUnitsOf } from './targetUnits';
import { forScoresOf } from './unnamed';

export interface AssembleOptions {
  /** The folder with what is loaded as files (dist/): Pyodide and the Python sources. */
  distFolder: string;
  /** The experiment's text, if it is not the file's: a run's snapshot. */
  text?: string;
  /** Overrides by path, e.g. { 'optimizer.lr': 0.01 }. */
  set?: Readonly<Record<string, unknown>>;
  signal?: AbortSignal;
  /** How far reading the data has come. */
  onData?(progress: Progress): void;
}

/**
 * Reads and checks the experiment.
 *
 * @throws VitrineError with the code of the first finding ("bad-experiment" for most) and all of them in its details.
 */
export async function experimentOf(
  file: string,
  { text, set }: Pick<AssembleOptions, 'text' | 'set'> = {},
): Promise<Experiment> {
  const { experiment, diagnostics } = await readExperiment(file, text, set && { set });
  if (experiment) return experiment;
  throw fromDiagnostics('bad-experiment', diagnostics, `${path.basename(file)} cannot be read.`);
}

/** Every process's code is one file in dist/. */
const bundleFolder = __dirname;

/**
 * @param options `distFolder` only where the caller's code is not in it.
 * @throws VitrineError bad-data, file-not-found, cancelled; bad-model where the data come from code that is not read
 */
export function datasetOf(
  experiment: Experiment,
  file: string,
  {
    signal,
    onData,
    distFolder = bundleFolder,
  }: Partial<Pick<AssembleOptions, 'distFolder' | 'signal' | 'onData'>> = {},
): Promise<Dataset> {
  return loadDataset(experiment.data, {
    folder: path.dirname(path.resolve(file)),
    seed: experiment.seed,
    ...(signal && { signal }),
    ...(onData && { onProgress: onData }),
    code: async (source, seed, signal) =>
      tensorsOf(
        await trainingOf(
          { file: source },
          { distFolder, workspaceFolder: workspaceOf(file), ...(signal && { signal }) },
        ),
        seed,
      ),
  });
}

/** What a model's forward takes: as the experiment says, else as its data are. */
export async function inputsOf(
  { model: { input, inputs } }: Experiment,
  data: () => Promise<Pick<Dataset, 'sampleShape' | 'parts'>>,
): Promise<Pick<ReadModelRequest, 'input' | 'inputs'>> {
  if (inputs)
    return { inputs: inputs.map((i, n) => ({ name: `input ${n + 1}`, ...i, shape: ['N', ...i.shape] })) };
  if (input) return { input };
  const { parts, sampleShape } = await data();
  return parts
    ? { inputs: parts.map(({ name, shape, dtype }) => ({ name, shape: ['N', ...shape], dtype })) }
    : { input: sampleShape };
}

/**
 * Reads the model that an experiment names, for inputs of the data's shape.
 *
 * @throws VitrineError class-not-found; bad-model with the findings; what the format's reader throws.
 */
export async function modelOf(
  experiment: Experiment,
  file: string,
  data: Pick<Dataset, 'sampleShape' | 'parts'> & Partial<Pick<Dataset, 'features' | 'notes'>>,
  { distFolder, signal }: Pick<AssembleOptions, 'distFolder' | 'signal'>,
): Promise<Model> {
  const { model } = experiment;
  const format = await formatOf(model.file);
  const read = await format.read(
    {
      file: model.file,
      class: model.class,
      ...(await inputsOf(experiment, async () => data)),
      ...(model.arguments && { arguments: model.arguments }),
    },
    { distFolder, workspaceFolder: workspaceOf(file), ...(signal && { signal }) },
  );
  const found = Object.hasOwn(read, model.class) ? read[model.class] : undefined;
  // What runs into an error has a graph up to there, which is good to look at and nothing to train.
  const broken = found?.diagnostics.some(d => d.severity === 'error');
  if (found?.model && !broken) return found.model;
  const findings = found?.diagnostics ?? Object.values(read).flatMap(r => r.diagnostics);
  if (findings.length > 0) {
    const words = findings.some(d => /shape|dimension|size/i.test(d.message))
      ? inputsInWords(data)
      : undefined;
    throw fromDiagnostics(
      'bad-model',
      words
        ? findings.map(d => ({
            ...d,
            message: `${d.message}${/\.\s*$/.test(d.message) ? '' : '.'} ${words}`,
          }))
        : findings,
      `${model.class} in ${model.file} cannot be read.`,
    );
  }
  const names = Object.keys(read);
  const near = nearest(model.class, names);
  throw new VitrineError(
    'class-not-found',
    `There is no model "${model.class}" in ${path.basename(model.file)}. ${
      near ? `Did you mean "${near}"?` : names.length > 0 ? `It has ${listed(names)}.` : 'It has none at all.'
    }`,
    { at: { file: model.file } },
  );
}

export interface Assembled {
  /** As `train` takes it; its text is a snapshot with all overrides and defaults in place. */
  experiment: { file: string; text: string; recipe: Recipe };
  model: Model;
  dataset: Dataset;
  seed: number;
  backend?: string;
  /** What model.weights holds, to start from. */
  weights?: Tensors;
}

/** All of it. @param given a model that is known already (a run's own, when it is resumed). */
export async function assemble(file: string, options: AssembleOptions, given?: Model): Promise<Assembled> {
  const full = path.resolve(file);
  const experiment = await experimentOf(full, options);
  const loaded = await datasetOf(experiment, full, options);
  const read = given ?? (await modelOf(experiment, full, loaded, options));
  const loss = lossSpec(experiment).name;
  checkScores(read, loaded, loss);
  const dataset = forScoresOf(loaded, read, loss);
  const units = experiment.targetScale === 'standard' ? targetUnitsOf(dataset, loss) : undefined;
  // A run that goes on has weights of its own.
  const weights = given
    ? undefined
    : experiment.model.weights === undefined
      ? await ownWeights(read)
      : await loadWeights(read, experiment.model.weights);
  const recipe = recipeOf(experiment);
  return {
    experiment: {
      file: full,
      text: formatExperiment(experiment, full),
      recipe: units ? { ...recipe, loss: { ...recipe.loss, units } } : recipe,
    },
    // A run's own model has them already.
    model: units && !given ? inTargetUnits(read, units) : read,
    dataset,
    seed: experiment.seed,
    ...(experiment.backend && { backend: experiment.backend }),
    ...(weights && { weights }),
  };
}

/** The weights that the model's own file holds (ONNX, Hugging Face): training goes on from them. */
async function ownWeights(model: Model): Promise<Tensors | undefined> {
  try {
    return await formats.find(f => f.id === model.format)?.weights?.(model);
  } catch (e) {
    // A configuration without weights beside it is a model to train from the beginning.
    if (e instanceof VitrineError && e.code === 'file-not-found' && model.format === 'huggingface')
      return undefined;
    throw e;
  }
}

export function recipeOf(experiment: Experiment): Recipe {
  const { mitigate, sensitive } = experiment;
  const { metrics, checkpointEvery, schedule, accumulate, monitor, earlyStopping, keep, recompute } =
    experiment;
  const update = updateSpec(experiment);
  const { groups } = experiment.optimizer;
  return {
    loss: lossSpec(experiment),
    optimizer: optimizerSpec(experiment),
    learningRate: experiment.optimizer.lr,
    epochs: experiment.epochs,
    batchSize: experiment.batchSize,
    ...(update && { update }),
    ...(recompute && { recompute }),
    ...(groups && { groupRates: groups.map(g => g.lr) }),
    ...(schedule && { schedule }),
    ...(accumulate && { accumulate }),
    ...(monitor && { monitor }),
    ...(earlyStopping && { earlyStopping }),
    ...(keep && { keep }),
    ...(mitigate && { mitigate: { ...mitigate, by: sensitive ?? [] } }),
    ...(metrics && { metrics }),
    ...(checkpointEvery && { checkpointEvery }),
  };
}

/** An error that says the first finding and carries them all. */
function fromDiagnostics(
  code: 'bad-experiment' | 'bad-model',
  diagnostics: readonly Diagnostic[],
  otherwise: string,
): VitrineError {
  const first = diagnostics.find(d => d.severity === 'error') ?? diagnostics[0];
  return new VitrineError(code, first?.message ?? otherwise, {
    ...(first && { at: first }),
    diagnostics,
  });
}
