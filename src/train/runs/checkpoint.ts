/**
 * Checkpoints: all that a run needs to go on as if it had never stopped, in one safetensors file.
 *
 * Tensors are named by what they are: "weights/fc1.weight", "optimizer/…" (as the engine's trainer names them),
 * "best/fc1.weight" (the best weights so far, unless they are the current ones) and "epoch/output" (the outputs of the
 * unfinished epoch, which its metrics are made of). One file, so that no kill can leave two that disagree.
 */
import { stat } from 'node:fs/promises';
import { readSafetensors } from '../../formats/safetensors/read';
import { VitrineError } from '../../model/errors';
import type { Tensors } from '../../model/graph';
import { saveTensors } from './tensorFile';

export interface Checkpoint {
  /** Epochs that are complete. */
  epoch: number;
  /** Steps of the epoch under way that are complete. */
  stepInEpoch: number;
  /** Steps since the start of the run. */
  step: number;
  /** Seconds trained so far, over all processes. */
  seconds: number;
  seed: number;
  weights: Tensors;
  optimizer: Tensors;
  best?: { epoch: number; score: number; weights: Tensors };
  /** What the recipe learned so far. */
  progress?: RecipeProgress;
  /** Sum of loss × rows of the epoch under way, and its outputs so far. */
  partial?: { lossSum: number; output: Float32Array };
}

export interface RecipeProgress {
  /** That was set while the run was under way. */
  learningRate?: number;
  /** Of schedules that look at metrics. */
  schedule?: Readonly<Record<string, number>>;
  /** Of early stopping: the best score that counted, and epochs since. */
  stopping?: { best?: number; waited: number };
}

export async function writeCheckpoint(file: string, c: Checkpoint): Promise<void> {
  const bestIsCurrent = c.best !== undefined && c.best.weights === c.weights;
  await saveTensors(
    file,
    {
      ...prefixed('weights/', c.weights),
      ...prefixed('optimizer/', c.optimizer),
      ...(c.best && !bestIsCurrent ? prefixed('best/', c.best.weights) : {}),
      ...(c.partial && { 'epoch/output': { shape: [c.partial.output.length], data: c.partial.output } }),
    },
    {
      format: 'vitrine-checkpoint',
      version: '1',
      progress: JSON.stringify({
        epoch: c.epoch,
        stepInEpoch: c.stepInEpoch,
        step: c.step,
        seconds: c.seconds,
        seed: c.seed,
        ...(c.best && { best: { epoch: c.best.epoch, score: c.best.score, current: bestIsCurrent } }),
        ...(c.progress && Object.keys(c.progress).length > 0 && { recipe: c.progress }),
        ...(c.partial && { lossSum: c.partial.lossSum }),
      }),
    },
  );
}

/**
 * @returns undefined when the run has none yet.
 * @throws bad-file when the file is damaged or is no checkpoint.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  try {
    await stat(file);
  } catch {
    return undefined;
  }
  const { tensors, metadata } = await readSafetensors(file);
  const damaged = (what: string) =>
    new VitrineError(
      'bad-file',
      `${file} is no checkpoint to resume from: ${what}. Delete it to train this run from the beginning.`,
      { at: { file } },
    );
  if (metadata['format'] !== 'vitrine-checkpoint') throw damaged('it says nothing of a run’s progress');
  if (metadata['version'] !== '1')
    throw damaged(`its version is ${metadata['version']}, this program reads 1`);
  const progress = parseProgress(metadata);
  if (!progress) throw damaged('its progress cannot be read');
  const weights = unprefixed('weights/', tensors);
  if (Object.keys(weights).length === 0) throw damaged('it has no weights');
  const { best, lossSum, recipe, ...position } = progress;
  const bestWeights = best?.current ? weights : unprefixed('best/', tensors);
  const output = tensors['epoch/output']?.data;
  return {
    ...position,
    weights,
    optimizer: unprefixed('optimizer/', tensors),
    ...(recipe && { progress: recipe }),
    ...(best && { best: { epoch: best.epoch, score: best.score, weights: bestWeights } }),
    ...(lossSum !== undefined && output instanceof Float32Array && { partial: { lossSum, output } }),
  };
}

interface Progress extends Pick<Checkpoint, 'epoch' | 'stepInEpoch' | 'step' | 'seconds' | 'seed'> {
  best?: { epoch: number; score: number; current: boolean };
  recipe?: RecipeProgress;
  lossSum?: number;
}

function parseProgress(metadata: Readonly<Record<string, string>>): Progress | undefined {
  try {
    const p = JSON.parse(metadata['progress'] ?? '') as Progress;
    const counts = [p.epoch, p.stepInEpoch, p.step];
    if (!counts.every(n => Number.isSafeInteger(n) && n >= 0)) return undefined;
    if (!Number.isFinite(p.seconds) || !Number.isFinite(p.seed)) return undefined;
    return p;
  } catch {
    return undefined;
  }
}

function prefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [prefix + name, t]));
}

function unprefixed(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, t]) => [name.slice(prefix.length), t]),
  );
}
