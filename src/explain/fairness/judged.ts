/** The rows that are judged: what the model says of them, and what is true. */
import type { Dataset } from '../../data/dataset';
import { type Prediction, predict } from '../answers/predict';
import type { Subject } from '../probe';

/** A model and the data that it is judged by. */
export interface FairnessSubject extends Omit<Subject, 'target' | 'sign' | 'input' | 'dataset'> {
  dataset: Dataset;
}

/** What the model says of rows, and what is true. */
export interface Judged {
  truth: Int32Array;
  decision: Int32Array;
  /** By row, then class. */
  probabilities: readonly (readonly number[])[] | undefined;
}

export async function judgedRows(call: FairnessSubject, rows: ArrayLike<number>): Promise<Judged> {
  const predictions: Prediction[] = [];
  const truth = new Int32Array(rows.length);
  const chunk = 1024;
  for (let from = 0; from < rows.length; from += chunk) {
    const part = Array.from({ length: Math.min(chunk, rows.length - from) }, (_, i) => rows[from + i]!);
    const batch = call.dataset.batch(part);
    truth.set(batch.targets.data, from);
    predictions.push(...(await predict({ ...call, onProgress: undefined, input: batch.input })));
  }
  return {
    truth,
    decision: Int32Array.from(predictions, p => p.index),
    probabilities: predictions.every(p => p.probabilities)
      ? predictions.map(p => p.probabilities!)
      : undefined,
  };
}
