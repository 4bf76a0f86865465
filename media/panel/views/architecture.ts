/** The graph's pane, and beside it what is known of the selected node. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ColourBy, PanelState } from '../../../src/editor/panelProtocol';
import { parameterCount } from '../../../src/model/elements';
import type { Model, SourceRange } from '../../../src/model/graph';
import type { History } from '../../../src/train/runs/history';
import { type Actions, isUntrained } from '../actions';
import { splitArguments } from '../graph/arguments';
import type { GraphEvents, GraphProperties } from '../graph/element';
import { attributesText, type Tree, treeOf } from '../graph/tree';
import { type Card, gradientNormOf, visibleGraph } from '../graph/visible';
import { elementCount, formatInteger, formatNumber, formatPercent, formatShape } from '../logic/numbers';
import { empty } from '../parts/empty';
import { icon } from '../parts/icons';
import type { Settings } from '../store';
import { t } from '../strings';
import { focusSection } from './layerFocus';

/** Settings are kept by model, so that each has its own folds. */
export function modelKey(model: Model): string {
  return `${model.file}#${model.name}`;
}

export function graphPane(
  state: PanelState,
  settings: Settings,
  history: History | undefined,
  actions: Actions,
): TemplateResult {
  const { model } = state;
  if (!model) return empty(t('graph.empty.title'), t('graph.empty.text'));
  const live = history?.state === 'running';
  // While it learns, the training view shows where: by the gradients, which are new after every epoch.
  const wanted = live && state.view === 'training' && history.gradientNorms ? 'gradients' : settings.colour;
  const colours = coloursOf(state, history);
  const colour = colours.includes(wanted) ? wanted : 'parameters';
  wantFigures(colour, state, actions);
  const properties: GraphProperties = {
    model,
    direction: settings.direction,
    colour,
    colours,
    gradientNorms: history?.gradientNorms,
    figures:
      colour === 'flops' || colour === 'seconds' || colour === 'zeros' || colour === 'attribution'
        ? state.layers?.[colour]
        : undefined,
    open: settings.open[modelKey(model)],
    card: settings.card,
    module: state.selection.module,
    live,
  };
  return html`<vitrine-graph .events=${events(model, settings, state, actions)} .properties=${properties}></vitrine-graph>`;
}

/** What there are figures for, or could be. */
function coloursOf(state: PanelState, history: History | undefined): ColourBy[] {
  const trained = !isUntrained(state) && history?.state !== 'running' && history?.state !== 'paused';
  return [
    'parameters',
    'flops',
    ...(history?.gradientNorms ? (['gradients'] as const) : []),
    ...(trained ? (['seconds', 'zeros'] as const) : []),
    ...(trained && state.explanation?.row != null ? (['attribution'] as const) : []),
  ];
}

/** What was asked for last, so that an answer that brings nothing is not asked for again. */
let asked = '';

function wantFigures(colour: ColourBy, state: PanelState, actions: Actions): void {
  if (colour === 'parameters' || colour === 'gradients') return;
  const { layers, run, explanation, model } = state;
  const there =
    colour === 'flops'
      ? layers?.flops
      : layers?.run === run?.record.id &&
        (colour !== 'attribution' || layers?.row === explanation?.row) &&
        layers?.[colour];
  const key = `${model?.file}#${model?.name}/${model?.nodes.length}/${run?.record.id}/${colour}/${explanation?.row}`;
  if (there || key === asked || state.busy) return;
  asked = key;
  queueMicrotask(() => actions.send({ type: 'layers', by: colour }));
}

function events(model: Model, settings: Settings, state: PanelState, actions: Actions): GraphEvents {
  return {
    onSelect(card) {
      actions.select({ module: card?.item?.path || undefined }, card?.id);
    },
    onOpen: open => actions.set({ open: { ...settings.open, [modelKey(model)]: open } }),
    onDirection: direction => actions.set({ direction }),
    onColour(colour) {
      asked = '';
      actions.set({ colour });
      wantFigures(colour, state, actions);
    },
    onExport: text => actions.send({ type: 'save', name: `${model.name}.svg`, text }),
    onPicture: bytes => actions.send({ type: 'save', name: `${model.name}.png`, bytes }),
  };
}

let known: { model: Model; tree: Tree } | undefined;

function tree(model: Model): Tree {
  if (known?.model !== model) known = { model, tree: treeOf(model) };
  return known.tree;
}

