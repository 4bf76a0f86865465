/** Pages of a data set for looking at, with what a run's model says of each sample. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fromGrid } from '../../data/boxes/grid';
import type { Dataset, TargetInfo } from '../../data/dataset';
import { augmentChoices, augmentPlace, transformsOf } from '../../data/image/augmentChoices';
import { identifiersOf } from '../../data/overview/identifiers';
import { overviewOf } from '../../data/overview/overview';
import type { Engine } from '../../engine/engine';
import { yieldToOthers } from '../../engine/yielding';
import type { Experiment } from '../../formats/experiment/schema';
import { VitrineError } from '../../model/errors';
import { type OpenRun, openRun } from '../../train/open/openRun';
import { predictRows, type RowPrediction } from '../../train/predict/predictRows';
import { runFolderOf } from '../../train/runs/runFolder';
import { experimentOf } from '../../train/setup/assemble';
import { dataDiagnostics } from '../../train/setup/dataDiagnostics';
import { sharedDataset } from '../../train/setup/datasetCache';
import type { Heard, Params, Result, SamplePage } from '../protocol';

/** More on one page than anyone looks at, and than a message should carry. */
const maxCount = 1000;
/** Making sound of a spectrogram takes half a second. */
const mostHeard = 2;

/**
 * @param request.run id of a run of the experiment: its split and its predictions. Without one, the experiment's split.
 * @throws bad-request for an impossible page; what loading throws.
 */
export async function samplePage(
  request: Params<'data/samples'>,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  signal: AbortSignal,
): Promise<SamplePage> {
  const { split, offset, count } = request;
  if (
    !Number.isSafeInteger(offset) ||
    offset < 0 ||
    !Number.isSafeInteger(count) ||
    count < 0 ||
    count > maxCount
  )
    throw new VitrineError('bad-request', `There is no page of ${count} samples from ${offset}.`);
  const file = path.resolve(request.experiment);
  const trained =
    request.run === undefined ? undefined : await openRun(runFolderOf(path.dirname(file), request.run));
  const written = experimentOf(file);
  const alters = await alteredIn(written);
  // A run saw its pictures altered as the file said then; what the next one will see is told by the file.
  const other =
    request.augmented !== undefined &&
    trained &&
    alters &&
    JSON.stringify(transformsOf(trained.experiment.data)) !== JSON.stringify(alters.transforms);
  const run = other ? undefined : trained;
  const dataset = run ? await run.dataset() : await sharedDataset(await written, file);
  const rows = request.rows
    ? knownRows(request.rows, dataset)
    : dataset.splits[split]?.subarray(offset, offset + count);
  if (!rows) throw new VitrineError('bad-request', `There is no split "${split}".`);
  const { sensitive } = trained?.experiment ?? {};
  const identifiers = pictured.has(dataset.modality) ? [] : identifiersOf(dataset);
  const seed = run?.record.seed ?? 0;
  const prepared =
    rows.length === 0
      ? undefined
      : request.augmented !== undefined && dataset.trainingBatch
        ? dataset.trainingBatch(rows, { seed, epoch: request.augmented })
        : dataset.batch(rows);
  const predictions =
    run && prepared && (await predictionsFor(run, dataset, prepared.input, engineFor, signal));
  const width = prepared ? prepared.input.data.length / rows.length : 0;
  const answers = (i: number) => {
    const { data } = prepared!.targets;
    const size = data.length / rows.length;
    return data.subarray(i * size, (i + 1) * size);
  };
  return {
    modality: dataset.modality,
    sampleShape: dataset.sampleShape,
    features: dataset.features,
    target: dataset.target,
    total: dataset.splits[split].length,
    ...(sensitive?.length && { sensitive }),
    ...(identifiers.length > 0 && { identifiers }),
    ...(dataset.trainingBatch && { augments: true }),
    ...(alters && { alters }),
    samples: Array.from(rows, (row, i) => {
      const raw = dataset.raw(row);
      const values = Float32Array.from(prepared!.input.data.subarray(i * width, (i + 1) * width));
      const prediction = predictions?.[i];
      return {
        ...raw,
        pixels: pictured.has(dataset.modality) ? brightness(values) : values,
        ...soundOf(dataset, row),
        ...answerOf(dataset, answers(i)),
        ...(prediction && { prediction: shown(prediction, raw.target, dataset, rows.length <= mostHeard) }),
      };
    }),
  };
}

