/** What scikit-learn, XGBoost and LightGBM become in ONNX: https://onnx.ai/onnx/operators/index.html#ai-onnx-ml */
import { mostCoupled } from '../../../engine/ops/couple_probabilities';
import type { DType } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, type TranslationContext, Unsupported } from '../translation';
import {
  argMax,
  beyond,
  finishLabels,
  labelsOf,
  pair,
  rest,
  type Transform,
  transformed,
  transformOf,
} from './_scores';
import { cast, rankOf } from './_shared';
import { ensemble, treesByNode, treesByRoot } from './_trees';

const real = (c: TranslationContext, i = 0): string => cast(c, c.tensor(i), 'float32');
const row = (c: TranslationContext, values: readonly number[]): string =>
  c.constant('float32', values.length === 1 ? [] : [values.length], values);

interface Rows {
  x: string;
  /** Features of a sample. */
  width: number;
}

/** Samples are rows; a single one may come as a vector. */
function rows(c: TranslationContext): Rows {
  const { shape } = c.type(0);
  const width = shape.at(-1);
  if (typeof width !== 'number') throw new NeedsSize('an unknown number of features');
  const x = real(c);
  if (shape.length === 1) return { x: c.emit('Reshape', [x], { shape: [1, width] })[0]!, width };
  if (shape.length !== 2) throw new Unsupported(`an input of rank ${shape.length}`);
  return { x, width };
}

/** x Wᵀ for weights [count, features]. `name`: what they are. */
function product(
  c: TranslationContext,
  { x, width }: Rows,
  name: string,
  weights: readonly number[],
  count: number,
): string {
  const turned = Array.from(
    { length: width * count },
    (_, i) => weights[(i % count) * width + Math.floor(i / count)]!,
  );
  return c.emit('MatMul', [x, c.learned(name, [width, count], turned)])[0]!;
}

/** x Wᵀ + b for coefficients [targets, features]. */
function linear(c: TranslationContext, samples: Rows, targets: number): string {
  const { width } = samples;
  const coefficients = c.floats('coefficients') ?? [];
  if (coefficients.length !== targets * width)
    throw new Unsupported(`${coefficients.length} coefficients for ${targets} × ${width}`);
  const sums = product(c, samples, 'coefficients', coefficients, targets);
  const intercepts = c.floats('intercepts');
  if (!intercepts?.length) return sums;
  return c.emit('Add', [sums, c.learned('intercepts', [intercepts.length], intercepts)])[0]!;
}

const linearClassifier: Translate = c => {
  const labels = labelsOf(c);
  if (!labels) throw new Unsupported('no labels');
  const transform = transformOf(c);
  const samples = rows(c);
  const targets = (c.floats('coefficients')?.length ?? 0) / samples.width;
  const scores = linear(c, samples, targets);
  if (targets === 1 && labels.names.length === 2) {
    finishLabels(c, beyond(c, scores, 0), labels);
    const p = transformed(c, scores, transform === 'LOGISTIC' ? transform : 'NONE');
    return c.outputs[1] ? named(c, pair(c, rest(c, p), p), 1) : undefined;
  }
  finishLabels(c, argMax(c, scores), labels);
  return c.outputs[1] ? named(c, transformed(c, scores, transform), 1) : undefined;
};

/** Gives a value the name of an output. */
function named(c: TranslationContext, id: string, output: number): undefined {
  c.emit('Identity', [id], {}, [c.outputs[output]!]);
  return undefined;
}

