/** From an attribution to the layers that it belongs to: in the graph, and through the selection in the source. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../../../src/explain/method';
import { t } from '../strings';
import type { ExplainContext } from './explainContext';

/** More are a list that nobody reads. */
const mostLinks = 4;

/** The layers that the method looked into, or the graph coloured by what each layer carries. */
export function layerLinks(e: Explanation, c: ExplainContext): TemplateResult | typeof nothing {
  const layers = e.layers ?? [];
  if (layers.length === 0)
    return e.row === null
      ? nothing
      : html` · <button class="link" @click=${() => showCarriers(c)}>${t('explain.carriers')}</button>`;
  const shown = layers.slice(-mostLinks);
  return html` · ${t('explain.layer')}
    ${shown.map(
      path =>
        html`<button class="link mono" title=${t('explain.showLayer', { layer: path })} @click=${() => showLayer(path, c)}>${path}</button> `,
    )}${layers.length > shown.length ? '…' : ''}`;
}

/** What a click into the attribution leads to. */
export function showLayers(e: Explanation, c: ExplainContext): void {
  const path = e.layers?.at(-1);
  if (path === undefined) showCarriers(c);
  else showLayer(path, c);
}

/** The module is selected everywhere: the graph shows it, and an open source file its line. */
function showLayer(path: string, { actions }: ExplainContext): void {
  actions.select({ module: path });
  actions.view('architecture');
}

/** The graph, coloured by how much of the explained output each node carries. */
function showCarriers({ actions }: ExplainContext): void {
  actions.set({ colour: 'attribution' });
  actions.view('architecture');
}
