/** The page of a comparison: what was added, removed and changed, layer by layer, and both graphs with it marked. */
import './modelDiff.css';
import { html, nothing, type TemplateResult } from 'lit';
import type { FromModelDiff, ModelDiffState, ToModelDiff } from '../../src/editor/modelDiff/protocol';
import type { Layer, LayerChange, LayerDiff } from '../../src/model/diff';
import type { ModelDifference } from '../../src/service/protocol';
import type { PredictionChanges } from '../../src/train/open/compareModels';
import { hostOf, pageOf } from '../page';
import '../panel/graph/element';
import type { GraphEvents, GraphProperties } from '../panel/graph/element';
import { formatInteger, formatNumber, formatPercent, formatShape } from '../panel/logic/numbers';
import { type StringKey, t, useStrings } from '../panel/strings';
import { marksOf } from './marks';

const host = hostOf<FromModelDiff>();
const { send } = host;
const { draw, start } = pageOf(page, host);

type Tab = 'layers' | 'graphs' | 'weights' | 'predictions';

interface Settings {
  tab: Tab;
  all: boolean;
  direction: GraphProperties['direction'];
  open: { before?: readonly string[]; after?: readonly string[] };
  card: { before?: string | undefined; after?: string | undefined };
}

let state: ModelDiffState | undefined;
let settings: Settings = {
  tab: 'layers',
  all: false,
  direction: 'TB',
  open: {},
  card: {},
  ...((host.remembered() as { settings?: Partial<Settings> } | undefined)?.settings ?? {}),
};

function remember(): void {
  host.remember({ request: state?.request, settings });
}

function set(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  remember();
  draw();
}

const signs: Readonly<Record<LayerDiff['status'], string>> = {
  added: '+',
  removed: '−',
  changed: '~',
  moved: '→',
  same: '',
};

function page(): TemplateResult {
  if (!state) return html`<div class="loading" aria-busy="true"></div>`;
  const { request, found, error, busy } = state;
  return html`<header class="file-header">
      <div>
        <h1><span>${request.before.label}</span> <span class="quiet">→</span> <span>${request.after.label}</span></h1>
        ${found ? summary(found) : nothing}
      </div>
      <div class="actions">
        <button class="action" @click=${() => send({ type: 'swap' })}>${t('diff.swap')}</button>
        <button class="action" @click=${() => send({ type: 'again' })}>${t('diff.again')}</button>
        <button class="action" ?disabled=${!found} @click=${() => send({ type: 'text' })}>${t('diff.text')}</button>
      </div>
    </header>
    ${error ? html`<p class="problem banner" role="alert">${error}</p>` : nothing}
    ${busy && !found ? html`<p class="quiet pad" aria-busy="true">${t('diff.busy')}</p>` : nothing}
    ${found ? body(found) : nothing}`;
}

function summary({ diff }: ModelDifference): TemplateResult {
  const { counts, parameters } = diff;
  const change = parameters.after - parameters.before;
  const relative =
    parameters.before > 0
      ? ` (${change < 0 ? '−' : '+'}${formatPercent(Math.abs(change) / parameters.before)})`
      : '';
  return html`<p class="quiet">
    ${(['added', 'removed', 'changed', 'moved'] as const).map(
      s =>
        html`<span class=${`chip ${s}`}>${signs[s]} ${t(`diff.${s}` as StringKey, { count: counts[s] })}</span> `,
    )}
    ${t('diff.parameters', { before: formatInteger(parameters.before), after: formatInteger(parameters.after) })}${relative}
  </p>`;
}

function body(found: ModelDifference): TemplateResult {
  const tabs: Tab[] = [
    'layers',
    'graphs',
    ...(found.weights?.length ? (['weights'] as const) : []),
    'predictions',
  ];
  const tab = tabs.includes(settings.tab) ? settings.tab : 'layers';
  return html`<div class="tabs" role="tablist" aria-label=${t('tabs.label')} @keydown=${(
    e: KeyboardEvent,
  ) => {
    const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    e.preventDefault();
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length]!;
    set({ tab: next });
    queueMicrotask(() => document.getElementById(`tab-${next}`)?.focus());
  }}>
      ${tabs.map(
        x => html`<button class="tab" role="tab" id=${`tab-${x}`} aria-controls="view" aria-selected=${x === tab}
          tabindex=${x === tab ? 0 : -1} @click=${() => set({ tab: x })}>${t(`diff.tab.${x}` as StringKey)}</button>`,
      )}
    </div>
    <main id="view" role="tabpanel" aria-labelledby=${`tab-${tab}`}>
      ${tab === 'layers' ? layers(found) : tab === 'graphs' ? graphs(found) : tab === 'weights' ? weights(found) : predictions()}
    </main>`;
}