const treeClassifier: Translate = c => {
  const labels = labelsOf(c);
  if (!labels) throw new Unsupported('no labels');
  const transform = transformOf(c);
  const trees = treesByNode(c, 'class');
  const base = c.floats('base_values') ?? c.tensorAttribute('base_values_as_tensor') ?? [];
  const all = [...trees.weights.values()].flat();
  const ids = new Set(all.map(([target]) => target));
  const count = labels.names.length;
  // Of two classes one may have all the weights: its score tells of both.
  if (count === 2 && ids.size === 1) {
    const sum = ensemble(c, trees, 1, () => 0, 'SUM');
    const start = base.length === 2 ? base[1]! : (base[0] ?? 0);
    const score = start === 0 ? sum : c.emit('Add', [sum, row(c, [start])])[0]!;
    const positive = all.every(([, w]) => w >= 0);
    finishLabels(c, beyond(c, score, positive ? 0.5 : 0), labels);
    return c.outputs[1] ? named(c, twoScores(c, score, positive, transform), 1) : undefined;
  }
  const sums = ensemble(c, trees, count, target => target, 'SUM');
  const scores = base.length === count ? c.emit('Add', [sums, row(c, base)])[0]! : sums;
  finishLabels(c, argMax(c, scores), labels);
  return c.outputs[1] ? named(c, transformed(c, scores, transform), 1) : undefined;
};

/** Scores of both classes from that of one. */
function twoScores(c: TranslationContext, score: string, positive: boolean, transform: Transform): string {
  if (positive) return pair(c, rest(c, score), score);
  const both = pair(c, c.emit('Neg', [score])[0]!, score);
  return transform === 'LOGISTIC' ? transformed(c, both, transform) : both;
}

const treeRegressor: Translate = c => {
  const targets = c.integer('n_targets', 1);
  const trees = treesByNode(c, 'target');
  const sums = ensemble(c, trees, targets, target => target, c.text('aggregate_function', 'SUM'));
  const base = c.floats('base_values') ?? c.tensorAttribute('base_values_as_tensor') ?? [];
  const scores = base.length > 0 ? c.emit('Add', [sums, row(c, base)])[0]! : sums;
  return c.finish('Identity', [transformed(c, scores, transformOf(c))]);
};

const trees: Translate = c => {
  const aggregate = ['AVERAGE', 'SUM', 'MIN', 'MAX'][c.integer('aggregate_function', 1)] ?? 'SUM';
  const sums = ensemble(c, treesByRoot(c), c.integer('n_targets', 1), target => target, aggregate);
  const scores = transformed(c, sums, transformOf(c));
  const { dtype } = c.type(0);
  return dtype === 'float32' ? c.finish('Identity', [scores]) : c.finish('Cast', [scores], { to: dtype });
};

/** One list of an attribute in three types: the numbers that the engine has for them, and which type it is. */
function listOf(
  c: TranslationContext,
  name: string,
): { values: number[]; dtype: DType; isText: boolean } | undefined {
  const texts = c.texts(`${name}_strings`);
  if (texts?.length) return { values: texts.map(t => c.word(t)), dtype: 'int64', isText: true };
  const ints = c.integers(`${name}_int64s`);
  if (ints?.length) return { values: ints, dtype: 'int64', isText: false };
  const floats = c.floats(`${name}_floats`);
  if (floats?.length) return { values: floats, dtype: 'float32', isText: false };
  return undefined;
}

const labelEncoder: Translate = c => {
  const old = c.texts('classes_strings');
  // Until version 2 a list of texts, by their places.
  if (old) return eitherWay(c, old, [...old.keys()]);
  const keys = listOf(c, 'keys') ?? tensorList(c, 'keys_tensor');
  const values = listOf(c, 'values') ?? tensorList(c, 'values_tensor');
  if (!keys || !values || keys.values.length !== values.values.length)
    throw new Unsupported('keys and values of several lengths');
  const given = c.tensorAttribute('default_tensor')?.[0];
  const other =
    given ??
    (values.isText
      ? c.word(c.text('default_string', '_Unused'))
      : values.dtype === 'float32'
        ? c.float('default_float', 0)
        : c.integer('default_int64', -1));
  return lookUp(c, keys.values, values, other);
};

function tensorList(c: TranslationContext, name: string) {
  const values = c.tensorAttribute(name);
  return values && { values, dtype: 'float32' as DType, isText: false };
}

