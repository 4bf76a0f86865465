/** What classifiers and ensembles do to their sums, as onnxruntime does it. */
import { type TranslationContext, Unsupported } from '../translation';

export type Transform = 'NONE' | 'LOGISTIC' | 'SOFTMAX' | 'SOFTMAX_ZERO' | 'PROBIT';

export function transformOf(c: TranslationContext): Transform {
  const name = c.text('post_transform', 'NONE');
  // version 5 of the operator set has numbers.
  const found = (['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'] as const)[
    c.integer('post_transform', -1)
  ];
  const transform = found ?? (name as Transform);
  if (!['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO'].includes(transform))
    throw new Unsupported(`the transform ${transform}`);
  return transform;
}

/** Scores [N, n] transformed. */
export function transformed(c: TranslationContext, scores: string, transform: Transform): string {
  if (transform === 'LOGISTIC') return c.emit('Sigmoid', [scores])[0]!;
  if (transform === 'SOFTMAX') return c.emit('Softmax', [scores], { axis: 1 })[0]!;
  if (transform === 'NONE') return scores;
  // Scores of zero are those of classes that are not there, and stay so.
  const zero = c.constant('float32', [], [0]);
  const there = c.emit('Cast', c.emit('NotEqual', [scores, zero]), { to: 'float32' })[0]!;
  const most = c.emit('ReduceMax', [scores], { axes: [1], keepdims: 1 })[0]!;
  const powers = c.emit('Exp', [c.emit('Sub', [scores, most])[0]!])[0]!;
  const kept = c.emit('Mul', [powers, there])[0]!;
  const sum = c.emit('ReduceSum', [kept], { axes: [1], keepdims: 1 })[0]!;
  return c.emit('Div', [kept, sum])[0]!;
}

export interface Labels {
  names: readonly string[];
  /** What the label output has for each class. */
  values: readonly number[];
  isText: boolean;
}

/** The classes that a node names, by whichever of its attributes. */
export function labelsOf(c: TranslationContext): Labels | undefined {
  const texts = c.texts('classlabels_strings');
  if (texts && texts.length > 0) return { names: texts, values: texts.map(t => c.word(t)), isText: true };
  const ints =
    c.integers('classlabels_ints') ?? c.integers('classlabels_int64s') ?? c.integers('classlabels_longs');
  if (ints && ints.length > 0) return { names: ints.map(String), values: ints, isText: false };
  return undefined;
}

/** The node's first output: the label of the class at a place [N]. */
export function finishLabels(c: TranslationContext, places: string, labels: Labels): void {
  if (!c.outputs[0]) return;
  c.noteClasses(labels.names);
  const list = c.constant('int64', [labels.values.length], labels.values);
  c.emit('Gather', [list, places], { axis: 0 }, [c.outputs[0]]);
  if (labels.isText) c.markText(0);
}

/** Where a score [N, 1] is beyond a bound 1, else 0: [N]. */
export function beyond(c: TranslationContext, score: string, bound: number): string {
  const over = c.emit('Greater', [score, c.constant('float32', [], [bound])])[0]!;
  return c.emit('Reshape', c.emit('Cast', [over], { to: 'int64' }), {
    shape: [c.typeOf(score).shape[0]!],
  })[0]!;
}

/** [N, 2] of two columns. */
export function pair(c: TranslationContext, first: string, second: string): string {
  return c.emit('Concat', [first, second], { axis: 1 })[0]!;
}

export function argMax(c: TranslationContext, scores: string): string {
  return c.emit('ArgMax', [scores], { axis: 1, keepdims: 0 })[0]!;
}

/** 1 - x. */
export function rest(c: TranslationContext, x: string): string {
  return c.emit('Sub', [c.constant('float32', [], [1]), x])[0]!;
}
