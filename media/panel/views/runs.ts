/** The runs side by side: what came of each, and the settings in which they differ. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState, RunRow } from '../../../src/editor/panelProtocol';
import { differing } from '../../../src/editor/runs/settings';
import { metricTitle as titleIn } from '../../../src/names/metrics';
import type { Actions } from '../actions';
import { formatDuration, formatMetric } from '../logic/numbers';
import { icon } from '../parts/icons';
import type { Settings } from '../store';
import { t } from '../strings';

const few = 8;
const mostSettings = 6;
const mostMetrics = 3;

/** Custom properties with the colours of overlaid runs, and how many there are. */
export const runColours = 8;

export function colourOf(id: string, state: PanelState): string {
  const at = (state.compared ?? []).findIndex(c => c.id === id);
  return at < 0 ? '--series-train' : `--run-${at % runColours}`;
}

/** Writing a time in a language takes a millisecond, and fifty runs are named again with each move of a slider. */
const times = new Map<string, string>();

/** Its name, or when it began. */
export function runTitle(r: Pick<RunRow, 'id' | 'name' | 'started'>): string {
  if (r.name) return r.name;
  const key = `${r.id} ${r.started} ${document.documentElement.lang} ${new Date().getDate()}`;
  let known = times.get(key);
  if (known === undefined) {
    if (times.size > 1000) times.clear();
    known = timeOf(r);
    times.set(key, known);
  }
  return known;
}

type Named = Pick<PanelState, 'runs' | 'compared' | 'run'>;
const labels = new WeakMap<
  object,
  { runs: Named['runs']; own: string | undefined; of: Map<string, string> }
>();

/** What a run is called beside others: its name, else what tells it from them, else when it began. */
export function runLabel(id: string, state: Named): string {
  const { runs, compared = [], run } = state;
  const own = run?.record.id;
  const known = labels.get(compared);
  if (known && known.runs === runs && known.own === own) return known.of.get(id) ?? id;
  const laid = (runs ?? []).filter(r => r.id === own || compared.some(c => c.id === r.id));
  const [first, second, ...more] = laid.length > 1 ? differing(laid) : [];
  const settings = (r: RunRow) =>
    more.length > 0
      ? ''
      : [first, second].flatMap(c => (c ? `${lastOf(c)} ${short(r.settings[c])}` : [])).join(', ');
  const said = laid.map(settings);
  const of = new Map(
    laid.map((r, i) => {
      const alone = said[i] !== '' && said.filter(s => s === said[i]).length === 1;
      return [r.id, r.name || !alone ? runTitle(r) : said[i]!];
    }),
  );
  labels.set(compared, { runs, own, of });
  return of.get(id) ?? id;
}

/** "lr" of "optimizer.lr". */
const lastOf = (setting: string): string => setting.split('.').at(-1)!;

