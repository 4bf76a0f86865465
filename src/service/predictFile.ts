/** Predictions for the rows of a file, prepared as the run's training rows were. */
import type { Engine } from '../engine/engine';
import type { OpenRun } from '../train/openRun';
import { predictRows } from '../train/predictRows';
import { readRawRows } from '../train/rawRows';

export interface PredictedRow {
  /** From 0. */
  row: number;
  /** The class's name, or the number, or the numbers. */
  prediction: string | number | readonly number[];
  probability?: number;
  /** By class. */
  probabilities?: Readonly<Record<string, number>>;
}

/** @throws bad-data, file-not-found, shape-mismatch, cancelled */
export async function predictFile(
  run: Pick<OpenRun, 'model' | 'weights' | 'preparation' | 'experiment'>,
  file: string,
  engine: Engine,
  signal?: AbortSignal,
): Promise<PredictedRow[]> {
  const rows = await readRawRows(file, run.preparation, signal);
  const { target } = run.preparation;
  const predictions = await predictRows({
    engine,
    model: run.model,
    weights: await run.weights(),
    input: run.preparation.prepare(rows),
    target,
    parts: run.preparation.parts,
    loss: run.experiment.loss,
    ...(signal && { signal }),
  });
  return predictions.map(({ label, probability, probabilities, output }, row) => ({
    row,
    prediction: target.kind === 'classes' ? label : output.length === 1 ? output[0]! : output,
    ...(probability !== undefined && { probability }),
    ...(probabilities &&
      target.classes && {
        probabilities: Object.fromEntries(target.classes.map((name, c) => [name, probabilities[c]!])),
      }),
  }));
}
