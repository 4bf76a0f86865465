/** What a trained run says of every row of a split: for the confusion matrix and the worst mistakes. */
import { fromGrid, wrongBoxes } from '../../data/boxes/grid';
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import { yieldToOthers } from '../../engine/yielding';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { openRun } from '../../train/open/openRun';
import { predictRows } from '../../train/predict/predictRows';
import type { Evaluation } from '../protocol';

/** Rows that are prepared at once. */
const part = 1024;
/** More rows than this are not needed to see where a model errs. */
const most = 100_000;

/** @throws bad-request for targets that are not one class or one number a row; what opening the run throws. */
export async function evaluationRun(
  request: { run: string; split: Split },
  engineFor: (backend: string | undefined) => Promise<Engine>,
  signal: AbortSignal,
): Promise<Evaluation> {
  const run = await openRun(request.run);
  const dataset = await run.dataset();
  const { target } = dataset;
  if (target.untold)
    throw new VitrineError(
      'bad-request',
      `Of ${dataset.name} nobody knows the right answers, so none is a mistake: what a policy is worth, its episodes tell.`,
    );
  if (target.perPosition || target.sequence)
    throw new VitrineError(
      'bad-request',
      `Each row of "${target.name}" has many targets, so there is no one answer to be right or wrong about.`,
    );
  const all = dataset.splits[request.split];
  if (!all) throw new VitrineError('bad-request', `There is no split "${request.split}".`);
  const rows = Int32Array.from(all.subarray(0, most));
  const weights = await run.weights();
  const engine = await engineFor(run.record.backend);
  const result: Evaluation = {
    split: request.split,
    kind: target.kind,
    classes: target.kind === 'classes' ? (target.classes ?? []) : [],
    rows,
    targets: new Float64Array(rows.length),
    predicted: new Float64Array(rows.length),
    confidence: new Float32Array(target.kind === 'classes' ? rows.length : 0),
    loss: new Float32Array(rows.length),
  };
  let certain = true;
  for (let start = 0; start < rows.length; start += part) {
    throwIfCancelled(signal);
    const batch = dataset.batch(rows.subarray(start, start + part));
    const predictions = await predictRows({
      engine,
      model: run.model,
      weights,
      input: batch.input,
      target,
      loss: run.experiment.loss,
      signal,
    });
    const each = batch.targets.data.length / Math.max(1, predictions.length);
    predictions.forEach((p, j) => {
      const i = start + j;
      const truth = Number(batch.targets.data[j * each]);
      result.targets[i] = truth;
      if (target.boxes) {
        const { grid, classes } = target.boxes;
        const there = fromGrid(batch.targets.data, j * each, grid, classes.length, false);
        result.targets[i] = there.length;
        result.predicted[i] = p.boxes!.length;
        result.loss[i] = wrongBoxes(there, p.boxes!);
        return;
      }
      if (target.kind === 'number') {
        result.predicted[i] = p.output[0]!;
        // Of several numbers a row, all count.
        let error = 0;
        for (let k = 0; k < each; k++)
          error += Math.abs(p.output[k]! - Number(batch.targets.data[j * each + k])) / each;
        result.loss[i] = error;
        return;
      }
      result.predicted[i] = p.class!;
      const own = p.probabilities?.[truth];
      if (own === undefined) certain = false;
      else {
        result.confidence[i] = p.probability!;
        result.loss[i] = -Math.log(Math.max(own, 1e-12));
      }
      if (own === undefined) result.loss[i] = Number(p.class !== truth);
    });
    await yieldToOthers();
  }
  if (target.unnamed && target.classes) {
    // Of the classes that no row is of, those up to the last that the model took a row for.
    const last = result.predicted.reduce((a, b) => Math.max(a, b), -1);
    result.classes = target.classes.slice(0, Math.max(target.classes.length - target.unnamed, last + 1));
  }
  return certain ? result : { ...result, confidence: new Float32Array(0) };
}
