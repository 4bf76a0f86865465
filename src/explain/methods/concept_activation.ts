/** TCAV: does a concept, shown by examples, push the network towards a class, and more than random examples do? */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { Random } from '../../model/random';
import { formatNumber } from '../answers/predict';
import { matchingRows, selectRows } from '../answers/rowSelection';
import { look } from '../layers/inside';
import { hasLayers, layerOutput, moduleOption } from '../layers/layers';
import { asSubject, layerValues } from '../layers/layerValues';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { solve } from '../numerics/linear';
import { momentsOf, welch } from '../numerics/significance';
import { readOptions } from '../options';
import { all, hasGradients } from '../suits';
import { wordsFor } from '../words/words';

const exampleText =
  'rows as "column = value" (also <, <=, >, >=), a list of row numbers, or a file or folder of examples';

const options = Type.Object(
  {
    concept: Type.String({
      default: '',
      description: `Examples of the concept: ${exampleText}; what is most typical of the class if empty.`,
    }),
    against: Type.String({
      default: '',
      description: `What the concept is told apart from: ${exampleText}; random training rows if empty.`,
    }),
    layer: moduleOption,
    vector: Type.Union([Type.Literal('pattern'), Type.Literal('classifier')], {
      default: 'pattern',
      description:
        'The direction of the concept: between the means of both sets, which units that hang together do not turn away, or the weights of a linear classifier, as in the paper.',
    }),
    runs: Type.Integer({
      minimum: 3,
      maximum: 100,
      default: 20,
      description: 'Sets of random rows, which the concept is held against.',
    }),
    rows: Type.Integer({
      minimum: 4,
      maximum: 5000,
      default: 100,
      description: 'Examples of the concept, and rows of a random set, at most.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same random sets.' }),
  },
  { additionalProperties: false },
);

/** Rows of the explained class whose sensitivity is looked at. */
const mostExplained = 200;

export const method: ExplanationMethod = {
  id: 'concept_activation',
  title: 'Concept activation (TCAV)',
  paper: {
    authors: 'Kim, Wattenberg, Gilmer, Cai, Wexler, Viegas and Sayres',
    year: 2018,
    title:
      'Interpretability Beyond Feature Attribution: Quantitative Testing with Concept Activation Vectors (TCAV)',
    url: 'https://arxiv.org/abs/1711.11279',
  },
  summary: 'Whether a concept that you show by examples pushes the network towards a class.',
  scope: 'model',
  ofClass: true,
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: ['concept_found', 'concept_significance'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { dataset } = request;
    if (!dataset) throw new VitrineError('bad-request', 'Concepts need a data set; none was given.');
    const bound = readOptions(options, given, 'concept_activation');
    const chosen = { ...bound, concept: bound.concept || typicalOf(request) };
    const layer = layerOutput(request.model, chosen.layer);
    const concept = await selectRows(request, chosen.concept, chosen.rows);
    const against =
      chosen.against === '' ? undefined : await selectRows(request, chosen.against, chosen.rows);
    const random = new Random(chosen.seed, 'concept_activation');
    // What the concept is told apart from is none of it.
    const named = matchingRows(request, chosen.concept);
    const meant = new Set(named);
    const others = dataset.splits.train.filter(r => !meant.has(r));
    const train = others.length >= 4 ? others : dataset.splits.train;
    const size = Math.min(chosen.rows, train.length);
    const randomSet = () =>
      dataset.batch(Array.from(random.permutation(train.length).slice(0, size), i => train[i]!)).input;
    const quiet = { ...request, onProgress: undefined };
    const seen = async (input: Tensor) => layerValues(quiet, layer.id, input);
    const own = await seen(concept);
    if (own.length < 4)
      throw new VitrineError(
        'bad-request',
        `The concept has ${own.length} ${own.length === 1 ? 'example' : 'examples'}; at least 4 are needed.`,
      );
    const other = against && (await seen(against));
    const directions = await sensitivities(quiet, layer.id, classRows(request));
    const scores: number[] = [];
    const chance: number[] = [];
    const accuracies: number[] = [];
    let before: Float32Array[] | undefined;
    for (let run = 0; run < chosen.runs; run++) {
      throwIfCancelled(request.signal);
      const set = await seen(randomSet());
      // Two thirds are learned from, and the rest says how well the concept can be told apart.
      const cav = conceptVector(own, other ?? set, chosen.vector);
      accuracies.push(cav.accuracy);
      scores.push(tcavScore(directions, cav.vector));
      if (before) chance.push(tcavScore(directions, conceptVector(set, before, chosen.vector).vector));
      before = set;
      request.onProgress?.((run + 1) / chosen.runs);
    }
    const [a, b] = [momentsOf(scores), momentsOf(chance)];
    const { p } = welch(a, b, 'two-sided');
    const accuracy = momentsOf(accuracies).mean;
    const { figures, model: told, percent } = wordsFor(request.language);
    const classes = dataset.target.kind === 'classes' ? dataset.target.classes : undefined;
    const name = classes?.[classOf(request)] ?? dataset.target.name;
    const called = named ? chosen.concept : lastName(chosen.concept);
    return {
      values: { shape: [2], data: Float32Array.of(a.mean, b.mean) },
      names: [called, figures.random],
      figures: [
        {
          kind: 'bars',
          of: figures.concept,
          value: figures.tcav,
          names: [called, figures.random],
          values: [a.mean, b.mean],
          // What rounding leaves of scores that are all alike is no spread.
          spread: [a, b].map(m => (m.variance > 1e-12 ? Math.sqrt(m.variance) : 0)),
        },
        {
          kind: 'curves',
          x: { title: figures.run },
          y: { title: figures.tcav },
          curves: [
            { name: called, x: scores.map((_, i) => i + 1), y: scores, role: 'main' },
            { name: figures.random, x: chance.map((_, i) => i + 1), y: chance, role: 'main' },
          ],
          dots: true,
        },
      ],
      facts: {
        score: a.mean,
        chance: b.mean,
        p,
        accuracy,
        examples: own.length,
        explained: directions.length,
      },
      told: [told.concept(called, name, layer.name, percent(a.mean), percent(b.mean), p < 0.05)],
    };
  },
};

