/** Against scikit-learn, SHAP and PyALE: effects, interactions and summaries. */
import type { Engine } from '../../../src/engine/engine';
import { accumulatedLocalEffects, binEdges } from '../../../src/explain/methods/accumulated_local_effects';
import { centredDependence, interaction } from '../../../src/explain/methods/feature_interaction';
import { partialDependence } from '../../../src/explain/methods/partial_dependence';
import { shapSummary } from '../../../src/explain/methods/shap_summary';
import { rowsOf } from '../../../src/explain/surrogate';
import { unitsOf } from '../../../src/explain/units';
import base from '../../reference/explain.json';
import reference from '../../reference/explain_model.json';
import type { Notes } from './_fidelityPropagation';
import { layersOf } from './_layers';
import { memoryData, network } from './_nets';

const sklearn = 'scikit-learn 1.9.1';

export async function measureModels(engine: Engine, { exact }: Notes): Promise<void> {
  const p = base.permutation_importance;
  const data = Float32Array.from(p.inputs);
  const rows = rowsOf(data, 6);
  const dataset = memoryData({ inputs: rows.map(r => Array.from(r)), targets: p.numbers });
  const request = { engine, ...network([6], layersOf(p.regressor)), dataset };

  for (const { column, bins, edges, values, quantiles } of reference.ale) {
    const own = binEdges(
      rows.map(r => r[column]!),
      bins,
    );
    // PyALE's quantiles are one row off R's type 1, which it names; NumPy's are not.
    exact('accumulated_local_effects', 'PyALE 1.2.0, NumPy 2.4.6', own, quantiles);
    const curve = await accumulatedLocalEffects(request, data, column, edges.map(Math.fround));
    exact('accumulated_local_effects', 'PyALE 1.2.0, NumPy 2.4.6', curve.values.data, values);
  }

  const pd = base.partial_dependence;
  const grid = pd.grid.map(v => Float32Array.of(v));
  const each = await partialDependence(request, data, [pd.column, pd.column + 1], grid);
  exact('individual_conditional_expectation', sklearn, each.repeats!.data, pd.individual);

  const units = unitsOf([6], dataset);
  const few = data.subarray(0, reference.interaction.rows * 6);
  const of = (...columns: number[]) =>
    centredDependence(
      request,
      few,
      columns.map(c => units[c]!),
    );
  for (const { a, b, h } of reference.interaction.pairs)
    exact('feature_interaction', sklearn, [interaction(await of(a, b), await of(a), await of(b))], [h]);

  const s = reference.shap_summary;
  const summary = await shapSummary(
    request,
    data.subarray(0, s.rows * 6),
    Float32Array.from(s.baseline),
    units,
    {
      samples: 100,
      seed: 0,
    },
  );
  exact('shap_summary', 'SHAP 0.51.0', summary.values.data, s.values);
  exact('shap_summary', 'SHAP 0.51.0', summary.repeats!.data, s.each);
}
