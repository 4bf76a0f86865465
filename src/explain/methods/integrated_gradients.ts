/**
 * Integrated gradients: the gradient along the straight line from a baseline to the input, averaged, times the way.
 * The path is one batch: a forward and a backward pass over all steps at once.
 */
import { Type } from '@sinclair/typebox';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { type QuadratureRule, quadrature, quadratureRules } from '../numerics/quadrature';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';
import { hasGradients } from '../suits';

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
    baseline: baselineOption,
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'integrated_gradients',
  title: 'Integrated gradients',
  paper: {
    authors: 'Sundararajan, Taly and Yan',
    year: 2017,
    title: 'Axiomatic Attribution for Deep Networks',
    url: 'https://arxiv.org/abs/1703.01365',
  },
  summary: 'How much each input moved the prediction away from that of a neutral input.',
  scope: 'prediction',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: [
    'completeness',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: hasGradients,
  async explain(request, given) {
    const { steps, rule, baseline } = readOptions(options, given, 'integrated_gradients');
    const start = baselineFor(baseline, request, sampleOf(request).shape);
    return integratedGradients(request, start, { steps, rule });
  },
};

/**
 * Attributions sum to output(input) - output(baseline), up to the error of the rule, which is reported as
 * `convergenceDelta` (their sum minus that difference).
 *
 * @param baseline one flat sample.
 */
export async function integratedGradients(
  request: ExplanationRequest,
  baseline: Float32Array,
  { steps, rule }: { steps: number; rule: QuadratureRule },
): Promise<Attribution> {
  const { data: input, shape } = sampleOf(request);
  const { nodes, weights } = quadrature(rule, steps);
  const gradient = new Float64Array(input.length);
  const ends = [0, 0];
  await withProbe(request, shape, { rows: steps + 2, gradients: true }, probe =>
    probe.gradients(
      // The two ends come along for the check on the sum.
      steps + 2,
      (row, into) => {
        const a = row < steps ? nodes[row]! : row - steps;
        for (let i = 0; i < into.length; i++) into[i] = baseline[i]! + a * (input[i]! - baseline[i]!);
      },
      (row, g, score) => {
        if (row >= steps) ends[row - steps] = score;
        else for (let i = 0; i < g.length; i++) gradient[i]! += weights[row]! * g[i]!;
      },
      request.onProgress,
    ),
  );
  const values = Float32Array.from(gradient, (g, i) => g * (input[i]! - baseline[i]!));
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