/** A folder or file of examples is called by its own name, not by where it lies. */
function lastName(where: string): string {
  return where.split(/[\\/]+/).findLast(part => part.trim() !== '') ?? where;
}

function classOf({ target, sign, dataset, model }: ExplanationRequest): number {
  const shape = model.values[model.outputs[0]!]!.shape.slice(1);
  const width = shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
  if (width === 1 && dataset?.target.kind === 'classes') return sign === -1 ? 0 : 1;
  return target ?? 0;
}

/** A condition that holds for the explained class more than for others: by a column of numbers, or by the class itself. */
function typicalOf(request: ExplanationRequest): string {
  const { dataset } = request;
  const { target } = dataset!;
  const rows = evenly(dataset!.splits.train, 1000);
  const raw = Array.from(rows, r => dataset!.raw(r));
  if (target.kind !== 'classes') {
    const { mean } = momentsOf(raw.map(r => Number(r.target)).filter(Number.isFinite));
    return `${target.name} > ${formatNumber(mean)}`;
  }
  const name = target.classes![classOf(request)]!;
  let best = { gap: 0, what: `${target.name} = ${name}` };
  for (const f of dataset!.modality === 'table' ? dataset!.features : []) {
    if (f.kind !== 'number') continue;
    const of = (list: typeof raw) =>
      momentsOf(list.map(r => Number(r.values[f.name] ?? Number.NaN)).filter(Number.isFinite));
    const [whole, own] = [of(raw), of(raw.filter(r => String(r.target) === name))];
    // What is the same in every row but for rounding divides none of them.
    if (!(whole.variance > 1e-12 * whole.mean ** 2)) continue;
    const gap = (own.mean - whole.mean) / Math.sqrt(whole.variance);
    if (Math.abs(gap) > Math.abs(best.gap))
      best = { gap, what: `${f.name} ${gap > 0 ? '>' : '<'} ${formatNumber(whole.mean)}` };
  }
  return best.what;
}

/** Rows of the explained class; all, where the target is a number. */
function classRows(request: ExplanationRequest): Tensor {
  const { dataset } = request;
  const { test, valid, train } = dataset!.splits;
  const rows = Int32Array.from([...test, ...valid, ...train]);
  const { targets } = dataset!.batch(rows);
  const width = targets.data.length / rows.length;
  const index = classOf(request);
  const own =
    dataset!.target.kind === 'classes' ? rows.filter((_, r) => targets.data[r * width] === index) : rows;
  if (own.length === 0)
    throw new VitrineError(
      'bad-request',
      `No row of ${dataset!.name} is of the class "${dataset!.target.classes?.[index]}".`,
    );
  return dataset!.batch(evenly(own, mostExplained)).input;
}