/** The selected card with its numbers, found without the drawing, so that it also speaks of hidden ones. */
export function selectedCard(state: PanelState, settings: Settings): Card | undefined {
  const { model } = state;
  if (!model) return undefined;
  const all = tree(model);
  const id =
    settings.card && (all.items.has(settings.card) || /^(input|output):/.test(settings.card))
      ? settings.card
      : [...all.items.values()].find(i => i.path === state.selection.module && i.path !== '')?.id;
  if (!id) return undefined;
  // Open down to the item, closed at the item itself.
  const open = new Set<string>([all.root.id]);
  for (let at = all.parents.get(id); at !== undefined; at = all.parents.get(at)) open.add(at);
  return visibleGraph(all, open).cards.find(c => c.id === id);
}

export function details(
  state: PanelState,
  settings: Settings,
  history: History | undefined,
  actions: Actions,
): TemplateResult {
  const card = selectedCard(state, settings);
  const model = state.model!;
  if (!card) return html`${nothing}`;
  const item = card.item;
  const module = model.modules.find(m => m.path === item?.path);
  const node = item && item.nodes.length === 1 ? model.nodes[item.nodes[0]!] : undefined;
  const own = model.parameters.filter(p => card.parameterNames.includes(p.name));
  const total = parameterCount(model);
  const norm = history?.gradientNorms && gradientNormOf(card, history.gradientNorms);
  const definition = item && item.kind !== 'op' ? module?.definition : undefined;
  const call = node?.call;
  const attributes = node && item?.kind !== 'stack' ? attributesText(node) : '';
  return html`<aside class="details" aria-label=${t('details.label')}>
    <header>
      <div>
        <h2>${card.name || t(card.kind === 'output' ? 'graph.node.output' : 'graph.node.input')}</h2>
        <p class="quiet">
          ${card.kind === 'input' ? t('graph.node.input') : card.kind === 'output' ? t('graph.node.output') : card.type}
        </p>
      </div>
      <button class="tool" title=${t('details.close')} aria-label=${t('details.close')} @click=${() => {
        actions.select({ module: undefined });
      }}>
        ${icon('cross')}
      </button>
    </header>
    <dl>
      ${card.inputs.length ? pair(t('details.input'), shapes(card.inputs)) : nothing}
      ${card.outputs.length ? pair(t('details.output'), shapes(card.outputs)) : nothing}
      ${card.arguments && item?.kind !== 'op' ? pair(t('details.arguments'), argumentList(card.arguments)) : nothing}
      ${attributes ? pair(`${t('details.attributes')} (${node!.op})`, argumentList(attributes)) : nothing}
      ${item?.path ? pair(t('details.path'), html`<code>${item.path}</code>`) : nothing}
      ${card.repeats > 1 ? pair(t('details.repeats'), html`× ${card.repeats}`) : nothing}
      ${norm === undefined ? nothing : pair(t('details.gradient'), html`<code>${formatNumber(norm, 4)}</code>`)}
      ${
        definition
          ? pair(
              t('details.definition'),
              place(definition, () => actions.send({ type: 'reveal', module: item!.path })),
            )
          : nothing
      }
      ${
        call
          ? pair(
              t('details.call'),
              place(call, () => actions.send({ type: 'reveal', module: item!.path, node: node!.id })),
            )
          : nothing
      }
    </dl>
    ${
      own.length
        ? html`<section>
            <h3>
              ${t('details.parameters')} <span class="mono">${formatInteger(card.parameters)}</span>
              <span class="quiet">${total ? t('details.share', { percent: formatPercent(card.parameters / total) }) : ''}</span>
            </h3>
            <table class="numbers">
              <tbody>
                ${own.slice(0, 60).map(
                  p => html`<tr>
                    <th scope="row"><code>${item?.path ? p.name.replace(`${item.path}.`, '') : p.name}</code></th>
                    <td>${formatShape(p.shape)}</td>
                    <td>${formatInteger(elementCount(p.shape))}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
          </section>`
        : nothing
    }
    ${item?.path ? focusSection(item.path, state, actions) : nothing}
  </aside>`;
}

function pair(term: string, value: TemplateResult): TemplateResult {
  return html`<dt>${term}</dt>
    <dd>${value}</dd>`;
}

function shapes(all: Card['inputs']): TemplateResult {
  return html`${all.slice(0, 6).map(s => html`<code class="line">${formatShape(s)}</code>`)}${all.length > 6 ? '…' : ''}`;
}

/** One argument a line, split at commas outside brackets. */
function argumentList(text: string): TemplateResult {
  return html`${splitArguments(text).map(p => html`<code class="line">${p}</code>`)}`;
}

function place(range: SourceRange, reveal: () => void): TemplateResult {
  const text = `${range.file.split(/[\\/]/).pop()}:${range.line}`;
  return html`<button class="link" title=${t('details.reveal', { place: text })} @click=${reveal}>${text}</button>`;
}
