/** The page of one model file: its graph, its tensors, what it says of itself. */
import './modelFile.css';
import { html, nothing, type TemplateResult } from 'lit';
import type {
  FromModelFile,
  ModelFileAction,
  ModelFileState,
  ToModelFile,
} from '../../src/editor/modelFile/protocol';
import type { Model } from '../../src/model/graph';
import { unpack } from '../../src/service/packed';
import type { ModelFile } from '../../src/service/protocol';
import { hostOf, pageOf } from '../page';
import '../panel/graph/element';
import type { GraphEvents, GraphProperties } from '../panel/graph/element';
import { formatCount, formatInteger } from '../panel/logic/numbers';
import { icon } from '../panel/parts/icons';
import { type StringKey, t, useStrings } from '../panel/strings';
import { nodeDetails } from './node';
import { formatBytes, type Order, totals } from './rows';
import { type Answer, statisticsPane } from './statistics';
import './table';

type Tab = 'graph' | 'tensors' | 'about';

/** The reader's own choices, which outlive a reload. */
interface Settings {
  tab?: Tab;
  filter: string;
  order?: Order | undefined;
  tensor?: string | undefined;
  direction: GraphProperties['direction'];
  open?: readonly string[] | undefined;
  card?: string | undefined;
}

/** What the extension told, unpacked. */
interface Shown extends ModelFileState {
  contents?: ModelFile | undefined;
  graph?: Model | undefined;
}

// Seen in the browser's own tools, and by test/harness/opening.mjs.
performance.mark('vitrine:script');
const host = hostOf<FromModelFile>();
const { send, remember } = host;
const { draw, start } = pageOf(page, host);

let state: Shown | undefined;
let settings: Settings = {
  filter: '',
  direction: 'TB',
  ...(host.remembered() as Partial<Settings> | undefined),
};
const answers = new Map<string, Answer>();

function set(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  remember(settings);
  draw();
}

function choose(name: string | undefined): void {
  if (name !== undefined && !answers.has(name)) send({ type: 'tensor', name });
  set({ tensor: name });
}

function page(): TemplateResult {
  if (!state) return html`<div class="loading" aria-busy="true"></div>`;
  const { contents, error } = state;
  const tabs: Tab[] = state.graph || state.graphBusy ? ['graph', 'tensors', 'about'] : ['tensors', 'about'];
  const tab = settings.tab && tabs.includes(settings.tab) ? settings.tab : tabs[0]!;
  return html`
    ${header(state)} ${error ? html`<p class="problem banner" role="alert">${error}</p>` : nothing}
    ${findings(state)}
    ${
      contents
        ? html`<div class="tabs" role="tablist" aria-label=${t('tabs.label')} @keydown=${(e: KeyboardEvent) => moveTab(e, tabs, tab)}>
              ${tabs.map(
                x => html`<button class="tab" role="tab" id=${`tab-${x}`} aria-selected=${x === tab} aria-controls="view"
                  tabindex=${x === tab ? 0 : -1} @click=${() => set({ tab: x })}>
                  ${t(`file.tab.${x}` as StringKey)}${x === 'tensors' ? html` <span class="quiet">${formatInteger(contents.tensors.length)}</span>` : nothing}
                </button>`,
              )}
            </div>
            <main id="view" role="tabpanel" aria-labelledby=${`tab-${tab}`}>
              ${tab === 'graph' ? graph(state) : tab === 'tensors' ? tensors(state) : about(state)}
            </main>`
        : state.busy
          ? html`<p class="quiet pad" aria-busy="true">${t('file.reading')}</p>`
          : nothing
    }`;
}

function moveTab(e: KeyboardEvent, tabs: readonly Tab[], tab: Tab): void {
  const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  e.preventDefault();
  const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]!;
  set({ tab: next });
  queueMicrotask(() => document.getElementById(`tab-${next}`)?.focus());
}

function header({ name, contents, graph: model, actions }: Shown): TemplateResult {
  const sums = contents && totals(contents.tensors);
  const facts = contents
    ? [
        contents.format,
        t('header.parameters', { count: formatCount(sums!.parameters) }),
        formatBytes(contents.bytes),
        ...(model ? [t('file.nodes', { count: formatInteger(model.nodes.length) })] : []),
      ]
    : [];
  return html`<header class="file-header">
    <div>
      <h1>${name}</h1>
      <p class="quiet">${facts.join(' · ')}</p>
    </div>
    <div class="actions">
      ${actions.map(
        (
          action: ModelFileAction,
          i,
        ) => html`<button class=${i === 0 && action === 'train' ? 'action first' : 'action'}
          title=${t(`file.action.${action}.title` as StringKey)} @click=${() => send({ type: 'action', action })}>
          ${t(`file.action.${action}` as StringKey)}
        </button>`,
      )}
    </div>
  </header>`;
}