function lookUp(
  c: TranslationContext,
  keys: readonly number[],
  { values, dtype, isText }: { values: readonly number[]; dtype: DType; isText: boolean },
  other: number,
): undefined {
  const nan = keys.findIndex(k => Number.isNaN(k));
  const others = (list: readonly number[]) => list.filter((_, i) => i !== nan);
  const kept = others(keys).map(k => (Number.isNaN(k) ? 0 : k));
  const list = others(values);
  const inputs = [
    c.tensor(0),
    c.constant('float32', [kept.length], kept),
    c.constant(dtype, [list.length], list),
  ];
  if (isText) c.markText(0);
  return c.finish('LookUp', inputs, { dtype, default: other, ...(nan >= 0 && { nan: values[nan]! }) });
}

/** Numbers for texts, or texts for numbers, whichever the input has. */
function eitherWay(c: TranslationContext, texts: readonly string[], ints: readonly number[]): undefined {
  const words = texts.map(t => c.word(t));
  if (c.isText(0))
    return lookUp(c, words, { values: ints, dtype: 'int64', isText: false }, c.integer('default_int64', -1));
  const other = c.word(c.text('default_string', '_Unused'));
  return lookUp(c, ints, { values: words, dtype: 'int64', isText: true }, other);
}

const oneHot: Translate = c => {
  const categories = c.texts('cats_strings')?.map(t => c.word(t)) ?? c.integers('cats_int64s') ?? [];
  if (categories.length === 0) throw new Unsupported('no categories');
  const rank = rankOf(c);
  const x = c.emit('Unsqueeze', [c.tensor(0)], { axes: [rank] })[0]!;
  const list = c.constant(c.type(0).dtype, [categories.length], categories);
  return c.finish('Cast', c.emit('Equal', [x, list]), { to: 'float32' });
};

const imputer: Translate = c => {
  const floats = c.floats('imputed_value_floats');
  const values = floats ?? c.integers('imputed_value_int64s') ?? [];
  const replaced = floats ? c.float('replaced_value_float', 0) : c.integer('replaced_value_int64', 0);
  const x = floats ? real(c) : c.tensor(0);
  const dtype: DType = floats ? 'float32' : 'int64';
  const by = c.constant(dtype, values.length === 1 ? [] : [values.length], values);
  const missing = Number.isNaN(replaced)
    ? c.emit('IsNaN', [x])[0]!
    : c.emit('Equal', [x, c.constant(dtype, [], [replaced])])[0]!;
  return c.finish('Where', [missing, by, x]);
};

const normalizer: Translate = c => {
  const { x } = rows(c);
  const norm = c.text('norm', 'MAX');
  const over = { axes: [1], keepdims: 1 };
  const size =
    norm === 'L1'
      ? c.emit('ReduceL1', [x], over)[0]!
      : norm === 'L2'
        ? c.emit('ReduceL2', [x], over)[0]!
        : c.emit('ReduceMax', [x], over)[0]!;
  // A row of zeros stays one.
  const none = c.emit('Equal', [size, row(c, [0])])[0]!;
  return c.finish('Div', [x, c.emit('Where', [none, row(c, [1]), size])[0]!]);
};

/** What a support vector machine compares with its vectors: [N, vectors]. */
function kernel(c: TranslationContext, vectors: readonly number[], count: number): string {
  const samples = rows(c);
  const { x, width } = samples;
  if (vectors.length !== count * width) throw new Unsupported('support vectors of another width');
  const [gamma = 0, coefficient = 0, degree = 0] = c.floats('kernel_params') ?? [];
  const similar = product(c, samples, 'support vectors', vectors, count);
  const times = (id: string, by: number) => c.emit('Mul', [id, row(c, [by])])[0]!;
  const plus = (id: string, by: number) => c.emit('Add', [id, row(c, [by])])[0]!;
  switch (c.text('kernel_type', 'LINEAR')) {
    case 'LINEAR':
      return similar;
    case 'POLY':
      return c.emit('Pow', [plus(times(similar, gamma), coefficient), row(c, [degree])])[0]!;
    case 'SIGMOID':
      return c.emit('Tanh', [plus(times(similar, gamma), coefficient)])[0]!;
    case 'RBF': {
      // |x - v|² = x² - 2 x v + v²
      const squares = Array.from({ length: count }, (_, i) =>
        vectors.slice(i * width, (i + 1) * width).reduce((sum, v) => sum + v * v, 0),
      );
      const own = c.emit('ReduceSum', [c.emit('Mul', [x, x])[0]!], { axes: [1], keepdims: 1 })[0]!;
      const apart = c.emit('Add', [c.emit('Add', [times(similar, -2), own])[0]!, row(c, squares)])[0]!;
      return c.emit('Exp', [times(apart, -gamma)])[0]!;
    }
    default:
      throw new Unsupported(`the kernel ${c.text('kernel_type', 'LINEAR')}`);
  }
}

