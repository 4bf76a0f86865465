/** The answer that is wanted: a class, or a range of numbers. */
import type { Dataset } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import type { Prediction } from '../answers/predict';

export interface Goal {
  name: string;
  index?: number;
  met(p: Prediction): boolean;
  /** 0 when it is met, growing with what is missing. */
  missing(p: Prediction): number;
}

/**
 * @param known what the model says of the training rows: the unit in which ranges are missed.
 * @throws bad-request for a class or range that there is not.
 */
export function goalOf(
  { target, dataset }: { target?: string | number; dataset: Dataset },
  before: Prediction,
  known: readonly Prediction[],
): Goal {
  if (dataset.target.kind === 'number') return rangeGoal(target, dataset.target.name, known);
  const classes = dataset.target.classes ?? [];
  const scores = (p: Prediction) => p.probabilities ?? p.output;
  let index: number;
  if (target === undefined) {
    const s = scores(before);
    index = s.reduce((best, v, i) => (i !== before.index && (best < 0 || v > s[best]!) ? i : best), -1);
  } else {
    index = classes.indexOf(String(target));
    if (index < 0 && /^\d+$/.test(String(target)) && Number(target) < classes.length) index = Number(target);
  }
  if (index < 0) {
    const near = nearest(String(target), classes);
    throw new VitrineError(
      'bad-request',
      `There is no class "${target}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(classes)}.`,
    );
  }
  return {
    name: classes[index] ?? String(index),
    index,
    met: p => p.index === index,
    missing: p => {
      if (p.index === index) return 0;
      const s = scores(p);
      return Math.max(0, s[p.index]! - s[index]!) + 0.02;
    },
  };
}

function rangeGoal(target: string | number | undefined, name: string, known: readonly Prediction[]): Goal {
  const text = String(target ?? '').replaceAll(' ', '');
  const number = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';
  const between = new RegExp(`^(${number})\\.\\.(${number})$`).exec(text);
  const beyond = new RegExp(`^([<>])=?(${number})$`).exec(text);
  if (!between && !beyond)
    throw new VitrineError(
      'bad-request',
      `The model predicts a number, ${name}: say which ones are wanted with --target, e.g. --target ">200", "<100" or "100..200".`,
    );
  const low = between
    ? Number(between[1])
    : beyond![1] === '>'
      ? Number(beyond![2])
      : Number.NEGATIVE_INFINITY;
  const high = between
    ? Number(between[2])
    : beyond![1] === '<'
      ? Number(beyond![2])
      : Number.POSITIVE_INFINITY;
  if (low > high) throw new VitrineError('bad-request', `--target ${text}: the range ends before it begins.`);
  const outputs = known.map(p => p.output[0]!);
  const mean = outputs.reduce((a, b) => a + b, 0) / Math.max(1, outputs.length);
  const spread =
    Math.sqrt(outputs.reduce((s, x) => s + (x - mean) ** 2, 0) / Math.max(1, outputs.length)) || 1;
  const missing = (p: Prediction) => Math.max(0, low - p.output[0]!, p.output[0]! - high) / spread;
  return { name: `${name} ${text}`, met: p => missing(p) === 0, missing };
}
