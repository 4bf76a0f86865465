/** Training: what is under way, the curves, and what came of it. */
import { html, noChange, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { History } from '../../../src/train/history';
import type { Actions } from '../actions';
import { logPosition } from '../logic/colours';
import { formatCount, formatDuration, formatMetric, formatNumber, formatPercent } from '../logic/numbers';
import { smooth } from '../logic/smoothing';
import type { CurvesProperties, Series } from '../parts/curves';
import { empty } from '../parts/empty';
import { type IconName, icon } from '../parts/icons';
import type { Settings } from '../store';
import { t } from '../strings';
import { mistakes } from './mistakes';
import { colourOf, runsTable, runTitle } from './runs';
import { spreads } from './spreads';

export function trainingView(
  state: PanelState,
  settings: Settings,
  history: History | undefined,
  actions: Actions,
): TemplateResult {
  if (!state.run || !history) {
    return html`<div class="training">
      ${empty(t('train.empty.title'), t(state.experiment ? 'train.empty.text' : 'train.empty.noExperiment'), {
        label: t('train.train'),
        icon: 'play',
        run: () => actions.send({ type: 'train' }),
      })}
    </div>`;
  }
  const started = history.steps.step.length > 0 || history.epochs.length > 0;
  return html`<div class="training">
    ${head(state, history, actions)} ${messages(history)} ${results(history)}
    ${
      started
        ? html`${settingsBar(settings, history, actions)}
            <div class="charts">
              <vitrine-curves class="chart wide" .properties=${lossCurves(state, settings, history, actions)}></vitrine-curves>
              ${history.metrics.map(
                m =>
                  html`<vitrine-curves class="chart" .properties=${metricCurves(m, state, settings, history, actions)}></vitrine-curves>`,
              )}
              ${pace(settings, history)} ${norms(history, state, actions)}
            </div>
            ${runsTable(state, settings, actions)} ${mistakes(state, settings, actions)}
            ${spreads(history, settings, state.selection.module, actions)}`
        : html`<p class="waiting" role="status"><vscode-progress-ring></vscode-progress-ring>${t('train.starting')}</p>`
    }
  </div>`;
}

function head(state: PanelState, history: History, actions: Actions): TemplateResult {
  const run = state.run!.record;
  const under = history.state === 'running' || history.state === 'paused';
  const facts = [
    t('train.epoch', { done: history.done, total: history.total }),
    history.state === 'running' && history.samplesPerSecond
      ? t('train.rate', { rate: formatCount(Math.round(history.samplesPerSecond)) })
      : '',
    history.state === 'running' && history.secondsLeft !== undefined
      ? t('train.left', { time: formatDuration(history.secondsLeft) })
      : '',
    history.seconds === undefined ? '' : t('train.took', { time: formatDuration(history.seconds) }),
    t('train.seed', { seed: run.seed }),
  ].filter(Boolean);
  return html`<div class="run-head">
    <div class="run-line">
      <div class="run-buttons">
        ${
          history.state === 'running'
            ? html`${button('pause', t('train.pause'), () => actions.send({ type: 'pause' }), true)}
              ${button('stop', t('train.stop'), () => actions.send({ type: 'stop' }), true)}`
            : history.state === 'paused'
              ? html`${button('play', t('train.continue'), () => actions.send({ type: 'continue' }))}
                ${button('stop', t('train.stop'), () => actions.send({ type: 'stop' }), true)}`
              : button('play', t('train.again'), () => actions.send({ type: 'train' }))
        }
      </div>
      <p class="run-facts">${facts.map(f => html`<span>${f}</span>`)}</p>
      ${under ? learningRate(history, actions) : nothing}
    </div>
    ${
      under
        ? html`<div
            class="progress"
            role="progressbar"
            aria-label=${t('train.progress')}
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=${Math.round(history.fraction * 100)}
          >
            <span .style=${`width: ${(history.fraction * 100).toFixed(2)}%`}></span>
          </div>`
        : nothing
    }
  </div>`;
}

/** Changes the learning rate from the next step on. */
function learningRate(history: History, actions: Actions): TemplateResult {
  const now = history.steps.learningRate.at(-1);
  const change = (e: Event) => {
    const input = e.target as HTMLInputElement;
    const value = Number(input.value);
    const good = value > 0 && Number.isFinite(value);
    input.setAttribute('aria-invalid', `${!good}`);
    if (!good) return;
    actions.send({ type: 'learningRate', value });
    input.blur();
  };
  // What is being typed is not overwritten by what comes in.
  const typing = document.activeElement?.closest('.rate') != null;
  const shown = now === undefined ? '' : `${Number(now.toPrecision(4))}`;
  return html`<label class="rate" title=${t('train.learningRate.help')}
    >${t('train.learningRate')}
    <input type="text" inputmode="decimal" size="8" .value=${typing ? noChange : live(shown)} @change=${change}
  /></label>`;
}

export function button(name: IconName, label: string, run: () => void, secondary = false): TemplateResult {
  return html`<vscode-button ?secondary=${secondary} @click=${run}
    ><span slot="content-before" class="button-icon">${icon(name)}</span>${label}</vscode-button
  >`;
}

function messages(history: History): TemplateResult {
  const last = history.messages.at(-1);
  const notes: { kind: 'info' | 'error'; text: string }[] = [];
  if (history.resumedFrom !== undefined)
    notes.push({ kind: 'info', text: t('train.resumed', { epoch: history.resumedFrom }) });
  if (last) notes.push({ kind: last.state === 'failed' ? 'error' : 'info', text: last.message });
  return html`${notes.map(
    n => html`<p class=${`note ${n.kind}`} role=${n.kind === 'error' ? 'alert' : 'status'}>
      ${icon(n.kind === 'error' ? 'warning' : 'check')}<span>${n.text}</span>
    </p>`,
  )}`;
}

function results(history: History): TemplateResult {
  if (!history.test || Object.keys(history.test).length === 0) return html`${nothing}`;
  return html`<section class="results" aria-label=${t('train.test')}>
    <h2 class="part">${t('train.test')}</h2>
    <dl>
      ${Object.entries(history.test)
        .sort(([a], [b]) => Number(a === 'loss') - Number(b === 'loss'))
        .map(
          ([name, value]) => html`<div>
            <dd>${formatMetric(name, value)}</dd>
            <dt>${title(name)}</dt>
          </div>`,
        )}
    </dl>
  </section>`;
}

function settingsBar(settings: Settings, history: History, actions: Actions): TemplateResult {
  return html`<div class="chart-settings">
    <div class="segments" role="group" aria-label=${t('train.axis')}>
      ${(['step', 'epoch'] as const).map(
        a => html`<button class="segment" aria-pressed=${settings.axis === a} @click=${() => actions.set({ axis: a })}>
          ${t(`train.axis.${a}`)}
        </button>`,
      )}
    </div>
    ${
      settings.axis === 'step' && history.steps.step.length
        ? html`<label class="slider"
            >${t('train.smoothing')}
            <input
              type="range"
              min="0"
              max="0.99"
              step="0.01"
              .value=${`${settings.smoothing}`}
              @input=${(e: Event) => actions.set({ smoothing: Number((e.target as HTMLInputElement).value) })}
            /><output class="mono">${settings.smoothing.toFixed(2)}</output></label
          >`
        : nothing
    }
    <vscode-checkbox
      label=${t('train.log')}
      ?checked=${settings.log}
      @change=${(e: Event) => actions.set({ log: (e.target as HTMLInputElement).checked })}
    ></vscode-checkbox>
    <span class="grow"></span>
    <button
      class="tool"
      aria-pressed=${settings.tables}
      title=${t(settings.tables ? 'table.hide' : 'table.show')}
      aria-label=${t(settings.tables ? 'table.hide' : 'table.show')}
      @click=${() => actions.set({ tables: !settings.tables })}
    >
      ${icon(settings.tables ? 'chart' : 'table')}
    </button>
  </div>`;
}

/** Smoothing ten thousand values fifty times is not for every frame. */
type Values = ArrayLike<number | null | undefined>;
const smoothed = new WeakMap<Values, Map<number, Values>>();

function smoothOf(values: ArrayLike<number>, weight: number): Values {
  if (weight <= 0) return values;
  let known = smoothed.get(values);
  if (!known) {
    known = new Map();
    smoothed.set(values, known);
  }
  const before = known.get(weight);
  if (before) return before;
  if (known.size > 4) known.clear();
  const found = smooth(values, weight);
  known.set(weight, found);
  return found;
}

function lossCurves(
  state: PanelState,
  settings: Settings,
  history: History,
  actions: Actions,
): CurvesProperties {
  const common = {
    title: t('train.loss'),
    log: settings.log,
    table: settings.tables,
    sync: settings.axis,
    onPick: (run: string) => actions.send({ type: 'showRun', run }),
  };
  if (settings.axis === 'epoch' || history.steps.step.length === 0)
    return { ...common, ...perEpoch('loss', state, history) };
  const { steps, epochs } = history;
  const series: Series[] = [
    {
      label: t('train.series.steps'),
      x: steps.step,
      values: steps.loss,
      colour: '--series-train',
      faint: settings.smoothing > 0,
    },
  ];
  if (settings.smoothing > 0)
    series.push({
      label: t('train.series.smooth'),
      x: steps.step,
      values: smoothOf(steps.loss, settings.smoothing),
      colour: '--series-train',
    });
  if (epochs.some(e => e.valid['loss'] !== undefined))
    series.push({
      label: t('train.series.valid'),
      x: epochs.map(e => e.step),
      values: epochs.map(e => e.valid['loss']),
      colour: '--series-valid',
      points: epochs.length <= 60,
    });
  for (const c of state.compared ?? [])
    series.push({
      label: nameOf(c.id, state),
      id: c.id,
      x: c.steps.step,
      values: smoothOf(c.steps.loss, settings.smoothing),
      colour: colourOf(c.id, state),
      unlisted: (state.compared?.length ?? 0) > listed,
    });
  return { ...common, xLabel: t('train.axis.step'), series };
}

/** More names than this are told by pointing at a line. */
const listed = 4;

function nameOf(id: string, state: PanelState): string {
  const row = state.runs?.find(r => r.id === id);
  return row ? runTitle(row) : id;
}

function metricCurves(
  metric: string,
  state: PanelState,
  settings: Settings,
  history: History,
  actions: Actions,
): CurvesProperties {
  const bounded = /accuracy|precision|recall|f1|auc/i.test(metric);
  return {
    title: title(metric),
    log: false,
    table: settings.tables,
    sync: 'epoch',
    onPick: run => actions.send({ type: 'showRun', run }),
    ...perEpoch(metric, state, history),
    format: v => formatMetric(metric, v),
    ...(bounded
      ? { range: [0, 1] as const, tick: (v: number) => formatPercent(v, v >= 0.995 && v < 1 ? 1 : 0) }
      : {}),
  };
}

function perEpoch(
  metric: string,
  state: PanelState,
  { epochs }: History,
): Pick<CurvesProperties, 'xLabel' | 'series'> {
  const series: Series[] = (['train', 'valid'] as const)
    .map(split => ({
      label: t(`train.series.${split}`),
      x: epochs.map(e => e.epoch),
      values: epochs.map(e => e[split][metric] ?? null),
      colour: `--series-${split}`,
      points: epochs.length <= 60,
    }))
    .filter(s => s.values.some(v => v !== null));
  for (const c of state.compared ?? []) {
    const values = c.epochs.map(e => e.valid[metric] ?? e.train[metric] ?? null);
    if (values.some(v => v !== null))
      series.push({
        label: nameOf(c.id, state),
        id: c.id,
        x: c.epochs.map(e => e.epoch),
        values,
        colour: colourOf(c.id, state),
        unlisted: (state.compared?.length ?? 0) > listed,
      });
  }
  return { xLabel: t('train.axis.epoch'), series };
}

/** How fast it went, and with which learning rate, at each step. */
function pace(settings: Settings, history: History): TemplateResult {
  const { step, learningRate, samplesPerSecond } = history.steps;
  if (step.length < 2) return html`${nothing}`;
  const common = { log: false, table: settings.tables, sync: 'step', xLabel: t('train.axis.step') };
  const rate: CurvesProperties = {
    ...common,
    title: t('train.learningRate'),
    series: [{ label: t('train.learningRate'), x: step, values: learningRate, colour: '--series-train' }],
    format: v => `${Number(v.toPrecision(4))}`,
  };
  const speed: CurvesProperties = {
    ...common,
    title: t('train.throughput'),
    series: [
      {
        label: t('train.samplesPerSecond'),
        x: step,
        values: samplesPerSecond,
        colour: '--series-train',
        faint: true,
      },
      {
        label: t('train.samplesPerSecond'),
        x: step,
        values: smoothOf(samplesPerSecond, 0.8),
        colour: '--series-train',
      },
    ],
    range: [0, null],
    format: v => formatCount(Math.round(v)),
    tick: v => formatCount(v),
  };
  return html`<vitrine-curves class="chart" .properties=${rate}></vitrine-curves>
    <vitrine-curves class="chart" .properties=${speed}></vitrine-curves>`;
}

/** Gradient norms as bars on a logarithmic scale: layers whose gradient vanishes or explodes stand out. */
function norms(history: History, state: PanelState, actions: Actions): TemplateResult {
  const entries = Object.entries(history.gradientNorms ?? {});
  if (entries.length === 0) return html`${nothing}`;
  const values = entries.map(([, v]) => v).filter(v => v > 0 && Number.isFinite(v));
  const max = Math.max(...values, 1e-30);
  const min = Math.min(...values, max) / 4;
  return html`<section class="norms chart">
    <header class="chart-head">
      <h2 class="part">${t('train.norms')}</h2>
      <span class="quiet">${t('train.norms.caption')}</span>
    </header>
    <table class="bars">
      <thead class="hidden">
        <tr>
          <th scope="col">${t('train.norms.layer')}</th>
          <th scope="col">${t('train.norms.gradient')}</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${entries.slice(0, 80).map(([name, value]) => {
          const module = name.replace(/\.[^.]+$/, '');
          const on = state.selection.module === module && module !== '';
          return html`<tr class=${on ? 'on' : ''} @click=${() => actions.select({ module })}>
            <th scope="row" title=${name}><code>${name}</code></th>
            <td class="bar-cell">
              <span class="bar norm" .style=${`width: ${(100 * (logPosition(value, max, min) ?? 0)).toFixed(1)}%`}></span>
            </td>
            <td class="mono">${formatNumber(value, 3)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}

export function title(metric: string): string {
  const text = metric.replace(/_/g, ' ');
  return /^(mse|mae|rmse|r2|auc|f1)$/i.test(metric)
    ? metric.toUpperCase()
    : text.charAt(0).toUpperCase() + text.slice(1);
}
