/** Training: what is under way, the curves, and what came of it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { History } from '../../../src/train/runs/history';
import type { Actions } from '../actions';
import { acts, episode } from '../inquiries/episode';
import { contextOf } from '../inquiries/inquiry';
import { formatCount, formatDuration, formatMetric } from '../logic/numbers';
import { empty } from '../parts/empty';
import { type IconName, icon } from '../parts/icons';
import type { Settings } from '../store';
import { t } from '../strings';
import { mistakes } from './mistakes';
import { rateField } from './rateField';
import { metricTitle, runsTable } from './runs';
import { spreads } from './spreads';
import { axisOf, lossCurves, metricCurves, pace } from './trainingCurves';
import { norms } from './trainingNorms';

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
    ${head(state, history, actions)} ${messages(history, actions)} ${results(history)} ${watch(state, settings, actions)}
    ${
      started
        ? html`${settingsBar(settings, state, history, actions)}
            <div class="charts">
              <vitrine-curves class="chart wide" .properties=${lossCurves(state, settings, history, actions)}></vitrine-curves>
              ${runsTable(state, settings, actions)}
              ${history.metrics.map(
                m =>
                  html`<vitrine-curves class="chart" .properties=${metricCurves(m, state, settings, history, actions)}></vitrine-curves>`,
              )}
              ${pace(settings, history)} ${norms(history, state, actions)}
            </div>
            ${mistakes(state, settings, actions)}
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
              : html`${
                  isUnfinished(history)
                    ? button('play', t('train.resume', { epoch: history.done + 1 }), () =>
                        actions.send({ type: 'resume', run: run.id }),
                      )
                    : nothing
                }
                ${button('play', t('train.again'), () => actions.send({ type: 'train' }), isUnfinished(history))}`
        }
      </div>
      <p class="run-facts">${facts.map(f => html`<span>${f}</span>`)}</p>
      ${under ? rateField(run.id, history, actions) : nothing}
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

/** Somebody stopped it, or its window was closed or its machine went down: its last checkpoint is there to go on from. */
function isUnfinished(history: History): boolean {
  return history.state !== 'finished' && history.done > 0 && history.done < history.total;
}

export function button(name: IconName, label: string, run: () => void, secondary = false): TemplateResult {
  return html`<vscode-button ?secondary=${secondary} @click=${run}
    ><span slot="content-before" class="button-icon">${icon(name)}</span>${label}</vscode-button
  >`;
}

function messages(history: History, actions: Actions): TemplateResult {
  const last = history.messages.at(-1);
  const notes: { kind: 'info' | 'error'; text: string }[] = [];
  if (history.resumedFrom !== undefined)
    notes.push({ kind: 'info', text: t('train.resumed', { epoch: history.resumedFrom }) });
  if (last) notes.push({ kind: last.state === 'failed' ? 'error' : 'info', text: last.message });
  return html`${notes.map(
    n => html`<p class=${`note ${n.kind}`} role=${n.kind === 'error' ? 'alert' : 'status'}>
      ${icon(n.kind === 'error' ? 'warning' : 'check')}<span>${n.text}</span>
    </p>`,
  )}
  ${
    history.leaks
      ? html`<p class="note warned" role="status">
          ${icon('warning')}<span
            >${t(history.leaks.length === 1 ? 'train.leak' : 'train.leaks', { columns: history.leaks.slice(0, 5).join(', ') })}
            <button class="link" @click=${() => actions.view('data')}>${t('train.leak.look')}</button></span
          >
        </p>`
      : nothing
  }`;
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
            <dt>${metricTitle(name)}</dt>
          </div>`,
        )}
    </dl>
  </section>`;
}

/** Of a run that learns in an environment: the episode that its newest policy plays, beside the curves. */
function watch(state: PanelState, settings: Settings, actions: Actions): TemplateResult {
  if (!acts(state)) return html`${nothing}`;
  const { watching } = settings;
  const context = {
    state,
    settings,
    actions,
    subject: undefined,
    redraw: () => actions.set({}),
  };
  return html`<section class="watching inquiry" aria-label=${t('episode.title')}>
    <button
      class="link"
      aria-expanded=${watching}
      title=${t('episode.summary')}
      @click=${() => actions.set({ watching: !watching })}
    >
      ${icon('play')} ${t(watching ? 'episode.hide' : 'episode.title')}
    </button>
    ${watching ? episode.view(contextOf('episode', context)) : nothing}
  </section>`;
}

function settingsBar(
  settings: Settings,
  state: PanelState,
  history: History,
  actions: Actions,
): TemplateResult {
  const axis = axisOf(settings, history);
  const stepless = axis === 'step' && (state.compared ?? []).some(c => c.steps.step.length === 0);
  return html`<div class="chart-settings">
    <div class="segments" role="group" aria-label=${t('train.axis')}>
      ${(['step', 'epoch'] as const).map(
        a => html`<button
          class="segment"
          aria-pressed=${axis === a}
          ?disabled=${a === 'step' && history.steps.step.length === 0}
          title=${a === 'step' && history.steps.step.length === 0 ? t('train.noSteps') : nothing}
          @click=${() => actions.set({ axis: a })}
        >
          ${t(`train.axis.${a}`)}
        </button>`,
      )}
    </div>
    ${
      axis === 'step'
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
    ${stepless ? html`<span class="quiet stepless" role="status">${t('train.stepless')}</span>` : nothing}
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