const supportVectorRegressor: Translate = c => {
  const count = c.integer('n_supports', 0);
  const coefficients = c.floats('coefficients') ?? [];
  const rho = c.floats('rho')?.[0] ?? 0;
  const similar = count > 0 ? kernel(c, c.floats('support_vectors') ?? [], count) : rows(c).x;
  const column = c.learned('coefficients', [coefficients.length, 1], coefficients);
  const sum = c.emit('Add', [c.emit('MatMul', [similar, column])[0]!, row(c, [rho])])[0]!;
  if (c.integer('one_class', 0)) {
    const over = c.emit('Greater', [sum, row(c, [0])])[0]!;
    return c.finish('Where', [over, row(c, [1]), row(c, [-1])]);
  }
  return c.finish('Identity', [transformed(c, sum, transformOf(c))]);
};

/**
 * Where a machine has learned how its answers become probabilities (Platt's sigmoids), those of the classes.
 */
function coupled(c: TranslationContext, scores: string, pairs: number, classes: number): string | undefined {
  const [slopes, shifts] = [c.floats('prob_a') ?? [], c.floats('prob_b') ?? []];
  if (slopes.length === 0) return undefined;
  if (slopes.length !== pairs || shifts.length !== pairs)
    throw new Unsupported(
      `${slopes.length} and ${shifts.length} numbers for the probabilities of ${pairs} pairs`,
    );
  if (classes > mostCoupled)
    throw new Unsupported(`probabilities coupled from the pairs of more than ${mostCoupled} classes`);
  const learned = (name: string, values: readonly number[]) => c.learned(name, [pairs], values);
  const scaled = c.emit('Mul', [scores, learned('prob_a', slopes)])[0]!;
  const logit = c.emit('Neg', c.emit('Add', [scaled, learned('prob_b', shifts)]))[0]!;
  const [first] = c.emit('Clip', c.emit('Sigmoid', [logit]), { min: 1e-7, max: 1 - 1e-7 });
  return c.emit('CoupleProbabilities', [first!], { classes })[0]!;
}

/**
 * Each pair of classes has its own machine, whose answer above 0 is a vote for the first of them; most votes win. The
 * scores are the machines' answers, of two classes with both signs.
 */