/** Rows that are drawn; a model has some thousand layers at most, of which most are the same. */
const mostRows = 3000;

function layers({ diff }: ModelDifference): TemplateResult {
  const rows = diff.layers.filter(l => settings.all || l.status !== 'same');
  return html`<section class="layers">
    <label class="all"><input type="checkbox" .checked=${settings.all} @change=${(e: Event) => set({ all: (e.target as HTMLInputElement).checked })} />
      ${t('diff.all', { count: formatInteger(diff.counts.same) })}</label>
    ${
      rows.length === 0
        ? html`<p class="quiet pad">${t('diff.none')}</p>`
        : html`<table class="layer-table">
            <thead>
              <tr>
                <th scope="col"><span class="hidden">${t('diff.status')}</span></th>
                <th scope="col">${t('diff.layer')}</th>
                <th scope="col">${t('diff.before')}</th>
                <th scope="col">${t('diff.after')}</th>
              </tr>
            </thead>
            <tbody>${rows.slice(0, mostRows).map(row)}</tbody>
          </table>`
    }
  </section>`;
}

function row(l: LayerDiff): TemplateResult {
  const layer = (l.after ?? l.before)!;
  const side = l.after ? 'after' : 'before';
  return html`<tr class=${l.status}>
    <td class="sign" title=${t(`diff.is.${l.status}` as StringKey)}><span aria-hidden="true">${signs[l.status]}</span><span class="hidden">${t(`diff.is.${l.status}` as StringKey)}</span></td>
    <th scope="row">
      ${
        layer.definition
          ? html`<button class="link mono" @click=${() => send({ type: 'reveal', side, path: layer.path })}>${layer.path || t('diff.root')}</button>`
          : html`<span class="mono">${layer.path || t('diff.root')}</span>`
      }
      ${l.status === 'moved' || (l.before && l.after && l.before.path !== l.after.path) ? html`<div class="quiet mono">${t('diff.was', { path: l.before!.path })}</div>` : nothing}
    </th>
    <td>${cell(l.before, l.changes, 'before')}</td>
    <td>${cell(l.after, l.changes, 'after')}</td>
  </tr>`;
}

/** A layer in a line; where both are there, what differs stands below. */
function cell(
  layer: Layer | undefined,
  changes: readonly LayerChange[],
  side: 'before' | 'after',
): TemplateResult {
  if (!layer) return html`${nothing}`;
  const parameters =
    layer.count > 0 ? html` <span class="quiet">${formatInteger(layer.count)}</span>` : nothing;
  return html`<div class="mono">${layer.type}${parameters}</div>
    ${
      changes.length > 0
        ? changes
            .filter(c => c.what !== 'type')
            .map(
              c =>
                html`<div class="change mono"><span class="quiet">${t(`diff.what.${c.what}` as StringKey)}</span> <mark>${c[side] || '–'}</mark></div>`,
            )
        : html`<div class="quiet mono">${layer.arguments}</div>
            ${layer.outputs.length ? html`<div class="quiet mono">${layer.outputs.map(formatShape).join(', ')}</div>` : nothing}`
    }`;
}

