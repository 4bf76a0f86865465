/** The gradient at each token's embedding: times the embedding, or its size. */
import { Type } from '@sinclair/typebox';
import { lookOnce } from '../layers/inside';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { all, oneInput } from '../suits';
import { hasTokens, requireEmbedding } from '../transformer/embedding';

const options = Type.Object(
  {
    as: Type.Union([Type.Literal('times_embedding'), Type.Literal('norm')], {
      default: 'times_embedding',
      description:
        'The product with the embedding, which has a sign, or the length of the gradient, which has none.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'token_gradient',
  title: 'Gradient x embedding',
  paper: {
    authors: 'Denil, Demiraj and de Freitas',
    year: 2014,
    title: 'Extraction of Salient Sentences from Labelled Documents',
    url: 'https://arxiv.org/abs/1412.6815',
  },
  summary: 'A quick estimate of what each token contributes, from one gradient.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'model_randomisation', 'infidelity', 'second_method', 'sparseness'],
  suits: all(oneInput, hasTokens),
  async explain(request, given) {
    const { as } = readOptions(options, given, 'token_gradient');
    const { id } = requireEmbedding(request.model);
    const { shape, data } = sampleOf(request);
    const view = await lookOnce(request, { fetch: [id], gradients: [id] });
    const [gradient, embedding] = [view.gradients[id]!, view.values[id]!];
    const width = gradient.length / data.length;
    const values = new Float32Array(data.length);
    gradient.forEach((g, i) => {
      values[Math.floor(i / width)]! += as === 'norm' ? g * g : g * embedding[i]!;
    });
    return { values: { shape, data: as === 'norm' ? values.map(Math.sqrt) : values } };
  },
};