const supportVectorClassifier: Translate = c => {
  const labels = labelsOf(c);
  if (!labels) throw new Unsupported('no labels');
  const counts = c.integers('vectors_per_class') ?? [];
  const classes = labels.names.length;
  if (counts.length !== classes || classes < 2)
    throw new Unsupported(`${counts.length} groups of support vectors for ${classes} classes`);
  if (transformOf(c) !== 'NONE') throw new Unsupported(`the transform ${transformOf(c)}`);
  const count = counts.reduce((n, k) => n + k, 0);
  const pairs = counts.flatMap((_, i) => counts.slice(i + 1).map((_, k) => [i, i + 1 + k] as const));
  const coefficients = c.floats('coefficients') ?? [];
  const rho = c.floats('rho') ?? [];
  if (coefficients.length !== (classes - 1) * count || rho.length !== pairs.length)
    throw new Unsupported(
      `${coefficients.length} coefficients for ${count} support vectors of ${classes} classes`,
    );
  const begins = counts.map((_, i) => counts.slice(0, i).reduce((n, k) => n + k, 0));
  const of = (column: number, group: number) =>
    Array.from({ length: counts[group]! }, (_, m) => begins[group]! + m).map(
      at => [at, coefficients[column * count + at]!] as const,
    );
  const weights = new Array<number>(count * pairs.length).fill(0);
  for (const [k, [i, j]] of pairs.entries())
    for (const [at, w] of [...of(j - 1, i), ...of(i, j)]) weights[at * pairs.length + k] = w;
  const similar = kernel(c, c.floats('support_vectors') ?? [], count);
  const sums = c.emit('MatMul', [similar, c.learned('coefficients', [count, pairs.length], weights)])[0]!;
  const scores = c.emit('Add', [sums, c.learned('rho', [pairs.length], rho)])[0]!;
  const won = c.emit('Cast', c.emit('Greater', [scores, row(c, [0])]), { to: 'float32' })[0]!;
  const votes = [won, rest(c, won)].map((voters, side) => {
    const ones = pairs.flatMap(p => labels.names.map((_, n) => (n === p[side] ? 1 : 0)));
    return c.emit('MatMul', [voters, c.constant('float32', [pairs.length, classes], ones)])[0]!;
  });
  finishLabels(c, argMax(c, c.emit('Add', votes)[0]!), labels);
  const chances = coupled(c, scores, pairs.length, classes);
  if (chances) return c.outputs[1] ? named(c, chances, 1) : undefined;
  const both = classes === 2 ? pair(c, c.emit('Neg', [scores])[0]!, scores) : scores;
  return c.outputs[1] ? named(c, both, 1) : undefined;
};

export const family: OperatorFamily = {
  domain: 'ai.onnx.ml',
  translations: {
    ArrayFeatureExtractor: c => {
      const rank = rankOf(c);
      const picks = c.emit('Reshape', [c.tensor(1)], { shape: [-1] })[0]!;
      const x = rank === 1 ? c.emit('Unsqueeze', [c.tensor(0)], { axes: [0] })[0]! : c.tensor(0);
      const names = c.known(0);
      // The list of classes, from which the likeliest is picked.
      if (names && c.maker(1) === 'ArgMax')
        c.noteClasses(names.values.map(v => (c.isText(0) ? c.textOf(Number(v)) : String(v))));
      return c.finish('Gather', [x, picks], { axis: Math.max(1, rank - 1) });
    },
    Binarizer: c => {
      const over = c.emit('Greater', [real(c), row(c, [c.float('threshold', 0)])]);
      return c.finish('Cast', over, { to: 'float32' });
    },
    CategoryMapper: c => eitherWay(c, c.texts('cats_strings') ?? [], c.integers('cats_int64s') ?? []),
    FeatureVectorizer: c =>
      c.finish(
        'Concat',
        c.inputs.map((_, i) => real(c, i)),
        { axis: 1 },
      ),
    Imputer: imputer,
    LabelEncoder: labelEncoder,
    LinearClassifier: linearClassifier,
    LinearRegressor: c => {
      const sums = linear(c, rows(c), c.integer('targets', 1));
      return c.finish('Identity', [transformed(c, sums, transformOf(c))]);
    },
    Normalizer: normalizer,
    OneHotEncoder: oneHot,
    Scaler: c => {
      const [offset, scale] = [c.floats('offset') ?? [0], c.floats('scale') ?? [1]];
      return c.finish('Mul', [c.emit('Sub', [real(c), row(c, offset)])[0]!, row(c, scale)]);
    },
    SVMClassifier: supportVectorClassifier,
    SVMRegressor: supportVectorRegressor,
    TreeEnsemble: trees,
    TreeEnsembleClassifier: treeClassifier,
    TreeEnsembleRegressor: treeRegressor,
    // A list of maps from class to score: the scores, and what their classes are called.
    ZipMap: c => {
      const labels = labelsOf(c);
      if (labels) c.noteClasses(labels.names);
      return c.finish('Identity', [c.tensor(0)]);
    },
  },
};