function timeOf(r: Pick<RunRow, 'id' | 'started'>): string {
  const time = new Date(r.started);
  if (Number.isNaN(time.getTime())) return r.id;
  const today = new Date().toDateString() === time.toDateString();
  const language = document.documentElement.lang || 'en';
  return today
    ? time.toLocaleTimeString(language)
    : time.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

export function runsTable(state: PanelState, settings: Settings, actions: Actions): TemplateResult {
  const { runs = [], run, compared = [] } = state;
  const model = run?.record.model.class;
  const akin = runs.filter(r => model === undefined || r.model === model);
  if (akin.length < 2) return html`${nothing}`;
  const laid = new Set(compared.map(c => c.id));
  const shown = settings.allRuns
    ? akin
    : akin.filter((r, i) => i < few || laid.has(r.id) || r.id === run?.record.id);
  const subject = shown.filter(r => laid.has(r.id) || r.id === run?.record.id);
  const columns = differing(subject.length > 1 ? subject : shown).slice(0, mostSettings);
  const metrics = [...new Set(shown.flatMap(r => Object.keys(r.test ?? {})))]
    .sort((a, b) => Number(a === 'loss') - Number(b === 'loss'))
    .slice(0, mostMetrics);
  const best = Object.fromEntries(metrics.map(m => [m, bestOf(shown, m)]));
  const compare = (ids: readonly string[]) => actions.send({ type: 'compare', runs: ids });
  return html`<section class="runs wide-part" aria-label=${t('runs.title')}>
    <header class="chart-head">
      <h2 class="part">${t('runs.title')}</h2>
      <span class="quiet">${t('runs.caption')}</span>
      <span class="grow"></span>
      ${
        laid.size
          ? html`<button class="link" @click=${() => compare([])}>${t('runs.clear')}</button>`
          : html`<button class="link" @click=${() =>
              compare(
                akin
                  .slice(0, 10)
                  .map(r => r.id)
                  .filter(id => id !== run?.record.id),
              )}>
              ${t('runs.compareAll')}
            </button>`
      }
    </header>
    <div class="matrix-frame" tabindex="0" role="region" aria-label=${t('runs.title')}>
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col" class="text">${t('runs.run')}</th>
            ${metrics.map(m => html`<th scope="col">${metricTitle(m)}</th>`)}
            <th scope="col">${t('runs.epochs')}</th>
            <th scope="col">${t('runs.took')}</th>
            ${columns.map(c => html`<th scope="col" title=${c}>${lastOf(c)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(r => {
            const own = r.id === run?.record.id;
            const on = own || laid.has(r.id);
            return html`<tr class=${own ? 'on' : ''}>
              <th scope="row" class="text">
                <span class="run-cell">
                  <button
                    class=${on ? 'run-swatch on' : 'run-swatch'}
                    .style=${on ? `--key: var(${colourOf(r.id, state)})` : ''}
                    aria-pressed=${on}
                    ?disabled=${own}
                    title=${t(on ? 'runs.hide' : 'runs.overlay', { run: runTitle(r) })}
                    aria-label=${t(on ? 'runs.hide' : 'runs.overlay', { run: runTitle(r) })}
                    @click=${() => compare(on ? [...laid].filter(id => id !== r.id) : [...laid, r.id])}
                  >
                    ${on ? icon('check') : nothing}
                  </button>
                  <button class="link run-name" title=${`${t('runs.show', { run: r.id })}`} @click=${() => actions.send({ type: 'showRun', run: r.id })}>
                    ${runTitle(r)}
                  </button>
                </span>
              </th>
              ${metrics.map(m => {
                const v = r.test?.[m];
                return html`<td class=${v !== undefined && v === best[m] ? 'best' : ''}>
                  ${v === undefined ? '–' : formatMetric(m, v)}
                </td>`;
              })}
              <td>${r.epochsDone}</td>
              <td>${r.seconds === undefined ? '–' : formatDuration(r.seconds)}</td>
              ${columns.map(c => html`<td title=${r.settings[c] ?? ''}>${short(r.settings[c])}</td>`)}
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${
      akin.length > few
        ? html`<button class="link" @click=${() => actions.set({ allRuns: !settings.allRuns })}>
            ${settings.allRuns ? t('explain.showLess') : t('explain.showAll', { count: akin.length })}
          </button>`
        : nothing
    }
  </section>`;
}

/** The best value among several that differ; losses and errors are best when they are least. */
function bestOf(runs: readonly RunRow[], metric: string): number | undefined {
  const values = runs.flatMap(r => r.test?.[metric] ?? []);
  if (new Set(values).size < 2) return undefined;
  return /loss|error|mse|mae|rmse|perplexity/i.test(metric) ? Math.min(...values) : Math.max(...values);
}

function short(value: string | undefined): string {
  if (value === undefined) return '–';
  return value.length > 18 ? `${value.slice(0, 17)}…` : value;
}

/** Its name as a heading, in the page's language. */
export function metricTitle(metric: string): string {
  return titleIn(metric, document.documentElement.lang);
}
