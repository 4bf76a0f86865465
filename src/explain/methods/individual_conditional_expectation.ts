/** Individual conditional expectation: a curve for each row as one column is varied, instead of their mean. */
import { Type } from '@sinclair/typebox';
import { formatNumber } from '../answers/predict';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasColumns, oneInput } from '../suits';
import { wordsFor } from '../words/words';
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
  ofClass: true,
  needs: ['training-data'],
  options,
  judgedBy: ['effect_agreement'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const bound = readOptions(options, given, 'individual_conditional_expectation');
    const curve = await partialDependence.explain(request, bound);
    const values = curve.repeats!;
    const points = values.shape.at(-1)!;
    // How far each row's own prediction goes.
    const ways = Array.from({ length: values.data.length / points }, (_, r) => {
      const own = Array.from(values.data.subarray(r * points, (r + 1) * points));
      return Math.max(...own) - Math.min(...own);
    });
    const words = wordsFor(request.language);
    const column = request.dataset!.features[curve.facts!['column']!]!.name;
    const tell = (v: number) =>
      request.dataset!.target.kind === 'classes' ? words.percent(v) : formatNumber(v);
    const [least, most] = [Math.min(...ways), Math.max(...ways)];
    return {
      ...curve,
      values,
      told: [
        most < 1e-6 ? words.dependence.flat(column) : words.model.rowsMove(column, tell(least), tell(most)),
      ],
    };
  },
};
