/** Layer-wise relevance propagation, by one rule for all layers or by a composite of rules. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf, withProbe } from '../probe';
import { type Composite, type LinearRule, relevance, relevanceMissing } from '../rules/relevance';
import { all, hasGradients } from '../suits';

const rules = ['epsilon_plus', 'epsilon_alpha2_beta1', 'epsilon', 'gamma', 'z_plus', 'alpha_beta'] as const;

const options = Type.Object(
  {
    rule: Type.Union(
      rules.map(r => Type.Literal(r)),
      {
        default: 'epsilon_plus',
        description:
          'How layers divide relevance. The composites "epsilon_plus" and "epsilon_alpha2_beta1" use z-plus or alpha-beta for convolutions and epsilon for dense layers.',
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
  },
  { additionalProperties: false },
);

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
    const { rule, epsilon, gamma, alpha } = readOptions(options, given, 'lrp');
    const reason = relevanceMissing(request.model);
    if (reason) throw new VitrineError('bad-request', reason);
    const dense: LinearRule = { kind: 'epsilon', epsilon };
    const plus: LinearRule = { kind: 'alpha_beta', alpha: 1, beta: 0 };
    const one: LinearRule =
      rule === 'gamma'
        ? { kind: 'gamma', gamma }
        : rule === 'z_plus'
          ? plus
          : rule === 'alpha_beta'
            ? { kind: 'alpha_beta', alpha, beta: alpha - 1 }
            : dense;
    const composite: Composite =
      rule === 'epsilon_plus'
        ? { convolution: plus, dense }
        : rule === 'epsilon_alpha2_beta1'
          ? { convolution: { kind: 'alpha_beta', alpha: 2, beta: 1 }, dense }
          : { convolution: one, dense: one };
    return layerwiseRelevance(request, composite);
  },
};

/**
 * Relevance that starts as the explained output. Its sum is that output minus what biases and denominators took, the
 * fact `absorbed`.
 */
export async function layerwiseRelevance(request: ExplanationRequest, composite: Composite) {
  const { data, shape } = sampleOf(request);
  let values = new Float32Array(data.length);
  let output = 0;
  await withProbe(request, shape, { rows: 1, gradients: true, rules: relevance(composite) }, probe =>
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
    values: { shape, data: values },
    facts: { output, absorbed: output - values.reduce((a, b) => a + b, 0) },
  };
}