/** The gradient of the explained output with respect to a layer, for each row. */
export async function sensitivities(
  request: ExplanationRequest,
  layer: string,
  input: Tensor,
): Promise<Float32Array[]> {
  const rows = input.shape[0]!;
  const size = input.data.length / rows;
  const out: Float32Array[] = [];
  await look(
    asSubject(request, input),
    {
      rows,
      gradients: [layer],
      feed: {
        [request.model.inputs[0]!]: (r, into) => into.set(input.data.subarray(r * size, (r + 1) * size)),
      },
    },
    (_, view) => out.push(view.gradients[layer]!.slice()),
  );
  return out;
}

/** Share of the rows whose output rises along the vector. */
export function tcavScore(gradients: readonly Float32Array[], vector: Float64Array): number {
  let up = 0;
  for (const g of gradients) {
    let dot = 0;
    for (let i = 0; i < g.length; i++) dot += g[i]! * vector[i]!;
    if (dot > 0) up++;
  }
  return up / gradients.length;
}

/**
 * The direction from one set of activations to another: the difference of their means, or ridge regression on 1 and -1 with a free intercept
 * (scikit-learn's RidgeClassifier, alpha 1), in its dual form where there are fewer rows than units. The accuracy is
 * that of the same on every third row, which it was not fitted to.
 */
export function conceptVector(
  own: readonly ArrayLike<number>[],
  other: readonly ArrayLike<number>[],
  kind: 'pattern' | 'classifier',
): { vector: Float64Array; accuracy: number } {
  const y = [...own.map(() => 1), ...other.map(() => -1)];
  const rows = [...own, ...other];
  const part = (held: boolean) => rows.map((_, i) => i).filter(i => (i % 3 === 2) === held);
  const learned = part(false);
  const fit = ridge(
    learned.map(i => rows[i]!),
    learned.map(i => y[i]!),
  );
  const held = part(true);
  const right = held.filter(i => {
    let s = fit.intercept;
    for (let j = 0; j < fit.weights.length; j++) s += rows[i]![j]! * fit.weights[j]!;
    return s > 0 === y[i]! > 0;
  });
  const vector = kind === 'pattern' ? difference(own, other) : ridge(rows, y).weights;
  return { vector, accuracy: held.length > 0 ? right.length / held.length : 0 };
}

/**
 * The pattern of a concept (Pahde et al. 2022, "Navigating Neural Space"): the covariance of units with belonging to
 * it, which for two sets is the difference of their means.
 */
function difference(own: readonly ArrayLike<number>[], other: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(own[0]!.length);
  for (let j = 0; j < out.length; j++) {
    for (const r of own) out[j]! += r[j]! / own.length;
    for (const r of other) out[j]! -= r[j]! / other.length;
  }
  return out;
}

function ridge(rows: readonly ArrayLike<number>[], y: readonly number[], alpha = 1) {
  const n = rows.length;
  const d = rows[0]!.length;
  const centre = new Float64Array(d);
  for (const r of rows) for (let j = 0; j < d; j++) centre[j]! += r[j]! / n;
  const level = y.reduce((a, b) => a + b, 0) / n;
  const x = rows.map(r => Float64Array.from({ length: d }, (_, j) => r[j]! - centre[j]!));
  const dot = (a: Float64Array, b: Float64Array) => {
    let s = 0;
    for (let i = 0; i < a.length; i++) s += a[i]! * b[i]!;
    return s;
  };
  let weights = new Float64Array(d);
  if (n <= d) {
    const k = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) k[i * n + j] = dot(x[i]!, x[j]!) + (i === j ? alpha : 0);
    const a = solve(
      k,
      Float64Array.from(y, v => v - level),
      n,
    )!;
    for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) weights[j]! += a[i]! * x[i]![j]!;
  } else {
    const k = new Float64Array(d * d);
    const b = new Float64Array(d);
    x.forEach((r, i) => {
      for (let p = 0; p < d; p++) {
        b[p]! += r[p]! * (y[i]! - level);
        for (let q = 0; q <= p; q++) k[p * d + q]! += r[p]! * r[q]!;
      }
    });
    for (let p = 0; p < d; p++) k[p * d + p]! += alpha;
    weights = solve(k, b, d)! as Float64Array<ArrayBuffer>;
  }
  let intercept = level;
  for (let j = 0; j < d; j++) intercept -= centre[j]! * weights[j]!;
  return { weights, intercept };
}
