/** Individual conditional expectation: a curve for each row as one column is varied, instead of their mean. */
import { Type } from '@sinclair/typebox';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasColumns, oneInput } from '../suits';
import { method as partialDependence } from './partial_dependence';

const options = Type.Object(
  {
    column: Type.String({
      default: '',
      description: 'The column to vary; the one that matters most if empty.',
    }),
    points: Type.Integer({ minimum: 2, maximum: 1000, default: 20, description: 'Values to try.' }),
    rows: Type.Integer({
      minimum: 2,
      default: 50,
      description: 'At most this many training rows, a curve each.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'individual_conditional_expectation',
  title: 'Individual conditional expectation',
  paper: {
    authors: 'Goldstein, Kapelner, Bleich and Pitkin',
    year: 2015,
    title:
      'Peeking Inside the Black Box: Visualizing Statistical Learning with Plots of Individual Conditional Expectation',
    url: 'https://arxiv.org/abs/1309.6392',
  },
  summary: 'How the prediction for each of some rows changes as one column goes from low to high.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['effect_agreement'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const bound = readOptions(options, given, 'individual_conditional_expectation');
    const curve = await partialDependence.explain(request, bound);
    return { ...curve, values: curve.repeats!, told: [] };
  },
};
