/** Exact SHAP values of linear models: each weight times how far its input lies from the mean of typical rows. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { gradientAt } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { backgroundOf, backgroundOption, meanRow } from '../perturbation/background';
import { sampleOf, withProbe } from '../probe';
import { all, hasGradients } from '../suits';

const options = Type.Object({ background: backgroundOption(1000) }, { additionalProperties: false });

/** Linear in the one input that depends on the sample. */
const linear = new Set([
  'Add',
  'AveragePool',
  'AdaptiveAveragePool',
  'BatchNormalization',
  'Concat',
  'Conv',
  'ConvTranspose',
  'Div',
  'Dropout',
  'Flatten',
  'Gather',
  'Gemm',
  'GlobalAveragePool',
  'Identity',
  'MatMul',
  'Mul',
  'Neg',
  'Pad',
  'ReduceMean',
  'ReduceSum',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
]);

/** Why a model's output is not a weighted sum of its inputs; undefined where it is. */
export function notLinear(model: Model): string | undefined {
  const reached = new Set(model.inputs);
  for (const { op, module, inputs, outputs } of model.nodes) {
    if (!inputs.some(i => reached.has(i))) continue;
    for (const id of outputs) reached.add(id);
    const products = ['Gemm', 'MatMul', 'Mul', 'Div'].includes(op);
    const bent =
      products && (op === 'Div' ? reached.has(inputs[1]!) : inputs.slice(0, 2).every(i => reached.has(i)));
    if (!linear.has(op) || bent)
      return `${model.name} is not linear: it has the op "${op}"${module ? ` in ${module}` : ''}. Use shapley_values, kernel_shap or deep_lift_shap.`;
  }
  return undefined;
}

export const method: ExplanationMethod = {
  id: 'linear_shap',
  title: 'SHAP of a linear model (exact)',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary: 'The fair share of each input compared with typical rows, exactly. For linear models only.',
  scope: 'prediction',
  needs: ['gradients', 'training-data'],
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
  suits: all(hasGradients, notLinear),
  async explain(request, given) {
    const { background } = readOptions(options, given, 'linear_shap');
    const reason = notLinear(request.model);
    if (reason) throw new VitrineError('bad-request', reason);
    const { data, shape } = sampleOf(request);
    const mean = meanRow(backgroundOf(request, background), data.length);
    const weights = await gradientAt(request, data, shape);
    const [output, baselineOutput] = await withProbe(request, shape, { rows: 2 }, probe =>
      probe.scores(2, (row, into) => into.set(row === 0 ? data : mean), request.onProgress),
    );
    return {
      values: { shape, data: weights.map((w, i) => w * (data[i]! - mean[i]!)) },
      baseline: { shape, data: mean },
      facts: { output: output!, baselineOutput: baselineOutput! },
    };
  },
};
