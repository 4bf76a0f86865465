/** The report's section about groups: whom the model treats differently, with intervals. */
import { nameOf } from '../../names/names';
import { disparities } from '../fairness/disparities';
import type { RateId } from '../fairness/rates';
import type { Fairness, GroupFairness } from '../fairness/result';
import { fairnessWords } from '../fairness/words';
import type { Language } from '../words/words';
import { english } from '../words/words.en';
import { intervalChart } from './charts';
import { type Html, html, section } from './html';
import type { ReportWords } from './words';

const fairnessRates: readonly RateId[] = [
  'selection_rate',
  'base_rate',
  'accuracy',
  'true_positive_rate',
  'false_positive_rate',
  'false_negative_rate',
  'precision',
];

export function groupsCompared(
  f: Fairness | { failed: string } | undefined,
  words: ReportWords,
  language: Language,
): Html {
  const w = words.fairness;
  const { rates: titles } = fairnessWords[language];
  if (!f) return html``;
  if ('failed' in f) return section('fairness', w.title, '', html`<p>${w.failed(f.failed)}</p>`);
  const rates = fairnessRates.filter(id => f.overall[id] !== null);
  const calibrated = f.overall.calibration !== undefined;
  const percent = (x: number | null) => (x === null ? '–' : english.percent(x));
  const line = (name: string, g: GroupFairness, kind: string) =>
    html`<tr class="${kind}"><td>${name}${!g.compared && html` <small>${w.small}</small>`}</td><td class="r">${g.count}</td>${rates.map(id => html`<td class="r">${percent(g[id])}</td>`)}${calibrated && html`<td class="r">${percent(g.calibration?.expected_calibration_error ?? null)}</td>`}</tr>`;
  const charted = (['selection_rate', 'accuracy'] as const).filter(id => rates.includes(id));
  return section(
    'fairness',
    w.title,
    w.lead(f.by.join(' & '), f.positive?.name),
    f.text && html`<p>${f.text}</p>`,
    f.notes.length > 0 && html`<ul class="notes">${f.notes.map(n => html`<li>${n}</li>`)}</ul>`,
    html`<div class="two">${charted.map(
      id =>
        html`<div><h3>${w.rate(titles[id]!)}</h3>${intervalChart(
          Object.entries(f.groups).flatMap(([name, g]) => {
            const interval = g.intervals[id];
            const value = g[id];
            return interval && value !== null
              ? [{ name, value, low: interval[0], high: interval[1], faint: !g.compared }]
              : [];
          }),
        )}</div>`,
    )}</div><div class="scroll" tabindex="0" role="region" aria-label="${w.group}"><table><thead><tr><th>${w.group}</th><th class="r">${w.rows}</th>${rates.map(id => html`<th class="r">${titles[id]}</th>`)}${calibrated && html`<th class="r">${w.offBy}</th>`}</tr></thead><tbody>${Object.entries(
      f.groups,
    ).map(([name, g]) =>
      line(name, g, g.compared ? '' : 'faint'),
    )}${line(w.all, f.overall, 'all')}</tbody></table></div>`,
    Object.keys(f.metrics).length > 0 &&
      html`<div class="scroll apart" tabindex="0" role="region" aria-label="${w.criterion}"><table><thead><tr><th>${w.criterion}</th><th class="r">${words.quality.value}</th><th class="r">${w.interval}</th><th class="r">${w.chance}</th></tr></thead><tbody>${Object.entries(
        f.metrics,
      ).map(([key, value]) => {
        const id = key as keyof typeof disparities;
        const interval = f.intervals[id];
        const chance = f.chance[id];
        const naming = nameOf('disparity', id, disparities[id], language);
        return html`<tr><td>${naming.title}<br><small>${naming.summary}</small></td><td class="r">${typeof value === 'number' ? value.toFixed(3) : '–'}</td><td class="r">${interval && `${interval[0].toFixed(3)} – ${interval[1].toFixed(3)}`}</td><td class="r">${chance?.toFixed(3)}</td></tr>`;
      })}</tbody></table></div>`,
  );
}
