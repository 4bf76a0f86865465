/** Layer-wise relevance propagation, by one rule for all layers or by a composite of rules. */
import { type Static, Type } from '@sinclair/typebox';
import type { Dataset } from '../../data/dataset';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { changed, shapeInside } from '../layers/inside';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf, withProbe } from '../probe';
import { canonise } from '../rules/canonise';
import {
  boxBounds,
  type Composite,
  type LinearRule,
  readersOfInput,
  relevance,
  relevanceMissing,
} from '../rules/relevance';
import { all, hasGradients } from '../suits';

/** Composites by Zennit's names, and single rules. */
const rules = [
  'epsilon_plus',
  'epsilon_plus_flat',
  'epsilon_gamma_box',
  'epsilon_alpha2_beta1',
  'epsilon_alpha2_beta1_flat',
  'epsilon',
  'gamma',
  'z_plus',
  'alpha_beta',
] as const;

const bound = (which: string) =>
  Type.Array(Type.Number(), {
    default: [],
    description: `The ${which} value that an input of the composite "epsilon_gamma_box" can have, in the units that the model sees: one for all, or one for each channel; that of the training rows if empty.`,
  });

/** Options of relevance to the input and to layers. */
export const relevanceOptions = {
  rule: Type.Union(
    rules.map(r => Type.Literal(r)),
    {
      default: 'epsilon_plus',
      description:
        'How layers divide relevance. Composites use epsilon for dense layers and z-plus, gamma or alpha-beta for convolutions; those with "flat" or "box" treat what reads the input by a rule of its own.',
    },
  ),
  epsilon: Type.Number({
    exclusiveMinimum: 0,
    default: 1e-6,
    description: 'Added to the denominator of the rule "epsilon": a larger one absorbs weak relevance.',
  }),
  gamma: Type.Number({
    minimum: 0,
    default: 0.25,
    description: 'How much the rule "gamma" favours what speaks for it.',
  }),
  alpha: Type.Number({
    minimum: 1,
    default: 2,
    description:
      'Weight of what speaks for it in the rule "alpha_beta"; what speaks against it gets alpha - 1.',
  }),
  low: bound('lowest'),
  high: bound('highest'),
  mergeNorms: Type.Boolean({
    default: true,
    description:
      'Batch normalisations become part of the layers before them; left as they are they pass relevance on unchanged.',
  }),
};

const options = Type.Object(relevanceOptions, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'lrp',
  title: 'Layer-wise relevance propagation',
  paper: {
    authors: 'Bach, Binder, Montavon, Klauschen, Müller and Samek',
    year: 2015,
    title:
      'On Pixel-Wise Explanations for Non-Linear Classifier Decisions by Layer-Wise Relevance Propagation',
    url: 'https://doi.org/10.1371/journal.pone.0130140',
  },
  summary: 'How the prediction is shared out among the inputs, from layer to layer.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: [
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: all(hasGradients, relevanceMissing),
  async explain(request, given) {
    const chosen = readOptions(options, given, 'lrp');
    const reason = relevanceMissing(request.model);
    if (reason) throw new VitrineError('bad-request', reason);
    const composite = compositeOf(chosen);
    return layerwiseRelevance(subjectOf(request, chosen, composite), composite);
  },
};

/** The request whose model is written as the composite needs it. */
export function subjectOf(
  request: ExplanationRequest,
  { mergeNorms, low, high }: Static<typeof options>,
  composite: Composite,
): ExplanationRequest {
  const subject = mergeNorms ? { ...request, ...canonise(request.model, request.weights) } : request;
  return composite.first?.kind === 'box' ? boxed(subject, low, high) : subject;
}

export function compositeOf({
  rule,
  epsilon,
  gamma = 0.25,
  alpha = 2,
}: Pick<Static<typeof options>, 'rule' | 'epsilon'> & Partial<Static<typeof options>>): Composite {
  const dense: LinearRule = { kind: 'epsilon', epsilon };
  const plus: LinearRule = { kind: 'alpha_beta', alpha: 1, beta: 0 };
  const two: LinearRule = { kind: 'alpha_beta', alpha: 2, beta: 1 };
  const both = (one: LinearRule): Composite => ({ convolution: one, dense: one });
  switch (rule) {
    case 'epsilon_plus':
      return { convolution: plus, dense };
    case 'epsilon_plus_flat':
      return { convolution: plus, dense, first: { kind: 'flat' } };
    case 'epsilon_gamma_box':
      return { convolution: { kind: 'gamma', gamma }, dense, first: { kind: 'box' } };
    case 'epsilon_alpha2_beta1':
      return { convolution: two, dense };
    case 'epsilon_alpha2_beta1_flat':
      return { convolution: two, dense, first: { kind: 'flat' } };
    case 'gamma':
      return both({ kind: 'gamma', gamma });
    case 'z_plus':
      return both(plus);
    case 'alpha_beta':
      return both({ kind: 'alpha_beta', alpha, beta: alpha - 1 });
    default:
      return both(dense);
  }
}

