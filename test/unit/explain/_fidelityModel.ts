/** Against scikit-learn, SHAP and PyALE: effects, interactions and summaries. */
import type { Engine } from '../../../src/engine/engine';
import { accumulatedLocalEffects, binEdges } from '../../../src/explain/methods/accumulated_local_effects';
import { centredDependence, interaction } from '../../../src/explain/methods/feature_interaction';
import { partialDependence } from '../../../src/explain/methods/partial_dependence';
import { shapSummary } from '../../../src/explain/methods/shap_summary';
import { unitsOf } from '../../../src/explain/perturbation/units';
import { rowsOf, rSquared } from '../../../src/explain/surrogate';
import { fitAdditive } from '../../../src/explain/surrogates/additive';
import { lasso } from '../../../src/explain/surrogates/linear';
import { ruleList } from '../../../src/explain/surrogates/rules';
import { growTree, treeAnswer, treeImportances } from '../../../src/explain/surrogates/tree';
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

  const answers = Float64Array.from(reference.answers);
  const fitted = rows.slice(0, 40);
  const known = answers.subarray(0, 40);
  const others = answers.subarray(40);
  for (const { depth, leaf, agreed, importances, predictions, r2 } of reference.tree) {
    const tree = growTree(fitted, known, { depth, leaf });
    const guess = rows.map(r => treeAnswer(tree, r));
    // Of trees that depend on scikit-learn's seed, the rows on which all seeds agree.
    const sure = agreed.map((a, i) => (a ? i : -1)).filter(i => i >= 0);
    for (const id of ['decision_tree', 'local_tree'])
      exact(
        id,
        sklearn,
        sure.map(i => guess[i]!),
        sure.map(i => predictions[i]!),
      );
    if (sure.length < rows.length) continue;
    exact('decision_tree', sklearn, treeImportances(tree, 6), importances);
    exact('decision_tree', sklearn, [rSquared(others, guess.slice(40))], [r2]);
  }
  const list = ruleList(fitted, known, { rules: 3, leaf: reference.rule_list.leaf }).list;
  const told = reference.rule_list;
  for (const id of ['rule_list', 'local_rules']) {
    exact(
      id,
      sklearn,
      list.map(l => l.value),
      [...told.rules.map(r => r.value), told.rest],
    );
    exact(
      id,
      sklearn,
      list.slice(0, -1).flatMap(l => [l.count, l.conditions[0]!.entry, l.conditions[0]!.threshold]),
      told.rules.flatMap(r => [r.count, r.entry, r.threshold]),
    );
  }
  for (const { penalty, rows: flat, weights, intercept } of reference.lasso) {
    const fit = lasso(rowsOf(flat, 6), known, penalty);
    for (const id of ['sparse_linear', 'local_linear'])
      exact(id, sklearn, [...fit.weights, fit.intercept], [...weights, intercept]);
  }
  for (const { knots, smooth, predictions, intercept, r2 } of reference.additive) {
    const fit = fitAdditive(fitted, known, { knots, smooth });
    const guess = rows.map(fit.predict);
    for (const id of ['additive_model', 'local_additive']) {
      exact(id, sklearn, [...guess, fit.intercept], [...predictions, intercept]);
      exact(id, sklearn, [rSquared(others, guess.slice(40))], [r2]);
    }
  }

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