function graphs(found: ModelDifference): TemplateResult {
  return html`${(['before', 'after'] as const).map(side => {
    const model = found.models[side];
    const properties: GraphProperties = {
      model,
      direction: settings.direction,
      colour: 'parameters',
      marks: marksOf(found.diff, side),
      ...(settings.open[side] && { open: settings.open[side] }),
      ...(settings.card[side] && { card: settings.card[side] }),
    };
    const events: GraphEvents = {
      onSelect: card => set({ card: { ...settings.card, [side]: card?.id } }),
      onOpen: open => set({ open: { ...settings.open, [side]: open } }),
      onDirection: direction => set({ direction }),
      onColour: () => {},
      onExport: () => {},
    };
    return html`<section class="graph-pane" aria-label=${state!.request[side].label}>
      <h2>${state!.request[side].label}</h2>
      ${
        model.nodes.length
          ? html`<vitrine-graph .events=${events} .properties=${properties}></vitrine-graph>`
          : html`<p class="quiet pad">${t('diff.noGraph')}</p>`
      }
    </section>`;
  })}`;
}

function weights({ weights: all = [] }: ModelDifference): TemplateResult {
  const top = Math.max(1e-12, ...all.map(w => w.relative ?? 0));
  return html`<section class="layers">
    <table class="numbers weight-table">
      <thead>
        <tr>
          <th scope="col" class="text">${t('diff.weight')}</th>
          <th scope="col">${t('diff.normBefore')}</th>
          <th scope="col">${t('diff.normAfter')}</th>
          <th scope="col">${t('diff.difference')}</th>
          <th scope="col">${t('diff.relative')}</th>
          <th scope="col"><span class="hidden">${t('diff.relative')}</span></th>
          <th scope="col">${t('diff.cosine')}</th>
        </tr>
      </thead>
      <tbody>
        ${all.slice(0, mostRows).map(
          w => html`<tr>
            <th scope="row" class="text mono">${w.name} <span class="quiet">${formatShape(w.shape)}</span></th>
            <td>${formatNumber(w.before, 4)}</td>
            <td>${formatNumber(w.after, 4)}</td>
            <td>${formatNumber(w.difference, 4)}</td>
            <td>${w.relative === null ? '–' : formatPercent(w.relative, 2)}</td>
            <td class="meter-cell"><meter min="0" max=${top} .value=${w.relative ?? 0} aria-hidden="true"></meter></td>
            <td>${formatNumber(w.cosine, 4)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function predictions(): TemplateResult {
  const { busy, on, found, error } = state?.predictions ?? { busy: false };
  return html`<section class="layers">
    <p class="pad">
      <button class="action" ?disabled=${busy} @click=${() => send({ type: 'predict' })}>${t('diff.predict')}</button>
      ${busy ? html`<span class="quiet" aria-busy="true">${t('diff.predicting', { on: on ?? '' })}</span>` : nothing}
    </p>
    ${error ? html`<p class="problem banner" role="alert">${error}</p>` : nothing}
    ${found && !busy ? flipped(found, on ?? '') : nothing}
  </section>`;
}

function flipped(found: PredictionChanges, on: string): TemplateResult {
  const { rows, flipped: all, fixed, broken } = found;
  return html`<p class="pad" role="status">
      ${t('diff.flipped', { count: formatInteger(all.length), rows: formatInteger(rows), on, fixed: formatInteger(fixed), broken: formatInteger(broken) })}
    </p>
    ${
      all.length
        ? html`<table class="numbers weight-table">
            <thead>
              <tr>
                <th scope="col">${t('diff.row')}</th>
                <th scope="col" class="text">${t('diff.target')}</th>
                <th scope="col" class="text">${t('diff.before')}</th>
                <th scope="col" class="text">${t('diff.after')}</th>
                <th scope="col" class="text">${t('diff.effect')}</th>
              </tr>
            </thead>
            <tbody>
              ${all.slice(0, mostRows).map(
                f => html`<tr>
                  <th scope="row">${formatInteger(f.row)}</th>
                  <td class="text">${f.target ?? '–'}</td>
                  <td class="text">${f.before}</td>
                  <td class="text">${f.after}</td>
                  <td class="text">${t(`diff.effect.${f.effect}` as StringKey)}</td>
                </tr>`,
              )}
            </tbody>
          </table>`
        : nothing
    }`;
}

window.addEventListener('message', (e: MessageEvent<ToModelDiff>) => {
  if (e.data?.type !== 'state') return;
  useStrings(e.data.strings ?? {});
  state = e.data.state;
  remember();
  draw();
});
start();