const boxedModels = new WeakMap<Model, Model>();

/** The model with the bounds of its input as constants, for the rule "box". */
function boxed(
  request: ExplanationRequest,
  low: readonly number[],
  high: readonly number[],
): ExplanationRequest {
  const { data, shape } = sampleOf(request);
  const [lowest, highest] = boxBounds;
  const [input] = request.model.inputs as [string];
  const bounds = [lowest, highest].map(id => ({ id, like: input, shape: [1, ...shape] }));
  const model = boxedModels.get(request.model) ?? changed(request.model, [], { constants: bounds });
  boxedModels.set(request.model, model);
  const channels = shape.length > 1 ? shape[0]! : 1;
  const cells = data.length / channels;
  const seen = request.dataset && low.length * high.length === 0 ? extremes(request.dataset, channels) : [];
  const filled = (given: readonly number[], which: 'lowest' | 'highest', found?: Float32Array) => {
    if (given.length > 1 && given.length !== channels)
      throw new VitrineError(
        'bad-request',
        `The ${which} values of lrp's box: found ${given.length}, expected one, or one for each of the ${channels} channels.`,
      );
    const own = which === 'lowest' ? Math.min : Math.max;
    return Float32Array.from(data, (v, i) => {
      const c = Math.floor(i / cells);
      // What lies outside would turn the rule's signs.
      return given.length > 0 ? given[given.length > 1 ? c : 0]! : own(v, found?.[c] ?? v);
    });
  };
  const [from, to] = seen;
  return {
    ...request,
    model,
    weights: {
      ...request.weights,
      [lowest]: { shape: [1, ...shape], data: filled(low, 'lowest', from) },
      [highest]: { shape: [1, ...shape], data: filled(high, 'highest', to) },
    },
  };
}

const extremesOf = new WeakMap<Dataset, [Float32Array, Float32Array]>();

/** The lowest and the highest value of each channel among the training rows. */
function extremes(dataset: Dataset, channels: number): [Float32Array, Float32Array] {
  const known = extremesOf.get(dataset);
  if (known) return known;
  const low = new Float32Array(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  const cells = dataset.sampleShape.reduce((a, b) => a * b, 1) / channels;
  const rows = evenly(dataset.splits.train, 1024);
  for (let from = 0; from < rows.length; from += 128) {
    dataset.batch(rows.slice(from, from + 128)).input.data.forEach((v, i) => {
      const c = Math.floor(i / cells) % channels;
      low[c] = Math.min(low[c]!, v);
      high[c] = Math.max(high[c]!, v);
    });
  }
  const found: [Float32Array, Float32Array] = [low, high];
  extremesOf.set(dataset, found);
  return found;
}

/**
 * Relevance that starts as the explained output. Its sum is that output minus what biases and denominators took, the
 * fact `absorbed`.
 *
 * @param inner the value inside the model whose relevance is wanted; the input's if left out.
 */
export async function layerwiseRelevance(request: ExplanationRequest, composite: Composite, inner?: string) {
  const { data, shape } = sampleOf(request);
  let values = new Float32Array();
  let output = 0;
  // A box is for what may hold values between two bounds: for convolutions over pictures.
  const first = composite.first
    ? readersOfInput(request.model, composite.first.kind === 'box' ? 'convolutions' : 'all')
    : undefined;
  const rules = relevance(composite, first);
  const wanted = inner === undefined ? { gradients: true } : { inner };
  await withProbe(request, shape, { rows: 1, ...wanted, rules }, probe =>
    probe.gradients(
      1,
      (_, into) => into.set(data),
      (_, r, score) => {
        // Relevance is linear in what it starts from, which was the sign.
        const scale = (request.sign ?? 1) * score;
        values = r.map(v => v * scale);
        output = score;
      },
      request.onProgress,
    ),
  );
  return {
    values: { shape: inner === undefined ? shape : shapeInside(request, inner).slice(1), data: values },
    facts: { output, absorbed: output - values.reduce((a, b) => a + b, 0) },
  };
}