/** A file that cannot be read now says nothing of it; its mistakes are told elsewhere. */
async function alteredIn(written: Promise<Experiment>): Promise<SamplePage['alters']> {
  const data = await written.then(
    e => e.data,
    () => undefined,
  );
  return data && augmentPlace(data) ? { choices: augmentChoices, transforms: transformsOf(data) } : undefined;
}

/** Prepared numbers that are drawn as brightness. */
const pictured: ReadonlySet<string> = new Set(['image', 'video']);

/** A sound that can no longer be read is a sample without one. */
function soundOf(dataset: Dataset, row: number): Pick<SamplePage['samples'][number], 'sound'> {
  try {
    const sound = dataset.media?.(row)?.sound;
    return sound ? { sound } : {};
  } catch {
    return {};
  }
}

/** What is to be predicted, where it can be seen: boxes on the picture, or a spectrogram. */
function answerOf(
  { target }: Dataset,
  values: ArrayLike<number>,
): Pick<SamplePage['samples'][number], 'boxes' | 'spectrogram'> {
  if (target.boxes)
    return { boxes: fromGrid(values, 0, target.boxes.grid, target.boxes.classes.length, false) };
  return target.spoken ? { spectrogram: spectrogramOf(values, target) } : {};
}

/** [frames, mels] with time to the right. */
function spectrogramOf(values: ArrayLike<number>, { shape }: TargetInfo): NonNullable<Heard['spectrogram']> {
  const [frames, mels] = shape as [number, number];
  const across = new Float32Array(frames * mels);
  for (let f = 0; f < frames; f++)
    for (let m = 0; m < mels; m++) across[m * frames + f] = values[f * mels + m]!;
  return { shape: [1, mels, frames], values: across };
}

/** What the data of an experiment, or those of one of its runs, look like as a whole. */
export async function dataOverview(request: Params<'data/overview'>): Promise<Result<'data/overview'>> {
  const file = path.resolve(request.experiment);
  const run =
    request.run === undefined ? undefined : await openRun(runFolderOf(path.dirname(file), request.run));
  const dataset = run ? await run.dataset() : await sharedDataset(await experimentOf(file), file);
  const overview = await overviewOf(dataset, yieldToOthers);
  const text = await readFile(file, 'utf8').catch(() => '');
  return { overview, diagnostics: dataDiagnostics(file, text, overview.warnings) };
}

function knownRows(rows: readonly number[], dataset: Dataset): Int32Array {
  if (rows.length > maxCount)
    throw new VitrineError('bad-request', `At most ${maxCount} rows make a page, not ${rows.length}.`);
  for (const row of rows)
    if (!Object.values(dataset.splits).some(s => s.includes(row)))
      throw new VitrineError('bad-request', `There is no row ${row} in the data, or it was left out.`);
  return Int32Array.from(rows);
}

async function predictionsFor(
  run: OpenRun,
  dataset: Dataset,
  input: ReturnType<Dataset['batch']>['input'],
  engineFor: (backend: string | undefined) => Promise<Engine>,
  signal: AbortSignal,
): Promise<RowPrediction[] | undefined> {
  const weights = await run.weights().catch(e => {
    // A run in its first seconds: the samples are there, what it says of them is not.
    if (e instanceof VitrineError && e.code === 'file-not-found') return undefined;
    throw e;
  });
  if (!weights) return undefined;
  return predictRows({
    engine: await engineFor(run.record.backend),
    model: run.model,
    weights,
    input,
    target: dataset.target,
    parts: dataset.parts,
    loss: run.experiment.loss,
    signal,
  });
}

function shown(
  p: RowPrediction,
  target: string | number | null,
  dataset: Dataset,
  heard: boolean,
): NonNullable<SamplePage['samples'][number]['prediction']> {
  const { target: info } = dataset;
  const sound = heard && info.spoken ? dataset.sound?.(p.output) : undefined;
  return {
    label: p.label,
    ...(p.probability !== undefined && { probability: p.probability }),
    // A number is never simply right or wrong.
    correct: info.kind === 'classes' && target !== null ? p.label === String(target) : null,
    ...(p.boxes && { boxes: p.boxes }),
    ...(info.spoken && { spectrogram: spectrogramOf(p.output, info) }),
    ...(sound && { sound }),
  };
}

/** To 0 … 1: as it is when prepared so, else stretched from the darkest to the brightest of the image. */
function brightness(values: Float32Array): Float32Array {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (low >= 0 && high <= 1) return values;
  const range = high - low || 1;
  return values.map(v => (v - low) / range);
}