/** What the engine lacks, with counts, and what else is wrong. */
function findings({ contents, diagnostics }: Shown): TemplateResult {
  const lacking = contents?.lacking ?? [];
  const others = diagnostics.filter(
    d => (d.severity === 'error' || d.severity === 'warning') && d.code !== 'unsupported-op',
  );
  if (lacking.length === 0 && others.length === 0) return html`${nothing}`;
  return html`<section class="findings" aria-label=${t('file.findings')}>
    ${
      lacking.length
        ? html`<details open>
            <summary>${icon('warning')} ${t('file.lacking', { count: formatInteger(lacking.reduce((n, l) => n + l.count, 0)) })}</summary>
            <ul class="lacking">
              ${lacking.slice(0, 60).map(l => html`<li><code>${l.op}</code> <span class="quiet">× ${formatInteger(l.count)}</span></li>`)}
            </ul>
          </details>`
        : nothing
    }
    ${others.slice(0, 8).map(d => html`<p class=${d.severity}>${icon('warning')} ${d.message}</p>`)}
    ${others.length > 8 ? html`<p class="quiet">${t('file.more', { count: others.length - 8 })}</p>` : nothing}
  </section>`;
}

function graph({ graph: model, graphBusy }: Shown): TemplateResult {
  if (!model) return html`<p class="quiet pad" aria-busy=${graphBusy}>${t('file.graphReading')}</p>`;
  const properties: GraphProperties = {
    model,
    direction: settings.direction,
    colour: 'parameters',
    ...(settings.open && { open: settings.open }),
    ...(settings.card && { card: settings.card }),
  };
  const events: GraphEvents = {
    onSelect: card => set({ card: card?.id }),
    onOpen: open => set({ open }),
    onDirection: direction => set({ direction }),
    onColour: () => {},
    onExport: text => send({ type: 'save', name: `${model.name}.svg`, text }),
  };
  return html`<section class="graph-pane">
      <vitrine-graph .events=${events} .properties=${properties}></vitrine-graph>
    </section>
    ${
      settings.card
        ? nodeDetails(model, settings.card, {
            close: () => set({ card: undefined }),
            reveal: (module, node) => send({ type: 'reveal', module, ...(node && { node }) }),
            tensor: name => {
              set({ tab: 'tensors', filter: '' });
              choose(name);
            },
            stored: new Set(state?.contents?.tensors.map(x => x.name)),
          })
        : nothing
    }`;
}

function tensors({ contents }: Shown): TemplateResult {
  const all = contents!.tensors;
  const chosen = all.find(x => x.name === settings.tensor);
  if (chosen && !answers.has(chosen.name) && !asked.has(chosen.name)) {
    asked.add(chosen.name);
    send({ type: 'tensor', name: chosen.name });
  }
  return html`<section class="tensor-pane">
      <div class="filter">
        <input type="search" .value=${settings.filter} placeholder=${t('file.filter')} aria-label=${t('file.filter')}
          @input=${(e: InputEvent) => set({ filter: (e.target as HTMLInputElement).value })} />
      </div>
      <vitrine-tensors
        .events=${{ onSelect: choose, onOrder: (order: Order | undefined) => set({ order }) }}
        .properties=${{ tensors: all, filter: settings.filter, order: settings.order, selected: settings.tensor }}
      ></vitrine-tensors>
    </section>
    ${chosen ? statisticsPane(chosen, answers.get(chosen.name), () => choose(undefined)) : nothing}`;
}

const asked = new Set<string>();

function about({ contents, described }: Shown): TemplateResult {
  const { metadata, format, file, bytes } = contents!;
  const rows: (readonly [string, string])[] = [
    [t('file.path'), file],
    [t('file.format'), format],
    [t('file.bytes'), `${formatInteger(bytes)} (${formatBytes(bytes)})`],
    ...(described ? [[t('file.described'), described] as const] : []),
    ...metadata,
  ];
  return html`<section class="about">
    <table>
      <tbody>
        ${rows.map(
          ([name, value]) => html`<tr>
            <th scope="row">${name}</th>
            <td class="mono">${value}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

window.addEventListener('message', (e: MessageEvent<ToModelFile>) => {
  const message = e.data;
  if (message?.type === 'state') {
    const { parts, strings } = message;
    for (const [part, bytes] of Object.entries(parts)) if (bytes) performance.mark(`vitrine:${part}`);
    if (strings) useStrings(strings);
    // What was read belongs to the file as it was.
    if (parts.contents !== undefined) {
      answers.clear();
      asked.clear();
    }
    state = {
      ...message.state,
      contents:
        parts.contents === undefined ? state?.contents : parts.contents ? unpack(parts.contents) : undefined,
      graph: parts.graph === undefined ? state?.graph : parts.graph ? unpack(parts.graph) : undefined,
    };
    draw();
  } else if (message?.type === 'tensor') {
    answers.set(message.name, { statistics: message.statistics, error: message.error });
    draw();
  }
});
start();
