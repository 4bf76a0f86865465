/** The numbers of a chart as a table in its place. */
import { html, type TemplateResult } from 'lit';
import { formatNumber } from '../logic/numbers';
import { lowerBound } from '../logic/resample';
import { type CurvesProperties, formatStep, type Series } from './curveWords';

/** A table of ten thousand steps helps nobody: the newest come first and the rest is in metrics.jsonl. */
const tableRows = 200;

export function curveTable(p: CurvesProperties): TemplateResult {
  const format = p.format ?? formatNumber;
  const places = [...new Set(p.series.flatMap(q => Array.from(q.x).slice(-tableRows)))];
  const shown = places.sort((m, n) => n - m).slice(0, tableRows);
  const at = (q: Series, x: number) => {
    const i = lowerBound(q.x, x);
    return q.x[i] === x ? q.values[i] : undefined;
  };
  return html`<div class="chart-table" tabindex="0" role="region" aria-label=${p.title}>
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">${p.xLabel}</th>
          ${p.series.map(s => html`<th scope="col">${s.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map(
          x => html`<tr>
            <th scope="row">${formatStep(x)}</th>
            ${p.series.map(q => html`<td>${at(q, x) == null ? '' : format(at(q, x)!)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
