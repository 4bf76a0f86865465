/** The panel's page: one state from the host, four views of it, drawn anew whenever something changes. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import '@vscode-elements/elements/dist/vscode-progress-ring/index.js';
import 'uplot/dist/uPlot.min.css';
import './panel.css';
import { html, nothing, type TemplateResult } from 'lit';
import type { FromPage, ToPage } from '../../src/editor/panelProtocol';
import type { RunEvent, RunRecord } from '../../src/train/runs/run';
import { hostOf, pageOf } from '../page';
import { actionsOf, currentMethod, isUntrained } from './actions';
import './graph/element';
import { type History, historyOf } from '../../src/train/runs/history';
import './parts/columnList';
import './parts/curves';
import './parts/episode';
import './parts/film';
import './parts/frames';
import './parts/pixels';
import './parts/player';
import './parts/ridges';
import { restore, Store } from './store';
import { useStrings } from './strings';
import { details, graphPane } from './views/architecture';
import { dataView } from './views/data';
import { explainView, explanationPane } from './views/explain';
import type { Hover } from './views/explainContext';
import { header } from './views/shell';
import { trainingView } from './views/training';

/** What the sidebar gives to a drag of runs: their folders, a line each. */
const dragged = 'application/vnd.code.tree.vitrine.runs';

const host = hostOf<FromPage>();
const { draw, start } = pageOf(page, host);
const store = new Store(restore(host.remembered()));
const actions = actionsOf(store, host.send);

let hover: Hover = {};
let history: { events: readonly RunEvent[]; record: RunRecord; value: History } | undefined;

function currentHistory(): History | undefined {
  const run = store.page.state?.run;
  if (!run) return undefined;
  if (history?.events !== run.events || history.record !== run.record)
    history = { ...run, value: historyOf(run.events, run.record) };
  return history.value;
}

function page(): TemplateResult {
  const { state, settings } = store.page;
  if (!state) return html`<div class="loading" aria-busy="true"></div>`;
  const run = currentHistory();
  const context = {
    state,
    settings,
    actions,
    hover,
    setHover(next: Hover) {
      hover = next;
      draw();
    },
  };
  const withGraph = state.view === 'architecture' || state.view === 'training';
  const detail =
    state.view === 'architecture' && state.model ? details(state, settings, run, actions) : nothing;
  return html`
    ${header(state, run, actions)}
    <main>
      <div id="view" class=${`view ${state.view}`} role="tabpanel" aria-labelledby=${`tab-${state.view}`}>
      <section class="graph-pane" ?hidden=${!withGraph}>${graphPane(state, settings, run, actions)}</section>
      ${detail}
      ${state.view === 'training' ? trainingView(state, settings, run, actions) : nothing}
      ${
        state.view === 'data'
          ? html`${dataView(state, settings, actions)}
              <section class="beside">${state.explanation ? explanationPane(context) : nothing}</section>`
          : nothing
      }
      ${state.view === 'explain' ? explainView(context) : nothing}
    </div>
    </main>
  `;
}

let receiving = false;
let resumed = false;

/**
 * After a reload the host remembers what was selected, not what was computed: the page asks once for the explanation
 * that it would otherwise have lost.
 */
function resumeExplanation(): void {
  const { state } = store.page;
  if (resumed || !state) return;
  const { selection, methods, view, busy } = state;
  if (state.explanation || view !== 'explain') resumed = true;
  else if (!busy && selection.row !== undefined && methods.length && !isUntrained(state)) {
    resumed = true;
    const known = methods.find(m => m.id === selection.method);
    actions.explain({ method: known?.id ?? currentMethod(state, store.page.settings) });
  }
}

let saved: { settings: unknown; view?: string } = { settings: store.page.settings };
store.listen(() => {
  const { settings, state } = store.page;
  if (settings !== saved.settings || state?.view !== saved.view) {
    saved = { settings, view: state?.view };
    // The host gives a page that comes back the view that it showed.
    host.remember({ ...settings, view: state?.view });
  }
  // What comes from the host is drawn once a frame at most; what the reader does, at once.
  draw(receiving ? 'frame' : 'now');
});

window.addEventListener('message', (e: MessageEvent<ToPage>) => {
  const message = e.data;
  if (!message || typeof message !== 'object' || !('type' in message)) return;
  if (message.type === 'state') useStrings(message.strings ?? {});
  receiving = true;
  store.receive(message);
  receiving = false;
  resumeExplanation();
});

// A run that is dragged here from the sidebar is laid over the one that is shown.
const isRun = (e: DragEvent) =>
  e.dataTransfer?.types.some(x => x === dragged || x === 'text/uri-list') ?? false;
const view = () => document.getElementById('view');
document.addEventListener('dragover', e => {
  if (!isRun(e)) return;
  e.preventDefault();
  view()?.classList.add('dropping');
});
for (const over of ['dragleave', 'drop', 'dragend'])
  document.addEventListener(over, () => view()?.classList.remove('dropping'));
document.addEventListener('drop', e => {
  const text = e.dataTransfer?.getData(dragged) || e.dataTransfer?.getData('text/uri-list') || '';
  if (!text) return;
  e.preventDefault();
  host.send({ type: 'drop', text });
});

start();
