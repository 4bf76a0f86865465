/** Integrated gradients for tokens: the way goes through the space of their embeddings. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { look, lookOnce, partOf } from '../layers/inside';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { type QuadratureRule, quadrature, quadratureRules } from '../numerics/quadrature';
import { readOptions } from '../options';
import { baselineFor } from '../perturbation/baseline';
import { sampleOf } from '../probe';
import { all, oneInput } from '../suits';
import { hasTokens, requireEmbedding } from '../transformer/embedding';

const options = Type.Object(
  {
    steps: Type.Integer({
      minimum: 2,
      maximum: 1000,
      default: 50,
      description: 'Points on the way from the baseline to the input.',
    }),
    rule: Type.Union(
      quadratureRules.map(r => Type.Literal(r)),
      { default: 'gausslegendre', description: 'How the integral is approximated.' },
    ),
    baseline: Type.Integer({
      minimum: -1,
      default: -1,
      description:
        'The id of the token that stands for "nothing"; filling (the unknown token where a text is continued) if -1.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'token_integrated_gradients',
  title: 'Integrated gradients of tokens',
  paper: {
    authors: 'Sundararajan, Taly and Yan',
    year: 2017,
    title: 'Axiomatic Attribution for Deep Networks',
    url: 'https://arxiv.org/abs/1703.01365',
  },
  summary: 'How much each token moved the prediction away from that of neutral tokens.',
  scope: 'prediction',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['completeness', 'deletion', 'model_randomisation', 'infidelity', 'second_method', 'sparseness'],
  suits: all(oneInput, hasTokens),
  async explain(request, given) {
    const { steps, rule, baseline } = readOptions(options, given, 'token_integrated_gradients');
    const { data, shape } = sampleOf(request);
    const start =
      baseline < 0 ? baselineFor('zero', request, shape) : data.map(t => (t === 0 ? 0 : baseline));
    return tokenIntegratedGradients(request, start, { steps, rule });
  },
};

/**
 * Each token's value is the sum over its embedding. They sum to output(input) - output(baseline), up to the error of
 * the rule (`convergenceDelta`), as in Captum's layer integrated gradients of an embedding.
 *
 * @param baseline token ids, one flat sample.
 */
export async function tokenIntegratedGradients(
  request: ExplanationRequest,
  baseline: Float32Array,
  { steps, rule }: { steps: number; rule: QuadratureRule },
): Promise<Attribution> {
  const { data: tokens, shape } = sampleOf(request);
  const { model } = request;
  const { id } = requireEmbedding(model);
  const [from, to] = [
    (await embeddingOf(request, baseline, id)).values[id]!,
    (await embeddingOf(request, tokens, id)).values[id]!,
  ];
  const { nodes, weights } = quadrature(rule, steps);
  const gradient = new Float64Array(to.length);
  const ends = [0, 0];
  // What else reads the tokens (masks, positions) sees those of the input all the way.
  await look(
    request,
    {
      model: partOf(model, [id], model.outputs[0]!),
      rows: steps + 2,
      gradients: [id],
      feed: {
        [id]: (row, into) => {
          const a = row < steps ? nodes[row]! : row - steps;
          for (let i = 0; i < into.length; i++) into[i] = from[i]! + a * (to[i]! - from[i]!);
        },
      },
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, view) => {
      if (row >= steps) ends[row - steps] = (request.sign ?? 1) * view.output[request.target ?? 0]!;
      else {
        const g = view.gradients[id]!;
        for (let i = 0; i < g.length; i++) gradient[i]! += weights[row]! * g[i]!;
      }
    },
  );
  const width = to.length / tokens.length;
  if (!Number.isInteger(width))
    throw new VitrineError('bad-model', `${model.name} does not give each token one vector.`);
  const values = new Float32Array(tokens.length);
  gradient.forEach((g, i) => {
    values[Math.floor(i / width)]! += g * (to[i]! - from[i]!);
  });
  const difference = ends[1]! - ends[0]!;
  return {
    values: { shape, data: values },
    baseline: { shape, data: baseline },
    facts: {
      convergenceDelta: values.reduce((a, b) => a + b, 0) - difference,
      output: ends[1]!,
      baselineOutput: ends[0]!,
    },
  };
}

/** The embedding of other tokens in the place of the sample's. */
export function embeddingOf(request: ExplanationRequest, tokens: Float32Array, id: string) {
  const { shape } = sampleOf(request);
  return lookOnce(
    { ...request, input: { shape: [1, ...shape], data: Int32Array.from(tokens) } },
    { model: partOf(request.model, [], id), fetch: [id] },
  );
}
