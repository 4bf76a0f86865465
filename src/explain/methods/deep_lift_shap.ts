/** DeepLIFT-SHAP: DeepLIFT against many training rows, averaged. */
import { Type } from '@sinclair/typebox';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { backgroundOf, backgroundOption, meanRow } from '../perturbation/background';
import { hasGradients } from '../suits';
import { deepLift } from './deep_lift';

const options = Type.Object({ background: backgroundOption(100) }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'deep_lift_shap',
  title: 'DeepLIFT-SHAP',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary: 'What each input contributes compared with typical training rows, layer by layer.',
  scope: 'prediction',
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: [
    'sum_over_background',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: hasGradients,
  async explain(request, given) {
    const { background } = readOptions(options, given, 'deep_lift_shap');
    const rows = backgroundOf(request, background);
    const { values, spread, facts } = await deepLift(request, rows);
    const size = values.data.length;
    return {
      values,
      // How much the choice of the rows matters; with all rows of the background the mean itself is exact.
      ...(spread && { spread }),
      baseline: { shape: values.shape, data: meanRow(rows, size) },
      facts: { ...facts, baselines: rows.length / size },
    };
  },
};
